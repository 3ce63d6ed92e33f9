import { weekdayRunRate, type BudgetForecaster } from "../analysis/budget-forecast.ts";
import { combinedThrough, type SourceDays } from "../analysis/complete-day.ts";
import { resolveRates, type UsedRate, type WantedRate } from "../analysis/fx-rates.ts";
import { isProvisional } from "../analysis/provider-calendar.ts";
import type { Budget, BudgetForecast } from "../domain/budget.ts";
import { parseAtoms, type Money } from "../domain/money.ts";
import { addDays, addMonths, firstDay, monthOf, type Day, type Period } from "../domain/period.ts";
import { readBudgetCosts, type BudgetCosts, type BudgetRead } from "../store/budget-costs.ts";
import type { CostSnapshot } from "../store/cost-snapshot.ts";
import { readDataThrough } from "../store/data-through.ts";
import { loadRates } from "../store/fx.ts";
import type { Context } from "./context.ts";

/** Days before the last complete one a forecast learns from, and a week to spare. */
const HISTORY_DAYS = 63;
/** Decimal places a rate may have (an inverse one has 30). */
const RATE_PLACES = 30;

/** What the bills say of one period of one budget. Amounts are in the budget's currency, exact. */
export type BudgetFigures = {
  readonly budget: Budget;
  readonly period: Period;
  /** Everything delivered for the period; null = not known, and `problem` says why. */
  readonly spent: Money | null;
  readonly forecast: BudgetForecast | null;
  /** Last day all sources of the scope are complete through. */
  readonly through: Day | null;
  /** Newest day of the period with a charge. */
  readonly lastDay: Day | null;
  readonly problem: string | null;
  readonly sources: readonly SourceDays[];
  /** No provider changes the bills of this period any more by its own rules. */
  readonly final: boolean;
  /** Cost by day, converted, atoms: the period and the days before it that the forecast learnt from. */
  readonly daily: ReadonlyMap<Day, bigint>;
  /** What is expected of each day still to come. */
  readonly expected: ReadonlyMap<Day, bigint>;
  /** The rate of every day and currency of the period that was converted. */
  readonly rates: readonly UsedRate[];
};

export type WantedFigures = { readonly budget: Budget; readonly period: Period };

/** All sources and the day the newest complete one reaches: the period that day lies in is the current one. */
export type Bills = { readonly sources: readonly SourceDays[]; readonly newest: Day | null };

export async function readBills(ctx: Context, snapshot: CostSnapshot): Promise<Bills> {
  const { sources } = await readDataThrough(
    snapshot,
    snapshot.batches,
    ctx.clock.today(),
    ctx.settings.staleAfterHours,
  );
  const fresh = sources.filter((source) => !source.stale);
  const days = (fresh.length > 0 ? fresh : sources).flatMap((source) => source.through ?? []).sort();
  return { sources, newest: days.at(-1) ?? null };
}

/**
 * Figures of many budgets and periods from one snapshot. A missing exchange rate makes what needs it unknown, never 0.
 * `forecaster` is the seam for a better model.
 */
export async function readBudgetFigures(
  ctx: Context,
  snapshot: CostSnapshot,
  bills: Bills,
  wanted: readonly WantedFigures[],
  forecaster: BudgetForecaster = weekdayRunRate,
): Promise<BudgetFigures[]> {
  const reads = wanted.map((one, index) => readOf(one, index, bills.newest ?? ctx.clock.today()));
  const costs = await readBudgetCosts(snapshot, reads);
  const rates = await ratesByTarget(snapshot, wanted, costs);
  const namesById = new Map(snapshot.batches.map((batch) => [batch.sourceId, batch.source]));
  return wanted.map((one, index) => {
    const own = costs.get(String(index)) ?? { daily: new Map(), sources: new Set<string>() };
    const names = new Set([...own.sources].map((id) => namesById.get(id)));
    const matching = bills.sources.filter((source) => names.has(source.source));
    const sources = matching.length > 0 ? matching : bills.sources;
    return figuresOf(ctx, one, own, sources, rates.get(one.budget.amount.currency), forecaster);
  });
}

function readOf({ budget, period }: WantedFigures, index: number, newest: Day): BudgetRead {
  const dailyFrom = addDays(newest, -HISTORY_DAYS);
  return {
    id: String(index),
    filter: { conditions: [...budget.access, ...budget.filters], without: budget.without },
    metric: budget.metric,
    currency: budget.amount.currency,
    span: { from: dailyFrom < period.from ? dailyFrom : period.from, to: period.to },
    dailyFrom,
  };
}

