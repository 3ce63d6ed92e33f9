import { AppError } from "../domain/errors.ts";
import type { CostAnswer, Driver } from "../domain/contract.ts";
import type { DigestAnswer } from "../domain/contract-operations.ts";
import { costQuerySchema, type CostQuery } from "../domain/cost-query.ts";
import { EXCLUDABLE_KINDS } from "../domain/kind.ts";
import { compare, money, parseAtoms, scale, toDecimal, type Money } from "../domain/money.ts";
import {
  addDays,
  addMonths,
  addMonthsToDay,
  day,
  daysBetween,
  firstDay,
  monthOf,
  type Day,
  type Period,
} from "../domain/period.ts";
import { dataThrough } from "../store/data-through.ts";
import type { Context, Verb } from "./context.ts";
import { budgetsAtRisk } from "./budgets-at-risk.ts";
import { findWaste } from "./find-waste.ts";
import { showCosts } from "./show-costs.ts";

/** Days drawn, series named in the picture, and entries of each short list: one screen of a phone. */
const CHART_DAYS = 30;
const CHART_SERIES_MAX = 6;
const RISERS_MAX = 3;
const FINDINGS_MAX = 3;
const BUDGETS_MAX = 3;
const WEEK_DAYS = 7;
/** Days after the last complete one that are drawn as provisional; more would draw a source's standstill. */
const PROVISIONAL_DAYS_MAX = 4;
/** A rise below one part in this many of the day's usage is noise, not news. */
const RISER_SHARE_MIN = 200n;

/**
 * The daily digest: the last complete UTC billing day (or `day`), its total as `cost DAY` gives it, its change on usage
 * alone against the same weekday a week before, the month so far, what rose and why, and the first savings.
 * `ctx.scope` is channel ∩ creator. Amounts are effective cost, converted to the configured currency where all rates
 * exist, else each currency by itself. Errors: not-found when no source has a complete day yet.
 */
export async function buildDigest({ ctx, input }: Verb<{ readonly day?: Day }>): Promise<DigestAnswer> {
  const at = input.day ?? (await lastCompleteDay(ctx));
  const currency = await usableCurrency(ctx, at);
  const ask = (changes: Partial<CostQuery>) => showCosts({ ctx, input: queryOf({ currency, ...changes }) });
  const theDay = { by: "days" as const, from: at, to: addDays(at, 1) };
  const against = addDays(at, -WEEK_DAYS);
  const month = monthsCompared(at);

  const total = await ask({ select: theDay });
  const usage = await ask({
    select: theDay,
    without: [...EXCLUDABLE_KINDS],
    versus: { with: "period", from: against, to: addDays(against, 1) },
  });
  const kinds = await ask({ select: theDay, by: ["kind"] });
  const monthSoFar = await ask({
    select: { by: "days", ...month.period },
    versus: { with: "period", ...month.previous },
  });
  const chart = await ask({
    select: { by: "days", from: addDays(at, 1 - CHART_DAYS), to: chartEnd(at, ctx.clock.today()) },
    by: ["service"],
    per: "day",
    top: CHART_SERIES_MAX,
    form: "bar",
  });
  const { receipt } = total;
  return {
    day: at,
    total: total.total.map(({ amount, currency: one }) => ({ amount, currency: one })),
    usage: { against, total: comparedTotals(usage) },
    apart: kinds.rows.flatMap((row) =>
      row.key["kind"] === "usage" || parseAtoms(row.amount) === 0n
        ? []
        : [{ kind: row.key["kind"] ?? "other", amount: row.amount, currency: row.currency ?? "" }],
    ),
    month: { ...month, total: comparedTotals(monthSoFar) },
    risers: risersOf(usage),
    savings: await firstSavings(ctx),
    budgets: await riskyBudgets(ctx),
    dataThrough: receipt.dataThrough ?? at,
    sources: receipt.sources,
    provisional: receipt.provisional,
    notes: receipt.notes,
    chart,
  };
}

