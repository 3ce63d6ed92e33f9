import type { SqlLike } from "./db.ts";
import { jsonb } from "./jsonb.ts";

/** Tries of a card that fails for no reason the surface names, before it is given up (about four minutes). */
export const ATTEMPTS_MAX = 8;
const BACKOFF_FIRST_S = 1;
const BACKOFF_MAX_S = 300;
/** A platform that is down is asked again at this pace: when it is back, cards wait no longer than this. */
const UNAVAILABLE_MAX_S = 60;
/** A place nobody may write to is tried again this often: often enough to notice, rare enough to be no nuisance. */
const REFUSED_PAUSE_S = 3_600;
/** A card that could not be delivered for this long is given up: it would be old news. */
export const PENDING_HOURS_MAX = 72;
const ERROR_LENGTH_MAX = 500;

/** Something wanted at a place. `card` is a Card of src/bot/card.ts, kept as JSON; null for a file. */
export type OutboxRow = {
  readonly id: string;
  readonly channel: string;
  readonly key: string;
  readonly kind: "post" | "private" | "upload";
  readonly card: object | null;
  readonly file: { readonly name: string; readonly mime: string; readonly text: string } | null;
  readonly revision: number;
  readonly generation: number;
  /** Where the surface put it; null = not posted (or no longer there). */
  readonly reference: object | null;
  /** Reference of the message it belongs under; null = the channel itself. */
  readonly thread: object | null;
  readonly personId: string | null;
  /** Sends of the post begun whose outcome is not known, this one included. */
  readonly sendsOpen: number;
  readonly attempts: number;
};

/** Why a send failed, as far as the queue must know (src/bot/channels/channel-error.ts says what each means). */
export type SendFailure = {
  readonly kind: "rate-limited" | "unavailable" | "gone" | "refused" | "invalid" | "failed";
  readonly reason: string;
  readonly retryAfterSeconds: number | null;
  /** The platform may have taken it all the same. */
  readonly maybeSent: boolean;
};

/** One deliverer among those of one database. `leaseSeconds`: how long others wait for one that says nothing. */
export type Holder = { readonly id: string; readonly leaseSeconds: number };

/**
 * Takes places of a surface that have something due and nobody in them, the most urgent first, at most `limit`.
 * Any number of deliverers may call this: a place has one holder, until its lease runs out or it is released.
 */
export async function claimLanes(sql: SqlLike, surface: string, holder: Holder, limit: number): Promise<string[]> {
  // Sorted by name, so that two deliverers that take several at once never wait for each other in a circle.
  const rows = await sql<{ channel: string }[]>`
    with recursive ${heads(sql, surface)},
    due as (
      select head.channel from head left join outbox_lane lane on lane.channel = head.channel
      where head.next_attempt_at <= now() and (lane.channel is null
        or (lane.not_before <= now() and (lane.lease_until is null or lane.lease_until <= now())))
      order by head.priority, head.id limit ${limit})
    insert into outbox_lane as lane (channel, holder, lease_until)
    select channel, ${holder.id}, now() + make_interval(secs => ${holder.leaseSeconds}) from due order by channel
    on conflict (channel) do update set holder = excluded.holder, lease_until = excluded.lease_until
      where lane.not_before <= now() and (lane.lease_until is null or lane.lease_until <= now())
    returning channel`;
  return rows.map(({ channel }) => channel);
}

/** Seconds until a place of the surface may have something to send; null = nothing waits. */
export async function secondsUntilDue(sql: SqlLike, surface: string): Promise<number | null> {
  const [row] = await sql<{ seconds: number | null }[]>`
    with recursive ${heads(sql, surface)}
    select extract(epoch from min(greatest(head.next_attempt_at, lane.not_before, lane.lease_until)) - now())::float8
      as seconds
    from head left join outbox_lane lane on lane.channel = head.channel`;
  return row?.seconds ?? null;
}

/** Keeps the places of a deliverer that lives. */
export async function renewLanes(sql: SqlLike, places: readonly string[], holder: Holder): Promise<void> {
  if (places.length === 0) return;
  await sql`
    update outbox_lane set lease_until = now() + make_interval(secs => ${holder.leaseSeconds})
    where channel = any(${[...places]}::text[]) and holder = ${holder.id} and lease_until > now()`;
}

/** Leaves a place; nothing more is sent there for `pauseSeconds`. */
export async function releaseLane(sql: SqlLike, channel: string, holder: Holder, pauseSeconds: number): Promise<void> {
  await sql`
    update outbox_lane set holder = null, lease_until = null,
      not_before = greatest(not_before, now() + make_interval(secs => ${pauseSeconds}))
    where channel = ${channel} and holder = ${holder.id}`;
}

/**
 * The next thing to send at a place this deliverer holds, and notes that a send of it begins; null = nothing is due, or
 * the place was taken over meanwhile. What is not due holds back what is behind it.
 */
export async function takeNext(sql: SqlLike, channel: string, holder: Holder): Promise<OutboxRow | null> {
  const [row] = await sql<OutboxRow[]>`
    with head as (
      select o.id, o.next_attempt_at, parent.reference from outbox o ${parentOf(sql)}
      where o.channel = ${channel} and ${waiting(sql)}
      order by o.priority, o.id limit 1)
    update outbox o set sends_open = case when o.reference is null then o.sends_open + 1 else 0 end
    from head
    where o.id = head.id and head.next_attempt_at <= now() and exists (
      select 1 from outbox_lane lane
      where lane.channel = ${channel} and lane.holder = ${holder.id} and lane.lease_until > now())
    returning o.id::text as id, o.channel, o.key, o.kind, o.card, o.file, o.revision, o.generation, o.reference,
      coalesce(head.reference, o.thread) as thread, o.person_id as "personId", o.sends_open as "sendsOpen", o.attempts`;
  return row ?? null;
}

