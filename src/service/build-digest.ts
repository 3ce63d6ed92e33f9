import { describeFilter } from "../analysis/describe-filter.ts";
import { digestPeriods, fiscalName, soFar, type DigestPeriods } from "../analysis/digest-periods.ts";
import type { BudgetCycle } from "../domain/budget.ts";
import type { CostAnswer, Driver } from "../domain/contract.ts";
import type { DigestAnswer } from "../domain/contract-operations.ts";
import { costQuerySchema, type CostQuery, type Grain } from "../domain/cost-query.ts";
import { dearestFirst, type CurrencyWorth } from "../domain/currency-order.ts";
import { AppError } from "../domain/errors.ts";
import { EXCLUDABLE_KINDS } from "../domain/kind.ts";
import { add, compare, money, parseAtoms, scale, toDecimal, zero, type Money } from "../domain/money.ts";
import { addDays, day, type Day } from "../domain/period.ts";
import { LAPSED_STATES, RECOMMENDATION_STATES, WAITING_STATES } from "../domain/recommendation.ts";
import type { DigestCycle } from "../domain/report.ts";
import { withCostSnapshot, type CostSnapshot } from "../store/cost-snapshot.ts";
import { withinScope } from "../store/cost-sources.ts";
import { readDataThrough } from "../store/data-through.ts";
import { loadCurrencyWorth } from "../store/fx.ts";
import { listRecommendations } from "../store/recommendations.ts";
import { budgetsAtRisk } from "./budgets-at-risk.ts";
import type { Context, Verb } from "./context.ts";
import { shownOf } from "./digest-shown.ts";
import { explainRise } from "./explain-rise.ts";
import { findWaste } from "./find-waste.ts";
import { listDeliveries } from "./list-deliveries.ts";
import { showCostsIn } from "./show-costs.ts";

/** Services named in the picture (beside fees and the rest), and entries of each short list: one screen of a phone. */
const CHART_SERVICES_MAX = 4;
const RISERS_MAX = 3;
const BUDGETS_MAX = 3;
/** Rows of the lists that go into the thread. */
const SERVICES_MAX = 200;
const FINDINGS_MAX = 20;
/** A rise below one part in this many of the period's usage is noise, not news. */
const RISER_SHARE_MIN = 200n;

const GRAIN_OF: Readonly<Record<DigestCycle, Grain>> = { day: "day", week: "week", month: "month" };
/** What each digest says of longer spans. */
const SO_FAR: Readonly<Record<DigestCycle, readonly BudgetCycle[]>> = {
  day: ["month"],
  week: ["month", "quarter"],
  month: ["quarter", "year"],
};

export type BuildDigest = {
  /** Absent = the day. */
  readonly cycle?: DigestCycle;
  /** The day to tell of, or through which; absent = the last complete one. */
  readonly day?: Day;
  /** The day it is read on: weeks and months are those before it. Absent = the business day. */
  readonly today?: Day;
  /** The currency it was asked in before (null = each by itself). Absent = the configured one, where rates exist. */
  readonly currency?: string | null;
};

/**
 * A digest: the last complete UTC billing day, or the week or month before, its total as `cost PERIOD` gives it, its
 * change on usage alone against the same weekday, the week or the month before, what rose and why, savings, budgets at
 * risk. `ctx.scope` is channel ∩ creator. All costs are read in one moment. Amounts are effective cost, converted to the
 * configured currency where all rates exist, else each currency by itself.
 * Errors: not-found when no source has a complete day yet.
 */
export async function buildDigest({ ctx, input }: Verb<BuildDigest>): Promise<DigestAnswer> {
  const costs = await withCostSnapshot(ctx.db, ctx.settings.tagAliases, (snapshot) => readDigest(ctx, snapshot, input));
  const deliveries = await listDeliveries(ctx, costs.cycle);
  return { ...costs, savings: await firstSavings(ctx), budgets: await riskyBudgets(ctx), deliveries };
}

type Costs = Omit<DigestAnswer, "savings" | "budgets" | "deliveries">;
type Ask = (changes: Partial<CostQuery>) => Promise<CostAnswer>;

