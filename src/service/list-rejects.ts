import { loadRejects, type StoredReject } from "../store/batches.ts";
import type { Verb } from "./context.ts";
import { requireWholeScope } from "./whole-scope.ts";

const REJECTS_MAX = 1_000;

/** Refused rows with file, line, column, value and reason: of one batch, or of everything shown, held or refused now. */
export async function listRejects({
  ctx,
  input,
}: Verb<{ batch?: string; limit?: number }>): Promise<{ rejects: StoredReject[] }> {
  requireWholeScope(ctx, "rejects");
  const limit = Math.min(input.limit ?? REJECTS_MAX, REJECTS_MAX);
  return { rejects: await loadRejects(ctx.db.sql, input.batch ?? null, limit) };
}