function figuresOf(
  ctx: Context,
  { budget, period }: WantedFigures,
  costs: BudgetCosts,
  sources: readonly SourceDays[],
  rates: Rates | undefined,
  forecaster: BudgetForecaster,
): BudgetFigures {
  const { currency } = budget.amount;
  const inPeriod = (day: Day): boolean => day >= period.from && day < period.to;
  const converted = convert(costs.daily, currency, rates, inPeriod);
  const through = combinedThrough(sources);
  const last = addDays(period.to, -1);
  const complete = through === null ? null : through < last ? through : last;
  const days = [...costs.daily.keys()].sort();
  const first = days[0];
  const result =
    converted.problem === null && converted.historyComplete && complete !== null && first !== undefined
      ? forecaster({ daily: converted.daily, period, through: complete, firstDay: first })
      : null;
  const lastMonth = firstDay(addMonths(monthOf(period.to), -1));
  const today = ctx.clock.today();
  const of = (atoms: bigint): Money => ({ atoms, currency });
  return {
    budget,
    period,
    spent: converted.problem === null ? of(converted.spent) : null,
    forecast:
      result === null
        ? null
        : { amount: of(result.amount), low: of(result.low), high: of(result.high), method: result.method },
    through,
    lastDay: days.filter(inPeriod).at(-1) ?? null,
    problem: converted.problem,
    sources,
    final: today >= period.to && !sources.some((source) => isProvisional(source.provider, lastMonth, today)),
    daily: converted.daily,
    expected: result?.perDay ?? new Map(),
    rates: converted.used,
  };
}

type Rates = { readonly factors: ReadonlyMap<string, { readonly scaled: bigint; readonly used: UsedRate }> };
type Converted = {
  readonly spent: bigint;
  readonly daily: ReadonlyMap<Day, bigint>;
  readonly problem: string | null;
  readonly historyComplete: boolean;
  readonly used: readonly UsedRate[];
};

/** Days in the budget's currency. The sum of the period is rounded once, at the 18th place, like a converted question's. */
function convert(
  daily: BudgetCosts["daily"],
  currency: string,
  rates: Rates | undefined,
  inPeriod: (day: Day) => boolean,
): Converted {
  const unit = 10n ** BigInt(RATE_PLACES);
  const result = new Map<Day, bigint>();
  const missing: WantedRate[] = [];
  const used: UsedRate[] = [];
  let historyComplete = true;
  let scaledSum = 0n;
  for (const [day, amounts] of daily) {
    let ofDay = 0n;
    for (const [from, atoms] of amounts) {
      const rate = from === currency ? null : rates?.factors.get(`${from} ${day}`);
      if (rate === undefined) {
        if (inPeriod(day)) missing.push({ currency: from, day });
        else historyComplete = false;
        continue;
      }
      if (rate !== null && inPeriod(day)) used.push(rate.used);
      ofDay += atoms * (rate?.scaled ?? unit);
    }
    result.set(day, roundTo(ofDay, unit));
    if (inPeriod(day)) scaledSum += ofDay;
  }
  const problem = missing.length === 0 ? null : missingText(missing, currency);
  return { spent: roundTo(scaledSum, unit), daily: result, problem, historyComplete, used };
}

function missingText(missing: readonly WantedRate[], target: string): string {
  const [first] = missing.toSorted((a, b) => (a.day < b.day ? -1 : 1));
  const more = missing.length === 1 ? "" : ` and ${missing.length - 1} more`;
  return `no exchange rate from ${first?.currency ?? ""} to ${target} for ${first?.day ?? ""}${more}`;
}

async function ratesByTarget(
  snapshot: CostSnapshot,
  wanted: readonly WantedFigures[],
  costs: ReadonlyMap<string, BudgetCosts>,
): Promise<Map<string, Rates>> {
  const needed = new Map<string, Map<string, WantedRate>>();
  wanted.forEach(({ budget }, index) => {
    const target = budget.amount.currency;
    for (const [day, amounts] of costs.get(String(index))?.daily ?? []) {
      for (const from of amounts.keys()) {
        if (from === target) continue;
        const list = needed.get(target) ?? new Map<string, WantedRate>();
        needed.set(target, list.set(`${from} ${day}`, { currency: from, day }));
      }
    }
  });
  const found = new Map<string, Rates>();
  for (const [target, list] of needed) {
    const days = [...list.values()].map((one) => one.day).sort();
    const period = { from: days[0] as Day, to: addDays(days.at(-1) as Day, 1) };
    const currencies = [...new Set([...list.values()].map((one) => one.currency))];
    const stored = await loadRates(snapshot.sql, target, currencies, period);
    const { used } = resolveRates([...list.values()], target, stored);
    found.set(target, {
      factors: new Map(used.map((rate) => [`${rate.from} ${rate.day}`, { scaled: scaledRate(rate.rate), used: rate }])),
    });
  }
  return found;
}

/** A rate as a whole number of 10⁻³⁰. Inverse rates have more places than money. */
function scaledRate(rate: string): bigint {
  const [whole = "0", fraction = ""] = rate.split(".");
  if (fraction.length <= 18) return parseAtoms(rate) * 10n ** BigInt(RATE_PLACES - 18);
  return BigInt(whole + fraction.slice(0, RATE_PLACES).padEnd(RATE_PLACES, "0"));
}

/** Rounded half away from zero. */
function roundTo(value: bigint, unit: bigint): bigint {
  return value < 0n ? -((-value * 2n + unit) / (unit * 2n)) : (value * 2n + unit) / (unit * 2n);
}
