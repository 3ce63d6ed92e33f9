import type { Sql, SqlLike } from "./db.ts";

/** Postgres channel on which new work for the deliverer is announced. */
export const OUTBOX_NOTIFY = "finops_outbox";
/** Tries before a card is given up (with the back-off below: about ten minutes). */
export const ATTEMPTS_MAX = 8;
const BACKOFF_FIRST_S = 1;
const BACKOFF_MAX_S = 300;

/** A card wanted at a place. `card` is a Card of src/bot/card.ts, kept as JSON. */
export type OutboxRow = {
  readonly id: string;
  readonly channel: string;
  readonly key: string;
  readonly card: object;
  readonly revision: number;
  readonly reference: object | null;
  readonly attempts: number;
};

/**
 * Asks for a card in a channel, in the caller's transaction: it is posted if and only if that commits, exactly once
 * per (channel, key). The same key again changes nothing.
 */
export async function enqueuePost(
  sql: SqlLike,
  input: { readonly channel: string; readonly key: string; readonly card: object },
): Promise<void> {
  await sql`
    with written as (
      insert into outbox (channel, key, card)
      values (${input.channel.replace(/^#/, "")}, ${input.key}, ${JSON.stringify(input.card)}::text::jsonb)
      on conflict (channel, key) do nothing returning id)
    select pg_notify(${OUTBOX_NOTIFY}, id::text) from written`;
}

/**
 * Wants another card where one was posted (or is about to be) under `key`, in every channel that has it, in the
 * caller's transaction. Several updates before delivery are delivered as one. Returns how many places will change.
 */
export async function enqueueUpdate(
  sql: SqlLike,
  input: { readonly key: string; readonly card: object },
): Promise<number> {
  const rows = await sql`
    with written as (
      update outbox set card = ${JSON.stringify(input.card)}::text::jsonb, revision = revision + 1,
        attempts = 0, next_attempt_at = now(), dead_at = null
      where key = ${input.key} returning id)
    select pg_notify(${OUTBOX_NOTIFY}, id::text) from written`;
  return rows.count;
}

export type Delivery =
  | { readonly kind: "idle" }
  | { readonly kind: "done" | "failed" | "dead"; readonly row: OutboxRow };

/**
 * Delivers the oldest card that is due, one at a time per channel, and remembers where it went.
 * The row stays locked while `send` runs, so any number of deliverers may call this; a process that dies releases
 * it at once and another repeats the send, which is why `send` must be idempotent by key and revision.
 * An error of `send` is kept, retried with doubling pauses on the database's clock, and given up after ATTEMPTS_MAX.
 */
export async function deliverNext(sql: Sql, send: (row: OutboxRow) => Promise<object>): Promise<Delivery> {
  return sql.begin(async (tx) => {
    // Only the head of each channel is a candidate, so a locked or waiting head holds its own channel and no other.
    const [row] = await tx<OutboxRow[]>`
      select id::text as id, channel, key, card, revision, reference, attempts from outbox o
      where revision_done < revision and dead_at is null and next_attempt_at <= now()
        and not exists (select 1 from outbox earlier where earlier.channel = o.channel and earlier.id < o.id
          and earlier.revision_done < earlier.revision and earlier.dead_at is null)
      order by o.id limit 1 for update skip locked`;
    if (row === undefined) return { kind: "idle" } as const;
    try {
      const reference = await send(row);
      await tx`
        update outbox set revision_done = ${row.revision}, reference = ${JSON.stringify(reference)}::text::jsonb,
          attempts = 0, last_error = null, delivered_at = now() where id = ${row.id}::bigint`;
      return { kind: "done", row } as const;
    } catch (error) {
      return { kind: await recordFailure(tx, row, error), row };
    }
  }) as Promise<Delivery>;
}

/** Seconds until the next card is due; null when nothing waits. */
export async function secondsUntilDue(sql: SqlLike): Promise<number | null> {
  const [row] = await sql<{ seconds: number | null }[]>`
    select extract(epoch from min(next_attempt_at) - now())::float8 as seconds
    from outbox where revision_done < revision and dead_at is null`;
  return row?.seconds ?? null;
}

/** What `status` and metrics show: cards waiting and cards given up, with the last reason. */
export async function outboxState(
  sql: SqlLike,
): Promise<{ readonly waiting: number; readonly dead: readonly { channel: string; key: string; error: string }[] }> {
  const [waiting] = await sql<{ count: number }[]>`
    select count(*)::int as count from outbox where revision_done < revision and dead_at is null`;
  const dead = await sql<{ channel: string; key: string; error: string }[]>`
    select channel, key, coalesce(last_error, '') as error from outbox where dead_at is not null order by id limit 50`;
  return { waiting: waiting?.count ?? 0, dead: [...dead] };
}

async function recordFailure(tx: SqlLike, row: OutboxRow, error: unknown): Promise<"failed" | "dead"> {
  const attempts = row.attempts + 1;
  const dead = attempts >= ATTEMPTS_MAX;
  const pauseSeconds = Math.min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2 ** row.attempts);
  const reason = (error instanceof Error ? error.message : String(error)).slice(0, 500);
  await tx`
    update outbox set attempts = ${attempts}, last_error = ${reason},
      next_attempt_at = clock_timestamp() + make_interval(secs => ${pauseSeconds}),
      dead_at = ${dead ? tx`now()` : null} where id = ${row.id}::bigint`;
  return dead ? "dead" : "failed";
}
