import {
  isExpired,
  refuseApproval,
  tierFor,
  validApprovals,
  type ApprovalRefusal,
} from "../analysis/approval-policy.ts";
import { scopeCovers } from "../analysis/approval-scope.ts";
import { isMaterialChange } from "../analysis/lifecycle-evidence.ts";
import { EVENT_WHO, mayHappen, transition, type Guard, type LifecycleEvent } from "../analysis/lifecycle.ts";
import { hasRole } from "../domain/actor.ts";
import type { Json } from "../domain/audit-event.ts";
import type { Day } from "../domain/period.ts";
import { isPriced, savingMonthly } from "../domain/recommendation.ts";
import type {
  Decision,
  DecisionKind,
  PricedFinding,
  Recommendation,
  RecommendationView,
} from "../domain/recommendation.ts";
import { appendAudit } from "../store/audit.ts";
import { sealPending } from "../store/audit-chain.ts";
import type { SqlLike } from "../store/db.ts";
import { insertDecision, readDecisions, readRecommendation } from "../store/recommendations.ts";
import { applyMove, auditAction, auditActor } from "./apply-move.ts";
import { checkEvidence, goneEvent, type EvidenceNow } from "./check-evidence.ts";
import type { Context } from "./context.ts";
import {
  approvalPolicy,
  decisionSettings,
  happening,
  rerender,
  viewRecommendations,
  type RenderRecommendation,
} from "./recommendation-view.ts";

/** Why a decision was not taken. Nothing changed unless the reason is that the evidence or the date did. */
export type RefusalReason =
  | "role"
  | "not-found"
  | "scope"
  | "note-missing"
  | "day-not-ahead"
  | "stale"
  | "wrong-state"
  | "undo-closed"
  | "confirm-resource"
  | "evidence-changed"
  | "evidence-gone"
  | ApprovalRefusal;

export type DecisionOutcome =
  | { readonly kind: "done"; readonly view: RecommendationView }
  | {
      readonly kind: "refused";
      readonly reason: RefusalReason;
      /** What there is now; null = nothing the person may see. */
      readonly view: RecommendationView | null;
    };

export type PersonEvent = "approve" | "reject" | "snooze" | "undo" | "apply" | "assign" | "comment";

export type DecideInput = {
  readonly id: string;
  readonly event: PersonEvent;
  /** The revision of the card that was clicked; null = typed, whatever it is now. */
  readonly seenRevision: number | null;
  /** Reason, remark or assignee. */
  readonly note: string | null;
  /** Snooze: the day it comes back. */
  readonly until: Day | null;
  /** High risk asks for the resource's id, typed. */
  readonly confirmedResource: string | null;
  readonly render: RenderRecommendation;
  /** What the bills say now, when the caller has just read them; else they are read. */
  readonly evidence?: EvidenceNow;
};

/** Longest reason, remark or name kept. */
export const NOTE_LENGTH_MAX = 1_000;

const DECISION_KIND: Readonly<Record<PersonEvent, DecisionKind>> = {
  approve: "approve",
  reject: "reject",
  snooze: "snooze",
  undo: "undo",
  apply: "applied",
  assign: "assign",
  comment: "comment",
};
const NEEDS_NOTE: ReadonlySet<PersonEvent> = new Set(["reject", "assign", "comment"]);

/**
 * One decision of a person, or its refusal; both are in the audit trail when this returns. Permission, state, expiry and
 * evidence are checked under the row's lock; the state, the decision, the hand-off, the audit line and the edit of every
 * posted copy are one transaction.
 */
