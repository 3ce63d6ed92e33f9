import type { StatusAnswer } from "../domain/contract-operations.ts";
import { dateOfInstant } from "../domain/period.ts";
import { cubeVersion, loadPromotedTags } from "../store/cube-version.ts";
import { countOutdatedBatches, countRuns, loadLatestBatches } from "../store/operations.ts";
import { outboxState } from "../store/outbox-state.ts";
import { checkFreshness } from "./check-freshness.ts";
import type { Verb } from "./context.ts";
import { listSchedules } from "./list-schedules.ts";

/** Batches shown: what somebody who just loaded bills looks for. */
const BATCHES_MAX = 10;

/** How the installation stands: sources and their freshness, last batches, schedules, what waits, what was given up. */
export async function showStatus({ ctx }: Verb<Record<string, never>>): Promise<StatusAnswer> {
  const { sql } = ctx.db;
  const version = cubeVersion(ctx.settings.tagAliases, await loadPromotedTags(sql));
  const [freshness, batches, list, runs, outbox, outdatedBatches] = await Promise.all([
    checkFreshness({ ctx, input: {} }),
    loadLatestBatches(sql, BATCHES_MAX),
    listSchedules({ ctx, input: {} }),
    countRuns(sql),
    outboxState(sql),
    countOutdatedBatches(sql, version),
  ]);
  // Deliveries, and what is on its way to which channel, cannot be cut to a part of the bills.
  const whole = ctx.scope.length === 0;
  return {
    sources: freshness.sources.map(({ sourceId: _id, lastArrival, ...source }) => ({
      ...source,
      lastArrival: lastArrival === null ? null : dateOfInstant(lastArrival).toISOString(),
    })),
    batches: whole ? batches : [],
    schedules: list.schedules,
    runs,
    outbox: {
      waiting: outbox.waiting,
      dead: whole ? [...outbox.dead] : [],
      places: whole ? [...outbox.places] : [],
    },
    rollups: { version, outdatedBatches },
  };
}
