import type { LifecycleEvent } from "../analysis/lifecycle.ts";
import { describeApprovers, tierFor, validApprovals } from "../analysis/approval-policy.ts";
import { scopeCovers } from "../analysis/approval-scope.ts";
import { mostSpecific } from "../domain/person.ts";
import { DEFAULT_DECISION_SETTINGS, savingMonthly } from "../domain/recommendation.ts";
import type {
  ApprovalPolicy,
  DecisionSettings,
  NamedApprover,
  MeasuredSaving,
  Recommendation,
  RecommendationState,
  RecommendationView,
} from "../domain/recommendation.ts";
import type { Settings } from "../domain/settings.ts";
import type { SqlLike } from "../store/db.ts";
import { noteRecommendationChange } from "../store/live-cards.ts";
import { enqueueReply, enqueueUpdate } from "../store/outbox.ts";
import { findPeopleByHandle, listOwners } from "../store/people.ts";
import { readHandOffs } from "../store/recommendations-hand-off.ts";
import { readDecisions, readPostedKeys } from "../store/recommendations.ts";
import { readMeasured } from "../store/savings-ledger.ts";

/** Something that just happened to a recommendation: said in the thread of its card. */
export type Happening = {
  readonly event: LifecycleEvent;
  /** The state before; null = it does not matter. */
  readonly from: RecommendationState | null;
  /** Who did it; null = it happened by itself. */
  readonly by: string | null;
  /** Reason, remark, assignee, or why a hand-off failed. */
  readonly note: string | null;
  /** What was handed to whom; null = it is no hand-off, or the card itself is one. */
  readonly handOff: { readonly target: string; readonly url: string | null; readonly failed: boolean } | null;
  /** The bill's figure, when it is one. */
  readonly figure: MeasuredSaving | null;
};

/** Makes the cards of a recommendation: handed in by the edge, so that copies change in the decision's transaction. */
export type RenderRecommendation = {
  /** Its state now. */
  readonly card: (view: RecommendationView) => object;
  /** One event, for the thread. */
  readonly event: (view: RecommendationView, happening: Happening) => object;
};

export function happening(event: LifecycleEvent, rest: Partial<Happening> = {}): Happening {
  return { event, from: null, by: null, note: null, handOff: null, figure: null, ...rest };
}

const KEY_PREFIX = "recommendation:";

/** Which recommendations have a card somewhere, read once for a run over many. */
export async function readPosted(sql: SqlLike): Promise<(id: string) => boolean> {
  const keys = await readPostedKeys(sql, KEY_PREFIX);
  return (id) => keys.has(recommendationKey(id));
}

/** The outbox key of a recommendation's card: post it under this key and every copy is kept right. */
export function recommendationKey(id: string): string {
  return `${KEY_PREFIX}${id}`;
}

export function decisionSettings(settings: Settings): DecisionSettings {
  return settings.decisions ?? DEFAULT_DECISION_SETTINGS;
}

/** The policy in force, with the people it names as the bot knows them now. */
export async function approvalPolicy(sql: SqlLike, settings: Settings): Promise<ApprovalPolicy> {
  const { policy } = decisionSettings(settings);
  const handles = policy.tiers.flatMap(({ approvers }) => (approvers ?? []).map(({ handle }) => handle));
  if (handles.length === 0) return policy;
  const people = await findPeopleByHandle(sql, handles);
  const known = ({ handle, name }: NamedApprover): NamedApprover => ({
    handle,
    id: people.get(handle)?.id ?? null,
    name: people.get(handle)?.name ?? name,
  });
  const tiers = policy.tiers.map((tier) => ({ ...tier, approvers: tier.approvers?.map(known) ?? null }));
  return { ...policy, tiers };
}

/** Recommendations with what their cards show. */
export async function viewRecommendations(
  sql: SqlLike,
  settings: Settings,
  recommendations: readonly Recommendation[],
): Promise<RecommendationView[]> {
  const ids = recommendations.map((recommendation) => recommendation.id);
  const decisions = await readDecisions(sql, ids);
  const handOffs = await readHandOffs(sql, ids);
  const measured = await readMeasured(sql, ids);
  const policy = await approvalPolicy(sql, settings);
  const directory = ids.length === 0 ? [] : await listOwners(sql);
  return recommendations.map((recommendation) => {
    const own = decisions.get(recommendation.id) ?? [];
    const tier = tierFor(policy, savingMonthly(recommendation.finding));
    const current = (handOffs.get(recommendation.id) ?? []).filter(
      (handOff) => handOff.revision === recommendation.revision,
    );
    return {
      recommendation,
      decisions: own,
      handOffs: current.map(({ target, kind, state, url, error }) => ({ target, kind, state, url, error })),
      measured: (measured.get(recommendation.id) ?? []).filter((figure) => figure.revision === recommendation.revision),
      approvalsNeeded: tier.approvals,
      approvalsGiven: validApprovals(recommendation, own).length,
      tier,
      approvers: describeApprovers(tier),
      owners: mostSpecific(directory.filter(({ scope }) => scopeCovers(scope, recommendation.facets))),
    };
  });
}

/**
 * The view of one, its card on every surface brought up to it, and what happened said in the thread under each, in the
 * caller's transaction, which holds the recommendation's row.
 */
export async function rerender(
  sql: SqlLike,
  settings: Settings,
  recommendation: Recommendation,
  render: RenderRecommendation,
  happenings: readonly Happening[],
): Promise<RecommendationView> {
  const [view] = await viewRecommendations(sql, settings, [recommendation]);
  if (view === undefined) throw new Error(`no view of ${recommendation.id}`);
  const parent = recommendationKey(recommendation.id);
  await enqueueUpdate(sql, { key: parent, card: render.card(view) });
  // Answers that show it are made again with their askers' rights (src/bot/live-cards.ts).
  await noteRecommendationChange(sql, recommendation.id);
  for (const one of happenings) {
    // A figure that is restated is told where it was told.
    const key = one.figure === null ? undefined : `measure:${one.figure.revision}:${one.figure.checkpointDays}`;
    await enqueueReply(sql, { parent, card: render.event(view, one), key });
  }
  return view;
}