export async function decide(asked: Context, input: DecideInput): Promise<DecisionOutcome> {
  const policy = await approvalPolicy(asked.db.sql, asked.settings);
  const settings = { ...asked.settings, decisions: { ...decisionSettings(asked.settings), policy } };
  const ctx: Context = { ...asked, settings };
  const seen = await readRecommendation(ctx.db.sql, input.id);
  const evidence = await evidenceFor(ctx, input, seen);
  const outcome = await ctx.db.sql.begin<DecisionOutcome>(async (tx) => {
    const locked = await readRecommendation(tx, input.id, { lock: true });
    const decisions = locked === null ? [] : ((await readDecisions(tx, [input.id])).get(input.id) ?? []);
    const reason = refusalOf(ctx, input, locked, decisions);
    if (locked === null || reason !== null) return refuse(tx, ctx, input, locked, reason ?? "not-found");
    if (input.event === "approve") {
      // Something else moved it while the bills were being read: what was checked is not what is there.
      if (evidence === null || seen?.revision !== locked.revision) return refuse(tx, ctx, input, locked, "stale");
      const changed = evidenceRefusal(ctx, locked, decisions, evidence);
      if (changed !== null) return refuse(tx, ctx, input, locked, changed, evidence);
    }
    return carryOut(tx, ctx, input, locked, decisions, evidence);
  });
  await sealQuietly(ctx);
  return outcome;
}

/** Reading bills takes long, so it is done before the lock, and only for an approval that would otherwise pass. */
async function evidenceFor(ctx: Context, input: DecideInput, seen: Recommendation | null): Promise<EvidenceNow | null> {
  if (input.event !== "approve" || seen === null) return null;
  const decisions = (await readDecisions(ctx.db.sql, [seen.id])).get(seen.id) ?? [];
  if (refusalOf(ctx, input, seen, decisions) !== null) return null;
  return input.evidence ?? checkEvidence(ctx, seen);
}

function refusalOf(
  ctx: Context,
  input: DecideInput,
  current: Recommendation | null,
  decisions: readonly Decision[],
): RefusalReason | null {
  const who = EVENT_WHO[input.event];
  if (who === "system" || !hasRole(ctx.actor, who)) return "role";
  if (current === null) return "not-found";
  if (!scopeCovers(ctx.scope, current.facets)) return "scope";
  if (NEEDS_NOTE.has(input.event) && noteOf(input) === null) return "note-missing";
  const today = ctx.clock.today();
  if (input.event === "snooze" && (input.until === null || input.until <= today)) return "day-not-ahead";
  if (!mayHappen(current.state, input.event)) return "wrong-state";
  if (input.seenRevision !== null && input.seenRevision !== current.revision) return "stale";
  if (input.event === "undo" && !current.undoOpen) return "undo-closed";
  if (input.event !== "approve") return null;
  const refused = approvalRefusal(ctx, current, decisions, current.finding);
  if (refused !== null) return refused;
  const typed = input.confirmedResource?.trim() ?? "";
  return current.finding.risk === "H" && typed !== current.finding.resource ? "confirm-resource" : null;
}

function approvalRefusal(
  ctx: Context,
  current: Recommendation,
  decisions: readonly Decision[],
  finding: PricedFinding,
): ApprovalRefusal | null {
  return refuseApproval({
    tier: tierFor(decisionSettings(ctx.settings).policy, savingMonthly(finding)),
    recommendation: current,
    decisions,
    actor: ctx.actor,
    today: ctx.clock.today(),
  });
}

function evidenceRefusal(
  ctx: Context,
  current: Recommendation,
  decisions: readonly Decision[],
  now: EvidenceNow,
): RefusalReason | null {
  if (now.finding === null || !isPriced(now.finding)) return "evidence-gone";
  const { driftPercent } = decisionSettings(ctx.settings).policy;
  if (isMaterialChange(current, now.finding, driftPercent)) return "evidence-changed";
  // A drift too small to ask again may still lift the amount into a tier this person does not decide on.
  return approvalRefusal(ctx, current, decisions, now.finding);
}