/** Records that the surface has it, and where; whether the place had been refused. An edit asked for meanwhile stays wanted. */
export async function settleSent(sql: SqlLike, row: OutboxRow, reference: object): Promise<{ recovered: boolean }> {
  const rows = await sql`
    with done as (
      update outbox set revision_done = greatest(revision_done, ${row.revision}), reference = ${jsonb(reference)}::text::jsonb,
        attempts = 0, sends_open = 0, last_error = null, delivered_at = now() where id = ${row.id}::bigint returning channel)
    update outbox_lane set refused_at = null, refused_reason = null
    where channel = (select channel from done) and refused_at is not null returning 1`;
  return { recovered: rows.length > 0 };
}

/** What became of a card that could not be sent. */
export type Settled = "waits" | "again" | "dead" | "refused";

/**
 * Records why something was not sent and when it is tried again:
 * a 429 stalls its place and counts for nothing; what is gone is posted anew; a refusal stops the place at once;
 * what is wrong in itself is given up; all else is tried with growing pauses.
 */
export async function settleFailed(sql: SqlLike, row: OutboxRow, failure: SendFailure): Promise<Settled> {
  const reason = failure.reason.slice(0, ERROR_LENGTH_MAX);
  const { kind } = failure;
  if (kind === "gone" && (row.reference !== null || row.thread !== null)) {
    await startAfresh(sql, row, reason);
    return "again";
  }
  if (kind === "rate-limited" || kind === "refused") {
    const refused = kind === "refused";
    const pause = refused ? REFUSED_PAUSE_S : (failure.retryAfterSeconds ?? BACKOFF_FIRST_S);
    await sql`
      with kept as (
        update outbox set sends_open = 0, last_error = ${reason} where id = ${row.id}::bigint)
      update outbox_lane set not_before = clock_timestamp() + make_interval(secs => ${pause}),
        refused_at = case when ${refused} then coalesce(refused_at, now()) else refused_at end,
        refused_reason = case when ${refused} then ${reason} else refused_reason end
      where channel = ${row.channel}`;
    return refused ? "refused" : "waits";
  }
  const attempts = row.attempts + 1;
  const dead = kind === "invalid" || (kind !== "unavailable" && attempts >= ATTEMPTS_MAX);
  const longest = kind === "unavailable" ? UNAVAILABLE_MAX_S : BACKOFF_MAX_S;
  const pause = Math.min(longest, BACKOFF_FIRST_S * 2 ** Math.min(row.attempts, 20));
  await sql`
    update outbox set attempts = ${attempts}, last_error = ${reason},
      sends_open = case when ${failure.maybeSent} then sends_open else 0 end,
      next_attempt_at = clock_timestamp() + make_interval(secs => ${pause}),
      dead_at = ${dead ? sql`now()` : null} where id = ${row.id}::bigint`;
  return dead ? "dead" : "waits";
}

/** The message is gone: it is posted anew. A message under one that is gone goes into the channel. */
async function startAfresh(sql: SqlLike, row: OutboxRow, reason: string): Promise<void> {
  if (row.reference === null) {
    await sql`
      update outbox set under = null, thread = null, sends_open = 0, last_error = ${reason} where id = ${row.id}::bigint`;
    return;
  }
  await sql`
    update outbox set reference = null, sends_open = 0, generation = generation + 1, revision_done = 0,
      last_error = ${reason} where id = ${row.id}::bigint and generation = ${row.generation}`;
}

/** Gives up what waited too long to be news. Returns how many cards. */
export async function buryStale(sql: SqlLike, surface: string): Promise<number> {
  const rows = await sql`
    update outbox set dead_at = now(),
      last_error = left('not delivered within ' || ${PENDING_HOURS_MAX} || ' hours'
        || coalesce(': ' || last_error, ''), ${ERROR_LENGTH_MAX})
    where surface = ${surface} and revision_done < revision and dead_at is null
      and wanted_at < now() - make_interval(hours => ${PENDING_HOURS_MAX}) returning 1`;
  return rows.count;
}

/** Pending, and not behind a parent that is still to be posted. */
function waiting(sql: SqlLike) {
  return sql`o.revision_done < o.revision and o.dead_at is null
    and (o.under is null or parent.id is null or parent.reference is not null or parent.dead_at is not null)`;
}

function parentOf(sql: SqlLike) {
  return sql`left join outbox parent on parent.channel = o.channel and parent.key = o.under`;
}

/**
 * What each place of a surface would send next. Places are found by stepping through the index of what is pending, one
 * probe a place, however many cards wait.
 */
function heads(sql: SqlLike, surface: string) {
  return sql`
    place(channel) as (
      (select o.channel from outbox o
        where o.surface = ${surface} and o.revision_done < o.revision and o.dead_at is null order by o.channel limit 1)
      union all
      select step.channel from place, lateral (select o.channel from outbox o
        where o.surface = ${surface} and o.revision_done < o.revision and o.dead_at is null and o.channel > place.channel
        order by o.channel limit 1) step),
    head as (
      select place.channel, next.id, next.priority, next.next_attempt_at from place, lateral (
        select o.id, o.priority, o.next_attempt_at from outbox o ${parentOf(sql)}
        where o.surface = ${surface} and o.channel = place.channel and ${waiting(sql)}
        order by o.priority, o.id limit 1) next)`;
}
