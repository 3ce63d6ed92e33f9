import { isScopeWithin } from "../analysis/scope-within.ts";
import { AppError } from "../domain/errors.ts";
import type { ScopeFilter } from "../domain/scope.ts";
import type { SqlLike } from "./db.ts";
import { jsonb } from "./jsonb.ts";

/** Postgres channel on which every written message is announced (payload: its seq). */
export const CHAT_NOTIFY = "finops_chat";
/** Most messages one read returns. */
export const MESSAGES_MAX = 200;

export type ChannelRow = {
  readonly name: string;
  readonly kind: "shared" | "direct";
  readonly ownerId: string | null;
  readonly topic: string;
  /** What may be shown in it: configured and commanded conditions together. */
  readonly scope: ScopeFilter;
};

/** Who reads, and what they may see. Whoever sees only a part reads only channels that show nothing but that part. */
export type Reader = { readonly personId: string; readonly scope: ScopeFilter };

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
  /** The message it hangs from; null = it stands in the channel itself. Threads are one deep. */
  readonly thread: string | null;
  /** Messages that hang from it, and when the last came. */
  readonly replies: number;
  readonly lastReplyAt: string | null;
  readonly lastReplyId: string | null;
  /** What each action of the card carries, in order; empty = its actions can only be typed. */
  readonly tokens: readonly string[];
  readonly file: { readonly name: string; readonly mime: string; readonly bytes: number } | null;
  readonly createdAt: string;
  readonly editedAt: string | null;
};

