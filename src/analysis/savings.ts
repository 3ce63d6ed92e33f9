import { compare, scale, subtract, type Money } from "../domain/money.ts";
import { addDays, periodLength, type Day, type Period } from "../domain/period.ts";
import type { CheckpointDays, SavingVerdict } from "../domain/recommendation.ts";

/** Days before `applied` that count as "before". */
export const BEFORE_DAYS = 14;
/** Days of an average month in tenths, as the promise was made with (waste-rules S0: 30.4 × a day). */
const MONTH_DAYS_TENTHS = 304n;

/** The days compared: 14 before the work, and the days after it up to the checkpoint. The day itself is neither. */
export function measuringPeriods(appliedOn: Day, checkpointDays: CheckpointDays): { before: Period; after: Period } {
  return {
    before: { from: addDays(appliedOn, -BEFORE_DAYS), to: appliedOn },
    after: { from: addDays(appliedOn, 1), to: addDays(appliedOn, 1 + checkpointDays) },
  };
}

/** What a resource cost and used over a period. Quantities are decimal text in `unit`; null = none, or mixed units. */
export type BilledOver = {
  readonly cost: Money;
  readonly billedDays: number;
  readonly quantity: { readonly atoms: bigint; readonly unit: string } | null;
};

export type Measurement = {
  readonly beforeDaily: Money;
  readonly afterDaily: Money;
  readonly measuredMonthly: Money;
  readonly verdict: SavingVerdict;
  readonly notes: readonly string[];
};

/**
 * The bill's own figure: 30.4 × (average daily EffectiveCost before − after). Simple before and after: growth is named,
 * not removed. Days without a charge cost nothing, on both sides, as the promise counted them.
 */
export function measureSaving(input: {
  readonly promisedMonthly: Money;
  readonly before: { readonly period: Period; readonly billed: BilledOver };
  readonly after: { readonly period: Period; readonly billed: BilledOver };
}): Measurement {
  const beforeDaily = perDay(input.before);
  const afterDaily = perDay(input.after);
  const measuredMonthly = scale(subtract(beforeDaily, afterDaily), MONTH_DAYS_TENTHS, 10n);
  return {
    beforeDaily,
    afterDaily,
    measuredMonthly,
    verdict: verdictOf(input.promisedMonthly, measuredMonthly),
    notes: notesOf(input.before.billed, input.after.billed, afterDaily),
  };
}

/** At least 90 % of the promise is realised, 10 % or less is not. */
export function verdictOf(promised: Money, measured: Money): SavingVerdict {
  if (compare(measured, scale(promised, 9n, 10n)) >= 0 && measured.atoms > 0n) return "realised";
  return compare(measured, scale(promised, 1n, 10n)) > 0 && measured.atoms > 0n ? "partly-realised" : "not-realised";
}

function perDay(side: { readonly period: Period; readonly billed: BilledOver }): Money {
  return scale(side.billed.cost, 1n, BigInt(Math.max(1, periodLength(side.period))));
}

function notesOf(before: BilledOver, after: BilledOver, afterDaily: Money): readonly string[] {
  const notes: string[] = [];
  if (before.billedDays === 0)
    notes.push("No charge of this resource was found before the work: nothing to compare with.");
  if (after.billedDays === 0 && before.billedDays > 0) notes.push("The resource is gone from the bill.");
  const growth = growthPercent(before, after);
  if (growth !== null && growth !== 0 && afterDaily.atoms > 0n) {
    const word = growth > 0 ? "grew" : "fell";
    notes.push(`Its usage ${word} by ${Math.abs(growth)} % a billed day; that is part of the figure.`);
  }
  return notes;
}

/** Whole percent by which the quantity of a billed day changed; null when it cannot be said. */
function growthPercent(before: BilledOver, after: BilledOver): number | null {
  if (before.quantity === null || after.quantity === null || before.quantity.unit !== after.quantity.unit) return null;
  const then = before.quantity.atoms * BigInt(Math.max(1, after.billedDays));
  const now = after.quantity.atoms * BigInt(Math.max(1, before.billedDays));
  return then <= 0n ? null : Number(((now - then) * 100n) / then);
}
