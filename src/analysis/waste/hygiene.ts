import { add, compare, formatMoney, ratio, scale, zero, type Money } from "../../domain/money.ts";

export type HygieneNote = { readonly rule: string; readonly note: string };
/** Usage cost of the window, with the value of one dimension (null = missing). */
export type UsageShare = { readonly value: string | null; readonly cost: Money };

/** Usage nobody can be asked about, above which it is worth a word (waste-rules §6). */
const UNTAGGED_PERCENT_MIN = 5n;
/** Share of eligible usage at on-demand price above which a commitment is worth a look. */
const ON_DEMAND_PERCENT_MIN = 30n;
/** Commitments are sold for these service categories of FOCUS. */
export const COMMITMENT_CATEGORIES = ["Compute", "Databases"] as const;

/** `tag.untagged_spend`: usage without a tag, currency by currency. A note on order, not a saving. */
export function untaggedNotes(tag: string, shares: readonly UsageShare[]): readonly HygieneNote[] {
  return perCurrency(shares).flatMap(({ total, parts }) => {
    const missing = sum(
      parts.filter(({ value }) => value === null),
      total.currency,
    );
    if (compare(scale(missing, 100n, 1n), scale(total, UNTAGGED_PERCENT_MIN, 1n)) <= 0) return [];
    const note = `${percent(missing, total)} of usage (${formatMoney(missing)} of ${formatMoney(total)}) has no ${tag} tag: nobody can be asked about it.`;
    return [{ rule: "tag.untagged_spend", note }];
  });
}

/** `commit.low_coverage`: compute and database usage paid at on-demand price. How much to commit is another question. */
export function coverageNotes(shares: readonly UsageShare[]): readonly HygieneNote[] {
  return perCurrency(shares).flatMap(({ total, parts }) => {
    const onDemand = sum(
      parts.filter(({ value }) => value === "Standard"),
      total.currency,
    );
    if (compare(scale(onDemand, 100n, 1n), scale(total, ON_DEMAND_PERCENT_MIN, 1n)) <= 0) return [];
    const note = `${percent(onDemand, total)} of compute and database usage (${formatMoney(onDemand)} of ${formatMoney(total)}) is paid at on-demand price: see whether its steady part is worth a commitment.`;
    return [{ rule: "commit.low_coverage", note }];
  });
}

type CurrencyShares = { readonly total: Money; readonly parts: readonly UsageShare[] };

function perCurrency(shares: readonly UsageShare[]): readonly CurrencyShares[] {
  const currencies = [...new Set(shares.map(({ cost }) => cost.currency))].sort();
  return currencies
    .map((currency) => {
      const parts = shares.filter(({ cost }) => cost.currency === currency);
      return { total: sum(parts, currency), parts };
    })
    .filter(({ total }) => total.atoms > 0n);
}

function sum(shares: readonly UsageShare[], currency: string): Money {
  return shares.reduce((total, { cost }) => add(total, cost), zero(currency));
}

function percent(part: Money, whole: Money): string {
  return `${Math.round((ratio(part, whole) ?? 0) * 100)} %`;
}