async function readDigest(ctx: Context, snapshot: CostSnapshot, input: BuildDigest): Promise<Costs> {
  const cycle = input.cycle ?? "day";
  const through = input.day ?? (await lastCompleteDay(ctx, snapshot));
  const periods = digestPeriods(cycle, { through, today: input.today ?? ctx.clock.today() });
  const { period, against } = periods;
  const answer = (query: CostQuery) => showCostsIn(snapshot, ctx, query);
  const currency =
    input.currency === undefined ? await usableCurrency(ctx, answer, { cycle, periods }) : input.currency;
  const ask: Ask = (changes) => answer(queryOf({ currency, ...changes }));
  const select = { by: "days" as const, ...period };
  const versus = { with: "period" as const, ...against };

  const total = await ask({ select });
  const usage = await ask({ select, versus, without: [...EXCLUDABLE_KINDS] });
  const services = await ask({ select, versus, without: [...EXCLUDABLE_KINDS], by: ["service"], top: SERVICES_MAX });
  const kinds = await ask({ select, by: ["kind"] });
  const picture = { select: { by: "days" as const, ...periods.chart }, per: GRAIN_OF[cycle], form: "bar" as const };
  const chart = await ask({ ...picture, by: ["service"], top: CHART_SERVICES_MAX, without: [...EXCLUDABLE_KINDS] });
  const chartApart = await ask({ ...picture, filters: [{ dimension: "kind", negated: true, values: ["usage"] }] });
  const shown = shownOf(await ask(shownQuery(cycle, periods)), currency);
  const risers: DigestAnswer["risers"] = [];
  const worth = await loadCurrencyWorth(snapshot.sql, ctx.settings.currency);
  for (const driver of risersOf(usage, worth))
    risers.push({ ...driver, reason: await explainRise(ctx, { driver, period, against, currency, ask: answer }) });
  const { receipt } = total;
  return {
    cycle,
    day: addDays(period.to, -1),
    period,
    whole: periods.whole,
    total: total.total.map(({ amount, currency: one }) => ({ amount, currency: one })),
    usage: { against, total: comparedTotals(usage) },
    apart: kinds.rows.flatMap((row) =>
      row.key["kind"] === "usage" || parseAtoms(row.amount) === 0n
        ? []
        : [{ kind: row.key["kind"] ?? "other", amount: row.amount, currency: row.currency ?? "" }],
    ),
    soFar: await readSoFar(ctx, ask, cycle, addDays(period.to, -1)),
    risers,
    moves: usage.drivers ?? [],
    services: services.rows,
    dataThrough: receipt.dataThrough ?? through,
    sources: receipt.sources,
    provisional: receipt.provisional,
    scope: describeFilter(ctx.scope),
    notes: receipt.notes,
    chart,
    chartApart,
    shown,
    questions: { total: receipt.question, change: usage.receipt.question },
  };
}

/** What a digest of that day, asked in that currency, shows by now: enough to see whether it is what was posted. */
export async function digestShown({ ctx, input }: Verb<Required<BuildDigest>>): Promise<DigestAnswer["shown"]> {
  const { currency, cycle, today } = input;
  const periods = digestPeriods(cycle, { through: input.day, today });
  return withCostSnapshot(ctx.db, ctx.settings.tagAliases, async (snapshot) => {
    const asked = queryOf({ currency, ...shownQuery(cycle, periods) });
    return shownOf(await showCostsIn(snapshot, ctx, asked), currency);
  });
}

function shownQuery(cycle: DigestCycle, { chart, period }: DigestPeriods): Pick<CostQuery, "select" | "by" | "per"> {
  return { select: { by: "days", from: chart.from, to: period.to }, by: ["service"], per: GRAIN_OF[cycle] };
}

