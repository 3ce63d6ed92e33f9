import type { SqlLike } from "./db.ts";
import { jsonb } from "./jsonb.ts";
import { OUTBOX_NOTIFY, type Address } from "./outbox.ts";

/** What `enqueuePost` asks for, of an alert. */
export type AlertPost = {
  readonly channel: Address;
  readonly key: string;
  readonly card: object;
  /** Key of the card in the same channel whose thread it belongs to; null = the channel itself. */
  readonly under: string | null;
};

/**
 * `enqueuePost` for many cards in one statement, in their order: a flip that moves a thousand budgets is one. The same
 * key again in a channel changes nothing.
 */
export async function enqueuePosts(sql: SqlLike, posts: readonly AlertPost[]): Promise<void> {
  if (posts.length === 0) return;
  // One document, not arrays of texts: those are escaped character by character.
  const named = posts.map((post) => ({ ...post, channel: post.channel.replace(/^#/, "") }));
  await sql`
    with wanted as (
      select v ->> 'channel' as channel, v ->> 'key' as key, v -> 'card' as card, v ->> 'under' as under, place
      from jsonb_array_elements(${jsonb(named)}::text::jsonb) with ordinality as given(v, place)),
    written as (
      insert into outbox (channel, key, kind, card, under)
      select copy.channel, w.key, 'post', w.card, w.under
      from wanted w cross join lateral (
        select w.channel as channel union all select address from channel_mirror m where m.channel = w.channel) copy
      order by w.place on conflict (channel, key) do nothing returning 1)
    select pg_notify(${OUTBOX_NOTIFY}, '') from (select count(*) from written) told where told.count > 0`;
}

/** `enqueueUpdate` for many cards in one statement. */
export async function enqueueUpdates(
  sql: SqlLike,
  updates: readonly { readonly key: string; readonly card: object }[],
): Promise<void> {
  if (updates.length === 0) return;
  await sql`
    with written as (
      update outbox o set card = wanted.card, revision = revision + 1,
        attempts = 0, next_attempt_at = now(), wanted_at = now(), dead_at = null
      from jsonb_to_recordset(${jsonb(updates)}::text::jsonb) as wanted(key text, card jsonb)
      where o.key = wanted.key and o.kind <> 'upload' returning 1)
    select pg_notify(${OUTBOX_NOTIFY}, '') from (select count(*) from written) told where told.count > 0`;
}

/** Of these keys, those a card was asked for under. */
export async function knownKeys(sql: SqlLike, keys: readonly string[]): Promise<ReadonlySet<string>> {
  if (keys.length === 0) return new Set();
  const rows = await sql<{ key: string }[]>`select distinct key from outbox where key = any(${[...keys]}::text[])`;
  return new Set(rows.map(({ key }) => key));
}
