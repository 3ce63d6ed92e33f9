import { createHash } from "node:crypto";

import { isScopeWithin } from "../analysis/scope-within.ts";
import type { Budget, BudgetAlert, BudgetPeriod } from "../domain/budget.ts";
import { toDecimal } from "../domain/money.ts";
import type { Day, Period } from "../domain/period.ts";
import { mostSpecific, type Owner } from "../domain/person.ts";
import type { SqlLike } from "../store/db.ts";
import { enqueueReply, enqueueUpdate } from "../store/outbox.ts";
import type { BudgetFigures } from "./budget-figures.ts";

/** Everything a card of a budget shows: one period of it. */
export type BudgetView = {
  readonly budget: Budget;
  readonly row: BudgetPeriod;
  readonly alerts: readonly BudgetAlert[];
  /** What was read for it: sources, days, expectation. */
  readonly figures: BudgetFigures;
  /** Whom to ask about its scope; empty = nobody is named. */
  readonly owners: readonly Owner[];
  /** What ended it, in words ("removed by Ana"); null = in force. */
  readonly ended: string | null;
};

/** What happened to a budget's period: said in the thread of its card. */
export type BudgetNews =
  | { readonly because: "crossed" | "snooze-over"; readonly alert: BudgetAlert }
  | { readonly because: "acknowledged" | "rearmed"; readonly by: string }
  | { readonly because: "snoozed"; readonly by: string; readonly until: Day }
  | { readonly because: "closed" };

/** Makes the cards: handed in by the edge, so that what is posted commits with what it tells about. */
export type RenderBudget = {
  /** The parent card: the whole state, edited in place. */
  readonly state: (view: BudgetView) => object;
  /** What happened, in the thread of the parent card. */
  readonly event: (view: BudgetView, news: BudgetNews) => object;
};

/** The parent card of a budget's period, in the outbox and on every surface. */
export function budgetCardKey(budgetId: string, period: Period): string {
  return `budget:${budgetId}:${period.from}`;
}

export function thresholdCardKey(
  budgetId: string,
  period: Period,
  alert: Pick<BudgetAlert, "basis" | "percent">,
): string {
  return `${budgetCardKey(budgetId, period)}:${alert.basis}:${alert.percent}`;
}

export function snoozeOverKey(budgetId: string, period: Period, until: Day): string {
  return `${budgetCardKey(budgetId, period)}:snooze:${until}`;
}

export function closedKey(budgetId: string, period: Period): string {
  return `${budgetCardKey(budgetId, period)}:closed`;
}

/** Brings a posted parent card to the state; null when it shows it already. */
export async function updateState(tx: SqlLike, view: BudgetView, render: RenderBudget): Promise<string | null> {
  const card = render.state(view);
  const digest = cardDigest(card);
  if (digest === view.row.cardDigest) return null;
  await enqueueUpdate(tx, { key: budgetCardKey(view.budget.id, view.row.period), card });
  return digest;
}

/** Says something in the thread of a posted parent card; where none is posted, nobody is told. */
export async function replyToState(
  tx: SqlLike,
  view: BudgetView,
  render: RenderBudget,
  news: BudgetNews,
): Promise<void> {
  const parent = budgetCardKey(view.budget.id, view.row.period);
  await enqueueReply(tx, { parent, card: render.event(view, news) });
}

export function cardDigest(card: object): string {
  return createHash("sha256").update(JSON.stringify(card)).digest("hex").slice(0, 24);
}

/** Whom to ask about what a budget counts: the most specific entries of the directory that cover all of it. */
export function ownersIn(directory: readonly Owner[], budget: Pick<Budget, "access" | "filters">): Owner[] {
  const scope = [...budget.access, ...budget.filters];
  return mostSpecific(directory.filter((owner) => isScopeWithin(scope, owner.scope)));
}

/** Tells one set of terms from another: amount, scope, metric, cycle. Thresholds and channel re-arm nothing. */
export function termsDigest(budget: Budget): string {
  const { amount, filters, access, without, metric, cycle } = budget;
  const text = JSON.stringify([toDecimal(amount), amount.currency, filters, access, without, metric, cycle]);
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
