import { ratioText } from "../../analysis/ratio-text.ts";
import type { BudgetAnswer } from "../../domain/budget-answer.ts";
import type { BudgetPeriod } from "../../domain/budget.ts";
import { subtract, toDecimal, type Money } from "../../domain/money.ts";
import type { BudgetView } from "../../service/budget-view.ts";
import { stateOfView } from "../../service/list-budgets.ts";
import { scopeText } from "./budget-words.ts";

const amountOf = (amount: Money): { amount: string; currency: string } => ({
  amount: toDecimal(amount),
  currency: amount.currency,
});
export const usedOf = (part: Money, whole: Money): { amount: string; currency: string; ratio: string } => ({
  ...amountOf(part),
  ratio: ratioText(part.atoms, whole.atoms) ?? "0",
});

/** The rates used, each once, under the day it is from. */
function distinctRates(rates: BudgetView["figures"]["rates"]): BudgetAnswer["rates"] {
  const byDay = new Map(
    rates.map(({ from, to, day, rate, carriedFrom }) => {
      const of = carriedFrom ?? day;
      return [`${from} ${of}`, { from, to, day: of, rate }] as const;
    }),
  );
  return [...byDay].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, rate]) => rate);
}

/** A budget as `--json` gives it. */
export function budgetData(view: BudgetView): BudgetAnswer {
  const { budget, row, alerts, figures } = view;
  return {
    name: budget.name,
    amount: toDecimal(row.amount),
    currency: row.amount.currency,
    scope: scopeText(budget),
    each: budget.cycle,
    metric: budget.metric,
    channel: budget.channel,
    origin: budget.origin,
    period: row.period,
    spent: row.spent === null ? null : usedOf(row.spent, row.amount),
    left: row.spent === null ? null : amountOf(subtract(row.amount, row.spent)),
    forecast: forecastOf(view),
    state: stateOfView(view),
    thresholds: budget.thresholds.map(({ basis, percent }) => {
      const alert = alerts.find((one) => one.basis === basis && one.percent === percent);
      return {
        basis,
        percent,
        state: alert?.state ?? ("armed" as const),
        crossedOn: alert?.crossedOn ?? null,
        note: alert?.undoneReason ?? null,
      };
    }),
    dataThrough: row.through,
    sources: figures.sources.map(({ source, through, stale }) => ({ source, through, stale })),
    rates: distinctRates(figures.rates),
    problem: row.problem,
    acknowledged: row.acknowledgedBy === null ? null : { by: row.acknowledgedBy, at: row.acknowledgedAt },
    snoozedUntil: budget.snoozedUntil,
    closedOn: row.closedOn,
    restated: row.restated === null ? null : amountOf(row.restated),
  };
}

function forecastOf({ row, figures }: BudgetView): BudgetAnswer["forecast"] {
  if (row.forecast === null || row.forecastLow === null || row.forecastHigh === null) return null;
  const band = { low: toDecimal(row.forecastLow), high: toDecimal(row.forecastHigh) };
  return { ...usedOf(row.forecast, row.amount), ...band, method: figures.forecast?.method ?? "" };
}

/** An earlier period as `--json` gives it. */
export function periodData(row: BudgetPeriod) {
  return {
    period: row.period,
    amount: toDecimal(row.amount),
    currency: row.amount.currency,
    spent: row.spent === null ? null : usedOf(row.spent, row.amount),
    closedOn: row.closedOn,
    restated: row.restated === null ? null : amountOf(row.restated),
  };
}
