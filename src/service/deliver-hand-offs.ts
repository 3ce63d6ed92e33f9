import { transition } from "../analysis/lifecycle.ts";
import { unreachable } from "../domain/errors.ts";
import type { HandOffTarget, Recommendation } from "../domain/recommendation.ts";
import { appendAudit } from "../store/audit.ts";
import { sealPending } from "../store/audit-chain.ts";
import { databaseNow } from "../store/database-time.ts";
import type { SqlLike } from "../store/db.ts";
import {
  beginHandOff,
  cancelHandOffs,
  failHandOff,
  finishHandOff,
  lockHandOff,
  readHandOffs,
  type HandOffRow,
} from "../store/recommendations-hand-off.ts";
import { readRecommendation } from "../store/recommendations.ts";
import { applyMove, auditOf } from "./apply-move.ts";
import type { Context, Verb } from "./context.ts";
import { sendCsv } from "./hand-off-csv.ts";
import { sendGithubIssue } from "./hand-off-github.ts";
import { sendJiraIssue } from "./hand-off-jira.ts";
import type { Sent } from "./hand-off-request.ts";
import { sendWebhook } from "./hand-off-webhook.ts";
import { decisionSettings, happening, rerender, type RenderRecommendation } from "./recommendation-view.ts";

export type HandOffResult = "sent" | "failed" | "given-up" | "skipped";

/**
 * Passes every due approval on. At least once, and once as far as the outside can tell: a try is announced before it
 * starts, the row stays locked while it runs, and every target is asked for what an earlier try may have left there.
 * Any number of processes may call this. Returns what became of each try.
 */
export async function deliverHandOffs({
  ctx,
  input,
}: Verb<{ readonly render: RenderRecommendation }>): Promise<HandOffResult[]> {
  const results: HandOffResult[] = [];
  for (;;) {
    const begun = await beginHandOff(ctx.db.sql, decisionSettings(ctx.settings).handOffRetrySeconds);
    if (begun === null) break;
    results.push(await deliverOne(ctx, begun, input.render));
  }
  if (results.length > 0) await sealPending(ctx.db.sql);
  return results;
}

async function deliverOne(ctx: Context, begun: HandOffRow, render: RenderRecommendation): Promise<HandOffResult> {
  return ctx.db.sql.begin<HandOffResult>(async (tx) => {
    // The recommendation first, as decisions do: an undo waits for the send, or the send finds itself cancelled.
    const current = await readRecommendation(tx, begun.recommendationId, { lock: true });
    if (current === null || !(await lockHandOff(tx, begun))) return "skipped";
    if (current.revision !== begun.revision || current.state !== "approved") {
      await cancelHandOffs(tx, current.id);
      return "skipped";
    }
    const sent = await trySend(ctx, begun);
    if (sent.ok) {
      await finishHandOff(tx, begun.id, sent.remote);
      await settle(tx, ctx, current, begun, sent.remote, render);
      return "sent";
    }
    const last = await failHandOff(tx, begun, sent.reason);
    await appendAudit(tx, [failedAudit(begun, sent.reason)]);
    const failed = { target: begun.target, url: null, failed: true };
    const said = last ? [happening("hand-off", { handOff: failed, note: sent.reason })] : [];
    await rerender(tx, ctx.settings, current, render, said);
    return last ? "given-up" : "failed";
  });
}

async function trySend(
  ctx: Context,
  row: HandOffRow,
): Promise<{ ok: true; remote: Sent } | { ok: false; reason: string }> {
  try {
    if (row.kind === "card") return { ok: true, remote: { id: "card", url: null, applied: false } };
    const { handOff } = decisionSettings(ctx.settings);
    const target = handOff.find((candidate) => candidate.name === row.target && candidate.kind === row.kind);
    if (target === undefined)
      return { ok: false, reason: `No hand-off target "${row.target}" is configured any more.` };
    return { ok: true, remote: await send(ctx, target, row) };
  } catch (error) {
    ctx.log.warn({ err: error, key: row.idempotencyKey }, "hand-off failed");
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

function send(ctx: Context, target: HandOffTarget, row: HandOffRow): Promise<Sent> {
  switch (target.kind) {
    case "webhook":
      return databaseNow(ctx.db.sql).then((nowMs) => sendWebhook(target, row, nowMs));
    case "github":
      return sendGithubIssue(target, row);
    case "jira":
      return sendJiraIssue(target, row);
    case "csv":
      return sendCsv(target, row, ctx.dataDir);
    default:
      return unreachable(target);
  }
}

/** With the last target served it counts as handed off; a receiver may say that the work is done already. */
async function settle(
  tx: SqlLike,
  ctx: Context,
  current: Recommendation,
  row: HandOffRow,
  remote: Sent,
  render: RenderRecommendation,
): Promise<void> {
  const system: Context = { ...ctx, actor: { kind: "system", id: `hand-off:${row.target}` } };
  const details = { target: row.target, kind: row.kind, key: row.idempotencyKey, url: remote.url };
  const others = (await readHandOffs(tx, [current.id])).get(current.id) ?? [];
  const waiting = others.some((one) => one.revision === current.revision && one.state === "waiting");
  const next = transition(current.state, "hand-off");
  let after = current;
  if (!waiting && next.ok) after = await applyMove(tx, system, current, { ...next, details });
  else await appendAudit(tx, [auditOf(system.actor, "hand-off", current.id, details)]);
  const done = transition(after.state, "apply");
  const handOff = row.kind === "card" ? null : { target: row.target, url: remote.url, failed: false };
  const said = [happening("hand-off", { handOff })];
  if (remote.applied && done.ok) {
    after = await applyMove(tx, system, after, { ...done, details });
    said.push(happening("apply", { by: row.target }));
  }
  await rerender(tx, ctx.settings, after, render, said);
}

function failedAudit(row: HandOffRow, reason: string) {
  return {
    ...auditOf({ kind: "system", id: `hand-off:${row.target}` }, "hand-off", row.recommendationId, {
      target: row.target,
      kind: row.kind,
      key: row.idempotencyKey,
      attempt: row.attempts,
      error: reason.slice(0, 500).toWellFormed(),
    }),
    outcome: "refused" as const,
    reason: "not delivered",
  };
}
