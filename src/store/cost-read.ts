import { parseAtoms } from "../domain/money.ts";
import { type Day } from "../domain/period.ts";
import { chooseCover, type CostRead, type Cover } from "./cost-plan.ts";
import type { ActiveBatch, CostSnapshot } from "./cost-snapshot.ts";
import { costSql, type Touched } from "./cost-sql.ts";

/** One group of an answer. Amounts are atoms (10⁻¹⁸ of the currency or unit). */
export type CostFact = {
  /** Values in the order of `by`; null = the charge lacks it. */
  readonly key: readonly (string | null)[];
  /** First day of the bucket, or null without `per`. A week may begin before the period does. */
  readonly start: Day | null;
  readonly currency: string | null;
  readonly unit: string | null;
  readonly amount: bigint;
  /** The part from charges longer than a day, which stay on their first day. */
  readonly long: bigint;
  /** The untagged part that no tag could reach. */
  readonly unallocatable: bigint;
  /** What allocation rules moved here (negative: away); part of `amount`. */
  readonly moved?: bigint;
  readonly sourceRows: number;
  /** Groups in this row: 1, or how many stand behind "other". */
  readonly members: number;
  readonly other: boolean;
};

/** Reads the groups of a question from the cheapest relation that holds them. `currency` names the target of a conversion. */
export async function readCosts(
  snapshot: CostSnapshot,
  read: CostRead,
  target: string | null = null,
  cover: Cover = chooseCover(read, snapshot.rollups),
): Promise<CostFact[]> {
  const touched = touchedBatches(snapshot.batches, read);
  if (touched.ids.length === 0 && touched.lessIds.length === 0) return [];
  const statement = costSql(read, cover, touched, snapshot.aliases);
  const rows = (await snapshot.sql.unsafe(statement.text, statement.values).values()) as unknown as (readonly Cell[])[];
  const keyCount = read.by.length + (read.byIssuer === true ? 1 : 0);
  const converted = read.rates === null ? undefined : target;
  if (read.per !== null) return rows.flatMap((row) => seriesOf(row, keyCount, converted));
  return rows.map((row) => factOf(row, keyCount, converted));
}

/** A row of seriesSql (cost-sql.ts) as one fact a bucket; they share their key. */
function seriesOf(row: readonly Cell[], keyCount: number, target: string | null | undefined): CostFact[] {
  const key = row.slice(0, keyCount).map(textOf);
  const [currency, unit, periods, amounts, longs, unallocatables, rows] = row.slice(keyCount).map(textOf);
  const [amount, long, unallocatable, sourceRows] = [amounts, longs, unallocatables, rows].map(listOf);
  return (listOf(periods) ?? []).map((start, index) => ({
    key,
    start: start as Day,
    currency: target === undefined ? (currency ?? null) : target,
    unit: unit ?? null,
    amount: atomsOf(amount?.[index]),
    long: long === undefined ? 0n : atomsOf(long[index]),
    unallocatable: unallocatable === undefined ? 0n : atomsOf(unallocatable[index]),
    sourceRows: Number(sourceRows?.[index]),
    members: 1,
    other: false,
  }));
}

/** `{1,2.5}` → its elements; an array that is not there has none. */
function listOf(array: string | null | undefined): string[] | undefined {
  return array === null || array === undefined ? undefined : array.slice(1, -1).split(",");
}

/** Columns come in the order cost-sql.ts writes them; arrays, because an object a row costs more than the query. */
function factOf(row: readonly Cell[], keyCount: number, target: string | null | undefined): CostFact {
  const key: (string | null)[] = [];
  for (let index = 0; index < keyCount; index += 1) key.push(textOf(row[index]));
  const [start, currency, unit, amount, long, unallocatable, sourceRows, members, other] = row.slice(keyCount);
  return {
    key,
    start: textOf(start) as Day | null,
    currency: target === undefined ? textOf(currency) : target,
    unit: textOf(unit),
    amount: atomsOf(amount),
    long: atomsOf(long),
    unallocatable: atomsOf(unallocatable),
    sourceRows: Number(sourceRows),
    members: Number(members),
    other: other === true,
  };
}

/** Most parts of most rows are nothing; parsing "0" thousands of times is what an answer would wait for. */
function atomsOf(value: Cell | undefined): bigint {
  return value === "0" ? 0n : parseAtoms(String(value));
}

type Cell = string | number | boolean | null;

function textOf(value: string | number | boolean | null | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

/** Batches whose charge days overlap the span: what partition pruning and the receipt look at. */
export function batchesIn(batches: readonly ActiveBatch[], span: CostRead["span"]): ActiveBatch[] {
  return batches.filter((batch) => {
    if (span.by === "billing-month") return batch.billingMonth === `${span.month}-01`;
    if (span.by === "all" || batch.firstDay === null || batch.lastDay === null) return true;
    // A month rollup begins on the first day of the charge's month, so overlap is judged by whole months' starts.
    return monthStart(batch.firstDay) < span.period.to && batch.lastDay >= span.period.from;
  });
}

function monthStart(day: Day): Day {
  return `${day.slice(0, 7)}-01` as Day;
}

function touchedBatches(batches: readonly ActiveBatch[], read: CostRead): Touched {
  const within = batchesIn(batches, read.span);
  const less = read.less === undefined ? [] : batchesIn(batches, read.less);
  return {
    ids: within.map((batch) => batch.id),
    lessIds: less.map((batch) => batch.id),
    billingMonths: [...new Set([...within, ...less].map((batch) => batch.billingMonth))],
  };
}