async function readSoFar(ctx: Context, ask: Ask, cycle: DigestCycle, at: Day): Promise<DigestAnswer["soFar"]> {
  const fiscalStart = ctx.settings.fiscalYearStart ?? 1;
  const lines: DigestAnswer["soFar"] = [];
  for (const unit of SO_FAR[cycle]) {
    const { period, previous } = soFar(unit, at, fiscalStart);
    const answer = await ask({ select: { by: "days", ...period }, versus: { with: "period", ...previous } });
    const name = fiscalName(unit, at, fiscalStart);
    lines.push({ unit, name, period, previous, total: comparedTotals(answer) });
  }
  return lines;
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
async function lastCompleteDay(ctx: Context, snapshot: CostSnapshot): Promise<Day> {
  const { batches } = await withinScope(snapshot, ctx.scope);
  const { staleAfterHours } = ctx.settings;
  const { through, sources } = await readDataThrough(snapshot, batches, ctx.clock.today(), staleAfterHours);
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
async function usableCurrency(
  ctx: Context,
  answer: (query: CostQuery) => Promise<CostAnswer>,
  { cycle, periods: { chart, period, against } }: { cycle: DigestCycle; periods: DigestPeriods },
): Promise<string | null> {
  const { currency } = ctx.settings;
  if (currency === null) return null;
  const fiscalStart = ctx.settings.fiscalYearStart ?? 1;
  const earliest = SO_FAR[cycle].map((unit) => soFar(unit, addDays(period.to, -1), fiscalStart).previous.from);
  const [from] = [chart.from, against.from, ...earliest].toSorted();
  try {
    await answer(queryOf({ select: { by: "days", from: from ?? chart.from, to: period.to }, currency }));
    return currency;
  } catch (error) {
    if (error instanceof AppError && error.code === "not-found") return null;
    throw error;
  }
}

function queryOf(changes: Partial<CostQuery>): CostQuery {
  return { ...costQuerySchema.parse({ select: changes.select }), ...changes };
}

function comparedTotals(answer: CostAnswer): DigestAnswer["usage"]["total"] {
  return answer.total.map(({ amount, currency, previous = "0", change = { amount: "0", ratio: null } }) => ({
    amount,
    currency,
    previous,
    change: { ...change },
  }));
}

/** The largest rises of usage that are worth a line. */
function risersOf(usage: CostAnswer, worth: CurrencyWorth): Driver[] {
  const notable = usage.total.flatMap(({ amount, currency }) => {
    const least = scale(money(amount, currency), 1n, RISER_SHARE_MIN);
    return (usage.drivers ?? [])
      .filter((driver) => driver.currency === currency && driver.rest !== true)
      .filter((driver) => parseAtoms(driver.change) > 0n && compare(money(driver.change, currency), least) >= 0);
  });
  return dearestFirst(notable, ({ change, currency }) => money(change, currency), worth).slice(0, RISERS_MAX);
}

/** Somebody has said yes, no or later to it: nobody needs to be told of it again every morning. */
const DECIDED = RECOMMENDATION_STATES.filter(
  (state) => !WAITING_STATES.includes(state) && !LAPSED_STATES.includes(state),
);

/** What the bills prove and nobody has decided yet, the dearest first. */
async function firstSavings(ctx: Context): Promise<DigestAnswer["savings"]> {
  const { findings } = await findWaste({ ctx, input: { scope: [] } });
  const ids = findings.map(({ id }) => id);
  const known = ids.length === 0 ? [] : await listRecommendations(ctx.db.sql, { ids, states: DECIDED });
  const decided = new Set(known.map(({ id }) => id));
  const open = findings.filter(({ id }) => !decided.has(id));
  const sums = new Map<string, Money>();
  for (const { saving } of open) {
    if (saving === null) continue;
    const { currency, amount } = saving;
    sums.set(currency, add(sums.get(currency) ?? zero(currency), money(amount, currency)));
  }
  const worth = await loadCurrencyWorth(ctx.db.sql, ctx.settings.currency);
  return {
    findings: open.length,
    decided: decided.size,
    total: dearestFirst([...sums.values()], (sum) => sum, worth).map((sum) => ({
      amount: toDecimal(sum),
      currency: sum.currency,
    })),
    top: open.slice(0, FINDINGS_MAX),
  };
}
