import { compare, scale, subtract, zero, type Money } from "../domain/money.ts";
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

/**
 * What a resource cost and used over a period. `contracted`: the same usage at contracted prices, which no commitment
 * changes. `covered`: the part of that a commitment covers. Quantities are decimal text in `unit`; null = none, or mixed
 * units.
 */
export type BilledOver = {
  readonly cost: Money;
  readonly contracted: Money;
  readonly covered: Money;
  /** Currencies it is billed in besides, amounts of which are in none of these. */
  readonly otherCurrencies: readonly string[];
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

type Side = { readonly period: Period; readonly billed: BilledOver };

/**
 * The bill's own figure: 30.4 × (average daily EffectiveCost before − after). Simple before and after: growth is named,
 * not removed. Days without a charge cost nothing, on both sides, as the promise counted them. Never more than the
 * resource cost, whatever is refunded later; and what a commitment that came meanwhile took off the price is not the
 * work's: then it is at most the part by which the usage at contracted prices fell.
 */
export function measureSaving(input: {
  readonly promisedMonthly: Money;
  readonly before: Side;
  readonly after: Side;
}): Measurement {
  const { before, after } = input;
  const beforeDaily = perDay(before, before.billed.cost);
  const afterDaily = perDay(after, after.billed.cost);
  const fell = subtract(beforeDaily, afterDaily);
  const limits = [
    limitByCost(beforeDaily, afterDaily),
    limitByUsage(before, after, beforeDaily),
    limitByCurrency(after.billed),
  ];
  const bound = limits.reduce<Money>(
    (least, limit) => (limit !== null && compare(limit.most, least) < 0 ? limit.most : least),
    fell,
  );
  const measuredMonthly = scale(bound, MONTH_DAYS_TENTHS, 10n);
  return {
    beforeDaily,
    afterDaily,
    measuredMonthly,
    verdict: verdictOf(input.promisedMonthly, measuredMonthly),
    notes: [...notesOf(before.billed, after.billed, afterDaily), ...limits.flatMap((limit) => limit?.note ?? [])],
  };
}

type Limit = { readonly most: Money; readonly note: string } | null;

function limitByCost(beforeDaily: Money, afterDaily: Money): Limit {
  if (afterDaily.atoms >= 0n) return null;
  return {
    most: beforeDaily,
    note: "What was refunded after the work is not part of the figure: no more is saved than it cost.",
  };
}

/** A bill that goes on in another currency saves nothing that could be said in this one. */
function limitByCurrency({ otherCurrencies, cost: { currency } }: BilledOver): Limit {
  if (otherCurrencies.length === 0) return null;
  return {
    most: zero(currency),
    note: `It is billed in ${otherCurrencies.join(", ")} now, not in ${currency}: what it saves cannot be said, so nothing is counted.`,
  };
}

/** Whole percent of its cost at contracted prices that a commitment covers. */
function coveredPercent({ contracted, covered }: BilledOver): bigint {
  return contracted.atoms <= 0n ? 0n : (covered.atoms * 100n) / contracted.atoms;
}

function limitByUsage(before: Side, after: Side, beforeDaily: Money): Limit {
  const [then, now] = [coveredPercent(before.billed), coveredPercent(after.billed)];
  if (now <= then || after.billed.billedDays === 0 || beforeDaily.atoms <= 0n) return null;
  const was = perDay(before, before.billed.contracted);
  const is = perDay(after, after.billed.contracted);
  if (was.atoms <= 0n) return null;
  const fell = was.atoms > is.atoms ? was.atoms - is.atoms : 0n;
  return {
    most: scale(beforeDaily, fell, was.atoms),
    note: `A commitment covers ${now} % of it now, ${then} % before: what that takes off the price is not part of the figure.`,
  };
}

/** At least 90 % of the promise is realised, 10 % or less is not. */
export function verdictOf(promised: Money, measured: Money): SavingVerdict {
  if (compare(measured, scale(promised, 9n, 10n)) >= 0 && measured.atoms > 0n) return "realised";
  return compare(measured, scale(promised, 1n, 10n)) > 0 && measured.atoms > 0n ? "partly-realised" : "not-realised";
}

function perDay({ period }: Side, amount: Money): Money {
  return scale(amount, 1n, BigInt(Math.max(1, periodLength(period))));
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
