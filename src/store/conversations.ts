import { AppError } from "../domain/errors.ts";
import type { SqlLike } from "./db.ts";

/** Postgres channel on which every written message is announced (payload: its seq). */
export const CHAT_NOTIFY = "finops_chat";
/** Most messages one read returns. */
export const MESSAGES_MAX = 200;

export type ChannelRow = {
  readonly name: string;
  readonly kind: "shared" | "direct";
  readonly ownerId: string | null;
  readonly topic: string;
};

export type Author = { readonly kind: "person" | "bot"; readonly id: string; readonly name: string };

/** One message as stored. `card` is a Card of src/bot/card.ts, kept as JSON: the store does not look inside. */
export type MessageRow = {
  readonly id: string;
  readonly seq: string;
  readonly channel: string;
  readonly key: string;
  readonly author: Author;
  readonly body: string | null;
  readonly card: object | null;
  readonly revision: number;
  readonly replyTo: string | null;
  readonly createdAt: string;
  readonly editedAt: string | null;
};

export type NewMessage = {
  readonly channel: string;
  /** Two posts with one key in one channel are one message. */
  readonly key: string;
  readonly author: Author;
  readonly replyTo?: string | null;
  /** Revision of the card when it is first posted; 1 unless edits were asked for before delivery. */
  readonly revision?: number;
} & ({ readonly body: string; readonly card?: never } | { readonly card: object; readonly body?: never });

/** The channel id of a person's own talk with the bot. */
export function directChannel(personId: string): string {
  return `@${personId}`;
}

/** Creates shared channels that are not there yet. Names may carry a leading `#`. */
export async function ensureChannels(sql: SqlLike, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await sql`insert into channel (name) values (${name.replace(/^#/, "")}) on conflict do nothing`;
  }
}

/** Shared channels and the person's own direct one (created when missing), shared first. */
export async function listChannels(sql: SqlLike, personId: string): Promise<ChannelRow[]> {
  await sql`
    insert into channel (name, kind, owner_id, topic)
    values (${directChannel(personId)}, 'direct', ${personId}, 'Only you see this') on conflict do nothing`;
  const rows = await sql<ChannelRow[]>`
    select name, kind, owner_id as "ownerId", topic from channel
    where kind = 'shared' or owner_id = ${personId} order by kind desc, created_at, name`;
  return [...rows];
}

/** The channel, when the person may read it. Throws AppError("not-found"): what is not visible does not exist. */
export async function requireChannel(sql: SqlLike, name: string, personId: string): Promise<ChannelRow> {
  const [row] = await sql<ChannelRow[]>`
    select name, kind, owner_id as "ownerId", topic from channel
    where name = ${name} and (kind = 'shared' or owner_id = ${personId})`;
  if (row !== undefined) return row;
  throw new AppError("not-found", `There is no channel "${name.slice(0, 60)}" here.`, {
    remedy: "Pick one from the channel list.",
  });
}

/** Writes a message once. The same key again changes nothing and returns what is there. */
export async function postMessage(sql: SqlLike, input: NewMessage): Promise<MessageRow> {
  const body = input.body ?? null;
  const card = input.card === undefined ? null : JSON.stringify(input.card);
  await sql`
    with there as (select 1 from message where channel = ${input.channel} and key = ${input.key}),
    tick as (update chat_clock set last_seq = last_seq + 1 where not exists (select 1 from there) returning last_seq),
    written as (
      insert into message (seq, channel, key, author_kind, author_id, author_name, body, card, reply_to, revision)
      select last_seq, ${input.channel}, ${input.key}, ${input.author.kind}, ${input.author.id}, ${input.author.name},
        ${body}, ${card}::text::jsonb, ${input.replyTo ?? null}::bigint, ${input.revision ?? 1}
      from tick on conflict (channel, key) do nothing returning seq)
    select pg_notify(${CHAT_NOTIFY}, seq::text) from written`;
  return requireMessage(sql, input.channel, input.key);
}

/** Replaces the card of a posted message, unless it already is at that revision or later. Never goes back. */
export async function updateMessage(
  sql: SqlLike,
  input: { readonly channel: string; readonly key: string; readonly card: object; readonly revision: number },
): Promise<MessageRow> {
  await sql`
    with tick as (update chat_clock set last_seq = last_seq + 1 where exists (
      select 1 from message where channel = ${input.channel} and key = ${input.key} and revision < ${input.revision})
      returning last_seq),
    written as (
      update message set card = ${JSON.stringify(input.card)}::text::jsonb, revision = ${input.revision},
        edited_at = now(), seq = last_seq
      from tick where channel = ${input.channel} and key = ${input.key} and revision < ${input.revision} returning seq)
    select pg_notify(${CHAT_NOTIFY}, seq::text) from written`;
  return requireMessage(sql, input.channel, input.key);
}

/** The newest messages of a channel before `beforeId` (null: the newest), oldest first. */
export async function listMessages(
  sql: SqlLike,
  input: { readonly channel: string; readonly beforeId: string | null; readonly limit: number },
): Promise<MessageRow[]> {
  const rows = await sql<RawMessage[]>`
    select ${columns(sql)} from message
    where channel = ${input.channel} and (${input.beforeId}::bigint is null or id < ${input.beforeId}::bigint)
    order by message.id desc limit ${Math.min(input.limit, MESSAGES_MAX)}`;
  return rows.map(toMessage).reverse();
}

/** Every message written or edited after `seq` in channels the person sees, in the order they became visible. */
export async function messagesSince(
  sql: SqlLike,
  input: { readonly personId: string; readonly seq: string },
): Promise<MessageRow[]> {
  const rows = await sql<RawMessage[]>`
    select ${columns(sql)} from message
    where seq > ${input.seq}::bigint
      and channel in (select name from channel where kind = 'shared' or owner_id = ${input.personId})
    order by message.seq limit ${MESSAGES_MAX}`;
  return rows.map(toMessage);
}

/** The position of the latest visible message or edit. */
export async function latestSeq(sql: SqlLike): Promise<string> {
  const [row] = await sql<{ lastSeq: string }[]>`select last_seq::text as "lastSeq" from chat_clock`;
  return row?.lastSeq ?? "0";
}

/** One message by id, when the person may read its channel; else AppError("not-found"). */
export async function readMessage(sql: SqlLike, id: string, personId: string): Promise<MessageRow> {
  const [row] = await sql<RawMessage[]>`
    select ${columns(sql)} from message where id = ${id}::bigint
      and channel in (select name from channel where kind = 'shared' or owner_id = ${personId})`;
  if (row !== undefined) return toMessage(row);
  throw new AppError("not-found", "That message is not here (any more).");
}

type RawMessage = Omit<MessageRow, "author"> & { authorKind: "person" | "bot"; authorId: string; authorName: string };

function columns(sql: SqlLike) {
  return sql.unsafe(`id::text as id, seq::text as seq, channel, key, author_kind as "authorKind",
    author_id as "authorId", author_name as "authorName", body, card, revision, reply_to::text as "replyTo",
    to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "createdAt",
    to_char(edited_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "editedAt"`);
}

function toMessage(row: RawMessage): MessageRow {
  const { authorKind, authorId, authorName, ...rest } = row;
  return { ...rest, author: { kind: authorKind, id: authorId, name: authorName } };
}

async function requireMessage(sql: SqlLike, channel: string, key: string): Promise<MessageRow> {
  const [row] = await sql<RawMessage[]>`
    select ${columns(sql)} from message where channel = ${channel} and key = ${key}`;
  if (row !== undefined) return toMessage(row);
  throw new AppError("not-found", `No message "${key}" was posted in "${channel}".`);
}
