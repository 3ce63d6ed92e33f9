import { dateOfInstant } from "../domain/period.ts";
import { reportSchema } from "../domain/report.ts";
import type { Creator, RunStatus, Schedule } from "../domain/schedule.ts";
import type { Sql, SqlLike } from "./db.ts";

/** A schedule as the database knows it. Instants are ms since 1970. */
export type KnownSchedule = Schedule & {
  /** Runs due after this count; null = known since the first start. */
  readonly countsFrom: number | null;
  /** The latest run ever enqueued; null = none. */
  readonly lastDue: number | null;
  /** Who subscribed; null = configuration, or built in. */
  readonly creator: Creator | null;
  /** Why it stands still, in words; null = it runs. */
  readonly paused: string | null;
};

/** What tells one run from all others. */
export type RunKey = { readonly schedule: string; readonly dueAt: number };

export type RunRow = RunKey & {
  readonly status: RunStatus;
  readonly late: boolean;
  readonly attempts: number;
  readonly note: string | null;
};

/** Any constant: two processes that start at once record the configured schedules one after the other. */
const SYNC_LOCK = 7_316_213;

/**
 * Records the configured schedules. On the very first start their latest due run is caught up; a schedule added or
 * changed later counts from `now`. Schedules no longer configured stop; those made in chat stay.
 */
