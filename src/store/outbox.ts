import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

import type { SqlLike } from "./db.ts";
import { jsonb } from "./jsonb.ts";

/** Postgres channel on which new work for the deliverer is announced. */
export const OUTBOX_NOTIFY = "finops_outbox";
/** Largest file beside a card, bytes of UTF-8: a CSV of what a card shows, not an export. */
export const UPLOAD_BYTES_MAX = 1_048_576;

/** What goes first where several wait for one place; the order of one card's edits is always kept. */
export type Priority = "interactive" | "alert" | "digest";
const PRIORITY: Readonly<Record<Priority, number>> = { interactive: 0, alert: 1, digest: 2 };

/**
 * A place as it is written everywhere: `finops` (a channel of the web chat), `@ID` (a person's own talk there),
 * `slack:C0123`, `discord:456`, `slack:@U01` (a person there).
 */
export type Address = string;

/** Where in a channel: under a card of the outbox by its key, or under any message by its reference. */
type Under =
  | { readonly under?: string; readonly thread?: never }
  | { readonly under?: never; readonly thread?: { readonly channel: string; readonly id: string } };

export type NewPost = {
  readonly channel: Address;
  /** The same key in the same channel is the same message. */
  readonly key: string;
  /** A Card of src/bot/card.ts. */
  readonly card: object;
  readonly priority?: Priority;
} & Under;

/** `@ID`: a person's own talk, wherever they are linked. */
const PERSON = /^@(.+)$/s;

/**
 * Asks for a card in a channel and in every copy of it (`channels[].also`), in the caller's transaction: it is posted
 * if and only if that commits, exactly once per (channel, key). The same key again changes nothing.
 * `@ID` is a person: the card reaches them on every surface they are linked to (their own talk on the web always), or on
 * the one their settings name. `under` waits for the parent's reference; under a parent that was given up, or is not there, it goes into the channel.
 */
export async function enqueuePost(sql: SqlLike, input: NewPost): Promise<void> {
  await insert(sql, { ...input, kind: "post", content: { card: input.card } });
}

/** Asks for a card only one person sees: a post to `@ID`. All copies share `key`, so that an update reaches each. */
export async function enqueuePrivate(
  sql: SqlLike,
  input: { readonly personId: string; readonly key: string; readonly card: object; readonly priority?: Priority },
): Promise<void> {
  const { personId, ...post } = input;
  await enqueuePost(sql, { ...post, channel: `@${personId}` });
}

/** Asks for a file in a channel (and its copies) or under a card. Bounded: UPLOAD_BYTES_MAX. */
export async function enqueueUpload(
  sql: SqlLike,
  input: {
    readonly channel: Address;
    readonly key: string;
    readonly file: { readonly name: string; readonly mime: string; readonly text: string };
    readonly priority?: Priority;
  } & Under,
): Promise<void> {
  const bytes = Buffer.byteLength(input.file.text, "utf8");
  assert(bytes <= UPLOAD_BYTES_MAX, `a file beside a card has at most ${UPLOAD_BYTES_MAX} bytes, not ${bytes}`);
  await insert(sql, { ...input, kind: "upload", content: { file: input.file } });
}

/**
 * Wants another card where one was posted (or is about to be) under `key`, in every place that has it, in the
 * caller's transaction. Several updates before delivery are delivered as one. Returns how many places will change.
 * `ifRevision`: only what nobody has changed since that revision was read.
 */
export async function enqueueUpdate(
  sql: SqlLike,
  input: { readonly key: string; readonly card: object; readonly ifRevision?: number },
): Promise<number> {
  const rows = await sql`
    with written as (
      update outbox set card = ${jsonb(input.card)}::text::jsonb, revision = revision + 1,
        attempts = 0, next_attempt_at = now(), wanted_at = now(), dead_at = null
      where key = ${input.key} and kind <> 'upload'
        and (${input.ifRevision ?? null}::int is null or revision <= ${input.ifRevision ?? null}::int) returning id)
    select pg_notify(${OUTBOX_NOTIFY}, id::text) from written`;
  return rows.count;
}

/** The card wanted now at a place under a key, and its revision; null = none was ever asked for. */
export async function readPosted(
  sql: SqlLike,
  input: { readonly channel: Address; readonly key: string },
): Promise<{ readonly card: object; readonly revision: number; readonly reference: object | null } | null> {
  const [row] = await sql<{ card: object; revision: number; reference: object | null }[]>`
    select card, revision, reference from outbox
    where channel = ${input.channel} and key = ${input.key} and card is not null`;
  return row ?? null;
}

/** The card wanted now under a key, in whatever place, and its revision; null = it was never asked for. */
export async function readCard(
  sql: SqlLike,
  key: string,
): Promise<{ readonly card: object; readonly revision: number } | null> {
  const [row] = await sql<{ card: object; revision: number }[]>`
    select card, revision from outbox where key = ${key} and card is not null order by revision desc, id limit 1`;
  return row ?? null;
}

