import type { ScopeFilter } from "../domain/scope.ts";
import type { SqlLike } from "./db.ts";
import { jsonb } from "./jsonb.ts";

/** How long others wait for whoever works on something before they take it up: longer than any command takes. */
const LEASE_SECONDS = 120;
/** Times something is taken up before it is let go: what kills a process each time must not for ever. */
export const INBOUND_ATTEMPTS_MAX = 3;
/** Platforms repeat a delivery for at most some minutes, and people share an answer the same day. */
const KEPT_HOURS = 24;

export type InboundKey = { readonly surface: string; readonly id: string };

/** What was answered, and what it was allowed to show. */
export type InboundResult = {
  readonly actorId: string;
  readonly actorName: string;
  readonly channel: string;
  readonly scope: ScopeFilter;
  /** {card, show} of src/bot/inbound.ts. */
  readonly answer: object;
};

/**
 * Keeps what arrived, before the surface acknowledges it. False: it was kept before (a redelivery), nothing is to be done.
 * `payload` is an Inbound.
 */
export async function receiveInbound(sql: SqlLike, inbound: InboundKey): Promise<boolean> {
  const rows = await sql`
    insert into inbound (surface, id, payload)
    values (${inbound.surface}, ${inbound.id}, ${jsonb(inbound)}::text::jsonb) on conflict do nothing returning 1`;
  return rows.length === 1;
}

export type Claim =
  /** `attempt` 2 and more: somebody died over it, and may have done it. `seq` names it to people. */
  | { readonly kind: "mine"; readonly attempt: number; readonly seq: string }
  | { readonly kind: "done"; readonly seq: string; readonly result: InboundResult }
  | { readonly kind: "busy" };

/** Takes something that arrived to work on it, unless it is done or somebody alive is at it. */
export async function claimInbound(sql: SqlLike, key: InboundKey, holder: string): Promise<Claim> {
  const [mine] = await sql<{ attempt: number; seq: string }[]>`
    update inbound set holder = ${holder}, attempts = attempts + 1,
      lease_until = now() + make_interval(secs => ${LEASE_SECONDS})
    where surface = ${key.surface} and id = ${key.id} and done_at is null
      and (lease_until is null or lease_until <= now())
    returning attempts as attempt, seq::text as seq`;
  if (mine !== undefined) return { kind: "mine", ...mine };
  const [row] = await sql<(InboundResult & { seq: string })[]>`
    select ${resultColumns(sql)}, seq::text as seq from inbound
    where surface = ${key.surface} and id = ${key.id} and done_at is not null and answer is not null`;
  if (row === undefined) return { kind: "busy" };
  const { seq, ...result } = row;
  return { kind: "done", seq, result };
}

/** Records that it was done and what was answered. The first to say so is right. */
export async function finishInbound(sql: SqlLike, key: InboundKey, result: InboundResult): Promise<void> {
  await sql`
    update inbound set done_at = now(), actor_id = ${result.actorId}, actor_name = ${result.actorName},
      channel = ${result.channel}, scope = ${jsonb(result.scope)}::text::jsonb,
      answer = ${jsonb(result.answer)}::text::jsonb
    where surface = ${key.surface} and id = ${key.id} and done_at is null`;
}

/** Records that the answer was shown. */
export async function toldInbound(sql: SqlLike, key: InboundKey): Promise<void> {
  await sql`
    update inbound set told_at = now(), holder = null, lease_until = null
    where surface = ${key.surface} and id = ${key.id}`;
}

/** Things that arrived, whose worker is dead, oldest first. `payload` is an Inbound. */
export async function leftoverInbound(sql: SqlLike, limit: number): Promise<object[]> {
  const rows = await sql<{ payload: object }[]>`
    select payload from inbound where told_at is null and attempts <= ${INBOUND_ATTEMPTS_MAX}
      and coalesce(lease_until, received_at + make_interval(secs => ${LEASE_SECONDS})) <= now()
    order by received_at limit ${limit}`;
  return rows.map(({ payload }) => payload);
}

/** An answer by the number people name it by, and the thread it was asked in; null = it is not kept (any more). */
export async function readInboundAnswer(
  sql: SqlLike,
  seq: string,
): Promise<(InboundResult & { readonly thread: { readonly channel: string; readonly id: string } | null }) | null> {
  const [row] = await sql<(InboundResult & { place: string; threadId: string | null })[]>`
    select ${resultColumns(sql)}, payload ->> 'channel' as place, payload ->> 'thread' as "threadId"
    from inbound where seq = ${seq}::bigint and answer is not null`;
  if (row === undefined) return null;
  const { place, threadId, ...result } = row;
  return { ...result, thread: threadId === null ? null : { channel: place, id: threadId } };
}

/** Removes what arrived long ago. Returns how much. */
export async function reapInbound(sql: SqlLike): Promise<number> {
  const rows =
    await sql`delete from inbound where received_at < now() - make_interval(hours => ${KEPT_HOURS}) returning 1`;
  return rows.count;
}

/** Whether an audit line says that this person's request did something: written with the change or not at all. */
export async function requestDidSomething(sql: SqlLike, actorId: string, request: string): Promise<boolean> {
  const rows = await sql`
    select 1 from audit_event where actor_id = ${actorId} and outcome = 'done'
      and convert_from(bytes, 'UTF8')::jsonb -> 'actor' ->> 'request' = ${request} limit 1`;
  return rows.length > 0;
}

function resultColumns(sql: SqlLike) {
  return sql.unsafe(`actor_id as "actorId", actor_name as "actorName", channel, scope, answer`);
}
