import { Hono } from "hono";
import { z } from "zod";

import { BOT } from "../bot/channels/web/web-channel.ts";
import { COMMANDS } from "../bot/commands.ts";
import { completeText, valueSuggestions } from "../bot/complete/complete-text.ts";
import { COMMAND_TEXT_MAX, dispatch } from "../bot/dispatch.ts";
import { hasRole } from "../domain/actor.ts";
import { showSettings } from "../service/change-settings.ts";
import { suggestValues } from "../service/suggest-values.ts";
import { postMessage, requireChannel } from "../store/conversations.ts";
import type { Estates, OpenEstate } from "./estates.ts";
import { messageView } from "./message-view.ts";
import { createRateLimit } from "./rate-limit.ts";
import { channelNameSchema, contextFor, readJson, readQuery } from "./request.ts";
import { jsonBodyLimit, type ChatEnv } from "./security.ts";
import type { SignedIn } from "./session.ts";

const ASK_LIMIT = { burst: 30, perMinute: 90 };
/** One for each key pressed. */
const COMPLETE_LIMIT = { burst: 120, perMinute: 900 };

const askSchema = z.object({
  channel: channelNameSchema,
  text: z.string().trim().min(1).max(COMMAND_TEXT_MAX),
  /** Made by the browser: a repeated request after a lost answer is the same question. */
  askId: z.uuid(),
});
const completeSchema = z.object({ text: z.string().max(COMMAND_TEXT_MAX), channel: channelNameSchema });

/** What people ask, and what may come next while they type. */
export function createAskRoutes(estates: Estates): Hono<ChatEnv> {
  const routes = new Hono<ChatEnv>();
  const askLimit = createRateLimit(ASK_LIMIT);
  const completeLimit = createRateLimit(COMPLETE_LIMIT);
  routes.post("/ask", jsonBodyLimit, async (c) => {
    const session = c.get("session");
    askLimit(session.id);
    return c.json(await answer({ estate: await estates.current(), session, ask: await readJson(c, askSchema) }));
  });
  routes.get("/complete", async (c) => {
    const session = c.get("session");
    completeLimit(session.id);
    const asked = readQuery(c, completeSchema);
    const estate = await estates.current();
    const channel = await requireChannel(estate.base.db.sql, asked.channel, session);
    const ctx = contextFor({ estate, session, channel });
    const commands = COMMANDS.filter((command) => hasRole(ctx.actor, command.role));
    const { options, values } = completeText(asked.text, commands);
    if (values === null) return c.json({ options });
    const known = await suggestValues({ ctx, input: { dimension: values.dimension } });
    return c.json({ options: [...valueSuggestions(values, known), ...options] });
  });
  return routes;
}

async function answer(input: { estate: OpenEstate; session: SignedIn; ask: z.output<typeof askSchema> }) {
  const { estate, session, ask } = input;
  const { sql } = estate.base.db;
  const channel = await requireChannel(sql, ask.channel, session);
  const ctx = contextFor({ estate, session, channel });
  const question = await postMessage(sql, {
    channel: channel.name,
    key: `ask:${ask.askId}`,
    author: { kind: "person", id: session.personId, name: session.name },
    body: ask.text,
  });
  const { card } = await dispatch({ ctx, text: ask.text });
  const reply = await postMessage(sql, {
    channel: channel.name,
    key: `answer:${ask.askId}`,
    author: BOT,
    card,
    replyTo: question.id,
  });
  return {
    messages: [messageView(question), messageView(reply)],
    // What was typed may have changed them: `settings theme dark` shows at once.
    preferences: (await showSettings({ ctx, input: {} })).mine,
  };
}
