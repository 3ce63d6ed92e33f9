import type { Json } from "../domain/audit-event.ts";
import { toDecimal } from "../domain/money.ts";
import { savingMonthly, savingYearly, type HandOffTarget, type Recommendation } from "../domain/recommendation.ts";
import type { SqlLike } from "../store/db.ts";
import { enqueueHandOff } from "../store/recommendations-hand-off.ts";
import { readDecisions } from "../store/recommendations.ts";
import type { Context } from "./context.ts";
import { decisionSettings } from "./recommendation-view.ts";

/** Where there is no target, the card itself is the hand-off: its commands are for people to review and run. */
const CARD_TARGET = { kind: "card", name: "card" } as const;

/** Queues the approval for every configured target, not to be sent before the undo window closes. */
export async function queueHandOffs(tx: SqlLike, ctx: Context, approved: Recommendation): Promise<void> {
  const { handOff, policy } = decisionSettings(ctx.settings);
  const payload = await handOffPayload(tx, approved);
  // Undone and approved again is another hand-off: the decision's number tells them apart.
  const decisions = (await readDecisions(tx, [approved.id])).get(approved.id)?.length ?? 0;
  const targets: readonly (HandOffTarget | typeof CARD_TARGET)[] = handOff.length === 0 ? [CARD_TARGET] : handOff;
  for (const target of targets) {
    await enqueueHandOff(tx, {
      recommendationId: approved.id,
      revision: approved.revision,
      target: target.name,
      kind: target.kind,
      idempotencyKey: `${approved.id}-r${approved.revision}-d${decisions}-${target.name}`,
      payload,
      afterMinutes: policy.undoMinutes,
    });
  }
}

/** What the receiver is told: everything needed to do and to undo the work. Money is decimal text. */
async function handOffPayload(tx: SqlLike, approved: Recommendation): Promise<{ readonly [key: string]: Json }> {
  const { finding } = approved;
  const approvals = ((await readDecisions(tx, [approved.id])).get(approved.id) ?? []).filter(
    (decision) => decision.kind === "approve" && !decision.voided && decision.revision === approved.revision,
  );
  return {
    event: "recommendation.approved",
    id: approved.id,
    revision: approved.revision,
    rule: finding.rule,
    title: finding.title,
    resource: finding.resource,
    name: finding.name,
    provider: finding.provider,
    account: finding.account,
    region: finding.region,
    saving: {
      monthly: toDecimal(savingMonthly(finding)),
      yearly: toDecimal(savingYearly(finding)),
      currency: finding.saving.currency,
    },
    evidence: finding.evidence.map(({ fact, value }) => ({ fact, value })),
    evidenceWindow: { from: approved.window.from, to: approved.window.to },
    arithmetic: finding.arithmetic,
    confidence: finding.confidence,
    risk: finding.risk,
    effort: finding.effort,
    remedy: [...finding.remedy],
    rollback: finding.rollback,
    approvedBy: approvals.map(({ actorId, actorName, at }) => ({ id: actorId, name: actorName, at })),
    assignee: approved.assignee,
  };
}
