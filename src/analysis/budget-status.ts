import type { Budget, BudgetAlert, BudgetState, Threshold } from "../domain/budget.ts";
import { formatMoney, ratio, subtract, type Money } from "../domain/money.ts";
import type { Day } from "../domain/period.ts";

/** What the bills say of one period of a budget. `spent` null = not known (a rate is missing): nothing is judged then. */
export type BudgetReading = {
  readonly spent: Money | null;
  readonly forecast: Money | null;
};

/** Whether a threshold is crossed: at it counts. Exact. */
export function isCrossed(threshold: Threshold, amount: Money, reading: BudgetReading): boolean {
  const value = threshold.basis === "actual" ? reading.spent : reading.forecast;
  return value !== null && value.atoms * 100n >= amount.atoms * BigInt(threshold.percent);
}

export type ThresholdMoves = {
  /** Crossed for the first time in this period. */
  readonly fire: readonly Threshold[];
  /** Crossed before, no longer. */
  readonly undo: readonly BudgetAlert[];
  /** Undone before, crossed again: the same alert, no second one. */
  readonly again: readonly BudgetAlert[];
  /** Of thresholds the budget no longer has. */
  readonly drop: readonly BudgetAlert[];
};

/**
 * What changed since the last evaluation. Each threshold fires once a period: one that is already there is only moved
 * between crossed and undone. Evaluating twice moves nothing the second time; an unknown amount moves nothing at all.
 */
export function moveThresholds(
  budget: Pick<Budget, "amount" | "thresholds">,
  reading: BudgetReading,
  alerts: readonly BudgetAlert[],
): ThresholdMoves {
  const known = (threshold: Threshold) => alerts.find((alert) => isSame(alert, threshold));
  const drop = alerts.filter((alert) => !budget.thresholds.some((threshold) => isSame(alert, threshold)));
  const kept = alerts.filter((alert) => !drop.includes(alert) && isKnown(alert, reading));
  const crossed = (threshold: Threshold) => isCrossed(threshold, budget.amount, reading);
  return {
    fire: budget.thresholds.filter((threshold) => known(threshold) === undefined && crossed(threshold)),
    undo: kept.filter((alert) => alert.state === "crossed" && !crossed(alert)),
    again: kept.filter((alert) => alert.state === "undone" && crossed(alert)),
    drop,
  };
}

function isKnown(threshold: Threshold, reading: BudgetReading): boolean {
  return (threshold.basis === "actual" ? reading.spent : reading.forecast) !== null;
}

export function isSame(a: Threshold, b: Threshold): boolean {
  return a.basis === b.basis && a.percent === b.percent;
}

/** How a budget stands now. */
export function stateOf(amount: Money, reading: BudgetReading, alerts: readonly BudgetAlert[]): BudgetState {
  if (reading.spent === null) return "unknown";
  const whole = (basis: Threshold["basis"]) => isCrossed({ basis, percent: 100 }, amount, reading);
  if (whole("actual")) return "over";
  if (whole("forecast")) return "at-risk";
  return alerts.some((alert) => alert.state === "crossed") ? "warned" : "on-track";
}

/** Of several thresholds the one that matters most: what is spent before what is expected, the higher the more. */
export function gravest<T extends Threshold>(thresholds: readonly T[]): T | null {
  const weight = ({ basis, percent }: T): number => (basis === "actual" ? 10_000 : 0) + percent;
  return thresholds.toSorted((a, b) => weight(b) - weight(a))[0] ?? null;
}

/** "83%": a part of the amount, whole numbers from ten on. null when there is no amount. */
export function percentOf(part: Money, amount: Money): string {
  const share = ratio(part, amount) ?? 0;
  const percent = share * 100;
  // 99.7 % must not read as 100 %: rounding never crosses a threshold.
  const whole = percent < 0 ? Math.ceil(percent) : Math.floor(percent + 1e-9);
  const text =
    Math.abs(percent) < 10 ? (Math.floor(Math.abs(percent) * 10 + 1e-9) / 10).toString() : `${Math.abs(whole)}`;
  return `${percent < 0 ? "−" : ""}${text}%`;
}

/** Why an alert no longer holds, from the same days' cost then and now. */
export function undoneReason(input: {
  readonly alert: BudgetAlert;
  readonly budgetChanged: boolean;
  readonly spent: Money | null;
  readonly forecast: Money | null;
  /** Cost now of the days that had charges when it was found. */
  readonly sameDays: Money | null;
  readonly lastDay: Day | null;
}): string {
  const { alert, spent, forecast, sameDays } = input;
  if (input.budgetChanged) return "the budget was changed";
  if (alert.basis === "forecast") {
    const now =
      forecast === null ? "" : `: now ${formatMoney(forecast)}, then ${formatMoney(alert.forecast ?? alert.spent)}`;
    return `it is no longer expected${now}`;
  }
  const restated = sameDays !== null && sameDays.atoms < alert.spent.atoms;
  if (restated) {
    const change = formatMoney(subtract(sameDays, alert.spent), { sign: true });
    return `the bills were restated by ${change}: ${formatMoney(sameDays)} where ${formatMoney(alert.spent)} was billed`;
  }
  return `credits lowered what was spent to ${spent === null ? "less" : formatMoney(spent)}`;
}
