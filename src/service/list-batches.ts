import { loadBatches, type Batch } from "../store/batches.ts";
import type { Verb } from "./context.ts";
import { requireWholeScope } from "./whole-scope.ts";

const BATCHES_MAX = 500;

/** Deliveries newest first, with what became of them. */
export async function listBatches({ ctx, input }: Verb<{ limit?: number }>): Promise<{ batches: Batch[] }> {
  requireWholeScope(ctx, "batches");
  const limit = Math.min(input.limit ?? BATCHES_MAX, BATCHES_MAX);
  return { batches: await loadBatches(ctx.db.sql, { by: "all", limit }) };
}
