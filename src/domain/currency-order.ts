import { absolute, multiply, parseAtoms, type Money } from "./money.ts";

/** What is known to put amounts of several currencies in one order. Never used to state an amount. */
export type CurrencyWorth = {
  /** The configured currency, named first where worth is not known. */
  readonly first: string | null;
  /** Latest known value of one unit of each currency in one common currency, decimal text. */
  readonly rates: ReadonlyMap<string, string>;
};

/** No rate and nothing configured: currencies by their code. */
export const NO_WORTH: CurrencyWorth = { first: null, rates: new Map() };

/**
 * The one order of amounts of several currencies, dearest first: by converted value where a rate of every currency in
 * the list is known; else currency by currency (the configured one, then by code), dearest first within each. A bare
 * number across currencies says nothing: 900 JPY is no more than 100 USD. Equal ones keep their order.
 */
export function dearestFirst<Entry>(
  list: readonly Entry[],
  amountOf: (entry: Entry) => Money | null,
  worth: CurrencyWorth,
): Entry[] {
  const sized = list.map((entry) => ({ entry, amount: amountOf(entry) }));
  const currencies = new Set(sized.flatMap(({ amount }) => amount?.currency ?? []));
  const comparable = currencies.size < 2 || [...currencies].every((one) => worth.rates.has(one));
  const sizeOf = ({ atoms, currency }: Money): bigint =>
    comparable && currencies.size > 1 ? multiply({ atoms, currency }, worth.rates.get(currency) ?? "0").atoms : atoms;
  return sized
    .toSorted((a, b) => {
      if (a.amount === null || b.amount === null) return Number(a.amount === null) - Number(b.amount === null);
      const apart = comparable ? 0 : byCode(a.amount.currency, b.amount.currency, worth.first);
      if (apart !== 0) return apart;
      const [x, y] = [sizeOf(a.amount), sizeOf(b.amount)];
      return x > y ? -1 : x < y ? 1 : byCode(a.amount.currency, b.amount.currency, worth.first);
    })
    .map(({ entry }) => entry);
}

/** Amounts as answers carry them, in that order by their size whatever their sign. */
export function largestFirst<Entry extends { readonly amount: string; readonly currency: string }>(
  list: readonly Entry[],
  worth: CurrencyWorth,
): Entry[] {
  return dearestFirst(list, ({ amount, currency }) => absolute({ atoms: parseAtoms(amount), currency }), worth);
}

function byCode(a: string, b: string, first: string | null): number {
  if (a === b) return 0;
  if (a === first || b === first) return a === first ? -1 : 1;
  return a < b ? -1 : 1;
}
