/**
 * The days something was billed, as a bit set: bit 0 is the last day before the as-of day, bit 1 the day before that…
 * One number a line instead of 35 rows, so that a large estate fits in memory and the database can fold it (bit_or).
 */
export type DayMask = bigint;

/** The mask of one day, `age` days before the last one (0 = the last). */
export function dayBit(age: number): DayMask {
  return 1n << BigInt(age);
}

/** How many days the mask holds. */
export function countDays(mask: DayMask): number {
  let count = 0;
  for (let rest = mask; rest > 0n; rest >>= 1n) if ((rest & 1n) === 1n) count += 1;
  return count;
}

/** Consecutive days up to and including the last one; 0 when the last day is missing. */
export function streakDays(mask: DayMask): number {
  let streak = 0;
  for (let rest = mask; (rest & 1n) === 1n; rest >>= 1n) streak += 1;
  return streak;
}

/** The part of the mask that lies in the last `days` days. */
export function inLastDays(mask: DayMask, days: number): DayMask {
  return mask & ((1n << BigInt(days)) - 1n);
}

/** Days since the first one seen, that one included; 0 for an empty mask. */
export function ageDays(mask: DayMask): number {
  return mask === 0n ? 0 : mask.toString(2).length;
}
