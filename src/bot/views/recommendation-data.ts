import { subtract, toDecimal, type Money } from "../../domain/money.ts";
import type { MeasuredAnswer, RecommendationAnswer } from "../../domain/recommendation-answer.ts";
import {
  savingMonthly,
  savingYearly,
  type MeasuredSaving,
  type RecommendationView,
} from "../../domain/recommendation.ts";
import { measuredNotes } from "./recommendation-words.ts";

/** A recommendation as data for `--json`. */
export function recommendationData(view: RecommendationView): RecommendationAnswer {
  const { recommendation: one, decisions, handOffs, measured } = view;
  return {
    id: one.id,
    state: one.state,
    revision: one.revision,
    finding: one.finding,
    saving: {
      monthly: toDecimal(savingMonthly(one.finding)),
      yearly: toDecimal(savingYearly(one.finding)),
      currency: one.finding.saving.currency,
    },
    evidenceWindow: one.window,
    requestedBy: one.requestedBy,
    assignee: one.assignee,
    expiresOn: one.expiresOn,
    snoozedUntil: one.snoozedUntil,
    reopensOn: one.reopensOn,
    undoUntil: one.undoOpen ? one.undoUntil : null,
    appliedOn: one.appliedOn,
    approvals: { needed: view.approvalsNeeded, given: view.approvalsGiven, by: view.approvers },
    decisions: decisions.map((decision) => ({ ...decision })),
    handOffs: handOffs.map((handOff) => ({ ...handOff })),
    measured: measured.map(measuredData),
  };
}

/** One line of the ledger as data. */
export function measuredData(figure: MeasuredSaving): MeasuredAnswer {
  return {
    id: figure.recommendationId,
    revision: figure.revision,
    checkpointDays: figure.checkpointDays,
    appliedOn: figure.appliedOn,
    promised: amountData(figure.promisedMonthly),
    measured: amountData(figure.measuredMonthly),
    difference: amountData(subtract(figure.measuredMonthly, figure.promisedMonthly)),
    verdict: figure.verdict,
    before: { ...figure.before, daily: toDecimal(figure.beforeDaily) },
    after: { ...figure.after, daily: toDecimal(figure.afterDaily) },
    notes: measuredNotes(figure),
  };
}

export function amountData(amount: Money): { amount: string; currency: string } {
  return { amount: toDecimal(amount), currency: amount.currency };
}