async function carryOut(
  tx: SqlLike,
  ctx: Context,
  input: DecideInput,
  before: Recommendation,
  decisions: readonly Decision[],
  evidence: EvidenceNow | null,
): Promise<DecisionOutcome> {
  const { policy } = decisionSettings(ctx.settings);
  const fresh = evidence !== null && evidence.finding !== null && isPriced(evidence.finding) ? evidence.finding : null;
  const saving = savingMonthly(fresh ?? before.finding);
  const tier = tierFor(policy, saving);
  const given = validApprovals(before, decisions).length + 1;
  const guards = new Set<Guard>([given >= tier.approvals ? "enough-approvals" : "more-approvals-needed"]);
  if (before.undoOpen) guards.add("undo-open");
  const next = transition(before.state, input.event, guards);
  if (!next.ok) return refuse(tx, ctx, input, before, "wrong-state");
  await insertDecision(tx, {
    recommendationId: before.id,
    revision: before.revision,
    kind: DECISION_KIND[input.event],
    actorId: ctx.actor.id,
    actorName: ctx.actor.kind === "user" ? ctx.actor.name : ctx.actor.id,
    note: input.event === "snooze" ? input.until : noteOf(input),
  });
  const after = await applyMove(tx, ctx, before, {
    move: next.move,
    to: next.to,
    evidence: fresh === null ? undefined : { finding: fresh, window: evidence?.window ?? before.window },
    snoozedUntil: input.until ?? undefined,
    assignee: input.event === "assign" ? (noteOf(input) ?? undefined) : undefined,
    note: noteOf(input),
    details: input.event === "approve" ? { tier: tier.name, approval: given, of: tier.approvals } : {},
  });
  const by = ctx.actor.kind === "user" ? ctx.actor.name : ctx.actor.id;
  const said = happening(input.event, { by, note: noteOf(input) });
  return { kind: "done", view: await rerender(tx, ctx.settings, after, input.render, [said]) };
}

/** Writes the refused attempt down. Evidence or a date found changed on the way is acted upon, in the same transaction. */
async function refuse(
  tx: SqlLike,
  ctx: Context,
  input: DecideInput,
  current: Recommendation | null,
  reason: RefusalReason,
  evidence: EvidenceNow | null = null,
): Promise<DecisionOutcome> {
  const details: { [key: string]: Json } = { note: noteOf(input) };
  if (current !== null) Object.assign(details, { state: current.state, revision: current.revision });
  if (input.seenRevision !== null) details["seenRevision"] = input.seenRevision;
  const id = input.id.slice(0, 200);
  await appendAudit(tx, [
    {
      action: auditAction(input.event),
      subject: id,
      actor: auditActor(ctx.actor),
      outcome: "refused",
      reason,
      details,
    },
  ]);
  // What a person may not see does not exist for them.
  if (current === null || reason === "scope" || reason === "role") return { kind: "refused", reason, view: null };
  const moved = await moveOn(tx, ctx, current, reason, evidence);
  if (moved === null) {
    const [view] = await viewRecommendations(tx, ctx.settings, [current]);
    return { kind: "refused", reason, view: view ?? null };
  }
  const view = await rerender(tx, ctx.settings, moved.after, input.render, [
    happening(moved.event, { from: current.state }),
  ]);
  return { kind: "refused", reason, view };
}

/** What the click found out moves the recommendation, by the system and not by the person. */
async function moveOn(
  tx: SqlLike,
  ctx: Context,
  current: Recommendation,
  reason: RefusalReason,
  evidence: EvidenceNow | null,
): Promise<{ readonly event: LifecycleEvent; readonly after: Recommendation } | null> {
  const events: Partial<Record<RefusalReason, LifecycleEvent>> = {
    expired: "expire",
    "evidence-changed": "changed",
    "evidence-gone": goneEvent(current, evidence?.window ?? null),
  };
  const event = events[reason];
  if (event === undefined) return null;
  const guards = new Set<Guard>(isExpired(current, ctx.clock.today()) ? ["expiry-day-reached"] : []);
  const next = transition(current.state, event, guards);
  if (!next.ok) return null;
  const finding = evidence?.finding ?? null;
  const fresh =
    finding !== null && isPriced(finding) ? { finding, window: evidence?.window ?? current.window } : undefined;
  const system: Context = { ...ctx, actor: { kind: "system", id: "evidence-check" } };
  const { move, to } = next;
  return {
    event,
    after: await applyMove(tx, system, current, { move, to, evidence: fresh, details: { cause: reason } }),
  };
}

function noteOf(input: DecideInput): string | null {
  const note = (input.note ?? "").replaceAll("\0", "").toWellFormed().trim();
  return note === "" ? null : note.slice(0, NOTE_LENGTH_MAX);
}

/** Linking is not part of the decision: whoever seals next links what this leaves. */
async function sealQuietly(ctx: Context): Promise<void> {
  try {
    await sealPending(ctx.db.sql);
  } catch (error) {
    ctx.log.warn({ err: error }, "audit: not sealed now, the next sealer will");
  }
}
