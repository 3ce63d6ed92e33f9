import { messageColumns, messagesIn, readableChannels, toMessage } from "./conversations.ts";
import type { MessageRow, RawMessage, ReadableChannel, Reader } from "./conversations.ts";
import type { SqlLike } from "./db.ts";

/** Most messages one read returns. */
const WINDOW_MAX = 200;

/** Where a stretch of a channel lies: its newest messages, or those before, after or around one. */
export type WindowPlace = { readonly at: "end" } | { readonly at: "before" | "after" | "around"; readonly id: string };

export type MessageWindow = {
  /** Oldest first. */
  readonly messages: readonly MessageRow[];
  /** Whether there are earlier and later ones. */
  readonly older: boolean;
  readonly newer: boolean;
};

/** A stretch of what stands in a channel itself as far as the reader may see it, of at most `limit` messages. */
export async function readWindow(
  sql: SqlLike,
  input: { readonly channel: string; readonly reader: Reader; readonly place: WindowPlace; readonly limit: number },
): Promise<MessageWindow> {
  const { channel, place } = input;
  const limit = Math.min(input.limit, WINDOW_MAX);
  const open = (await readableChannels(sql, input.reader)).filter(({ name }) => name === channel);
  const read = (direction: "back" | "on", id: string | null, count: number): Promise<MessageRow[]> =>
    readStretch(sql, { open, direction, id, count: count + 1 });
  if (place.at === "after") {
    const later = await read("on", place.id, limit);
    return { messages: later.slice(0, limit), older: true, newer: later.length > limit };
  }
  if (place.at === "around") {
    const half = Math.floor(limit / 2);
    // The message itself is the last of those before the one after it.
    const earlier = await read("back", String(BigInt(place.id) + 1n), half);
    const later = await read("on", place.id, half);
    const messages = [...earlier.slice(-half), ...later.slice(0, half)];
    return { messages, older: earlier.length > half, newer: later.length > half };
  }
  const earlier = await read("back", place.at === "before" ? place.id : null, limit);
  return { messages: earlier.slice(-limit), older: earlier.length > limit, newer: place.at === "before" };
}

/** Messages on one side of an id, nearest ones, oldest first. */
async function readStretch(
  sql: SqlLike,
  input: {
    readonly open: readonly ReadableChannel[];
    readonly direction: "back" | "on";
    readonly id: string | null;
    readonly count: number;
  },
): Promise<MessageRow[]> {
  const { open, direction, id, count } = input;
  const back = direction === "back";
  const rows = await sql<RawMessage[]>`
    select ${messageColumns(sql)} from ${messagesIn(sql, open)}
    where thread is null and ${id === null ? sql`true` : back ? sql`id < ${id}::bigint` : sql`id > ${id}::bigint`}
    order by ${back ? sql`message.id desc` : sql`message.id`} limit ${count}`;
  const messages = rows.map(toMessage);
  return back ? messages.reverse() : messages;
}

/** Messages of a channel by their keys, for whoever wrote them. In no order; those that are not there are left out. */
export async function findByKeys(
  sql: SqlLike,
  input: { readonly channel: string; readonly keys: readonly string[] },
): Promise<MessageRow[]> {
  const rows = await sql<RawMessage[]>`
    select ${messageColumns(sql)} from message where channel = ${input.channel} and key = any(${[...input.keys]}::text[])`;
  return rows.map(toMessage);
}
