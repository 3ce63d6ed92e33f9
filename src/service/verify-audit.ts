import { hasRole } from "../domain/actor.ts";
import { AppError } from "../domain/errors.ts";
import { verifyChain, type ChainReport } from "../store/audit-chain.ts";
import type { Verb } from "./context.ts";
import { readAnchors } from "./seal-audit.ts";

export type AuditVerdict = ChainReport & { readonly intact: boolean; readonly anchors: number };

/**
 * Whether the audit trail is what was written: recomputes the chain and compares it with its recorded end and with the
 * anchors kept outside. Says nothing about any line's content, so every analyst may ask.
 */
export async function verifyAudit({
  ctx,
  input,
}: Verb<{
  /** A file of anchors; null = the installation's own. */
  readonly anchors: string | null;
}>): Promise<AuditVerdict> {
  if (!hasRole(ctx.actor, "analyst")) throw new AppError("forbidden", "Verifying the audit needs the role analyst.");
  const anchors = await readAnchors(ctx, input.anchors);
  const report = await verifyChain(ctx.db.sql, anchors);
  return { ...report, intact: report.problems.length === 0, anchors: anchors.length };
}
