import { MONEY_SCALE, parseAtoms } from "../domain/money.ts";
import { addDays, type Day } from "../domain/period.ts";

/** A dated rate: one unit of `base` is `rate` units of `quote`. */
export type FxRate = { readonly day: Day; readonly base: string; readonly quote: string; readonly rate: string };
/** What an answer converted with. `rate`: units of `to` for one unit of `from`; `carriedFrom` = the day it is from. */
export type UsedRate = {
  readonly from: string;
  readonly to: string;
  readonly day: Day;
  readonly rate: string;
  readonly carriedFrom: Day | null;
};
export type WantedRate = { readonly currency: string; readonly day: Day };

/** Rates are carried forward over weekends and holidays, not further. */
export const CARRIED_DAYS_MAX = 7;
/** Decimal places of a rate that had to be turned round. */
const INVERSE_PLACES = 30;

/**
 * The rate of every wanted day: that day's, else the latest within seven days before. A rate given the other way
 * round is inverted (30 places). `missing` lists what has none; the caller refuses then, never takes 0 or 1.
 */
export function resolveRates(
  wanted: readonly WantedRate[],
  target: string,
  rates: readonly FxRate[],
): { used: UsedRate[]; missing: WantedRate[] } {
  const byDay = new Map<string, FxRate>();
  // Direct rates are put last, so that they win over inverse ones of the same day.
  for (const rate of rates.filter((one) => one.base === target)) byDay.set(`${rate.quote} ${rate.day}`, rate);
  for (const rate of rates.filter((one) => one.quote === target)) byDay.set(`${rate.base} ${rate.day}`, rate);
  const used: UsedRate[] = [];
  const missing: WantedRate[] = [];
  for (const { currency, day } of wanted) {
    if (currency === target) {
      used.push({ from: currency, to: target, day, rate: "1", carriedFrom: null });
      continue;
    }
    const found = latest(byDay, currency, day);
    if (found === null) missing.push({ currency, day });
    else
      used.push({
        from: currency,
        to: target,
        day,
        rate: found.quote === target ? found.rate : inverse(found.rate),
        carriedFrom: found.day === day ? null : found.day,
      });
  }
  return { used, missing };
}

function latest(byDay: ReadonlyMap<string, FxRate>, currency: string, day: Day): FxRate | null {
  for (let back = 0; back <= CARRIED_DAYS_MAX; back += 1) {
    const rate = byDay.get(`${currency} ${addDays(day, -back)}`);
    if (rate !== undefined) return rate;
  }
  return null;
}

/** 1 ÷ rate, rounded half up at 30 places. */
function inverse(rate: string): string {
  const scaled = 10n ** BigInt(MONEY_SCALE + INVERSE_PLACES);
  const atoms = parseAtoms(rate);
  const digits = ((scaled * 2n + atoms) / (atoms * 2n)).toString().padStart(INVERSE_PLACES + 1, "0");
  return `${digits.slice(0, -INVERSE_PLACES)}.${digits.slice(-INVERSE_PLACES)}`.replace(/\.?0+$/, "");
}