/** The highest revision wanted of a card, over all its copies; 0 = it was never posted. */
export async function revisionOf(sql: SqlLike, key: string): Promise<number> {
  const [row] = await sql<{ revision: number }[]>`
    select coalesce(max(revision), 0) as revision from outbox where key = ${key} and card is not null`;
  return row?.revision ?? 0;
}

/**
 * Asks for a card in the thread of another, wherever that one is posted (or about to be), in the caller's transaction:
 * once each time it is asked for. With a `key` it is one message of that thread, edited when it is asked for again.
 */
export async function enqueueReply(
  sql: SqlLike,
  input: {
    readonly parent: string;
    readonly card: object;
    readonly priority?: Priority;
    readonly key?: string | undefined;
  },
): Promise<void> {
  const { parent, card, key = randomUUID(), priority = "alert" } = input;
  await sql`
    with written as (
      insert into outbox (channel, key, kind, card, under, priority)
      select channel, ${`${parent}#${key}`}, 'post', ${jsonb(card)}::text::jsonb, ${parent}, ${PRIORITY[priority]}
      from outbox where key = ${parent} and kind = 'post'
      on conflict (channel, key) do update set card = excluded.card, revision = outbox.revision + 1, attempts = 0,
        next_attempt_at = now(), wanted_at = now(), dead_at = null
      returning id)
    select pg_notify(${OUTBOX_NOTIFY}, id::text) from written`;
}

/** The channel a place elsewhere is the copy of, when it is of exactly one; else the place itself. */
export async function logicalChannel(sql: SqlLike, address: Address): Promise<string> {
  const rows = await sql<{ channel: string }[]>`
    select channel from channel_mirror where address = ${address} order by channel limit 2`;
  return rows.length === 1 ? (rows[0]?.channel ?? address) : address;
}

/** Records where else channels' cards go. What was posted before stays where it is. */
export async function configureMirrors(
  sql: SqlLike,
  channels: readonly { readonly name: string; readonly also: readonly Address[] }[],
): Promise<void> {
  const pairs = channels.flatMap(({ name, also }) => also.map((address) => ({ name, address })));
  const names = pairs.map(({ name }) => name);
  const addresses = pairs.map(({ address }) => address);
  await sql`
    with wanted as (select * from unnest(${names}::text[], ${addresses}::text[]) as pair(channel, address)),
    gone as (delete from channel_mirror m where not exists (
      select 1 from wanted w where w.channel = m.channel and w.address = m.address))
    insert into channel_mirror (channel, address) select channel, address from wanted on conflict do nothing`;
}

type Insert = {
  readonly channel: Address;
  readonly key: string;
  readonly kind: "post" | "upload";
  readonly content: { readonly card: object } | { readonly file: object };
  readonly priority?: Priority;
} & Under;

async function insert(sql: SqlLike, input: Insert): Promise<void> {
  const { key, kind, content, under = null, thread = null, priority = "alert" } = input;
  const channel = input.channel.replace(/^#/, "");
  const card = "card" in content ? jsonb(content.card) : null;
  const file = "file" in content ? jsonb(content.file) : null;
  const personId = PERSON.exec(channel)?.[1] ?? null;
  // Threads are one deep: under a reply means under what the reply is under. A reference is good in its own place alone.
  await sql`
    with place as (${personId === null ? copiesOf(sql, channel) : copiesFor(sql, personId)}),
    written as (
      insert into outbox (channel, key, kind, person_id, card, file, under, thread, priority)
      select place.channel, ${key}, ${kind === "post" && personId !== null ? "private" : kind},
        ${kind === "post" ? personId : null}, ${card}::text::jsonb, ${file}::text::jsonb,
        coalesce((select parent.under from outbox parent where parent.channel = place.channel and parent.key = ${under}),
          ${under}::text),
        case when regexp_replace(place.channel, '^[a-z]+:', '') = ${thread?.channel ?? null}
          then ${thread === null ? null : jsonb(thread)}::text::jsonb end, ${PRIORITY[priority]}
      from place on conflict (channel, key) do nothing returning id)
    select pg_notify(${OUTBOX_NOTIFY}, id::text) from written`;
}

/** A channel and where else its cards go. */
function copiesOf(sql: SqlLike, channel: string) {
  return sql`select ${channel} as channel
    union all select address from channel_mirror where channel = ${channel}`;
}

/** Where a person is reached: everywhere they are linked, or on the surface they asked for, if they are on it. */
function copiesFor(sql: SqlLike, personId: string) {
  return sql`
    select channel from (
      select one.channel, one.surface, one.surface = wish.surface as wished,
        bool_or(one.surface = wish.surface) over () as possible
      from (
        select ${`@${personId}`} as channel, 'web' as surface
        union all select surface || ':@' || external_id, surface from identity
        where principal_id = ${personId} and surface in ('slack', 'discord')) one
      left join (select preferences ->> 'surface' as surface from principal where id = ${personId}) wish on true) found
    where wished or possible is not true`;
}
