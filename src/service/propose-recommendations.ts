import { scopeCovers } from "../analysis/approval-scope.ts";
import { evidenceHash, hasWorsened, isMaterialChange } from "../analysis/lifecycle-evidence.ts";
import { transition, type Guard } from "../analysis/lifecycle.ts";
import { hasRole } from "../domain/actor.ts";
import type { WasteAnswer } from "../domain/contract.ts";
import { AppError } from "../domain/errors.ts";
import { toDecimal } from "../domain/money.ts";
import { addDays, type Period } from "../domain/period.ts";
import { isPriced, savingMonthly } from "../domain/recommendation.ts";
import type { PricedFinding, Recommendation, RecommendationState, ResourceFacet } from "../domain/recommendation.ts";
import type { ScopeFilter } from "../domain/scope.ts";
import { appendAudit, type NewAuditEvent } from "../store/audit.ts";
import { sealPending } from "../store/audit-chain.ts";
import type { SqlLike } from "../store/db.ts";
import { readFacets } from "../store/recommendations-facets.ts";
import {
  activeBatches,
  insertRecommendation,
  listRecommendations,
  readRecommendation,
  saveRecommendation,
  writeLastRun,
} from "../store/recommendations.ts";
import { applyMove, auditOf } from "./apply-move.ts";
import { evidenceWindow, goneEvent } from "./check-evidence.ts";
import type { Context, Verb } from "./context.ts";
import { findWaste } from "./find-waste.ts";
import {
  decisionSettings,
  happening,
  readPosted,
  rerender,
  type Happening,
  type RenderRecommendation,
} from "./recommendation-view.ts";

export type ProposeInput = {
  /** Narrows to part of the estate; what lies outside is left as it is. */
  readonly scope: ScopeFilter;
  readonly render: RenderRecommendation;
  /** What detection found, when the caller has just run it; else it is run. */
  readonly answer?: WasteAnswer;
};

/** How many recommendations each thing happened to. */
export type ProposeAnswer = {
  readonly proposed: readonly string[];
  readonly moved: readonly { readonly id: string; readonly to: RecommendationState }[];
  readonly unchanged: number;
};

/** Any constant: two detection runs take turns. */
const PROPOSE_LOCK = 7_316_205;
/** States whose card shows the newest evidence; later ones keep what was decided on. */
const REFRESHED: ReadonlySet<RecommendationState> = new Set(["proposed", "partly-approved", "snoozed"]);
const SEEN_AGAIN: ReadonlySet<RecommendationState> = new Set(["approved", "handed-off"]);
/** States in which a finding's absence means something. */
const ABSENCE_MATTERS = ["proposed", "partly-approved", "snoozed", "approved", "handed-off"] as const;

/**
 * Brings recommendations up to what the bills show: new findings are proposed, vanished ones resolved (or applied, when
 * approved), changed ones asked again. Running it twice changes nothing; a rejection inside its period stays one.
 * Throws AppError("forbidden") below the role analyst.
 */
