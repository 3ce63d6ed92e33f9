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

/** `tag.untagged_spend`: usage without a tag. A note on order, not a saving; currencies stand apart in one note. */
export function untaggedNotes(tag: string, shares: readonly UsageShare[]): readonly HygieneNote[] {
  const parts = sharesAbove(shares, UNTAGGED_PERCENT_MIN, (value) => value === null);
  if (parts.length === 0) return [];
  const note = `${parts.join(", ")} of usage has no ${tag} tag: nobody can be asked about it.`;
  return [{ rule: "tag.untagged_spend", note }];
}

/** `commit.low_coverage`: compute and database usage paid at on-demand price. How much to commit is another question. */
export function coverageNotes(shares: readonly UsageShare[]): readonly HygieneNote[] {
  const parts = sharesAbove(shares, ON_DEMAND_PERCENT_MIN, (value) => value === "Standard");
  if (parts.length === 0) return [];
  const note = `${parts.join(", ")} of compute and database usage is paid at on-demand price: see whether its steady part is worth a commitment.`;
  return [{ rule: "commit.low_coverage", note }];
}

/** "88 % ($17,290 of $19,729)" of every currency in which the chosen part exceeds `percentMin`. */
function sharesAbove(
  shares: readonly UsageShare[],
  percentMin: bigint,
  isPart: (value: string | null) => boolean,
): readonly string[] {
  return perCurrency(shares).flatMap(({ total, parts }) => {
    const part = sum(
      parts.filter(({ value }) => isPart(value)),
      total.currency,
    );
    if (compare(scale(part, 100n, 1n), scale(total, percentMin, 1n)) <= 0) return [];
    return [`${percent(part, total)} (${formatMoney(part)} of ${formatMoney(total)})`];
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
