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

type NewestDay = { sourceId: string; source: string; provider: string; last: Day; batchIds: string[] };

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
      batchIds: [...(known?.batchIds ?? []), batch.id],
    });
  }
  return sources;
}

/** Usage rows a day of each source, its newest weeks; charges longer than a day say nothing about completeness. */
async function countUsageRows(snapshot: CostSnapshot, sources: readonly NewestDay[]): Promise<Map<string, DayCount[]>> {
  const counts = new Map<string, DayCount[]>();
  if (sources.length === 0) return counts;
  const pairs = sources.flatMap((source) =>
    source.batchIds.map((batch) => ({ batch, source: source.sourceId, from: addDays(source.last, -DAYS_READ) })),
  );
  const { sql } = snapshot;
  const earliest = pairs.map((pair) => pair.from).sort()[0] ?? "";
  const wanted = sql`unnest(${pairs.map((pair) => pair.batch)}::bigint[], ${pairs.map((pair) => pair.source)}::text[], ${pairs.map((pair) => pair.from)}::date[]) as wanted(batch_id, source, first)`;
  const rows = snapshot.rollups.current
    ? await sql<{ source: string; day: Day; rows: string }[]>`
        select wanted.source, c.period_start as day, sum(c.source_rows)::text as rows
        from cost_cube c join ${wanted} on wanted.batch_id = c.batch_id
        where c.cube = 'day:' and c.period_start >= ${earliest} and c.period_start >= wanted.first and c.kind = 'usage' and not c.long
        group by 1, 2`
    : await sql<{ source: string; day: Day; rows: string }[]>`
        select wanted.source, d.charge_day as day, sum(d.source_rows)::text as rows
        from cost_daily d join ${wanted} on wanted.batch_id = d.batch_id join cost_slice s on s.id = d.slice_id
        where d.charge_day >= ${earliest} and d.charge_day >= wanted.first and s.kind = 'usage' and not s.long
        group by 1, 2`;
  for (const row of rows) {
    const days = counts.get(row.source) ?? [];
    days.push({ day: row.day, rows: Number(row.rows) });
    counts.set(row.source, days);
  }
  return counts;
}
