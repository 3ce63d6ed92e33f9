import { absolute, multiply, parseAtoms, type Money } from "./money.ts";

/** What is known to put amounts of several currencies in one order. Never used to state an amount. */
export type CurrencyWorth = {
  /** The configured currency, named first where worth is not known. */
  readonly first: string | null;
  /** Latest known value of one unit of each currency in one common currency, decimal text. */
  readonly rates: ReadonlyMap<string, string>;
};

/**
 * Roughly what one unit is worth in US dollars: the currencies the clouds bill in, to one or two digits (ECB reference
 * rates, 2025). Enough to see that 900 JPY are less than 100 USD where no rates were imported, and used for nothing else.
 */
const ROUGH_WORTH: ReadonlyMap<string, string> = new Map(
  [
    "USD 1, EUR 1.1, GBP 1.3, CHF 1.2, CAD 0.7, AUD 0.65, NZD 0.6, JPY 0.0067, CNY 0.14, INR 0.012",
    "BRL 0.18, MXN 0.055, SEK 0.1, NOK 0.095, DKK 0.15, PLN 0.27, CZK 0.045, HUF 0.0028, RON 0.22",
    "KRW 0.0007, SGD 0.75, HKD 0.13, TWD 0.031, ILS 0.28, ZAR 0.055, TRY 0.025, IDR 0.00006",
    "THB 0.029, MYR 0.23, PHP 0.017, VND 0.00004, CLP 0.001, COP 0.00025, AED 0.27, SAR 0.27",
    "UAH 0.024",
  ].flatMap((line) => line.split(", ").map((one) => one.split(" ") as [string, string])),
);

/** No rate and nothing configured: by rough worth, and what has none by its code. */
export const NO_WORTH: CurrencyWorth = { first: null, rates: new Map() };

/**
 * The one order of amounts of several currencies, dearest first: by converted value where a rate of every currency in
 * the list is known, by rough worth where each has one; else (virtual units) currency by currency, the configured one
 * first and then by code, dearest first within each. A bare number across currencies says nothing: 900 JPY is no more
 * than 100 USD. Equal ones keep their order.
 */
export function dearestFirst<Entry>(
  list: readonly Entry[],
  amountOf: (entry: Entry) => Money | null,
  worth: CurrencyWorth,
): Entry[] {
  const sized = list.map((entry) => ({ entry, amount: amountOf(entry) }));
  const currencies = new Set(sized.flatMap(({ amount }) => amount?.currency ?? []));
  const factors = factorsOf([...currencies], worth);
  const comparable = currencies.size < 2 || factors !== null;
  const sizeOf = ({ atoms, currency }: Money): bigint =>
    factors === null ? atoms : multiply({ atoms, currency }, factors.get(currency) ?? "0").atoms;
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

/** What makes amounts of these currencies comparable; null = one currency needs nothing, or nothing is known of one. */
function factorsOf(currencies: readonly string[], { rates }: CurrencyWorth): ReadonlyMap<string, string> | null {
  if (currencies.length < 2) return null;
  if (currencies.every((one) => rates.has(one))) return rates;
  const rough = new Map(
    currencies.flatMap((one): [string, string][] => {
      const worth = ROUGH_WORTH.get(one);
      return worth === undefined ? [] : [[one, worth]];
    }),
  );
  return rough.size === currencies.length ? rough : null;
}

function byCode(a: string, b: string, first: string | null): number {
  if (a === b) return 0;
  if (a === first || b === first) return a === first ? -1 : 1;
  return a < b ? -1 : 1;
}
