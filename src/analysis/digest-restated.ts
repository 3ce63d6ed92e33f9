import type { DigestAnswer } from "../domain/contract-operations.ts";
import { atomsToDecimal, parseAtoms } from "../domain/money.ts";

/** What people were told of a digest when it was posted: what restatements are measured by. */
export type FirstTold = {
  readonly total: DigestAnswer["total"];
  readonly buckets: DigestAnswer["shown"]["buckets"];
};

export type RestatedAmount = {
  readonly currency: string;
  /** As first posted, as it is now, and the difference. */
  readonly was: string;
  readonly now: string;
  readonly change: string;
};

/** What the bills say by now that was posted otherwise. */
export type Restated = {
  /** Of the headline; empty = it stands as posted. */
  readonly total: readonly RestatedAmount[];
  /** Days (weeks, months) of the picture, the latest first. */
  readonly buckets: readonly (RestatedAmount & { readonly from: string; readonly to: string })[];
};

export function firstTold({ total, shown }: DigestAnswer): FirstTold {
  return { total, buckets: shown.buckets };
}

/** Each amount against the one first posted; what was not there counts as nothing. */
export function restatedSincePosted(first: FirstTold, now: DigestAnswer): Restated {
  const total = compare(
    first.total.map((line) => ({ ...line, name: "" })),
    now.total.map((line) => ({ ...line, name: "" })),
  );
  const named = (buckets: FirstTold["buckets"]) => buckets.map((one) => ({ ...one, name: `${one.from} ${one.to}` }));
  const buckets = compare(named(first.buckets), named(now.shown.buckets)).map(({ name, ...rest }) => {
    const [from = "", to = ""] = name.split(" ");
    return { from, to, ...rest };
  });
  return {
    total: total.map(({ name: _name, ...rest }) => rest),
    buckets: buckets.toSorted((a, b) => (a.from > b.from ? -1 : 1)),
  };
}

type Named = { readonly name: string; readonly currency: string; readonly amount: string };

function compare(before: readonly Named[], after: readonly Named[]): (RestatedAmount & { readonly name: string })[] {
  const sums = new Map<string, { name: string; currency: string; was: bigint; now: bigint }>();
  const put = (lines: readonly Named[], side: "was" | "now"): void => {
    for (const { name, currency, amount } of lines) {
      const key = `${name} ${currency}`;
      const known = sums.get(key) ?? { name, currency, was: 0n, now: 0n };
      known[side] += parseAtoms(amount);
      sums.set(key, known);
    }
  };
  put(before, "was");
  put(after, "now");
  return [...sums.values()]
    .filter(({ was, now }) => was !== now)
    .map(({ name, currency, was, now }) => ({
      name,
      currency,
      was: atomsToDecimal(was),
      now: atomsToDecimal(now),
      change: atomsToDecimal(now - was),
    }));
}