export async function syncSchedules(sql: Sql, schedules: readonly Schedule[], now: number): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${SYNC_LOCK})`;
    const known = await tx`select 1 from schedule limit 1`;
    const countsFrom = known.length === 0 ? null : dateOfInstant(now);
    for (const schedule of schedules) {
      await tx`
        insert into schedule as s (name, job, cron, time_zone, channel, scope, origin, report, counts_from)
        values (${schedule.name}, ${schedule.job}, ${schedule.cron}, ${schedule.timeZone}, ${schedule.channel},
          ${JSON.stringify(schedule.scope)}::text::jsonb, ${schedule.origin}, ${jsonOf(schedule.report)}::text::jsonb,
          ${countsFrom})
        on conflict (name) do update set job = excluded.job, cron = excluded.cron, time_zone = excluded.time_zone,
          channel = excluded.channel, scope = excluded.scope, origin = excluded.origin, report = excluded.report,
          creator = null, removed_at = null,
          counts_from = case
            when s.removed_at is null and s.cron = excluded.cron and s.time_zone = excluded.time_zone then s.counts_from
            else excluded.counts_from end`;
    }
    const names = schedules.map(({ name }) => name);
    await tx`
      update schedule set removed_at = ${dateOfInstant(now)}
      where removed_at is null and origin <> 'chat' and not (name = any(${names}::text[]))`;
  });
}

function jsonOf(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

type ScheduleRecord = Omit<KnownSchedule, "report"> & { report: unknown };

/** The schedules in force, by name. */
export async function loadSchedules(sql: SqlLike): Promise<KnownSchedule[]> {
  const rows = await sql<ScheduleRecord[]>`
    select name, job, cron, time_zone as "timeZone", channel, scope, origin, report, creator, paused,
      (extract(epoch from counts_from) * 1000)::float8 as "countsFrom",
      (select (extract(epoch from max(r.due_at)) * 1000)::float8 from schedule_run r where r.schedule = s.name) as "lastDue"
    from schedule s where removed_at is null order by name`;
  return rows.map(({ report, ...row }) => (report === null ? row : { ...row, report: reportSchema.parse(report) }));
}

/** Claims a run for this process: false when it was claimed before, by whomever. */
export async function insertRun(sql: SqlLike, run: RunKey & { readonly late: boolean }): Promise<boolean> {
  const rows = await sql`
    insert into schedule_run (schedule, due_at, status, late)
    values (${run.schedule}, ${dateOfInstant(run.dueAt)}, 'queued', ${run.late})
    on conflict do nothing returning 1`;
  return rows.length === 1;
}

const RUN_COLUMNS = `schedule, (extract(epoch from due_at) * 1000)::float8 as "dueAt", status, late, attempts, note`;

export async function loadRun(sql: SqlLike, key: RunKey): Promise<RunRow | null> {
  const rows = await sql<RunRow[]>`
    select ${sql.unsafe(RUN_COLUMNS)} from schedule_run
    where schedule = ${key.schedule} and due_at = ${dateOfInstant(key.dueAt)}`;
  return rows[0] ?? null;
}

/** Runs that wait or were cut off. */
export async function loadOpenRuns(sql: SqlLike): Promise<RunRow[]> {
  const rows = await sql<RunRow[]>`
    select ${sql.unsafe(RUN_COLUMNS)} from schedule_run where status = 'queued' order by due_at`;
  return [...rows];
}

/** The latest run of each schedule. */
export async function loadLatestRuns(sql: SqlLike): Promise<(RunRow & { readonly finishedAt: string | null })[]> {
  const rows = await sql<(RunRow & { finishedAt: string | null })[]>`
    select distinct on (schedule) ${sql.unsafe(RUN_COLUMNS)}, to_char(finished_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "finishedAt"
    from schedule_run order by schedule, due_at desc`;
  return [...rows];
}

/** Ends a run, once: false when somebody else did. Belongs in the transaction of what the run did. */
export async function finishRun(
  sql: SqlLike,
  key: RunKey,
  end: { readonly status: "done" | "skipped"; readonly note: string },
): Promise<boolean> {
  const rows = await sql`
    update schedule_run set status = ${end.status}, note = ${end.note}, finished_at = now(), attempts = attempts + 1
    where schedule = ${key.schedule} and due_at = ${dateOfInstant(key.dueAt)} and status = 'queued' returning 1`;
  return rows.length === 1;
}

/** Records a failed attempt; `final` gives the run up. */
export async function recordRunFailure(sql: SqlLike, key: RunKey, reason: string, final: boolean): Promise<void> {
  await sql`
    update schedule_run set attempts = attempts + 1, note = ${reason.slice(0, 500)},
      status = case when ${final} then 'failed' else status end, finished_at = case when ${final} then now() end
    where schedule = ${key.schedule} and due_at = ${dateOfInstant(key.dueAt)} and status = 'queued'`;
}

/**
 * Reopens the latest run of schedules of a job that was skipped for want of data. Returns the runs reopened.
 */
export async function reopenSkippedRuns(sql: SqlLike, job: Schedule["job"]): Promise<RunKey[]> {
  const rows = await sql<RunKey[]>`
    update schedule_run r set status = 'queued', finished_at = null
    from schedule s
    where s.name = r.schedule and s.job = ${job} and s.removed_at is null and s.paused is null and r.status = 'skipped'
      and r.due_at = (select max(due_at) from schedule_run l where l.schedule = r.schedule)
    returning r.schedule, (extract(epoch from r.due_at) * 1000)::float8 as "dueAt"`;
  return [...rows];
}

/**
 * Whether bills are being read right now, by a schedule or by hand: what is shown meanwhile is half of it.
 * A read that lasts longer than half an hour, or that failed once, holds nothing up.
 */
export async function ingestUnderway(sql: SqlLike): Promise<boolean> {
  const [row] = await sql<{ underway: boolean }[]>`
    select exists (
        select 1 from schedule_run r join schedule s on s.name = r.schedule
        where s.job = 'ingest' and s.removed_at is null and r.status = 'queued' and r.attempts = 0
          and r.queued_at > now() - interval '30 minutes')
      or exists (
        select 1 from ingest_lease
        where holder is not null and heartbeat_at > now() - interval '1 minute') as underway`;
  return row?.underway === true;
}

/** Removes runs that ended long ago; the latest of each schedule stays, since it says what was caught up. */
export async function pruneRuns(sql: SqlLike, keepDays: number): Promise<number> {
  const rows = await sql`
    delete from schedule_run r where finished_at < now() - make_interval(days => ${keepDays})
      and exists (select 1 from schedule_run l where l.schedule = r.schedule and l.due_at > r.due_at)`;
  return rows.count;
}