export async function proposeRecommendations({ ctx, input }: Verb<ProposeInput>): Promise<ProposeAnswer> {
  if (!hasRole(ctx.actor, "analyst")) {
    throw new AppError("forbidden", "Proposing recommendations needs the role analyst.");
  }
  const batches = await activeBatches(ctx.db.sql);
  const answer = input.answer ?? (await findWaste({ ctx, input: { scope: input.scope } }));
  const everything = input.scope.length === 0 && ctx.scope.length === 0;
  const done = (await ctx.db.sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${PROPOSE_LOCK})`;
    const isPosted = await readPosted(tx);
    const show: Show = async (one, happened) => {
      if (!isPosted(one.id)) return;
      await rerender(tx, ctx.settings, one, input.render, happened);
    };
    const present = await proposePresent(tx, ctx, input, answer, show);
    const gone = everything ? await settleAbsent(tx, ctx, answer, show) : [];
    if (everything) await writeLastRun(tx, batches, ctx.clock.today());
    return { ...present, moved: [...present.moved, ...gone] };
  })) as ProposeAnswer;
  await sealPending(ctx.db.sql);
  return done;
}

/** Brings posted cards up to a recommendation, and says in their threads what happened; nothing = only newer figures. */
type Show = (one: Recommendation, happened: readonly Happening[]) => Promise<void>;

async function proposePresent(
  tx: SqlLike,
  ctx: Context,
  input: ProposeInput,
  answer: WasteAnswer,
  show: Show,
): Promise<ProposeAnswer> {
  // C is a trend to watch, nothing to approve; without a price there is no promise.
  const findings = answer.findings.filter((finding) => finding.confidence !== "C").filter(isPriced);
  const proposed: string[] = [];
  const moved: { id: string; to: RecommendationState }[] = [];
  const audits: NewAuditEvent[] = [];
  for (const { window, group } of byWindow(answer, findings)) {
    const facets = await readFacets(tx, group, window, ctx.settings.tagAliases);
    const known = await lockKnown(tx, group);
    for (const finding of group) {
      const seen = { finding, window, facets: facets.get(finding.id) ?? [] };
      // Seen through part of its charges a resource looks cheaper than it is.
      if (!scopeCovers([...ctx.scope, ...input.scope], seen.facets)) continue;
      const current = known.get(finding.id);
      if (current === undefined) {
        const fresh = freshRecommendation(ctx, seen);
        if (!(await insertRecommendation(tx, fresh))) continue;
        proposed.push(fresh.id);
        audits.push(proposedAudit(ctx, fresh));
      } else {
        const after = await seeAgain(tx, ctx, current, seen, show);
        if (after !== null) moved.push({ id: after.id, to: after.state });
      }
    }
  }
  await appendAudit(tx, audits);
  return { proposed, moved, unchanged: findings.length - proposed.length - moved.length };
}

type Seen = { readonly finding: PricedFinding; readonly window: Period; readonly facets: readonly ResourceFacet[] };

function byWindow(
  answer: WasteAnswer,
  findings: readonly PricedFinding[],
): { window: Period; group: PricedFinding[] }[] {
  const providers = [...new Set(findings.map((finding) => finding.provider))];
  return providers.flatMap((provider) => {
    const window = evidenceWindow(answer, provider);
    return window === null ? [] : [{ window, group: findings.filter((finding) => finding.provider === provider) }];
  });
}

async function lockKnown(tx: SqlLike, findings: readonly PricedFinding[]): Promise<Map<string, Recommendation>> {
  const rows = await listRecommendations(tx, { ids: findings.map((finding) => finding.id), lock: true });
  return new Map(rows.map((row) => [row.id, row]));
}

/** A finding that is known already: a move of the table, or only fresher evidence. Null = its state stays. */
async function seeAgain(
  tx: SqlLike,
  ctx: Context,
  current: Recommendation,
  seen: Seen,
  show: Show,
): Promise<Recommendation | null> {
  const { driftPercent } = decisionSettings(ctx.settings).policy;
  const changed = isMaterialChange(current, seen.finding, driftPercent);
  const guards = new Set<Guard>();
  if (current.reopensOn !== null && ctx.clock.today() >= current.reopensOn) guards.add("reopen-day-reached");
  if (hasWorsened(current.savingAsked, seen.finding)) guards.add("worsened");
  const next = transition(current.state, changed ? "changed" : "found", guards);
  if (next.ok) {
    const asked = SEEN_AGAIN.has(current.state) || REFRESHED.has(current.state);
    const after = await applyMove(tx, ctx, current, {
      move: next.move,
      to: next.to,
      evidence: seen,
      requestedBy: asked ? undefined : requesterOf(ctx),
    });
    await show(after, [happening(next.move.event, { from: current.state })]);
    return after;
  }
  const fresher = freshen(current, seen);
  if (fresher !== null) {
    await saveRecommendation(tx, current, fresher, "keep");
    await show(fresher, []);
  }
  return null;
}

/** The same question with newer figures; null = nothing a card shows is different. */
function freshen(current: Recommendation, seen: Seen): Recommendation | null {
  if (SEEN_AGAIN.has(current.state)) {
    return current.window.to === seen.window.to ? null : { ...current, window: seen.window };
  }
  if (!REFRESHED.has(current.state)) return null;
  const hash = evidenceHash(seen.finding);
  if (hash === current.evidenceHash && current.window.to === seen.window.to) return null;
  return { ...current, ...seen, evidenceHash: hash };
}

async function settleAbsent(
  tx: SqlLike,
  ctx: Context,
  answer: WasteAnswer,
  show: Show,
): Promise<{ id: string; to: RecommendationState }[]> {
  const present = new Set(answer.findings.map((finding) => finding.id));
  const excluded = new Set(answer.excluded);
  const listed = await listRecommendations(tx, { states: ABSENCE_MATTERS });
  const moved: { id: string; to: RecommendationState }[] = [];
  for (const { id } of listed.filter((one) => !present.has(one.id))) {
    const current = await readRecommendation(tx, id, { lock: true });
    if (current === null) continue;
    // Excluded by a person after its approval: it is not shown, and that it was done nobody can say.
    if (excluded.has(id) && SEEN_AGAIN.has(current.state)) continue;
    const window = evidenceWindow(answer, current.finding.provider);
    const next = transition(current.state, goneEvent(current, window));
    if (!next.ok) continue;
    const after = await applyMove(tx, ctx, current, {
      move: next.move,
      to: next.to,
      // It was last seen in bills that ended here: from this day on it was gone.
      appliedOn: current.window.to,
      details: { cause: "detection" },
    });
    await show(after, [happening(next.move.event, { from: current.state })]);
    moved.push({ id, to: after.state });
  }
  return moved;
}

function freshRecommendation(ctx: Context, seen: Seen): Recommendation {
  const { policy } = decisionSettings(ctx.settings);
  return {
    ...seen,
    id: seen.finding.id,
    state: "proposed",
    revision: 1,
    evidenceHash: evidenceHash(seen.finding),
    savingAsked: savingMonthly(seen.finding),
    requestedBy: requesterOf(ctx),
    assignee: null,
    expiresOn: addDays(ctx.clock.today(), policy.expiryDays),
    snoozedUntil: null,
    reopensOn: null,
    undoUntil: null,
    undoOpen: false,
    appliedOn: null,
    createdAt: "",
    changedAt: "",
  };
}

/** A person who asks for an approval does not give it. */
function requesterOf(ctx: Context): string | null {
  return ctx.actor.kind === "user" ? ctx.actor.id : null;
}

function proposedAudit(ctx: Context, fresh: Recommendation): NewAuditEvent {
  return auditOf(ctx.actor, "found", fresh.id, {
    from: null,
    to: fresh.state,
    revision: fresh.revision,
    saving: toDecimal(fresh.savingAsked),
    currency: fresh.savingAsked.currency,
    evidence: fresh.evidenceHash,
    rule: fresh.finding.rule,
    resource: fresh.finding.resource,
  });
}
