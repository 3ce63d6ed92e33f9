import { inLastDays, streakDays } from "./day-mask.ts";
import { linesWhere } from "./match-line.ts";
import { activeDaysOf } from "./monthly-cost.ts";
import type { BilledResource, LineAttributes } from "./rule.ts";

type Takes = (provider: string, line: LineAttributes) => boolean;

/**
 * "Paid for by the hour, used by nobody": days in a row, up to the last, on which the fixed charge was billed; null when
 * they are fewer than `idleDays` or anything was used in the last `idleDays` days.
 */
export function idleStreak(
  resource: BilledResource,
  meters: { readonly fixed: Takes; readonly use: Takes; readonly idleDays: number },
): number | null {
  const days = streakDays(activeDaysOf(linesWhere(resource, meters.fixed)));
  const used = inLastDays(activeDaysOf(linesWhere(resource, meters.use)), meters.idleDays) !== 0n;
  return days < meters.idleDays || used ? null : days;
}
