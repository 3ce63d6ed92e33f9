import { add, formatMoney, scale, zero, type Money } from "../../domain/money.ts";
import { ageDays, type DayMask } from "./day-mask.ts";
import { isCovered } from "./match-line.ts";
import {
  MONTH_DAYS_TENTHS,
  RECENT_DAYS,
  type BilledLine,
  type BilledResource,
  type Fact,
  type SavingPart,
} from "./rule.ts";

/** All days the resource was billed on. */
export function billedDaysOf(lines: readonly BilledLine[]): DayMask {
  return lines.reduce((mask, line) => mask | line.billedDays, 0n);
}

/** Days of the last 14 the resource existed: what its recent cost is averaged over. At least 1. */
export function recentDaysOf(resource: BilledResource): number {
  return Math.max(1, Math.min(RECENT_DAYS, ageDays(billedDaysOf(resource.lines))));
}

/** All days any of the lines had a quantity. */
export function activeDaysOf(lines: readonly BilledLine[]): DayMask {
  return lines.reduce((mask, line) => mask | line.activeDays, 0n);
}

/**
 * What a line costs a month: 30.4 × average daily EffectiveCost over the last 14 days of bills
 * (waste-rules S0). Days it was off count as zero, so that it never exceeds what a month costs.
 */
export function monthlyCost(resource: BilledResource, line: BilledLine): Money {
  return scale(line.effectiveRecent, MONTH_DAYS_TENTHS, 10n * BigInt(recentDaysOf(resource)));
}

/** Monthly cost of several lines of a resource. */
export function monthlyCostOf(resource: BilledResource, lines: readonly BilledLine[]): Money {
  return lines.reduce((sum, line) => add(sum, monthlyCost(resource, line)), zero(resource.currency));
}

/** Thousandths: 200 = 20 %. */
const THOUSAND = 1000n;

/**
 * The saving of a share of each line, as thousandths. A line a commitment pays for has an unknown saving:
 * it comes true only when the commitment is used elsewhere (G6).
 */
export function shareOfLines(
  resource: BilledResource,
  lines: readonly BilledLine[],
  thousandths: bigint,
): readonly SavingPart[] {
  return lines.map((line) => ({
    line,
    saving: isCovered(line.attributes) ? null : scale(monthlyCost(resource, line), thousandths, THOUSAND),
  }));
}

/** The whole of each line. */
export function wholeLines(resource: BilledResource, lines: readonly BilledLine[]): readonly SavingPart[] {
  return shareOfLines(resource, lines, THOUSAND);
}

/** "30.4 × $0.12 a day", the first factor of every arithmetic, over the lines no commitment pays. */
export function dailyArithmetic(resource: BilledResource, lines: readonly BilledLine[]): string {
  const paid = lines.filter((line) => !isCovered(line.attributes));
  const recent = paid.reduce((sum, line) => add(sum, line.effectiveRecent), zero(resource.currency));
  return `30.4 × ${formatMoney(scale(recent, 1n, BigInt(recentDaysOf(resource))))} a day`;
}

/** What of the lines a commitment pays, said as evidence; empty when none does. */
export function coverageFacts(lines: readonly BilledLine[]): readonly Fact[] {
  const names = lines
    .filter((line) => isCovered(line.attributes))
    .map((line) => line.attributes.commitmentName ?? line.attributes.commitmentId ?? "a commitment");
  if (names.length === 0) return [];
  return [
    {
      fact: "covered by",
      value: `${[...new Set(names)].sort().join(", ")}: that part saves only if the commitment is used elsewhere, or when it ends`,
    },
  ];
}
