import type { BudgetCycle } from "../domain/budget.ts";
import { addMonths, firstDay, monthOf, type Day, type Month, type Period } from "../domain/period.ts";

const MONTHS: Readonly<Record<BudgetCycle, number>> = { month: 1, quarter: 3, year: 12 };

/**
 * The period of a cycle a day lies in. Quarters and years begin with `fiscalStart` (1 = January). Days are UTC, so no
 * daylight saving makes one longer.
 */
export function budgetPeriodOf(cycle: BudgetCycle, at: Day, fiscalStart = 1): Period {
  const months = MONTHS[cycle];
  const month = monthOf(at);
  const past = (((Number(month.slice(5)) - fiscalStart) % months) + months) % months;
  return periodFrom(addMonths(month, -past), months);
}

/** The period before one of the same cycle. */
export function previousBudgetPeriod(cycle: BudgetCycle, period: Period): Period {
  return periodFrom(addMonths(monthOf(period.from), -MONTHS[cycle]), MONTHS[cycle]);
}

function periodFrom(month: Month, months: number): Period {
  return { from: firstDay(month), to: firstDay(addMonths(month, months)) };
}
