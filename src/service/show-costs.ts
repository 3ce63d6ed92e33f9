import { breakDown, type Group } from "../analysis/breakdown.ts";
import { alignedBucket, bucketBeside, bucketPeriod, comparePeriods, type Comparison } from "../analysis/compare.ts";
import type { CostAnswer, CostRow } from "../domain/contract.ts";
import { costQuerySchema, type CostQuery } from "../domain/cost-query.ts";
import type { TagAlias } from "../domain/dimension.ts";
import { NO_WORTH, type CurrencyWorth } from "../domain/currency-order.ts";
import { AppError } from "../domain/errors.ts";
import { addDays, addMonths, monthOf, monthPeriod, type Day } from "../domain/period.ts";
import { costFilter } from "../store/cost-filter.ts";
import type { CostRead, CostSpan } from "../store/cost-plan.ts";
import { readCosts, type CostFact } from "../store/cost-read.ts";
import { withCostSnapshot, type ActiveBatch, type CostSnapshot } from "../store/cost-snapshot.ts";
import { batchesMatching, withinScope } from "../store/cost-sources.ts";
import { readDataThrough } from "../store/data-through.ts";
import { loadNames } from "../store/dimension-values.ts";
import { loadCurrencyWorth } from "../store/fx.ts";
import { allocationTarget, allRules, beforeAllocation, withMoves } from "./allocate-costs.ts";
import { readMoves, type Ask, type Moves } from "./allocation-moves.ts";
import type { Context, Verb } from "./context.ts";
import type { Asking, Sides } from "./cost-asking.ts";
import { convertTo } from "./cost-conversion.ts";
import { readDrivers } from "./cost-drivers.ts";
import { withAllocation, writeReceipt } from "./cost-receipt.ts";
import { withSupport } from "./cost-support.ts";

/** Most rows one answer carries; the rest is one row "other". Named in the receipt when it bites. */
export const ROWS_MAX = 50_000;
/** Ids that are given a name in one answer. */
const NAMED_IDS_MAX = 1_000;

/**
 * Answers a cost question: rows, totals, drivers of a change and the receipt, from one snapshot of the store.
 * `ctx.scope` narrows it. Amounts are exact; each currency stands apart unless the question converts.
 * Errors: bad-input (a comparison or conversion that has no meaning), not-found (a missing exchange rate).
 */
export async function showCosts({ ctx, input }: Verb<CostQuery>): Promise<CostAnswer> {
  return withCostSnapshot(ctx.db, ctx.settings.tagAliases, (snapshot) => showCostsIn(snapshot, ctx, input));
}

/** The same from a snapshot the caller holds: several answers of one moment, as a digest needs them. */
export async function showCostsIn(everything: CostSnapshot, ctx: Context, query: CostQuery): Promise<CostAnswer> {
  const whole = await withinScope(everything, ctx.scope);
  const to = allocationTarget(ctx, query);
  const filter = costFilter(ctx.scope, beforeAllocation(query, to));
  const snapshot = { ...whole, batches: await batchesMatching(whole, filter) };
  // A filter that matches nothing still deserves the day its scope is complete through.
  const sources = snapshot.batches.length > 0 ? snapshot.batches : whole.batches;
  const through = await readDataThrough(
    snapshot,
    recent(sources, query),
    ctx.clock.today(),
    ctx.settings.staleAfterHours,
  );
  const sides = sidesOf(query, through.through, snapshot);
  const conversion =
    query.currency === null ? null : await convertTo(snapshot, query.currency, sides, filter, query.metric);
  const asking: Asking = {
    ctx,
    snapshot,
    query,
    filter,
    through,
    sides,
    conversion,
    begins: firstBilledDay(whole.batches, snapshot.batches, query),
  };
  const issuers = query.select.by === "invoice" && query.by.length === 0;

  const current = await withSupport(asking, await readSide(asking, sides.current, issuers));
  const previous = sides.previous === null ? null : await readSide(asking, sides.previous, issuers);
  const allocated = to === null ? null : await allocateSides(everything, asking, to, { current, previous });
  const { rows, total } = breakDown({
    by: issuers ? ["invoice", "invoice-issuer"] : query.by,
    current: (allocated?.current ?? current).map((fact) => (issuers ? underInvoice(fact, query) : fact)),
    previous:
      previous === null
        ? null
        : (allocated?.previous ?? previous).map((fact) => besideCurrent(fact, query, sides.compared)),
    top: query.top ?? (query.per === null ? ROWS_MAX : null),
    periodOf: (start) => bucketPeriod(start, query.per ?? "day", query.select.by === "days" ? sides.period : null),
    worth: await worthOf(asking, [...current, ...(previous ?? [])]),
  });
  const drivers =
    sides.previous === null || query.metric === "usage" || isPartAllocated(query, to)
      ? null
      : await readDrivers(
          asking,
          sides.previous,
          total.map((line) => line.currency),
        );
  return {
    query,
    rows: await nameKeys(asking, rows),
    total,
    ...(drivers === null ? {} : { drivers }),
    receipt: withAllocation(await writeReceipt(asking, current, previous ?? [], rows), to, allocated?.moves ?? null),
  };
}

