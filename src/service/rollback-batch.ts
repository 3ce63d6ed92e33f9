import { hasRole } from "../domain/actor.ts";
import { AppError } from "../domain/errors.ts";
import { rollbackFlip } from "../store/batches-flip.ts";
import { loadBatches } from "../store/batches.ts";
import type { Verb } from "./context.ts";
import { requireWholeScope } from "./whole-scope.ts";

export type RollbackAnswer = {
  readonly batch: string;
  /** The batch shown again ("3, 4" where it had taken over several); null: the month has no bill now. */
  readonly restored: string | null;
  readonly source: string;
  readonly billingMonth: string;
};

/** Shows again what a batch replaced. Throws AppError when it is not the one shown, or its forerunner is gone. */
export async function rollbackBatch({ ctx, input }: Verb<{ batch: string }>): Promise<RollbackAnswer> {
  if (!hasRole(ctx.actor, "admin")) throw new AppError("forbidden", "Only an admin may roll back a load.");
  requireWholeScope(ctx, "rollback");
  if (!/^\d{1,18}$/.test(input.batch)) {
    throw new AppError("bad-input", `"${input.batch.slice(0, 40)}" is no batch number.`, {
      remedy: "See `finops batches`.",
    });
  }
  const [batch] = await loadBatches(ctx.db.sql, { by: "id", id: input.batch });
  if (batch === undefined)
    throw new AppError("not-found", `There is no batch ${input.batch}.`, { remedy: "See `finops batches`." });
  const restored = await rollbackFlip(ctx.db.sql, batch);
  return {
    batch: batch.id,
    restored: restored.length === 0 ? null : restored.join(", "),
    source: batch.source,
    billingMonth: batch.billingMonth.slice(0, 7),
  };
}
