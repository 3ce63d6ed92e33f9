import type { SqlLike } from "./db.ts";
import { enqueuePost, enqueuePrivate, enqueueUpdate, OUTBOX_NOTIFY } from "./outbox.ts";

/** Most lines of each kind that are shown. */
const SHOWN_MAX = 50;
/** Cards given up longer ago than this trouble nobody any more. */
const DEAD_DAYS = 7;
/** Where admins are told when no admin is a person the bot knows. */
const ADMIN_CHANNEL = "finops";

export type PlaceState = {
  readonly place: string;
  readonly waiting: number;
  /** UTC instant of the oldest card that waits; null = none. */
  readonly waitingSince: string | null;
  /** UTC instant since when the surface refuses the place; null = it does not. */
  readonly refusedSince: string | null;
  /** What the surface said last; null = nothing is wrong. */
  readonly reason: string | null;
};
export type DeadCard = {
  readonly id: string;
  readonly channel: string;
  readonly key: string;
  readonly error: string;
  readonly at: string;
};
export type OutboxState = {
  readonly waiting: number;
  /** Places where something waits or that are refused, worst first. */
  readonly places: readonly PlaceState[];
  /** Cards given up, newest first. */
  readonly dead: readonly DeadCard[];
};

/** What `status`, `doctor` and `outbox list` show: what waits where and why, and what was given up. */
export async function outboxState(sql: SqlLike, surface: string | null = null): Promise<OutboxState> {
  const places = await sql<PlaceState[]>`
    with waits as (
      select channel, count(*)::int as waiting, min(wanted_at) as since,
        (array_agg(last_error order by priority, id))[1] as error
      from outbox where revision_done < revision and dead_at is null group by channel)
    select coalesce(waits.channel, lane.channel) as place, coalesce(waits.waiting, 0) as waiting,
      ${instant(sql, "waits.since")} as "waitingSince", ${instant(sql, "lane.refused_at")} as "refusedSince",
      coalesce(lane.refused_reason, waits.error) as reason
    from waits full join (select * from outbox_lane where refused_at is not null) lane on lane.channel = waits.channel
    where ${surface}::text is null or ${surfaceOf(sql, "coalesce(waits.channel, lane.channel)")} = ${surface}
    order by lane.refused_at nulls last, waits.since`;
  const dead = await sql<DeadCard[]>`
    select id::text as id, channel, key, coalesce(last_error, '') as error, ${instant(sql, "dead_at")} as at
    from outbox where dead_at is not null and (${surface}::text is null or surface = ${surface})
    order by dead_at desc, id desc limit ${SHOWN_MAX}`;
  const waiting = places.reduce((sum, place) => sum + place.waiting, 0);
  return { waiting, places: places.slice(0, SHOWN_MAX), dead: [...dead] };
}

/**
 * Tries now what waits for another time: a place with all that waits there, or one card given up by its id.
 * Returns how many cards; null = there is no such place or card.
 */
export async function retryOutbox(sql: SqlLike, what: string): Promise<number | null> {
  const id = /^\d{1,18}$/.test(what) ? what : null;
  const cards = await sql`
    with again as (
      update outbox set next_attempt_at = now(), attempts = 0, dead_at = null, wanted_at = now()
      where (${id}::bigint is not null and id = ${id}::bigint and revision_done < revision)
        or (${id}::bigint is null and channel = ${what} and revision_done < revision) returning channel)
    select pg_notify(${OUTBOX_NOTIFY}, channel) from again`;
  const lanes = await sql`
    update outbox_lane set not_before = now() where channel = ${what}
      or channel = (select channel from outbox where id = ${id}::bigint) returning 1`;
  return cards.length === 0 && lanes.length === 0 ? null : cards.length;
}

/** Gives up for good: one card by its id, or everything that waits or was given up at a place. Returns how many cards. */
export async function dropOutbox(sql: SqlLike, what: string): Promise<number> {
  const id = /^\d{1,18}$/.test(what) ? what : null;
  const rows = await sql`
    update outbox set revision_done = revision, dead_at = null, last_error = null
    where revision_done < revision and (id = ${id}::bigint or (${id}::bigint is null and channel = ${what})) returning 1`;
  if (id === null) await sql`update outbox_lane set refused_at = null, refused_reason = null where channel = ${what}`;
  return rows.length;
}

/** What cannot be delivered on a surface, for the card that tells admins; empty = all is well again. */
export type Undelivered = {
  readonly surface: string;
  readonly places: readonly PlaceState[];
  readonly dead: readonly DeadCard[];
};

/**
 * The surfaces whose admins were told of undelivered cards, held to the end of the transaction. Whoever changes what waits
 * and then notes the incident takes them first: taken after the cards, two that do so at once wait for each other.
 */
export async function lockIncidents(sql: SqlLike): Promise<string[]> {
  const rows = await sql<{ surface: string }[]>`select surface from delivery_incident order by surface for update`;
  return rows.map(({ surface }) => surface);
}

/**
 * Tells admins that a surface does not take cards: one card when it begins, edited while it lasts and when it is over.
 * Belongs in the transaction of what changed. Each admin is told privately; without any, the first channel is.
 */
export async function noteIncident(
  sql: SqlLike,
  surface: string,
  render: (undelivered: Undelivered) => object,
): Promise<void> {
  const state = await outboxState(sql, surface);
  const refused = state.places.filter(({ refusedSince }) => refusedSince !== null);
  const [recent] = await sql<{ ids: string[] }[]>`
    select coalesce(array_agg(id::text), '{}') as ids from outbox
    where dead_at > now() - make_interval(days => ${DEAD_DAYS}) and surface = ${surface}`;
  const dead = state.dead.filter(({ id }) => recent?.ids.includes(id) === true);
  const card = (): object => render({ surface, places: refused, dead });
  if (refused.length === 0 && dead.length === 0) {
    const [over] = await sql<{ key: string }[]>`delete from delivery_incident where surface = ${surface} returning key`;
    if (over !== undefined) await enqueueUpdate(sql, { key: over.key, card: card() });
    return;
  }
  const [incident] = await sql<{ key: string; opened: boolean }[]>`
    insert into delivery_incident (surface, key)
    values (${surface}, ${`undelivered:${surface}:`} || to_char(clock_timestamp() at time zone 'UTC', 'YYYYMMDDHH24MISSUS'))
    on conflict (surface) do update set key = delivery_incident.key returning key, xmax = 0 as opened`;
  if (incident === undefined) return;
  if (!incident.opened) await enqueueUpdate(sql, { key: incident.key, card: card() });
  else await tellAdmins(sql, { key: incident.key, card: card() });
}

async function tellAdmins(sql: SqlLike, notice: { readonly key: string; readonly card: object }): Promise<void> {
  const admins = await sql<{ id: string }[]>`
    select id from principal where coalesce(role_configured, role) = 'admin' order by id`;
  for (const { id } of admins) await enqueuePrivate(sql, { ...notice, personId: id });
  if (admins.length === 0) await enqueuePost(sql, { ...notice, channel: ADMIN_CHANNEL });
}

function surfaceOf(sql: SqlLike, column: string) {
  return sql.unsafe(`coalesce(substring(${column} from '^([a-z]+):'), 'web')`);
}

function instant(sql: SqlLike, column: string) {
  return sql.unsafe(`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`);
}
