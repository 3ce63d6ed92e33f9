import { CARRIED_DAYS_MAX, resolveRates, type UsedRate } from "../analysis/fx-rates.ts";
import type { Metric } from "../domain/cost-query.ts";
import { AppError } from "../domain/errors.ts";
import { addDays, type Day } from "../domain/period.ts";
import type { CostFilter } from "../store/cost-filter.ts";
import type { CostSpan, DayRate } from "../store/cost-plan.ts";
import { readCosts } from "../store/cost-read.ts";
import type { CostSnapshot } from "../store/cost-snapshot.ts";
import { loadRates } from "../store/fx.ts";

/** A conversion to `target`: the factor of every charge day and currency, and what the receipt names. */
export type Conversion = {
  readonly target: string;
  readonly rates: readonly DayRate[] | null;
  readonly used: readonly UsedRate[];
};

/** Pairs named in an error before "and N more". */
const MISSING_SHOWN_MAX = 3;

/**
 * The dated rates a question needs, by charge day. Nothing to convert → no rates.
 * Throws not-found naming the pairs and days without a rate: never 0, never another day's beyond a week.
 */
export async function convertTo(
  snapshot: CostSnapshot,
  target: string,
  sides: { readonly current: CostSpan; readonly previous: CostSpan | null },
  filter: CostFilter,
  metric: Metric,
): Promise<Conversion> {
  if (metric === "usage") {
    throw new AppError("bad-input", "Usage is a quantity and has no currency.", {
      remedy: `Leave out \`in ${target}\`, or ask for a cost.`,
    });
  }
  const wanted = await daysByCurrency(snapshot, sides, filter);
  const foreign = wanted.filter((one) => one.currency !== target);
  if (foreign.length === 0) return { target, rates: null, used: [] };
  const days = foreign.map((one) => one.day).sort();
  const period = { from: days[0] as Day, to: addDays(days.at(-1) as Day, 1) };
  const stored = await loadRates(snapshot.sql, target, [...new Set(foreign.map((one) => one.currency))], period);
  const { used, missing } = resolveRates(wanted, target, stored);
  if (missing.length > 0) throw missingRates(missing, target);
  return {
    target,
    rates: used.map((rate) => ({ day: rate.day, currency: rate.from, factor: rate.rate })),
    used: used.filter((rate) => rate.from !== target),
  };
}

async function daysByCurrency(
  snapshot: CostSnapshot,
  sides: { readonly current: CostSpan; readonly previous: CostSpan | null },
  filter: CostFilter,
): Promise<{ currency: string; day: Day }[]> {
  const found = new Map<string, { currency: string; day: Day }>();
  for (const span of [sides.current, ...(sides.previous === null ? [] : [sides.previous])]) {
    const facts = await readCosts(snapshot, {
      span,
      by: [],
      filter,
      metric: "effective",
      per: "day",
      rates: null,
      rowsMax: null,
    });
    for (const { currency, start } of facts) {
      if (currency !== null && start !== null) found.set(`${currency} ${start}`, { currency, day: start });
    }
  }
  return [...found.values()].sort((a, b) =>
    a.day < b.day ? -1 : a.day > b.day ? 1 : a.currency < b.currency ? -1 : 1,
  );
}

function missingRates(missing: readonly { currency: string; day: Day }[], target: string): AppError {
  const shown = missing.slice(0, MISSING_SHOWN_MAX).map(({ currency, day }) => `${currency} to ${target} for ${day}`);
  const more = missing.length > shown.length ? ` and ${missing.length - shown.length} more` : "";
  return new AppError(
    "not-found",
    `There is no exchange rate from ${shown.join(", ")}${more}, nor within the ${CARRIED_DAYS_MAX} days before.`,
    {
      remedy:
        "Add rates with `finops fx import FILE` (columns date, currency, rate, base), or leave out the conversion.",
    },
  );
}
