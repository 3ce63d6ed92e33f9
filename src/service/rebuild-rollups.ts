import { rebuildStaleRollups } from "../ingest/rebuild-rollups.ts";
import { reapBatches } from "../store/reap.ts";
import type { Context } from "./context.ts";

const REAPED_MAX = 1_000;

/** Background work of the store: rollups of an older version are rebuilt, batches nobody needs any more deleted. */
export async function rebuildRollups(ctx: Context): Promise<{ rebuilt: number; left: number; reaped: number }> {
  const reaped = await reapBatches(ctx.db.sql, REAPED_MAX);
  const { rebuilt, left } = await rebuildStaleRollups(ctx, Number.MAX_SAFE_INTEGER);
  return { rebuilt, left, reaped: reaped.length };
}
