import { matcherOf, type GroupKey } from "../analysis/budget-match.ts";
import type { BudgetMetric } from "../domain/budget.ts";
import type { Dimension } from "../domain/dimension.ts";
import type { Kind } from "../domain/kind.ts";
import { parseAtoms } from "../domain/money.ts";
import { addDays, firstDay, addMonths, monthOf, type Day, type Period } from "../domain/period.ts";
import { conditionDimensions, type CostFilter } from "./cost-filter.ts";
import { readCosts } from "./cost-read.ts";
import type { CostSnapshot } from "./cost-snapshot.ts";
import { batchesMatching } from "./cost-sources.ts";
import { cubeFor, inCubeOrder, type CubeGrain } from "./cube-names.ts";

/** What a budget counts, over which days. Days before `dailyFrom` may be summed by month. */
export type BudgetRead = {
  readonly id: string;
  readonly filter: CostFilter;
  readonly metric: BudgetMetric;
  /** What the amounts are converted to afterwards. */
  readonly currency: string;
  readonly span: Period;
  readonly dailyFrom: Day;
};

/** Cost by day and currency, in atoms; a month summed up stands on its last day. And the sources that have any of it. */
export type BudgetCosts = {
  readonly daily: Map<Day, Map<string, bigint>>;
  readonly sources: Set<string>;
};

const MEASURE: Readonly<Record<BudgetMetric, string>> = {
  effective: "effective_cost",
  billed: "billed_cost",
  list: "list_cost",
  contracted: "contracted_cost",
};

/**
 * Costs of many budgets in few statements: budgets over the same dimensions share one read of the rollup that has them,
 * and are told apart in memory; what no rollup holds is asked one by one. Same figures as `cost`, to the last digit.
 */
export async function readBudgetCosts(
  snapshot: CostSnapshot,
  reads: readonly BudgetRead[],
): Promise<Map<string, BudgetCosts>> {
  const costs = new Map<string, BudgetCosts>(
    reads.map((read) => [read.id, { daily: new Map<Day, Map<string, bigint>>(), sources: new Set<string>() }]),
  );
  const currencies = await loadCurrencies(snapshot);
  // Amounts that need no daily rate may be read by month where no day is asked for.
  const byMonth = (read: BudgetRead): boolean => currencies.every((currency) => currency === read.currency);
  const shared = Map.groupBy(reads, (read) => shareKey(snapshot, read, byMonth(read)));
  for (const [key, group] of shared) {
    if (key === null) for (const read of group) await readAlone(snapshot, read, costs);
    else await readTogether(snapshot, group, costs, group.every(byMonth));
  }
  return costs;
}

/** Reads that one statement answers: same rollup, same cost, same span. null = must be asked alone. */
function shareKey(snapshot: CostSnapshot, read: BudgetRead, byMonth: boolean): string | null {
  if (!snapshot.rollups.current) return null;
  const cube = cubeFor(conditionDimensions(read.filter), "day", snapshot.rollups.promoted);
  if (cube === null) return null;
  return [cube, read.metric, read.span.from, read.span.to, byMonth ? read.dailyFrom : ""].join(" ");
}

async function readAlone(snapshot: CostSnapshot, read: BudgetRead, costs: Map<string, BudgetCosts>): Promise<void> {
  const own = costs.get(read.id);
  if (own === undefined) return;
  const batches = await batchesMatching(snapshot, read.filter);
  const facts = await readCosts(
    { ...snapshot, batches },
    {
      span: { by: "days", period: read.span },
      by: [],
      filter: read.filter,
      metric: read.metric,
      per: "day",
      rates: null,
      rowsMax: null,
    },
  );
  for (const { start, currency, amount } of facts) if (start !== null) add(own.daily, start, currency ?? "", amount);
  for (const batch of batches) own.sources.add(batch.sourceId);
}

async function readTogether(
  snapshot: CostSnapshot,
  group: readonly BudgetRead[],
  costs: Map<string, BudgetCosts>,
  byMonth: boolean,
): Promise<void> {
  const [first] = group;
  if (first === undefined) return;
  const dimensions = inCubeOrder([...conditionDimensions(first.filter)].filter((one) => one !== "kind"));
  const split = byMonth ? wholeMonthsBefore(first) : first.span.from;
  const parts: { grain: CubeGrain; period: Period }[] = [
    { grain: "month", period: { from: first.span.from, to: split } },
    { grain: "day", period: { from: split, to: first.span.to } },
  ];
  const groups = new Map<string, Cells>();
  for (const { grain, period } of parts.filter(({ period }) => period.from < period.to)) {
    await readCells(snapshot, { dimensions, grain, period, metric: first.metric }, groups);
  }
  const cells = [...groups.values()];
  const { lower, spell } = await loadSpellings(snapshot, dimensions, group, cells);
  const keyed = cells.map((cell) => ({ ...cell, key: spell(cell) }));
  for (const read of group) {
    const own = costs.get(read.id);
    if (own === undefined) continue;
    const matches = matcherOf(read.filter.conditions, read.filter.without, lower);
    for (const cell of keyed) {
      if (!matches(cell.key)) continue;
      own.sources.add(cell.source);
      for (const [day, amount] of cell.daily) add(own.daily, day, cell.currency, amount);
    }
  }
}

