import { formatMoney } from "../../domain/money.ts";
import { savingMonthly, type RecommendationView } from "../../domain/recommendation.ts";
import type { DecisionOutcome, PersonEvent, RefusalReason } from "../../service/decide.ts";
import type { Action, Card } from "../card.ts";
import { recommendationCard, statusText } from "./recommendation-card.ts";
import { nameOf } from "./waste-card.ts";

/** The sentences of refusals: what is so, and what to do. */
const REFUSALS: Readonly<Record<RefusalReason, (view: RecommendationView | null, event: PersonEvent) => string>> = {
  role: (_, event) =>
    event === "approve" || event === "reject" || event === "snooze" || event === "undo"
      ? "That needs the role approver. Ask somebody who has it."
      : "That needs the role analyst. Ask somebody who has it.",
  "not-found": () => "There is no such recommendation. recs list shows what there is.",
  // Word for word the same: what is outside a scope does not exist.
  scope: () => "There is no such recommendation. recs list shows what there is.",
  "note-missing": (_, event) =>
    event === "reject" ? "Say why: a rejection needs a reason." : `Say ${event === "assign" ? "who" : "what"}.`,
  "day-not-ahead": () => "Say until when: a day ahead, as 2026-05-01 or 7d.",
  stale: (view) =>
    `It changed since that card was made${view === null ? "" : ` (it is at revision ${view.recommendation.revision})`}. Please look again.`,
  "wrong-state": (view) => (view === null ? "That is not possible now." : `Not possible now. ${statusText(view)}.`),
  "undo-closed": () => "The undo window is closed: it is being handed off, or has been.",
  "confirm-resource": (view) =>
    `High risk: type the resource's id to approve: recs approve ${view?.recommendation.id ?? "ID"} --resource RESOURCE-ID`,
  "evidence-changed": () =>
    "The bills changed since this was asked. The figures are refreshed; please review it again.",
  "evidence-gone": () => "The bills no longer show this. Nothing was approved.",
  expired: () => "It expired: the evidence is too old to decide on. It comes back if it is found again.",
  requester: () => "You asked for this, so somebody else has to approve it.",
  tier: (view) => `This amount is decided by ${view?.approvers ?? "others"}. Ask one of them.`,
  "approved-by-you": () => "You have approved this already. It waits for another person.",
};

const DONE: Readonly<Record<PersonEvent, string>> = {
  approve: "Approved",
  reject: "Rejected",
  snooze: "Snoozed",
  undo: "Taken back",
  apply: "Marked as applied",
  assign: "Assigned",
  comment: "Noted",
};

/** One sentence of what a decision came to. */
export function outcomeMessage(outcome: DecisionOutcome, event: PersonEvent): string {
  if (outcome.kind === "refused") return REFUSALS[outcome.reason](outcome.view, event);
  const { finding } = outcome.view.recommendation;
  return `${DONE[event]}: ${nameOf(finding)}, ${formatMoney(savingMonthly(finding))} a month. ${statusText(outcome.view)}.`;
}

/** The answer to a decision: the card as it is now, under what was done or why it was not. */
export function outcomeCard(outcome: DecisionOutcome, event: PersonEvent): Card {
  const message = outcomeMessage(outcome, event);
  if (outcome.view === null) {
    return { title: "Not possible", summary: message, tone: "bad", blocks: [], actions: [LIST], footer: [] };
  }
  const card = recommendationCard(outcome.view);
  if (outcome.kind === "done") return { ...card, summary: message };
  return {
    ...card,
    summary: message,
    tone: "warning",
    blocks: [{ kind: "note", tone: "warning", text: message }, ...card.blocks],
  };
}

const LIST: Action = { kind: "button", label: "Recommendations", style: "plain", command: "recs list" };

/** What several approvals came to: how many, how much, and each that was refused with its reason. */
export function bulkOutcomeCard(results: readonly { readonly id: string; readonly outcome: DecisionOutcome }[]): Card {
  const done = results.filter(({ outcome }) => outcome.kind === "done").length;
  const refused = results.length - done;
  return {
    title: refused === 0 ? "Approved" : "Approved in part",
    summary: `${done} of ${results.length} approved${refused === 0 ? "." : `, ${refused} not: see why below.`}`,
    tone: refused === 0 ? "good" : "warning",
    blocks: [{ kind: "list", items: results.map(({ id, outcome }) => `${id}: ${outcomeMessage(outcome, "approve")}`) }],
    actions: [LIST],
    footer: [],
  };
}
