import { dateOfInstant } from "../domain/period.ts";
import type { Creator, Schedule } from "../domain/schedule.ts";
import type { SqlLike } from "./db.ts";

export type NewSubscription = Schedule & { readonly creator: Creator; readonly countsFrom: number };

/**
 * Writes what somebody subscribed to under its name: a new one, other times for one of theirs, or a removed one again.
 * Runs due after `countsFrom` count. False when the name is in use by what was not made in chat.
 */
export async function saveSubscription(sql: SqlLike, input: NewSubscription): Promise<boolean> {
  const rows = await sql`
    insert into schedule as s (name, job, cron, time_zone, channel, scope, origin, report, creator, counts_from)
    values (${input.name}, ${input.job}, ${input.cron}, ${input.timeZone}, ${input.channel},
      ${JSON.stringify(input.scope)}::text::jsonb, 'chat', ${JSON.stringify(input.report)}::text::jsonb,
      ${JSON.stringify(input.creator)}::text::jsonb, ${dateOfInstant(input.countsFrom)})
    on conflict (name) do update set job = excluded.job, cron = excluded.cron, time_zone = excluded.time_zone,
      channel = excluded.channel, scope = excluded.scope, report = excluded.report, creator = excluded.creator,
      origin = excluded.origin, counts_from = excluded.counts_from, removed_at = null, paused = null, paused_at = null
    where s.origin = 'chat' or s.removed_at is not null
    returning 1`;
  return rows.length === 1;
}

/** Ends what was made in chat. */
export async function removeSubscription(sql: SqlLike, name: string): Promise<void> {
  await sql`update schedule set removed_at = now() where name = ${name} and origin = 'chat' and removed_at is null`;
}

/** Lets a schedule stand still, for a reason people read. False when it stood still before. */
export async function pauseSchedule(sql: SqlLike, name: string, reason: string): Promise<boolean> {
  const rows = await sql`
    update schedule set paused = ${reason}, paused_at = now()
    where name = ${name} and removed_at is null and paused is null returning 1`;
  return rows.length === 1;
}

/** Lets it run again, from `now` on; what was missed meanwhile is not caught up. */
export async function resumeSchedule(
  sql: SqlLike,
  name: string,
  input: { readonly now: number; readonly creator: Creator | null },
): Promise<void> {
  const creator = input.creator === null ? null : JSON.stringify(input.creator);
  await sql`
    update schedule set paused = null, paused_at = null, removed_at = null, counts_from = ${dateOfInstant(input.now)},
      creator = case when origin = 'chat' then ${creator}::text::jsonb else creator end
    where name = ${name}`;
}

/** What was removed in chat under this name, for taking it back; null = nothing. */
export async function findRemoved(
  sql: SqlLike,
  name: string,
): Promise<{ channel: string | null; scope: Schedule["scope"]; creator: Creator } | null> {
  const [row] = await sql<{ channel: string | null; scope: Schedule["scope"]; creator: Creator }[]>`
    select channel, scope, creator from schedule where name = ${name} and origin = 'chat' and removed_at is not null`;
  return row ?? null;
}

/** Names in use, of any origin: a new one must differ. */
export async function namesInUse(sql: SqlLike): Promise<ReadonlySet<string>> {
  const rows = await sql<{ name: string }[]>`select name from schedule where removed_at is null or origin <> 'chat'`;
  return new Set(rows.map(({ name }) => name));
}