function wholeMonthsBefore({ span, dailyFrom }: BudgetRead): Day {
  const split = firstDay(monthOf(dailyFrom));
  return span.from.endsWith("-01") && split > span.from ? split : span.from;
}

type Cells = {
  readonly values: ReadonlyMap<Dimension, string | null>;
  readonly kind: Kind;
  readonly source: string;
  readonly currency: string;
  readonly daily: (readonly [Day, bigint])[];
};

type CellRow = [string, string | null, string | null, Kind, string, Day, string];

/** One rollup over a span, by source, keys, kind, currency and day. */
async function readCells(
  snapshot: CostSnapshot,
  read: { dimensions: readonly Dimension[]; grain: CubeGrain; period: Period; metric: BudgetMetric },
  groups: Map<string, Cells>,
): Promise<void> {
  const cube = cubeFor(read.dimensions, read.grain, snapshot.rollups.promoted) ?? "";
  const { batches } = snapshot;
  const rows = await snapshot.sql
    .unsafe(
      `select b.source_id, c.key1, c.key2, c.kind, c.currency, c.period_start, sum(c.${MEASURE[read.metric]})::text
       from cost_cube c join unnest($1::bigint[], $2::text[]) as b(batch_id, source_id) on b.batch_id = c.batch_id
       where c.cube = $3 and c.period_start >= $4::date and c.period_start < $5::date
       group by 1, 2, 3, 4, 5, 6`,
      [
        batches.map((batch) => batch.id),
        batches.map((batch) => batch.sourceId),
        cube,
        read.period.from,
        read.period.to,
      ] as never[],
    )
    .values();
  for (const row of rows as unknown as CellRow[]) {
    const [source, key1, key2, kind, currency, start, amount] = row;
    const name = `${source}\0${key1 ?? "\u0001"}\0${key2 ?? "\u0001"}\0${kind}\0${currency}`;
    let cells = groups.get(name);
    if (cells === undefined) {
      const keys = [key1, key2];
      const values = new Map(read.dimensions.map((dimension, index) => [dimension, keys[index] ?? null]));
      cells = { values, kind, source, currency, daily: [] };
      groups.set(name, cells);
    }
    // A month stands on its last day: what is cumulated rises towards it.
    const at = read.grain === "day" ? start : addDays(firstDay(addMonths(monthOf(start), 1)), -1);
    cells.daily.push([at, amount === "0" ? 0n : parseAtoms(amount)]);
  }
}

async function loadCurrencies(snapshot: CostSnapshot): Promise<string[]> {
  const rows = await snapshot.sql<{ currency: string }[]>`select distinct currency from cost_slice`;
  return rows.map((row) => row.currency);
}

/** Lower case by the database, which is what filters of `cost` compare with, and the names of accounts. */
async function loadSpellings(
  snapshot: CostSnapshot,
  dimensions: readonly Dimension[],
  group: readonly BudgetRead[],
  cells: readonly Cells[],
): Promise<{ lower: (text: string) => string; spell: (cells: Cells) => GroupKey }> {
  const names = new Map<string, string[]>();
  for (const dimension of dimensions) {
    if (dimension !== "sub-account" && dimension !== "billing-account") continue;
    const stem = dimension === "sub-account" ? "sub_account" : "billing_account";
    const rows = await snapshot.sql.unsafe<{ id: string; name: string }[]>(
      `select distinct ${stem}_id as id, ${stem}_name as name from cost_slice where ${stem}_id is not null and ${stem}_name is not null`,
    );
    for (const { id, name } of rows)
      names.set(`${dimension} ${id}`, [...(names.get(`${dimension} ${id}`) ?? []), name]);
  }
  const wanted = group.flatMap(({ filter }) =>
    filter.conditions.flatMap((one) => one.values.filter((v) => v !== null)),
  );
  const present = cells.flatMap(({ values }) => [...values.values()].filter((value) => value !== null));
  const texts = [...new Set([...wanted, ...present, ...[...names.values()].flat()])].map((text) =>
    text.replaceAll("\0", "\uFFFD"),
  );
  const rows = await snapshot.sql<{ text: string; lower: string }[]>`
    select text, lower(text) as lower from unnest(${texts}::text[]) as given(text)`;
  const lower = new Map(rows.map((row) => [row.text, row.lower]));
  const lowerOf = (text: string): string => lower.get(text.replaceAll("\0", "\uFFFD")) ?? text;
  const spell = ({ values, kind }: Cells): GroupKey => ({
    kind,
    spellings: new Map(
      [...values].map(([dimension, value]) => [
        dimension,
        value === null ? null : [value, ...(names.get(`${dimension} ${value}`) ?? [])].map(lowerOf),
      ]),
    ),
  });
  return { lower: lowerOf, spell };
}

function add(daily: Map<Day, Map<string, bigint>>, day: Day, currency: string, amount: bigint): void {
  let amounts = daily.get(day);
  if (amounts === undefined) {
    amounts = new Map();
    daily.set(day, amounts);
  }
  amounts.set(currency, (amounts.get(currency) ?? 0n) + amount);
}
