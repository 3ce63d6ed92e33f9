import type { Json } from "../domain/audit-event.ts";
import type { HandOff, HandOffKind } from "../domain/recommendation.ts";
import type { Sql, SqlLike } from "./db.ts";

/** Tries before a hand-off is given up and said so on the card: with the pauses below, about a day. */
export const HAND_OFF_ATTEMPTS_MAX = 12;
const PAUSE_S_MAX = 14_400;

export type HandOffRow = {
  readonly id: string;
  readonly recommendationId: string;
  readonly revision: number;
  readonly target: string;
  readonly kind: HandOffKind;
  readonly idempotencyKey: string;
  readonly payload: { readonly [key: string]: Json };
  /** Tries begun, this one included: above 1 something may already be there. */
  readonly attempts: number;
  readonly createdAt: string;
};

/** Queues a hand-off in the transaction of the approval. Sent when the undo window has closed; the same key once only. */
export async function enqueueHandOff(
  sql: SqlLike,
  input: Omit<HandOffRow, "id" | "attempts" | "createdAt"> & { readonly afterMinutes: number },
): Promise<void> {
  await sql`
    insert into hand_off (recommendation_id, revision, target, kind, idempotency_key, payload, next_attempt_at)
    values (${input.recommendationId}, ${input.revision}, ${input.target}, ${input.kind}, ${input.idempotencyKey},
      ${JSON.stringify(input.payload)}::text::jsonb, clock_timestamp() + make_interval(mins => ${input.afterMinutes}))
    on conflict (idempotency_key) do nothing`;
}

/** Hand-offs not yet sent will not be. */
export async function cancelHandOffs(sql: SqlLike, recommendationId: string): Promise<number> {
  const rows = await sql`
    update hand_off set state = 'cancelled', finished_at = now()
    where recommendation_id = ${recommendationId} and state = 'waiting' returning id`;
  return rows.length;
}

/**
 * Announces a try of the oldest due hand-off, in a transaction of its own: a process killed afterwards leaves a row
 * whose `attempts` says that something may have been sent, and which is due again only after `retrySeconds`.
 */
export async function beginHandOff(sql: Sql, retrySeconds: number): Promise<HandOffRow | null> {
  const [row] = await sql<HandOffRow[]>`
    update hand_off set attempts = attempts + 1, next_attempt_at = clock_timestamp()
      + make_interval(secs => least(${PAUSE_S_MAX}::float8, ${retrySeconds}::float8 * 2 ^ attempts))
    where id = (select id from hand_off where state = 'waiting' and next_attempt_at <= clock_timestamp()
      order by next_attempt_at, id limit 1 for update skip locked)
    returning ${columns(sql)}`;
  return row ?? null;
}

/**
 * Locks the announced try until the transaction ends, unless it was cancelled, done or begun again meanwhile. While a
 * paused sender holds the lock nobody else can send.
 */
export async function lockHandOff(sql: SqlLike, begun: HandOffRow): Promise<boolean> {
  const rows = await sql`
    select id from hand_off where id = ${begun.id}::bigint and state = 'waiting' and attempts = ${begun.attempts}
    for update skip locked`;
  return rows.length === 1;
}

export async function finishHandOff(
  sql: SqlLike,
  id: string,
  remote: { readonly id: string; readonly url: string | null },
): Promise<void> {
  await sql`
    update hand_off set state = 'done', remote_id = ${remote.id}, remote_url = ${remote.url}, last_error = null,
      finished_at = now() where id = ${id}::bigint`;
}

/** Keeps why a try failed; true when it was the last one. */
export async function failHandOff(sql: SqlLike, row: HandOffRow, reason: string): Promise<boolean> {
  const last = row.attempts >= HAND_OFF_ATTEMPTS_MAX;
  await sql`
    update hand_off set last_error = ${reason.slice(0, 500)}, state = ${last ? "given-up" : "waiting"},
      finished_at = ${last ? sql`now()` : null} where id = ${row.id}::bigint`;
  return last;
}

/** Hand-offs of each recommendation's revisions, oldest first. */
export async function readHandOffs(
  sql: SqlLike,
  ids: readonly string[],
): Promise<Map<string, (HandOff & { revision: number })[]>> {
  const rows = await sql<(HandOff & { revision: number; recommendationId: string })[]>`
    select recommendation_id as "recommendationId", revision, target, kind, state, remote_url as url, last_error as error
    from hand_off where recommendation_id = any(${[...ids]}::text[]) order by id`;
  const byId = new Map<string, (HandOff & { revision: number })[]>();
  for (const { recommendationId, ...handOff } of rows) {
    byId.set(recommendationId, [...(byId.get(recommendationId) ?? []), handOff]);
  }
  return byId;
}

function columns(sql: SqlLike) {
  return sql.unsafe(`id::text as id, recommendation_id as "recommendationId", revision, target, kind,
    idempotency_key as "idempotencyKey", payload, attempts,
    to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "createdAt"`);
}
