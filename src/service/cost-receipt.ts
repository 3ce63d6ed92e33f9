import { nearestValues } from "../analysis/nearest-values.ts";
import { bucketBeside } from "../analysis/compare.ts";
import { describeFilter } from "../analysis/describe-filter.ts";
import { isProvisional } from "../analysis/provider-calendar.ts";
import { ratioText } from "../analysis/ratio-text.ts";
import { spellingNote } from "../analysis/value-spellings.ts";
import type { CostRow, Receipt } from "../domain/contract.ts";
import type { CostQuery } from "../domain/cost-query.ts";
import type { TagAlias } from "../domain/dimension.ts";
import { atomsToDecimal, formatMoney, parseAtoms } from "../domain/money.ts";
import { addDays, periodLength, type Period } from "../domain/period.ts";
import { dimensionText, questionText } from "../domain/question-text.ts";
import { readsTags } from "../store/cost-dimension.ts";
import { batchesIn, readCosts, type CostFact } from "../store/cost-read.ts";
import { batchesWithLostQuantities } from "../store/batches.ts";
import type { ActiveBatch } from "../store/cost-snapshot.ts";
import { listDimensionValues } from "../store/dimension-values.ts";
import { moveNotes, type Moves } from "./allocation-moves.ts";
import type { Asking } from "./cost-asking.ts";

const BASIS: Readonly<Record<CostQuery["select"]["by"], string>> = {
  days: "charge days (ChargePeriod, UTC)",
  "billing-month": "invoice month (BillingPeriod)",
  invoice: "invoice (InvoiceId)",
};

/** What stands behind an answer: period, basis, scope, completeness, rows, rates, and the question that reproduces it. */
export async function writeReceipt(
  asking: Asking,
  current: readonly CostFact[],
  previous: readonly CostFact[],
  rows: readonly CostRow[],
): Promise<Receipt> {
  const { ctx, query, sides, through, conversion, snapshot, begins } = asking;
  const today = ctx.clock.today();
  const batches = batchesIn(snapshot.batches, sides.current);
  const access = ctx.scope.length === 0 ? "" : ` (your access: ${describeFilter(ctx.scope)})`;
  const used = conversion?.used ?? [];
  const order = [...new Set(rows.flatMap((row) => row.currency ?? []))];
  return {
    metric: query.metric,
    period: sides.period,
    ...(sides.compared === null ? {} : { previousPeriod: sides.compared.previous }),
    ...(sides.compared === null || begins === null || begins <= sides.compared.previous.from
      ? {}
      : { billsBegin: begins }),
    basis: BASIS[query.select.by],
    scope: `${describeFilter(query.filters, query.without)}${access}`,
    dataThrough: through.through,
    sources: [...through.sources],
    provisional:
      isStillArriving(asking) || batches.some((batch) => isProvisional(batch.provider, batch.billingMonth, today)),
    sourceRows: current.reduce((sum, fact) => sum + fact.sourceRows, 0),
    // A refused row belongs to nobody: it cannot be said whether it lies within a scope.
    rejects: ctx.scope.length > 0 ? null : batches.reduce((sum, batch) => sum + batch.rejects, 0),
    ...(query.currency === null ? {} : { rates: used.map((rate) => ({ ...rate })) }),
    notes: [
      ...completenessNotes(asking, batches),
      ...comparisonNotes(asking, current, previous, order),
      ...longNotes(current, previous, order),
      ...untaggedNotes(rows, query),
      ...spellingNotes(rows, query),
      ...(await invoiceNotes(asking)),
      ...(query.metric === "usage" ? await lostQuantityNotes(asking, batches) : []),
      ...(current.length === 0 ? await emptyNotes(asking) : []),
    ],
    question: `cost ${questionText(resolved(query, asking))}`,
  };
}

/** Days after the last complete one are in the period: what is not billed yet is not final, least of all when it is nothing. */
function isStillArriving({ query, sides, through }: Asking): boolean {
  return query.select.by === "days" && (through.through === null || addDays(through.through, 1) < sides.period.to);
}

