import { loadBatches, loadRejects, type StoredReject } from "../store/batches.ts";
import type { Verb } from "./context.ts";
import { requireWholeScope } from "./whole-scope.ts";

const REJECTS_MAX = 1_000;
const REFUSED_MAX = 50;

/** A delivery nothing of which is in the answers. */
export type RefusedDelivery = {
  readonly batch: string;
  readonly source: string;
  /** YYYY-MM; "" = not known. */
  readonly billingMonth: string;
  readonly files: readonly string[];
  readonly at: string;
  readonly reason: string;
  readonly rowsRejected: number;
};

/**
 * Refused rows with file, line, column, value and reason, and deliveries refused as a whole: of one batch, or of everything
 * shown, held or refused now. What a later load mended is not listed any more.
 */
export async function listRejects({
  ctx,
  input,
}: Verb<{ batch?: string; limit?: number }>): Promise<{ rejects: StoredReject[]; refused: RefusedDelivery[] }> {
  requireWholeScope(ctx, "rejects");
  const { sql } = ctx.db;
  const limit = Math.min(input.limit ?? REJECTS_MAX, REJECTS_MAX);
  const wanted =
    input.batch === undefined
      ? ({ by: "refused", limit: REFUSED_MAX } as const)
      : ({ by: "id", id: input.batch } as const);
  const batches = await loadBatches(sql, wanted);
  const refused = batches
    .filter((batch) => batch.status === "refused")
    .map((batch) => ({
      batch: batch.id,
      source: batch.source || batch.provider,
      billingMonth: batch.billingMonth.slice(0, 7),
      files: batch.files.map((file) => file.path),
      at: batch.createdAt,
      reason: batch.reason ?? "",
      rowsRejected: batch.rowsRejected,
    }));
  return { rejects: await loadRejects(sql, input.batch ?? null, limit), refused };
}