/** Rates are looked up where there is something to order. */
async function worthOf({ ctx, snapshot }: Asking, facts: readonly CostFact[]): Promise<CurrencyWorth> {
  const several = facts.some(({ currency }) => currency !== facts[0]?.currency);
  return several ? loadCurrencyWorth(snapshot.sql, ctx.settings.currency) : NO_WORTH;
}

/** What moved the whole explains nothing of the part some bear of it. */
function isPartAllocated({ filters }: CostQuery, to: TagAlias | null): boolean {
  return to !== null && filters.some(({ dimension }) => dimension === to);
}

/** Both sides after shared spend was spread: each by the rules that held in its own days. */
async function allocateSides(
  everything: CostSnapshot,
  asking: Asking,
  to: TagAlias,
  { current, previous }: { readonly current: readonly CostFact[]; readonly previous: readonly CostFact[] | null },
): Promise<{ current: CostFact[]; previous: CostFact[] | null; moves: Moves }> {
  const { ctx, query, sides } = asking;
  const rules = await allRules(ctx);
  const plain = costQuerySchema.parse({ select: query.select });
  const ask: Ask = (span, changes = {}) =>
    showCostsIn(everything, ctx, { ...plain, ...changes, select: { by: "days", ...span } });
  const { by, per, without, metric, currency } = query;
  const shape = { by, per, filters: beforeAllocation(query, to).filters, without, metric, currency };
  const moves = await readMoves(ask, { rules, to, period: sides.period, shape });
  const beforeMoves =
    sides.compared === null || previous === null
      ? null
      : await readMoves(ask, { rules, to, period: sides.compared.previous, shape });
  return {
    current: withMoves(current, moves.moves, query, to),
    previous: previous === null || beforeMoves === null ? null : withMoves(previous, beforeMoves.moves, query, to),
    moves,
  };
}

function readSide(asking: Asking, span: CostSpan, byIssuer: boolean): Promise<CostFact[]> {
  const { query, filter, conversion } = asking;
  // A comparison ranks after both sides are known, an allocation after what is shared was spread.
  const ranked = query.per === null && query.versus === null && query.by.length > 0 && !query.allocated;
  const read: CostRead = {
    span,
    by: query.by,
    filter,
    metric: query.metric,
    per: query.per,
    rates: conversion?.rates ?? null,
    rowsMax: ranked ? (query.top ?? ROWS_MAX) : null,
    byIssuer,
  };
  return readCosts(asking.snapshot, read, conversion?.target ?? null);
}