/** The receipt of an allocated answer: by which rules, and what each of them did. */
export function withAllocation(receipt: Receipt, to: TagAlias | null, moves: Moves | null): Receipt {
  if (to === null || moves === null) return receipt;
  const amounts = (sums: ReadonlyMap<string, bigint>) =>
    [...sums].map(([currency, atoms]) => ({ amount: atomsToDecimal(atoms), currency }));
  const rules = moves.done.map(({ name, by, moved, left, clash }) => ({
    name,
    method: by,
    moved: amounts(moved),
    left: amounts(left),
    leftOutFor: clash,
  }));
  const names = [...new Set(rules.map(({ name }) => name))];
  const first =
    names.length === 0
      ? `Allocated, but no rule spreads anything over ${to} in this period: allocate set NAME SCOPE to ${to} by cost makes one.`
      : `Allocated: shared spend is spread over ${to} by ${names.length === 1 ? "rule" : "rules"} ${names.join(", ")}; the total is the same without.`;
  return { ...receipt, allocation: { to, rules }, notes: [first, ...moveNotes(moves), ...receipt.notes] };
}

/** The question with every word that depends on the day replaced by days. */
function resolved(query: CostQuery, { sides }: Asking): CostQuery {
  const select = query.select.by === "days" ? { by: "days" as const, ...sides.period } : query.select;
  const versus = sides.compared === null ? null : { with: "period" as const, ...sides.compared.previous };
  return { ...query, select, said: null, versus };
}

function completenessNotes({ through, sides, query }: Asking, batches: readonly ActiveBatch[]): string[] {
  const notes = [
    ...new Set(
      batches.flatMap((batch) =>
        batch.incomplete === null
          ? []
          : [`${batch.source}, ${batch.billingMonth.slice(0, 7)} is incomplete: ${batch.incomplete}`],
      ),
    ),
  ];
  const stale = through.sources.filter((source) => source.stale && through.sources.some((other) => !other.stale));
  for (const source of stale)
    notes.push(
      `${source.source} is stale: ${source.through === null ? "no complete day" : `complete through ${source.through}`}.`,
    );
  const laggards = through.sources.filter(
    (source) => !source.stale && source.through !== null && source.through === through.through,
  );
  const late =
    laggards.length > 0 &&
    laggards.length < through.sources.length - stale.length &&
    through.through !== null &&
    addDays(through.through, 1) < sides.period.to;
  if (late && query.select.by === "days")
    notes.push(`Complete through ${through.through} because of ${laggards.map((source) => source.source).join(", ")}.`);
  return notes;
}

function comparisonNotes(
  { sides, query, begins }: Asking,
  current: readonly CostFact[],
  previous: readonly CostFact[],
  order: readonly string[],
): string[] {
  const { compared } = sides;
  if (compared === null)
    return query.versus === null ? [] : ["Not compared: no day of the period is complete in the bills yet."];
  const length = (period: Period): string => `${periodLength(period)} ${periodLength(period) === 1 ? "day" : "days"}`;
  if (begins !== null && begins >= compared.previous.to)
    return [`Not compared with ${span(compared.previous)}: the bills begin on ${begins}.`];
  const notes = [
    `Compared: ${span(compared.current)} (${length(compared.current)}) with ${span(compared.previous)} (${length(compared.previous)}).`,
  ];
  const longer = previous.some(({ start }) => {
    if (start === null || query.per === null || query.select.by !== "days") return false;
    return bucketBeside(start, query.per, compared.current, compared.previous) === compared.current.to;
  });
  if (longer)
    notes.push(
      `The compared period is longer: what it has more stands in a row without days at the end, ${compared.current.to}.`,
    );
  if (compared.cutAt !== null) notes.push(`Both sides end with the last complete day, ${compared.cutAt}.`);
  if (query.metric === "usage" || periodLength(compared.current) === periodLength(compared.previous)) return notes;
  for (const currency of currenciesOf([...current, ...previous], order)) {
    const now = perDay(current, currency, compared.current);
    const before = perDay(previous, currency, compared.previous);
    const ratio = ratioText(now - before, before < 0n ? -before : before);
    const percent = ratio === null ? "" : ` (${now < before ? "−" : "+"}${Math.abs(Number(ratio) * 100).toFixed(1)}%)`;
    notes.push(
      `Per day: ${formatMoney({ atoms: now, currency })} against ${formatMoney({ atoms: before, currency })}${percent}.`,
    );
  }
  return notes;
}

function span({ from, to }: Period): string {
  const last = addDays(to, -1);
  return from === last ? from : `${from} to ${last}`;
}

function perDay(facts: readonly CostFact[], currency: string, period: Period): bigint {
  const sum = facts.filter((fact) => fact.currency === currency).reduce((atoms, fact) => atoms + fact.amount, 0n);
  return sum / BigInt(Math.max(1, periodLength(period)));
}