export type NewMessage = {
  readonly channel: string;
  /** Two posts with one key in one channel are one message. */
  readonly key: string;
  readonly author: Author;
  readonly replyTo?: string | null;
  /** Message of the same channel it belongs under; under a reply means under what the reply hangs from. */
  readonly thread?: string | null;
  readonly tokens?: readonly string[];
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

/** Creates a person's own talk with the bot when it is not there yet. */
export async function ensureDirectChannel(sql: SqlLike, personId: string): Promise<void> {
  await sql`
    insert into channel (name, kind, owner_id, topic)
    values (${directChannel(personId)}, 'direct', ${personId}, 'Only you see this') on conflict do nothing`;
}

/** Records what configured channels may show, creating those that are not there yet. */
export async function configureChannels(
  sql: SqlLike,
  channels: readonly { readonly name: string; readonly scope: ScopeFilter }[],
): Promise<void> {
  await ensureChannels(
    sql,
    channels.map(({ name }) => name),
  );
  for (const { name, scope } of channels) {
    const text = JSON.stringify(scope);
    await sql`
      update channel set scope_configured = ${text}::text::jsonb, scoped_from = ${lastMessage(sql)}
      where name = ${name} and scope_configured <> ${text}::text::jsonb`;
  }
}

/** Narrows (or widens) by command what a channel may show; configuration narrows it further. */
export async function setChannelScope(sql: SqlLike, name: string, scope: ScopeFilter): Promise<void> {
  await sql`
    update channel set scope = ${JSON.stringify(scope)}::text::jsonb, scoped_from = ${lastMessage(sql)}
    where name = ${name} and kind = 'shared'`;
}

/** What was said under another scope stays with those who could read it then. */
function lastMessage(sql: SqlLike) {
  return sql`coalesce((select max(m.id) from message m where m.channel = channel.name), 0)`;
}

/** Shared channels the person may read and their own direct one (created when missing), shared first. */
export async function listChannels(sql: SqlLike, reader: Reader): Promise<ChannelRow[]> {
  const { personId } = reader;
  await ensureDirectChannel(sql, personId);
  return (await readableChannels(sql, reader)).map(({ since: _since, ...channel }) => channel);
}

/**
 * Whether something may be set up to be posted there: a channel of the chat, or the place on another surface where the
 * asking happens (`here`). No other place elsewhere: nobody may send cards into channels they are not in.
 */
export async function isPostable(sql: SqlLike, name: string, here: string | undefined): Promise<boolean> {
  if (/^[a-z]+:/.test(name)) return name === here;
  const rows = await sql`select 1 from channel where name = ${name} and kind = 'shared'`;
  return rows.length > 0;
}

/**
 * What a channel may show: its own conditions, and for a place elsewhere (`slack:C1`) those of every channel it is a
 * copy of. Everything for one that is named nowhere.
 */
export async function channelScope(sql: SqlLike, name: string): Promise<ScopeFilter> {
  const address = name.replace(/^#/, "");
  const rows = await sql<{ scope: ScopeFilter }[]>`
    select scope_configured || scope as scope from channel
    where name = ${address} or name in (select channel from channel_mirror where address = ${address}) order by name`;
  return rows.flatMap(({ scope }) => scope);
}

export type ReadableChannel = ChannelRow & {
  /** Messages up to this one are not the reader's to see. */
  readonly since: string;
};

/** The one place that says which channels, and which of their messages, somebody reads. */
export async function readableChannels(sql: SqlLike, { personId, scope }: Reader): Promise<ReadableChannel[]> {
  const whole = scope.length === 0;
  const rows = await sql<ReadableChannel[]>`
    select name, kind, owner_id as "ownerId", topic, scope_configured || scope as scope,
      case when ${whole} then 0 else scoped_from end::text as since
    from channel where kind = 'shared' or owner_id = ${personId} order by kind desc, created_at, name`;
  return rows.filter((row) => row.kind === "direct" || isScopeWithin(row.scope, scope));
}

/** `message` cut to what may be read of these channels. Not async: a fragment that is awaited would run by itself. */
export function messagesIn(sql: SqlLike, open: readonly ReadableChannel[]) {
  return sql`message join unnest(${open.map(({ name }) => name)}::text[], ${open.map(({ since }) => since)}::bigint[])
    as readable(place, since) on readable.place = message.channel and message.id > readable.since`;
}

/** The channel, when the person may read it. Throws AppError("not-found"): what is not visible does not exist. */
export async function requireChannel(sql: SqlLike, name: string, reader: Reader): Promise<ChannelRow> {
  const row = (await readableChannels(sql, reader)).find((channel) => channel.name === name);
  if (row !== undefined) {
    const { since: _since, ...channel } = row;
    return channel;
  }
  throw new AppError("not-found", `There is no channel "${name.slice(0, 60)}" here.`, {
    remedy: "Pick one from the channel list.",
  });
}

/** Writes a message once. The same key again changes nothing and returns what is there. */
export async function postMessage(sql: SqlLike, input: NewMessage): Promise<MessageRow> {
  const body = input.body ?? null;
  const card = input.card === undefined ? null : jsonb(input.card);
  const [row] = await sql<RawMessage[]>`
    with there as (select 1 from message where channel = ${input.channel} and key = ${input.key}),
    parent as (select coalesce(thread, id) as id from message
      where id = ${input.thread ?? null}::bigint and channel = ${input.channel}),
    tick as (update chat_clock set last_seq = last_seq + 1 + (select count(*) from parent)
      where not exists (select 1 from there) returning last_seq),
    written as (
      insert into message (seq, channel, key, author_kind, author_id, author_name, body, card, reply_to, revision,
        thread, tokens)
      select last_seq, ${input.channel}, ${input.key}, ${input.author.kind}, ${input.author.id}, ${input.author.name},
        ${body}, ${card}::text::jsonb, ${input.replyTo ?? null}::bigint, ${input.revision ?? 1},
        (select id from parent), ${[...(input.tokens ?? [])]}::text[]
      from tick on conflict (channel, key) do nothing returning *),
    counted as (
      update message set replies = replies + 1, last_reply_at = now(), seq = (select last_seq - 1 from tick)
      where id = (select thread from written)),
    told as (select pg_notify(${CHAT_NOTIFY}, seq::text) from written)
    select ${messageColumns(sql)} from written, told`;
  return row === undefined ? requireMessage(sql, input.channel, input.key) : toMessage(row);
}

/** Replaces the card of a posted message, unless it already is at that revision or later. Never goes back. */
export async function updateMessage(
  sql: SqlLike,
  input: Pick<MessageRow, "channel" | "key" | "revision"> & {
    readonly card: object;
    readonly tokens?: readonly string[];
  },
): Promise<MessageRow> {
  await sql`
    with tick as (update chat_clock set last_seq = last_seq + 1 where exists (
      select 1 from message where channel = ${input.channel} and key = ${input.key} and revision < ${input.revision})
      returning last_seq),
    written as (
      update message set card = ${jsonb(input.card)}::text::jsonb, revision = ${input.revision},
        tokens = ${[...(input.tokens ?? [])]}::text[], edited_at = now(), seq = last_seq
      from tick where channel = ${input.channel} and key = ${input.key} and revision < ${input.revision} returning seq)
    select pg_notify(${CHAT_NOTIFY}, seq::text) from written`;
  return requireMessage(sql, input.channel, input.key);
}

/** The messages that hang from one, oldest first; its own id is `parent`. Nothing of a channel the reader may not read. */
export async function listReplies(
  sql: SqlLike,
  input: {
    readonly parent: string;
    readonly reader: Reader;
    readonly beforeId: string | null;
    readonly limit: number;
  },
): Promise<MessageRow[]> {
  const { beforeId, limit, parent, reader } = input;
  const which = sql`
    where thread = ${parent}::bigint and (${beforeId}::bigint is null or id < ${beforeId}::bigint)
    order by message.id desc limit ${Math.min(limit, MESSAGES_MAX)}`;
  return (await readReadable(sql, reader, which)).reverse();
}

/** Every message written or edited after `seq` in channels the person sees, in the order they became visible. */
export async function messagesSince(
  sql: SqlLike,
  input: { readonly reader: Reader; readonly seq: string },
): Promise<MessageRow[]> {
  const { reader, seq } = input;
  return readReadable(sql, reader, sql`where seq > ${seq}::bigint order by message.seq limit ${MESSAGES_MAX}`);
}

/** The position of the latest visible message or edit. */
export async function latestSeq(sql: SqlLike): Promise<string> {
  const [row] = await sql<{ lastSeq: string }[]>`select last_seq::text as "lastSeq" from chat_clock`;
  return row?.lastSeq ?? "0";
}

/** One message by id, when the person may read its channel; else AppError("not-found"). */
export async function readMessage(sql: SqlLike, id: string, reader: Reader): Promise<MessageRow> {
  const [message] = await readReadable(sql, reader, sql`where id = ${id}::bigint`);
  if (message !== undefined) return message;
  throw new AppError("not-found", "That message is not here (any more).");
}

/** Messages somebody may read, cut by what follows `from`: a fragment. */
async function readReadable(sql: SqlLike, reader: Reader, which: ReturnType<typeof messagesIn>): Promise<MessageRow[]> {
  const open = await readableChannels(sql, reader);
  const rows = await sql<RawMessage[]>`
    select ${messageColumns(sql)} from ${messagesIn(sql, open)} ${which}`;
  return rows.map(toMessage);
}

export type RawMessage = Omit<MessageRow, "author"> & {
  authorKind: "person" | "bot";
  authorId: string;
  authorName: string;
};

export function messageColumns(sql: SqlLike) {
  return sql.unsafe(`id::text as id, seq::text as seq, channel, key, author_kind as "authorKind",
    author_id as "authorId", author_name as "authorName", body, card, revision, reply_to::text as "replyTo",
    thread::text as thread, replies, tokens,
    case when replies > 0 then
      (select max(reply)::text from (select r.id as reply, r.thread as of from message r) under where under.of = id) end
      as "lastReplyId",
    (select jsonb_build_object('name', f.name, 'mime', f.mime, 'bytes', length(f.bytes)) from chat_file f
      where f.message_id = id) as file,
    to_char(last_reply_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "lastReplyAt",
    to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "createdAt",
    to_char(edited_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "editedAt"`);
}

export function toMessage(row: RawMessage): MessageRow {
  const { authorKind, authorId, authorName, ...rest } = row;
  return { ...rest, author: { kind: authorKind, id: authorId, name: authorName } };
}

async function requireMessage(sql: SqlLike, channel: string, key: string): Promise<MessageRow> {
  const [row] = await sql<RawMessage[]>`
    select ${messageColumns(sql)} from message where channel = ${channel} and key = ${key}`;
  if (row !== undefined) return toMessage(row);
  throw new AppError("not-found", `No message "${key}" was posted in "${channel}".`);
}