/** The worst budgets, as the digest's JSON says them. */
async function riskyBudgets(ctx: Context): Promise<DigestAnswer["budgets"]> {
  const json = (amount: Money) => ({ amount: toDecimal(amount), currency: amount.currency });
  return (await budgetsAtRisk({ ctx }))
    .slice(0, BUDGETS_MAX)
    .map(({ name, state, spent, amount, spentPercent, command }) => ({
      name,
      state,
      spent: json(spent),
      amount: json(amount),
      percent: spentPercent,
      command,
    }));
}

/** The day all answers are complete through; with every source stale, the newest day any of them has. */
async function lastCompleteDay(ctx: Context): Promise<Day> {
  const { through, sources } = await dataThrough(ctx.db, ctx.clock, ctx.settings, ctx.scope);
  const newest = sources
    .flatMap((source) => source.through ?? [])
    .toSorted()
    .at(-1);
  const found = through ?? newest;
  if (found !== undefined) return day(found);
  throw new AppError("not-found", "There are no bills with a complete day yet.", {
    remedy: "Load some: finops ingest PATH",
  });
}

/** The configured currency, unless a rate is missing: then every currency stands by itself instead of nothing at all. */
async function usableCurrency(ctx: Context, at: Day): Promise<string | null> {
  if (ctx.settings.currency === null) return null;
  const select = { by: "days" as const, from: addDays(at, 1 - CHART_DAYS), to: addDays(at, 1) };
  const previous = monthsCompared(at).previous.from;
  try {
    const from = previous < select.from ? previous : select.from;
    await showCosts({ ctx, input: queryOf({ select: { ...select, from }, currency: ctx.settings.currency }) });
    return ctx.settings.currency;
  } catch (error) {
    if (error instanceof AppError && error.code === "not-found") return null;
    throw error;
  }
}

function queryOf(changes: Partial<CostQuery>): CostQuery {
  return { ...costQuerySchema.parse({ select: changes.select }), ...changes };
}

/** The month so far and the same days of the month before; a whole month stands against the whole month before. */
export function monthsCompared(at: Day): { period: Period; previous: Period } {
  const period = { from: firstDay(monthOf(at)), to: addDays(at, 1) };
  const before = firstDay(addMonths(monthOf(at), -1));
  const whole = period.to === firstDay(addMonths(monthOf(at), 1));
  return { period, previous: { from: before, to: whole ? period.from : addDays(addMonthsToDay(at, -1), 1) } };
}

function chartEnd(at: Day, today: Day): Day {
  const later = daysBetween(at, today);
  return later > 1 && later <= PROVISIONAL_DAYS_MAX + 1 ? today : addDays(at, 1);
}

function comparedTotals(answer: CostAnswer): DigestAnswer["month"]["total"] {
  return answer.total.map(({ amount, currency, previous = "0", change = { amount: "0", ratio: null } }) => ({
    amount,
    currency,
    previous,
    change: { ...change },
  }));
}

/** The largest rises of the day's usage, in each currency, that are worth a line. */
function risersOf(usage: CostAnswer): Driver[] {
  return usage.total.flatMap(({ amount, currency }) => {
    const least = scale(money(amount, currency), 1n, RISER_SHARE_MIN);
    return (usage.drivers ?? [])
      .filter((driver) => driver.currency === currency && Object.keys(driver.key).length > 0)
      .filter((driver) => parseAtoms(driver.change) > 0n && compare(money(driver.change, currency), least) >= 0)
      .toSorted((a, b) => compare(money(b.change, currency), money(a.change, currency)))
      .slice(0, RISERS_MAX);
  });
}

async function firstSavings(ctx: Context): Promise<DigestAnswer["savings"]> {
  const { findings, total } = await findWaste({ ctx, input: { scope: [] } });
  return { findings: findings.length, total, top: findings.slice(0, FINDINGS_MAX) };
}
