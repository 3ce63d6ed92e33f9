import {
  combinedThrough,
  isStale,
  lastCompleteDay,
  USUAL_DAYS,
  type DayCount,
  type SourceDays,
} from "../analysis/complete-day.ts";
import type { Clock } from "../domain/clock.ts";
import type { TagAliasKeys } from "../domain/dimension.ts";
import { addDays, type Day } from "../domain/period.ts";
import { EVERYTHING, type ScopeFilter } from "../domain/scope.ts";
import { DEFAULT_SETTINGS } from "../domain/settings.ts";
import { withCostSnapshot, type ActiveBatch, type CostSnapshot } from "./cost-snapshot.ts";
import { withinScope } from "./cost-sources.ts";
import type { Database } from "./db.ts";

export type DataThrough = { readonly through: Day | null; readonly sources: readonly SourceDays[] };

/** Days read of each source: enough to learn its usual count and to look back over a gap. */
const DAYS_READ = USUAL_DAYS + 21;

/** Per source that holds anything of `scope` the last complete day, and the day all answers are complete through. */
export async function dataThrough(
  db: Database,
  clock: Clock,
  settings: { readonly staleAfterHours: number; readonly tagAliases: TagAliasKeys } = DEFAULT_SETTINGS,
  scope: ScopeFilter = EVERYTHING,
): Promise<DataThrough> {
  return withCostSnapshot(db, settings.tagAliases, async (snapshot) => {
    const { batches } = await withinScope(snapshot, scope);
    return readDataThrough(snapshot, batches, clock.today(), settings.staleAfterHours);
  });
}

/** The same inside a snapshot, for the sources of the given batches. */
export async function readDataThrough(
  snapshot: CostSnapshot,
  batches: readonly ActiveBatch[],
  today: Day,
  staleAfterHours: number,
): Promise<DataThrough> {
  const sources = newestDays(batches, today);
  const counts = await countUsageRows(snapshot, [...sources.values()]);
  const listed = [...sources.values()].map(({ source, provider, last, sourceId }): SourceDays => {
    const through = lastCompleteDay(provider, counts.get(sourceId) ?? [{ day: last, rows: 1 }], today);
    return { source, provider, through, stale: isStale(provider, through, today, staleAfterHours) };
  });
  listed.sort((a, b) => (a.source < b.source ? -1 : 1));
  return { through: combinedThrough(listed), sources: listed };
}

type NewestDay = { sourceId: string; source: string; provider: string; last: Day; batches: ActiveBatch[] };

function newestDays(batches: readonly ActiveBatch[], today: Day): Map<string, NewestDay> {
  const sources = new Map<string, NewestDay>();
  for (const batch of batches) {
    if (batch.lastDay === null) continue;
    const last = batch.lastDay < today ? batch.lastDay : today;
    const known = sources.get(batch.sourceId);
    sources.set(batch.sourceId, {
      sourceId: batch.sourceId,
      source: batch.source,
      provider: batch.provider,
      last: known !== undefined && known.last > last ? known.last : last,
      batches: [...(known?.batches ?? []), batch],
    });
  }
  return sources;
}

/** Usage rows a day of each source, its newest weeks; charges longer than a day say nothing about completeness. */
async function countUsageRows(snapshot: CostSnapshot, sources: readonly NewestDay[]): Promise<Map<string, DayCount[]>> {
  const recent = sources.map((source) => {
    const first = addDays(source.last, -DAYS_READ);
    return { source, first, batches: source.batches.filter(({ lastDay }) => lastDay !== null && lastDay >= first) };
  });
  await countBatches(
    snapshot,
    recent.flatMap(({ batches }) => batches).filter(({ id }) => !snapshot.usageDays.has(id)),
  );
  const counts = new Map<string, DayCount[]>();
  for (const { source, first, batches } of recent) {
    const days = new Map<Day, number>();
    for (const { id } of batches)
      for (const [day, rows] of snapshot.usageDays.get(id) ?? [])
        if (day >= first) days.set(day, (days.get(day) ?? 0) + rows);
    if (days.size > 0)
      counts.set(
        source.sourceId,
        [...days].map(([day, rows]) => ({ day, rows })),
      );
  }
  return counts;
}

/** Counts batches that were not counted before, whole: what is kept must not depend on the day it was first asked. */
async function countBatches(snapshot: CostSnapshot, batches: readonly ActiveBatch[]): Promise<void> {
  if (batches.length === 0) return;
  const { sql, rollups, usageDays } = snapshot;
  const ids = batches.map(({ id }) => id);
  // Every batch that has a last day has a first one.
  const from = batches.map(({ firstDay, lastDay }) => firstDay ?? lastDay ?? "").sort()[0] ?? "";
  const rows = rollups.current
    ? await sql<{ batch: string; day: Day; rows: string }[]>`
        select c.batch_id::text as batch, c.period_start as day, sum(c.source_rows)::text as rows from cost_cube c
        where c.cube = 'day:' and c.batch_id = any(${ids}::bigint[]) and c.period_start >= ${from} and c.kind = 'usage' and not c.long
        group by 1, 2`
    : await sql<{ batch: string; day: Day; rows: string }[]>`
        select d.batch_id::text as batch, d.charge_day as day, sum(d.source_rows)::text as rows
        from cost_daily d join cost_slice s on s.id = d.slice_id
        where d.batch_id = any(${ids}::bigint[]) and d.charge_day >= ${from} and s.kind = 'usage' and not s.long
        group by 1, 2`;
  const found = new Map(ids.map((id) => [id, new Map<Day, number>()]));
  for (const row of rows) found.get(row.batch)?.set(row.day, Number(row.rows));
  for (const [id, days] of found) usageDays.set(id, days);
}
