import { mayHappen } from "../../analysis/lifecycle.ts";
import type { CurrencyWorth } from "../../domain/currency-order.ts";
import { AppError } from "../../domain/errors.ts";
import { formatMoney } from "../../domain/money.ts";
import type { RecommendationView } from "../../domain/recommendation.ts";
import { EVERYTHING } from "../../domain/scope.ts";
import { approveRecommendation } from "../../service/approve-recommendation.ts";
import { evidenceWindow } from "../../service/check-evidence.ts";
import type { Context } from "../../service/context.ts";
import type { DecisionOutcome } from "../../service/decide.ts";
import { findWaste } from "../../service/find-waste.ts";
import { currencyWorth, listRecommendations, showRecommendation } from "../../service/list-recommendations.ts";
import type { Card } from "../card.ts";
import type { CommandAnswer } from "../command.ts";
import { BULK_MAX, bulkApprovable, bulkMark } from "../views/bulk-approval.ts";
import { recommendationData } from "../views/recommendation-data.ts";
import { recommendationListCard, savingTotals } from "../views/recommendation-list-card.ts";
import { bulkOutcomeCard, outcomeMessage } from "../views/recommendation-outcome-card.ts";
import { renderRecommendation } from "../views/render-recommendation.ts";

/**
 * `recs approve ID ID …` or `recs approve mine`: first one card that names all and asks once; its button carries a mark
 * of exactly these revisions, so that a set that changed meanwhile is shown again and not approved.
 */
export async function approveSeveral(
  ctx: Context,
  words: readonly string[],
  confirm: string | null,
): Promise<CommandAnswer> {
  const views = await chosenForBulk(ctx, words);
  const worth = await currencyWorth(ctx);
  if (views.length === 0) {
    return { card: recommendationListCard([], { mine: true, worth }), data: { decisions: [] }, exitCode: 0 };
  }
  if (confirm !== bulkMark(views)) return confirmation(views, { words, confirm, worth });
  const results = await approveEach(ctx, views);
  return {
    card: bulkOutcomeCard(results),
    data: {
      decisions: results.map(({ id, outcome }) => ({
        id,
        outcome: outcome.kind,
        reason: outcome.kind === "refused" ? outcome.reason : null,
        message: outcomeMessage(outcome, "approve"),
        recommendation: outcome.view === null ? null : recommendationData(outcome.view),
      })),
    },
    exitCode: results.every(({ outcome }) => outcome.kind === "done") ? 0 : 2,
  };
}

/** What `recs approve` with these words is about. */
export async function chosenForBulk(ctx: Context, words: readonly string[]): Promise<RecommendationView[]> {
  if (words[0]?.toLowerCase() !== "mine") {
    if (words.length > BULK_MAX) throw new AppError("limit", `At most ${BULK_MAX} can be approved at once.`);
    const ids = [...new Set(words.map((word) => word.toLowerCase()))];
    return Promise.all(ids.map((id) => showRecommendation({ ctx, input: { id } })));
  }
  const views = await listRecommendations({ ctx, input: { states: [], mine: true } });
  return [...bulkApprovable(views)];
}

/** One reading of the bills serves all; each is then decided by itself. */
async function approveEach(
  ctx: Context,
  views: readonly RecommendationView[],
): Promise<{ id: string; outcome: DecisionOutcome }[]> {
  const now = await findWaste({ ctx: { ...ctx, scope: EVERYTHING }, input: { scope: [] } });
  const results: { id: string; outcome: DecisionOutcome }[] = [];
  for (const { recommendation } of views) {
    const { id, revision, finding } = recommendation;
    const evidence = {
      finding: now.findings.find((candidate) => candidate.id === id) ?? null,
      window: evidenceWindow(now, finding.provider),
    };
    const input = { id, seenRevision: revision, confirmedResource: null, render: renderRecommendation, evidence };
    results.push({ id, outcome: await approveRecommendation({ ctx, input }) });
  }
  return results;
}

function confirmation(views: readonly RecommendationView[], asked: BulkAsked): CommandAnswer {
  return {
    card: bulkCard(views, asked),
    data: { confirm: commandOf(views, asked.words), recommendations: views.map(recommendationData) },
    exitCode: 0,
    shows: { kind: "bulk", words: asked.words },
  };
}

export type BulkAsked = {
  readonly words: readonly string[];
  /** The mark that was sent and does not fit any more. */
  readonly confirm: string | null;
  readonly worth: CurrencyWorth;
};

/** Asks once for all of them. Nothing left to approve: no button. */
export function bulkCard(views: readonly RecommendationView[], { words, confirm, worth }: BulkAsked): Card {
  const list = recommendationListCard(views, { mine: true, worth });
  const open = views.filter(({ recommendation: { state } }) => mayHappen(state, "approve")).length;
  if (open === 0)
    return { ...list, title: "Approve: nothing is left", summary: "All of them are decided.", actions: [] };
  const sums = savingTotals(views, worth)
    .map((total) => formatMoney(total))
    .join(" + ");
  const label = `Approve ${views.length} · ${sums}/mo`;
  return {
    ...list,
    title: `Approve ${views.length}?`,
    summary: `${confirm === null ? "" : "They changed meanwhile, please look again. "}${views.length} recommendations, ${sums} a month together. One confirmation approves all.`,
    actions: [{ kind: "button", label, style: "primary", command: commandOf(views, words) }],
  };
}

function commandOf(views: readonly RecommendationView[], words: readonly string[]): string {
  return `recs approve ${words.join(" ")} --confirm ${bulkMark(views)}`;
}