/** What both sides cover. Days are cut at the last complete day only when compared. */
function sidesOf(query: CostQuery, through: Day | null, snapshot: CostSnapshot): Sides {
  const { select, versus } = query;
  if (select.by === "days") {
    const period = { from: select.from, to: select.to };
    // Before its first complete day a period has nothing to compare: −100 % would be true of every one.
    const nothingComplete = through !== null && addDays(through, 1) <= period.from;
    if (versus === null || (nothingComplete && versus.with !== "period"))
      return { current: { by: "days", period }, previous: null, compared: null, period };
    const compared = comparePeriods(period, query.said, versus, through);
    return {
      current: { by: "days", period: compared.current },
      previous: { by: "days", period: compared.previous },
      compared,
      period: compared.current,
    };
  }
  if (select.by === "billing-month") {
    const period = monthPeriod(select.month);
    if (versus === null) return { current: select, previous: null, compared: null, period };
    const month =
      versus.with === "period" ? monthOf(versus.from) : addMonths(select.month, versus.with === "previous" ? -1 : -12);
    const previous = monthPeriod(month);
    if (versus.with === "period" && (versus.from !== previous.from || versus.to !== previous.to)) {
      throw new AppError("bad-input", "An invoice month compares with another whole month.", {
        remedy: `Say \`vs previous\` or \`vs ${addMonths(select.month, -1)}\`.`,
      });
    }
    return {
      current: select,
      previous: { by: "billing-month", month },
      compared: { current: period, previous, cutAt: null },
      period,
    };
  }
  if (versus !== null) {
    throw new AppError("bad-input", "An invoice has no period before it to compare with.", {
      remedy: "Leave out `vs`, or ask by `billing MONTH`.",
    });
  }
  const months = snapshot.batches.map((batch) => monthOf(batch.billingMonth)).sort();
  const first = months[0];
  const last = months.at(-1);
  const period =
    first === undefined || last === undefined
      ? { from: "2000-01-01" as Day, to: "2000-01-01" as Day }
      : { from: monthPeriod(first).from, to: monthPeriod(last).to };
  return { current: { by: "all" }, previous: null, compared: null, period };
}

/** Days before a period within which a source must have delivered to count for it: an account closed long ago does not hold it back. */
const SOURCE_RECENT_DAYS = 45;

function recent(batches: readonly ActiveBatch[], query: CostQuery): ActiveBatch[] {
  const from =
    query.select.by === "days"
      ? query.select.from
      : query.select.by === "billing-month"
        ? monthPeriod(query.select.month).from
        : null;
  if (from === null) return [...batches];
  const since = addDays(from, -SOURCE_RECENT_DAYS);
  const live = new Set(
    batches.filter((batch) => batch.lastDay !== null && batch.lastDay >= since).map((batch) => batch.sourceId),
  );
  return live.size === 0 ? [...batches] : batches.filter((batch) => live.has(batch.sourceId));
}

/** When bills begin: of the sources in question, whatever of them was asked for. */
function firstBilledDay(
  all: readonly ActiveBatch[],
  matching: readonly ActiveBatch[],
  { select }: CostQuery,
): Day | null {
  const sources = new Set(matching.map((batch) => batch.sourceId));
  const days = all
    .filter((batch) => sources.has(batch.sourceId))
    .flatMap((batch) => (select.by === "billing-month" ? batch.billingMonth : (batch.firstDay ?? [])));
  return days.toSorted()[0] ?? null;
}

/** A bucket of the compared side, moved beside the one it is compared with. */
function besideCurrent(fact: CostFact, query: CostQuery, compared: Comparison | null): Group {
  if (fact.start === null || query.per === null || compared === null) return fact;
  const beside = query.select.by === "days" ? bucketBeside : alignedBucket;
  return { ...fact, start: beside(fact.start, query.per, compared.current, compared.previous) };
}

/** An invoice by itself is shown by its issuer: two issuers may use one number. */
function underInvoice(fact: CostFact, query: CostQuery): Group {
  const invoice = query.select.by === "invoice" ? query.select.invoice : null;
  return { ...fact, key: [invoice, ...fact.key] };
}

async function nameKeys(asking: Asking, rows: CostRow[]): Promise<CostRow[]> {
  let named = rows;
  for (const dimension of asking.query.by) {
    const ids = [...new Set(named.flatMap((row) => row.key[dimension] ?? []))].slice(0, NAMED_IDS_MAX);
    const names = await loadNames(asking.snapshot, dimension, ids, asking.ctx.scope);
    if (names.size === 0) continue;
    named = named.map((row) => {
      const name = names.get(row.key[dimension] ?? "");
      return name === undefined ? row : { ...row, names: { ...row.names, [dimension]: name } };
    });
  }
  return named;
}
