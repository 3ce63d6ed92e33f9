import assert from "node:assert/strict";

import { evidenceHash } from "../analysis/lifecycle-evidence.ts";
import type { Effect, LifecycleEvent, Move } from "../analysis/lifecycle.ts";
import { roleOf, type Actor } from "../domain/actor.ts";
import type { AuditAction, Json } from "../domain/audit-event.ts";
import { toDecimal } from "../domain/money.ts";
import { addDays, type Day, type Period } from "../domain/period.ts";
import { savingMonthly } from "../domain/recommendation.ts";
import type { PricedFinding, Recommendation, RecommendationState } from "../domain/recommendation.ts";
import { appendAudit, type NewAuditEvent } from "../store/audit.ts";
import type { SqlLike } from "../store/db.ts";
import { cancelHandOffs } from "../store/recommendations-hand-off.ts";
import { readRecommendation, saveRecommendation, voidApprovals, type UndoChange } from "../store/recommendations.ts";
import type { Context } from "./context.ts";
import { queueHandOffs } from "./hand-off-payload.ts";
import { decisionSettings } from "./recommendation-view.ts";

/** What a move carries beside its line in the table. */
export type MoveInput = {
  readonly move: Move;
  readonly to: RecommendationState;
  /** Fresh evidence, when somebody looked. */
  readonly evidence?: { readonly finding: PricedFinding; readonly window: Period };
  readonly snoozedUntil?: Day;
  readonly assignee?: string;
  /** Proposed anew: who asked, null = detection. Without it the requester stays who it was. */
  readonly requestedBy?: string | null;
  /** The day the work was done, when the bill and not a person says so. */
  readonly appliedOn?: Day;
  readonly note?: string | null;
  readonly details?: { readonly [key: string]: Json };
};

const ACTIONS: Readonly<Record<LifecycleEvent, AuditAction>> = {
  found: "recommendation.propose",
  changed: "recommendation.revise",
  vanished: "recommendation.resolve",
  restated: "recommendation.withdraw",
  approve: "recommendation.approve",
  reject: "recommendation.reject",
  snooze: "recommendation.snooze",
  undo: "recommendation.undo",
  "hand-off": "recommendation.hand-off",
  apply: "recommendation.apply",
  assign: "recommendation.assign",
  comment: "recommendation.comment",
  wake: "recommendation.wake",
  expire: "recommendation.expire",
  measure: "recommendation.measure",
};

export function auditAction(event: LifecycleEvent): AuditAction {
  return ACTIONS[event];
}

/**
 * Makes one move of the table: the row, the effects and the audit line, in the caller's transaction, which must hold the
 * row's lock. Returns the recommendation as it then is.
 */
export async function applyMove(
  tx: SqlLike,
  ctx: Context,
  before: Recommendation,
  input: MoveInput,
): Promise<Recommendation> {
  const { move, to } = input;
  const settings = decisionSettings(ctx.settings);
  const after = afterMove(before, input, ctx.clock.today(), settings.policy);
  const saved = await saveRecommendation(tx, before, after, undoChange(move.effects, settings.policy.undoMinutes));
  // The row is locked and was read under the lock: nobody can have been first.
  assert(saved, `${before.id} changed under its own lock`);
  if (move.effects.includes("void-approvals")) await voidApprovals(tx, before.id);
  if (move.effects.includes("cancel-hand-off")) await cancelHandOffs(tx, before.id);
  if (move.effects.includes("queue-hand-off")) await queueHandOffs(tx, ctx, after);
  await appendAudit(tx, [
    auditOf(ctx.actor, move.event, before.id, {
      from: before.state,
      to,
      revision: after.revision,
      saving: toDecimal(savingMonthly(after.finding)),
      currency: after.finding.saving.currency,
      evidence: after.evidenceHash,
      note: input.note ?? null,
      ...input.details,
    }),
  ]);
  // The undo window is the database's time: read back.
  return (await readRecommendation(tx, before.id)) ?? after;
}

/** A line of the trail about something done. */
export function auditOf(
  actor: Actor,
  event: LifecycleEvent,
  id: string,
  details: { readonly [key: string]: Json },
): NewAuditEvent {
  return {
    action: auditAction(event),
    subject: id,
    actor: auditActor(actor),
    outcome: "done",
    reason: null,
    details,
  };
}

export function auditActor(actor: Actor): NewAuditEvent["actor"] {
  return {
    kind: actor.kind,
    id: actor.id,
    name: actor.kind === "user" ? actor.name : actor.id,
    role: roleOf(actor),
    ...(actor.kind === "user" && actor.request !== undefined ? { request: actor.request } : {}),
  };
}

function afterMove(
  before: Recommendation,
  input: MoveInput,
  today: Day,
  policy: { readonly expiryDays: number; readonly reopenDays: number },
): Recommendation {
  const { move, to, evidence } = input;
  const has = (effect: Effect): boolean => move.effects.includes(effect);
  const finding = evidence?.finding ?? before.finding;
  // What a person approves is what the click saw; a new revision asks about what detection saw.
  const asksAnew = has("new-revision") || move.event === "approve";
  return {
    ...before,
    state: to,
    revision: has("new-revision") ? before.revision + 1 : before.revision,
    finding,
    evidenceHash: evidence === undefined ? before.evidenceHash : evidenceHash(finding),
    window: evidence?.window ?? before.window,
    savingAsked: asksAnew ? savingMonthly(finding) : before.savingAsked,
    expiresOn: has("new-revision") ? addDays(today, policy.expiryDays) : before.expiresOn,
    snoozedUntil: has("clear-snooze") ? null : (input.snoozedUntil ?? before.snoozedUntil),
    reopensOn: has("set-reopen-day") ? addDays(today, policy.reopenDays) : to === "proposed" ? null : before.reopensOn,
    appliedOn: has("start-measuring") ? (input.appliedOn ?? today) : to === "proposed" ? null : before.appliedOn,
    assignee: input.assignee ?? before.assignee,
    requestedBy: input.requestedBy === undefined ? before.requestedBy : input.requestedBy,
  };
}

function undoChange(effects: readonly Effect[], minutes: number): UndoChange {
  if (effects.includes("open-undo")) return { minutes };
  return effects.includes("close-undo") ? "close" : "keep";
}
