import { Hono } from "hono";
import { z } from "zod";

import { AppError } from "../domain/errors.ts";
import { readFile } from "../store/chat-files.ts";
import { listReplies, readMessage, requireChannel } from "../store/conversations.ts";
import { searchMessages, searchQuery } from "../store/message-search.ts";
import { readWindow, type WindowPlace } from "../store/message-window.ts";
import type { Estates } from "./estates.ts";
import { messageView } from "./message-view.ts";
import { createRateLimit } from "./rate-limit.ts";
import { channelNameSchema, messageIdSchema, readQuery } from "./request.ts";
import { searchHit } from "./search-view.ts";
import type { ChatEnv } from "./security.ts";

const PAGE_MESSAGES = 60;
const REPLIES_MAX = 100;
const HITS_MAX = 30;
const SEARCH_LIMIT = { burst: 60, perMinute: 240 };

const windowSchema = z.object({
  channel: z.string().max(100).default(""),
  before: messageIdSchema.optional(),
  after: messageIdSchema.optional(),
  around: messageIdSchema.optional(),
});
const threadSchema = z.object({ channel: channelNameSchema, id: messageIdSchema, before: messageIdSchema.optional() });
const searchSchema = z.object({ text: z.string().max(200), channel: channelNameSchema.optional() });

/** What was said: a stretch of a channel, a thread, a file beside a card, and search over all of it. */
export function createMessageRoutes(estates: Estates): Hono<ChatEnv> {
  const routes = new Hono<ChatEnv>();
  const searchLimit = createRateLimit(SEARCH_LIMIT);
  routes.get("/messages", async (c) => {
    const { sql } = (await estates.current()).base.db;
    const reader = c.get("session");
    const asked = readQuery(c, windowSchema);
    const channel = await requireChannel(sql, asked.channel, reader);
    const sought =
      asked.around === undefined
        ? null
        : await requireMessage(sql, reader, { channel: channel.name, id: asked.around });
    // What stands in a thread is shown there, and the channel around the message the thread hangs from.
    const parent = sought?.thread ?? null;
    const place = parent === null ? placeOf(asked) : ({ at: "around", id: parent } as const);
    const window = await readWindow(sql, { channel: channel.name, reader, place, limit: PAGE_MESSAGES });
    return c.json({ ...window, parent, messages: window.messages.map(messageView) });
  });
  routes.get("/thread", async (c) => {
    const { sql } = (await estates.current()).base.db;
    const reader = c.get("session");
    const asked = readQuery(c, threadSchema);
    const message = await requireMessage(sql, reader, asked);
    const parent = message.thread === null ? message : await readMessage(sql, message.thread, reader);
    const page = { parent: parent.id, reader, beforeId: asked.before ?? null, limit: REPLIES_MAX + 1 };
    const replies = await listReplies(sql, page);
    return c.json({
      parent: messageView(parent),
      messages: replies.slice(-REPLIES_MAX).map(messageView),
      older: replies.length > REPLIES_MAX,
    });
  });
  routes.get("/file/:message", async (c) => {
    const id = messageIdSchema.safeParse(c.req.param("message"));
    if (!id.success) throw new AppError("not-found", "That file is not here (any more).");
    const { sql } = (await estates.current()).base.db;
    const file = await readFile(sql, id.data, c.get("session"));
    // Never shown in the page, whatever it says it is: only saved.
    c.header("Content-Disposition", `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`);
    c.header("Cache-Control", "private, no-store");
    return c.body(new Uint8Array(file.bytes), 200, { "Content-Type": "application/octet-stream" });
  });
  routes.get("/search", async (c) => {
    const { sql } = (await estates.current()).base.db;
    const reader = c.get("session");
    searchLimit(reader.id);
    const { text, channel = null } = readQuery(c, searchSchema);
    const query = searchQuery(text);
    const found = query === null ? [] : await searchMessages(sql, { reader, query, channel, limit: HITS_MAX + 1 });
    return c.json({
      hits: found.slice(0, HITS_MAX).map((row) => searchHit(row, text)),
      more: found.length > HITS_MAX,
    });
  });
  return routes;
}

function placeOf({ before, after, around }: z.output<typeof windowSchema>): WindowPlace {
  if (around !== undefined) return { at: "around", id: around };
  if (after !== undefined) return { at: "after", id: after };
  return before === undefined ? { at: "end" } : { at: "before", id: before };
}

/** The message, when it is in that channel and the person may read it; else AppError("not-found"). */
async function requireMessage(
  sql: Parameters<typeof readMessage>[0],
  reader: Parameters<typeof readMessage>[2],
  { channel, id }: { readonly channel: string; readonly id: string },
) {
  const message = await readMessage(sql, id, reader);
  if (message.channel === channel) return message;
  throw new AppError("not-found", "That message is not here (any more).");
}
