import { Hono } from "hono";
import { z } from "zod";

import { COMMANDS } from "../bot/commands.ts";
import { completeText, valueSuggestions } from "../bot/complete/complete-text.ts";
import { COMMAND_TEXT_MAX, effectOf } from "../bot/dispatch.ts";
import { hasRole } from "../domain/actor.ts";
import type { Preferences } from "../domain/person.ts";
import { showSettings } from "../service/change-settings.ts";
import { suggestValues } from "../service/suggest-values.ts";
import { requireChannel } from "../store/conversations.ts";
import { converse, findPair, placedAt, placeOfAnswer, postAnswer, postQuestion } from "./converse.ts";
import type { Estates, OpenEstate } from "./estates.ts";
import { messageView, type MessageView } from "./message-view.ts";
import { createOnce } from "./once.ts";
import { createRateLimit } from "./rate-limit.ts";
import { channelNameSchema, contextFor, messageIdSchema, readJson, readQuery } from "./request.ts";
import { jsonBodyLimit, type ChatEnv } from "./security.ts";
import type { SignedIn } from "./session.ts";

const ASK_LIMIT = { burst: 30, perMinute: 90 };
/** One for each key pressed. */
const COMPLETE_LIMIT = { burst: 120, perMinute: 900 };

const askSchema = z.object({
  channel: channelNameSchema,
  /** Message to ask under; absent = in the channel itself. */
  thread: messageIdSchema.nullable().default(null),
  text: z.string().trim().min(1).max(COMMAND_TEXT_MAX),
  /** Made by the browser: a repeated request after a lost answer is the same question. */
  askId: z.uuid(),
});
const completeSchema = z.object({ text: z.string().max(COMMAND_TEXT_MAX), channel: channelNameSchema });

/** What was said because of a request, and what it may have changed for whoever made it: `settings theme dark`. */
export type Asked = { readonly messages: readonly MessageView[]; readonly preferences: Preferences };

/** What people ask, and what may come next while they type. */
export function createAskRoutes(estates: Estates): Hono<ChatEnv> {
  const routes = new Hono<ChatEnv>();
  const askLimit = createRateLimit(ASK_LIMIT);
  const completeLimit = createRateLimit(COMPLETE_LIMIT);
  const once = createOnce<Asked>();
  routes.post("/ask", jsonBodyLimit, async (c) => {
    const session = c.get("session");
    askLimit(session.id);
    const ask = await readJson(c, askSchema);
    const estate = await estates.current();
    return c.json(await once(`${session.personId} ${ask.askId}`, () => answer({ estate, session, ask })));
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

async function answer(input: {
  estate: OpenEstate;
  session: SignedIn;
  ask: z.output<typeof askSchema>;
}): Promise<Asked> {
  const { estate, session } = input;
  const { askId: id, text, thread, channel: name } = input.ask;
  const { sql } = estate.base.db;
  const channel = await requireChannel(sql, name, session);
  const ctx = contextFor({ estate, session, channel });
  const place = await placeOfAnswer(sql, { session, effect: effectOf(text), channel, thread });
  const said = (await findPair(sql, place.channel, id)) ?? [];
  if (said.length === 0) {
    const question = await postQuestion(sql, { place, session, id, text });
    said.push(question);
    await converse({
      estate,
      session,
      place: { channel: channel.name, thread },
      id,
      act: { kind: "command", text },
      say: async (answer) => {
        const answered = await postAnswer(sql, { question, session, id, answer });
        said.push(answered);
        return placedAt(answered);
      },
    });
  }
  return { messages: said.map(messageView), preferences: (await showSettings({ ctx, input: {} })).mine };
}
