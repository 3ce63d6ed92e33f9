import type { BudgetChartView } from "../../charts/chart-view.ts";
import { atomsToDecimal } from "../../domain/money.ts";
import { addDays, type Day } from "../../domain/period.ts";
import type { BudgetView } from "../../service/budget-view.ts";
import { cycleWords, scopeWords } from "./budget-words.ts";

/** The burn-down of a budget's period; null when what was spent is not known. */
export function budgetChart({ budget, row, figures }: BudgetView): BudgetChartView | null {
  if (row.spent === null) return null;
  const { period } = row;
  const days = [...figures.daily.keys()].filter((day) => day >= period.from && day < period.to).sort();
  let sum = 0n;
  const actual = days.map((day) => {
    sum += figures.daily.get(day) ?? 0n;
    return { day, amount: atomsToDecimal(sum) };
  });
  if (actual.length === 0) return null;
  return {
    kind: "budget",
    title: `${budget.name}, ${cycleWords(budget.cycle, period)}`,
    subtitle: `${budget.metric[0]?.toUpperCase() ?? ""}${budget.metric.slice(1)} cost, ${scopeWords(budget)}`,
    currency: row.amount.currency,
    from: period.from,
    to: period.to,
    budget: atomsToDecimal(row.amount.atoms),
    actual,
    through: throughOf(figures.through, period.to, actual.at(-1)?.day),
    forecast: expectedDays(figures),
    low: row.forecastLow === null ? null : atomsToDecimal(row.forecastLow.atoms),
    high: row.forecastHigh === null ? null : atomsToDecimal(row.forecastHigh.atoms),
    thresholds: budget.thresholds.filter(({ basis }) => basis === "actual").map(({ percent }) => percent),
  };
}

/** Nothing charged since the last complete day is drawn to that day all the same. */
function throughOf(through: Day | null, to: Day, last: Day | undefined): Day | null {
  if (through === null) return null;
  const end = through < to ? through : addDays(to, -1);
  return last !== undefined && last < end ? last : end;
}

/** Cumulated from what is complete, so that the line ends at the forecast. */
function expectedDays({ expected, daily, period }: BudgetView["figures"]): BudgetChartView["forecast"] {
  const days = [...expected.keys()].sort();
  const [first] = days;
  if (first === undefined) return [];
  let sum = 0n;
  for (const [day, amount] of daily) if (day >= period.from && day < first) sum += amount;
  return days.map((day) => {
    sum += expected.get(day) ?? 0n;
    return { day, amount: atomsToDecimal(sum) };
  });
}
