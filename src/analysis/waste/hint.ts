import { compare, formatMoney, money, scale, type Money } from "../../domain/money.ts";
import { monthPeriod, periodLength } from "../../domain/period.ts";
import { inLastDays } from "./day-mask.ts";
import { isCovered } from "./match-line.ts";
import { monthlyCost, monthlyCostOf, recentDaysOf } from "./monthly-cost.ts";
import { MONTH_DAYS_TENTHS, type BilledLine, type BilledResource, type Fact, type MonthCost } from "./rule.ts";

const ATOMS = 10n ** 18n;

/** Whether any of the lines was in use within the last days. */
export function isCurrent(lines: readonly BilledLine[], days: number): boolean {
  return lines.some((line) => inLastDays(line.activeDays, days) !== 0n);
}

/** Quantity over the last 14 days, in 10⁻¹⁸ of the unit. */
export function recentQuantity(lines: readonly BilledLine[]): bigint {
  return lines.reduce((sum, line) => sum + line.quantityRecent, 0n);
}

/** Quantity a month (30.4 days) in whole units, rounded to the nearest. */
export function monthlyUnits(resource: BilledResource, lines: readonly BilledLine[]): bigint {
  const atoms = (recentQuantity(lines) * MONTH_DAYS_TENTHS) / (10n * BigInt(recentDaysOf(resource)));
  return (atoms + ATOMS / 2n) / ATOMS;
}

/** Whether a monthly cost reaches so many units of the bill's currency. */
export function reaches(cost: Money, units: number): boolean {
  return compare(cost, money(String(units), cost.currency)) >= 0;
}

/** Whether `part` is more than so many percent of `whole`. */
export function exceedsShare(part: Money, whole: Money, percent: bigint): boolean {
  return part.atoms * 100n > whole.atoms * percent;
}

/** "$12.34 a month" of some lines, as evidence. */
export function costFact(resource: BilledResource, fact: string, lines: readonly BilledLine[]): Fact {
  return { fact, value: `${formatMoney(monthlyCostOf(resource, lines))} a month` };
}

/** A share of every line as saving, in thousandths that differ from line to line; null = unknown. */
export function sharesOf(
  resource: BilledResource,
  lines: readonly BilledLine[],
  thousandths: (line: BilledLine) => bigint | null,
) {
  return lines.map((line) => {
    const share = thousandths(line);
    const unknown = share === null || isCovered(line.attributes);
    return { line, saving: unknown ? null : scale(monthlyCost(resource, line), share, 1_000n) };
  });
}

/**
 * Percent by which the daily cost of each of the last `count` months exceeds that of the month before, at least (a short
 * February is no fall); null = too few months are known.
 */
export function leastGrowthPercent(months: readonly MonthCost[], count: number): bigint | null {
  const last = months.slice(-(count + 1));
  if (last.length < count + 1) return null;
  let least: bigint | null = null;
  for (let index = 1; index < last.length; index += 1) {
    const before = dailyAtoms(last[index - 1]);
    const after = dailyAtoms(last[index]);
    if (before <= 0n) return null;
    const percent = ((after - before) * 100n) / before;
    if (least === null || percent < least) least = percent;
  }
  return least;
}

function dailyAtoms(month: MonthCost | undefined): bigint {
  return month === undefined ? 0n : month.cost.atoms / BigInt(periodLength(monthPeriod(month.month)));
}

/** Months as evidence: "2026-01 $10.00, 2026-02 $12.00". */
export function monthsText(months: readonly MonthCost[]): string {
  return months.map(({ month, cost }) => `${month} ${formatMoney(cost)}`).join(", ");
}
