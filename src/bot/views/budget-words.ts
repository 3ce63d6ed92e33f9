import { percentOf } from "../../analysis/budget-status.ts";
import type { Budget, BudgetAlert, BudgetCycle, BudgetState, Threshold } from "../../domain/budget.ts";
import { tagKeyOf } from "../../domain/dimension.ts";
import { ratio, type Money } from "../../domain/money.ts";
import { monthOf, type Period } from "../../domain/period.ts";
import { dimensionText, filterValueText, quoteValue } from "../../domain/question-text.ts";
import { monthPeriod } from "../../domain/period.ts";
import { periodWords } from "./cost-words.ts";

/** What a budget counts, as a question says it: `for team payments without tax`. Empty = everything. */
export function scopeText(budget: Pick<Budget, "access" | "filters" | "without" | "metric">): string {
  const conditions = [...budget.access, ...budget.filters].map(({ dimension, negated, values }) => {
    const named = values.map((value) => filterValueText(dimension, value)).join(",");
    return `${negated ? "not" : "for"} ${dimensionText(dimension)} ${named}`;
  });
  const without = budget.without.length === 0 ? [] : [`without ${budget.without.join(",")}`];
  const metric = budget.metric === "effective" ? [] : [`metric ${budget.metric}`];
  return [...new Set(conditions), ...without, ...metric].join(" ");
}

/** The same for people: "team payments", "everything". */
export function scopeWords(budget: Pick<Budget, "access" | "filters" | "without">): string {
  const conditions = [...budget.access, ...budget.filters].map(({ dimension, negated, values }) => {
    const name = tagKeyOf(dimension) ?? dimension;
    const missing =
      tagKeyOf(dimension) === null && !/^(team|product|environment)$/.test(dimension) ? "none" : "untagged";
    return `${negated ? "not " : ""}${name} ${values.map((value) => value ?? missing).join(" or ")}`;
  });
  const without = budget.without.length === 0 ? [] : [`without ${budget.without.join(", ")}`];
  const all = [...new Set([...conditions, ...without])];
  return conditions.length === 0 ? ["everything", ...without].join(", ") : all.join(", ");
}

/** The question that gives the same figure. */
export function budgetQuestion(budget: Budget, period: Period): string {
  const month = monthPeriod(monthOf(period.from));
  const days =
    month.from === period.from && month.to === period.to ? monthOf(period.from) : `${period.from}..${period.to}`;
  return ["cost", days, scopeText(budget), `in ${budget.amount.currency}`].filter((part) => part !== "").join(" ");
}

/** "November 2026", "Q4 2026 (1 October – 31 December 2026)" needs no name of ours: the days say it. */
export function cycleWords(cycle: BudgetCycle, period: Period): string {
  return cycle === "month" ? periodWords(period) : `the ${cycle} ${periodWords(period)}`;
}

/** "80% spent", "100% expected". */
export function thresholdWords({ basis, percent }: Threshold): string {
  return `${percent}% ${basis === "actual" ? "spent" : "expected"}`;
}

export const STATE_WORDS: Readonly<Record<BudgetState, string>> = {
  over: "▲ over",
  "at-risk": "▲ at risk",
  warned: "△ warned",
  "on-track": "● on track",
  unknown: "? unknown",
};

const BAR_CELLS = 10;

/** "████████░░ 83%": ten cells; what is over shows as ▶. */
export function budgetBar(spent: Money | null, amount: Money): string {
  if (spent === null) return `${"·".repeat(BAR_CELLS)} ?`;
  const share = Math.max(0, ratio(spent, amount) ?? 0);
  // Rounded down, so that a full bar is a full budget.
  const full = Math.min(BAR_CELLS, Math.floor(share * BAR_CELLS + 1e-9));
  const bar = share > 1 ? `${"█".repeat(BAR_CELLS - 1)}▶` : `${"█".repeat(full)}${"░".repeat(BAR_CELLS - full)}`;
  return `${bar} ${percentOf(spent, amount)}`;
}

/** A name as a command takes it. */
export function commandName(name: string): string {
  return quoteValue(name);
}

export function crossedAlerts(alerts: readonly BudgetAlert[]): BudgetAlert[] {
  return alerts.filter((alert) => alert.state === "crossed");
}
