import { rm } from "node:fs/promises";

import { MONEY_SCALE } from "../domain/money.ts";
import { cubeVersion, loadPromotedTags } from "../store/cube-version.ts";
import { openLoader } from "../store/load.ts";
import { loadStaleBatches, openReader } from "../store/rollups.ts";
import { exportRollups } from "./build-delivery.ts";
import { openDuck } from "./duck/duck-process.ts";
import type { IngestEnvironment } from "./ingest-run.ts";
import { readBackBatch } from "./read-back.ts";
import { makeSpillDirectory } from "./spill.ts";

/**
 * Rebuilds the rollups of batches whose version is not today's (a tag key was promoted, an alias changed), the newest
 * months first, by the same SQL as a load. Each batch changes in one transaction. Stops before a batch with more than
 * `rowsMax` stored rows in all. Returns how many were rebuilt and how many are left.
 */
export async function rebuildStaleRollups(
  env: Pick<IngestEnvironment, "db" | "settings" | "dataDir">,
  rowsMax: number,
): Promise<{ rebuilt: number; left: number }> {
  const promoted = await loadPromotedTags(env.db.sql);
  const version = cubeVersion(env.settings.tagAliases, promoted);
  const stale = await loadStaleBatches(env.db.sql, version);
  const chosen: typeof stale = [];
  let rows = 0;
  for (const batch of stale) {
    rows += batch.rows;
    if (rows > rowsMax) break;
    chosen.push(batch);
  }
  if (chosen.length === 0) return { rebuilt: 0, left: stale.length };
  const spillDirectory = await makeSpillDirectory(env.dataDir);
  const duck = await openDuck({ memoryMb: env.settings.ingestMemoryMb, spillDirectory });
  const reader = await openReader(env.db.url);
  const loader = await openLoader(env.db.url);
  try {
    for (const batch of chosen) {
      await readBackBatch(duck, reader, batch, spillDirectory);
      const built = await exportRollups(duck, spillDirectory, batch.id, batch.billingMonth, {
        aliases: env.settings.tagAliases,
        promoted,
        decimals: MONEY_SCALE,
      });
      await loader.copyDictionary(built.slices.table, built.slices.columns, built.slices.path);
      await loader.replaceRollups(batch, version, built.tables);
    }
    return { rebuilt: chosen.length, left: stale.length - chosen.length };
  } finally {
    await Promise.allSettled([reader.end(), loader.close(), duck.close()]);
    await rm(spillDirectory, { recursive: true, force: true });
  }
}
