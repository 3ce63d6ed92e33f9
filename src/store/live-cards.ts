import type { Role } from "../domain/actor.ts";
import type { ScopeFilter } from "../domain/scope.ts";
import type { SqlLike } from "./db.ts";
import { jsonb } from "./jsonb.ts";

/** Postgres channel on which every change of a recommendation is announced. */
export const RECOMMENDATION_NOTIFY = "finops_recommendation";
/** Answers kept true in one place, the newest: what has scrolled further away is not looked at any more. */
export const LIVE_CARDS_MAX = 30;
/** Changes taken up in one look. */
const CHANGES_MAX = 5_000;

export type LiveCard = {
  readonly key: string;
  /** Outbox address of where it was asked. */
  readonly place: string;
  /** A Shows of src/bot/live-cards.ts. */
  readonly shows: object;
  /** What the place added to the card. */
  readonly extra: object;
  readonly actorId: string;
  readonly role: Role;
  /** What the answer was allowed to show: it never shows more. */
  readonly scope: ScopeFilter;
};

export type NewLiveCard = LiveCard & {
  /** The one recommendation it shows; null = a list. */
  readonly recommendation: string | null;
  readonly seconds: number;
  /**
   * Where the card already is, when it was not posted through the outbox: its row there is made for the edits. `personId`:
   * only this person sees it. null = the outbox has it.
   */
  readonly placed: {
    readonly channel: string;
    readonly reference: object;
    readonly card: object;
    readonly personId: string | null;
  } | null;
};

/**
 * Keeps a card true from now on, for a while. It is looked at at once: what it shows may have changed between its making
 * and this. The oldest of the place beyond LIVE_CARDS_MAX stay as they are.
 */
export async function keepCardLive(sql: SqlLike, card: NewLiveCard): Promise<void> {
  const { placed } = card;
  if (placed !== null) {
    const kind = placed.personId === null ? "post" : "private";
    await sql`
      insert into outbox (channel, key, kind, person_id, card, revision_done, reference, delivered_at)
      values (${placed.channel}, ${card.key}, ${kind}, ${placed.personId}, ${jsonb(placed.card)}::text::jsonb, 1,
        ${jsonb(placed.reference)}::text::jsonb, now())
      on conflict (channel, key) do nothing`;
  }
  await sql`
    insert into live_card (key, place, shows, recommendation, extra, actor_id, actor_role, actor_scope, owns_outbox,
      live_until)
    values (${card.key}, ${card.place}, ${jsonb(card.shows)}::text::jsonb, ${card.recommendation},
      ${jsonb(card.extra)}::text::jsonb, ${card.actorId}, ${card.role}, ${jsonb(card.scope)}::text::jsonb,
      ${placed !== null}, now() + make_interval(secs => ${card.seconds}))
    on conflict (key) do nothing`;
  await forget(sql, await beyondMax(sql, card.place));
  await sql`
    with noted as (insert into live_change (key) values (${card.key}))
    select pg_notify(${RECOMMENDATION_NOTIFY}, '')`;
}

/** Notes that a recommendation is not what it was, in the transaction that changed it. */
export async function noteRecommendationChange(sql: SqlLike, id: string): Promise<void> {
  await sql`
    with noted as (insert into live_change (recommendation) select ${id} where exists (select 1 from live_card))
    select pg_notify(${RECOMMENDATION_NOTIFY}, '')`;
}

/** Cards that may show something old, and what they were found by: given to `forgetChanges` when they are true again. */
export async function readStaleCards(sql: SqlLike): Promise<{ keys: string[]; changes: string[] }> {
  const rows = await sql<{ id: string; recommendation: string | null; key: string | null }[]>`
    select id::text as id, recommendation, key from live_change order by id limit ${CHANGES_MAX}`;
  const changed = rows.flatMap(({ recommendation }) => recommendation ?? []);
  const asked = rows.flatMap(({ key }) => key ?? []);
  const cards = await sql<{ key: string }[]>`
    select key from live_card where live_until > now() and (key = any(${asked}::text[])
      or recommendation = any(${changed}::text[]) or (recommendation is null and ${changed.length > 0}))
    order by created_at desc`;
  return { keys: cards.map(({ key }) => key), changes: rows.map(({ id }) => id) };
}

export async function forgetChanges(sql: SqlLike, changes: readonly string[]): Promise<void> {
  if (changes.length > 0) await sql`delete from live_change where id = any(${[...changes]}::bigint[])`;
}

/** A card that is kept true; null = it is not (any more). */
export async function readLiveCard(sql: SqlLike, key: string): Promise<LiveCard | null> {
  const [row] = await sql<LiveCard[]>`
    select key, place, shows, extra, actor_id as "actorId", actor_role as role, actor_scope as scope
    from live_card where key = ${key} and live_until > now()`;
  return row ?? null;
}

/** Lets go of what is too old to be kept true. Returns how many cards. */
export async function reapLiveCards(sql: SqlLike): Promise<number> {
  const rows = await sql<{ key: string }[]>`select key from live_card where live_until <= now()`;
  return forget(
    sql,
    rows.map(({ key }) => key),
  );
}

async function beyondMax(sql: SqlLike, place: string): Promise<string[]> {
  const rows = await sql<{ key: string }[]>`
    select key from live_card where place = ${place} order by created_at desc, key offset ${LIVE_CARDS_MAX}`;
  return rows.map(({ key }) => key);
}

async function forget(sql: SqlLike, keys: readonly string[]): Promise<number> {
  if (keys.length === 0) return 0;
  const rows = await sql`
    with gone as (delete from live_card where key = any(${[...keys]}::text[]) returning key, owns_outbox),
    rows as (delete from outbox o using gone where o.key = gone.key and gone.owns_outbox)
    select 1 from gone`;
  return rows.length;
}