/** Currencies in the order of the answer's rows, those of the compared period alone after them. */
function currenciesOf(facts: readonly CostFact[], order: readonly string[]): string[] {
  const found = [...new Set(facts.flatMap((fact) => fact.currency ?? []))].sort();
  return [...order.filter((one) => found.includes(one)), ...found.filter((one) => !order.includes(one))];
}

function longNotes(current: readonly CostFact[], previous: readonly CostFact[], order: readonly string[]): string[] {
  const amounts = (facts: readonly CostFact[]): string[] =>
    currenciesOf(facts, order).flatMap((currency) => {
      const atoms = facts.filter((fact) => fact.currency === currency).reduce((sum, fact) => sum + fact.long, 0n);
      return atoms === 0n ? [] : [formatMoney({ atoms, currency })];
    });
  const [now, before] = [amounts(current), amounts(previous)];
  if (now.length === 0 && before.length === 0) return [];
  const compared = previous.length === 0 ? "" : ` (${before.join(", ") || "none"} in the compared period)`;
  return [`Charges longer than a day are counted on their first day: ${now.join(", ") || "none"}${compared}.`];
}

function untaggedNotes(rows: readonly CostRow[], query: CostQuery): string[] {
  const split = rows.filter((row) => row.unallocatable !== undefined);
  if (split.length === 0) return [];
  const parts = [...new Set(split.map((row) => row.currency ?? ""))].map((currency) => {
    const atoms = split
      .filter((row) => row.currency === currency)
      .reduce((sum, row) => sum + parseAtoms(row.unallocatable ?? "0"), 0n);
    return formatMoney({ atoms, currency });
  });
  return [
    `Of what has no ${query.by.filter(readsTags).map(dimensionText).join(" or ")}, ${parts.join(", ")} is unallocatable: tax, credits, adjustments and support that no tag can reach.`,
  ];
}

function spellingNotes(rows: readonly CostRow[], query: CostQuery): string[] {
  return query.by.filter(readsTags).flatMap((dimension) => {
    const values = rows.flatMap((row) => row.key[dimension] ?? []);
    return spellingNote(dimensionText(dimension), values) ?? [];
  });
}

/** A sum of quantities that lacks some says so. What a batch holds outside somebody's scope is not theirs to know. */
async function lostQuantityNotes({ snapshot, ctx }: Asking, batches: readonly ActiveBatch[]): Promise<string[]> {
  if (ctx.scope.length > 0) return [];
  const lost = await batchesWithLostQuantities(
    snapshot.sql,
    batches.map(({ id }) => id),
  );
  if (lost.length === 0) return [];
  return [
    `Quantities of 10^17 and above could not be kept: these sums may lack some of ${lost.length === 1 ? "batch" : "batches"} ${lost.join(", ")} (\`batches\` says which rows).`,
  ];
}

/** focus.md §3, invoice check: Σ BilledCost per invoice, issuer and currency. */
async function invoiceNotes({ snapshot, filter, query, sides }: Asking): Promise<string[]> {
  if (query.select.by !== "invoice") return [];
  const facts = await readCosts(snapshot, {
    span: sides.current,
    by: [],
    filter,
    metric: "billed",
    per: null,
    rates: null,
    rowsMax: null,
    byIssuer: true,
  });
  return facts.map(
    (fact) =>
      `Invoice check: billed ${formatMoney({ atoms: fact.amount, currency: fact.currency ?? "" }, { exact: true })} (issuer: ${fact.key[0] ?? "not named"}).`,
  );
}

/** Why there may be no rows: nothing loaded, a value nobody has, or days without data. */
async function emptyNotes({ snapshot, ctx, query, through }: Asking): Promise<string[]> {
  if (snapshot.batches.length === 0 && query.filters.length === 0)
    return ["No bills are loaded. `finops ingest PATH` loads them."];
  const notes: string[] = [];
  for (const { dimension, negated, values } of query.filters) {
    if (negated || dimension === "resource") continue;
    const known = await listDimensionValues(snapshot, dimension, { conditions: ctx.scope, without: [] });
    for (const value of values) {
      if (value === null || known.some((one) => one.toLowerCase() === value.toLowerCase())) continue;
      const near = nearestValues(value, known);
      notes.push(
        `No ${dimensionText(dimension)} is called "${value.slice(0, 80)}".${near.length === 0 ? "" : ` Did you mean ${near.map((one) => `"${one}"`).join(" or ")}?`}`,
      );
    }
  }
  if (notes.length === 0 && through.through !== null)
    notes.push(`There are no such charges in this period; the bills are complete through ${through.through}.`);
  return notes;
}
