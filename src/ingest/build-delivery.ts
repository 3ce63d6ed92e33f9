import { join } from "node:path";

import type { CostTotals } from "../store/batches.ts";
import { addTotals, totalsOf, type Claim } from "./claims.ts";
import { countOf, textOf, type Duck } from "./duck/duck-process.ts";
import type { Coverage } from "./shrink-guard.ts";
import {
  collapseSql,
  coverageSql,
  createChargeSql,
  dayCountsSql,
  FACTS,
  pickSql,
  totalsSql,
  type Window,
} from "./sql/charge-sql.ts";
import { DICTIONARY_COLUMNS, type DictionaryTable } from "./sql/dictionary-sql.ts";
import { rollupSql, SLICE_COLUMNS, type RollupOptions } from "./sql/rollup-sql.ts";
import { COMPRESS_KEPT_SQL, FEW_DECIMALS, MEASURES, ROW_GROUP, type StageDecimals } from "./sql/stage-tables.ts";

/** One delivery, collapsed: what will be stored of it. */
export type BuiltDelivery = {
  readonly sourceRows: number;
  readonly chargeRows: number;
  readonly totals: CostTotals;
  readonly coverage: Coverage;
};

/** Rows summed in one statement: bounds its hash table. */
const WINDOW_ROWS_MAX = 1.5 * ROW_GROUP;

/** Collapses the delivery's staged rows to days, in bounded windows, into DuckDB tables `charge` and `usage_hour`. */
export async function collapseDelivery(
  duck: Duck,
  claims: readonly Claim[],
  decimals: StageDecimals,
): Promise<BuiltDelivery> {
  const keys = claims.flatMap((claim) => claim.keyHashes.map((keyHash) => ({ fileNo: claim.fileNo, keyHash })));
  await duck.run(...createChargeSql(decimals));
  if (keys.length > 0) {
    await duck.run(pickSql(keys));
    const all = await dayWindows(duck, FACTS);
    for (const window of all)
      await duck.run(...collapseSql(FACTS, window), ...(all.length > 1 ? [COMPRESS_KEPT_SQL] : []));
  }
  return describeCharges(duck);
}

/** Parts of a relation (column `day`), each small enough for one statement. */
export async function dayWindows(duck: Duck, facts: string): Promise<Window[]> {
  const days = await duck.run(dayCountsSql(facts));
  return windows(days.map((row) => ({ day: textOf(row, "day") ?? "", rows: countOf(row, "n") })));
}

/** Totals and coverage of the table `charge`. */
export async function describeCharges(duck: Duck): Promise<BuiltDelivery> {
  const totals = await duck.run(totalsSql());
  const coverage = await duck.run(coverageSql());
  return {
    sourceRows: totals.reduce((sum, row) => sum + countOf(row, "source_rows"), 0),
    chargeRows: totals.reduce((sum, row) => sum + countOf(row, "n"), 0),
    totals: totals.map(totalsOf).reduce(addTotals, {}),
    coverage: {
      days: new Set(coverage.map((row) => textOf(row, "day") ?? "")),
      subAccounts: new Set(coverage.map((row) => textOf(row, "sub_account") ?? "")),
    },
  };
}

/** Runs of days of at most WINDOW_ROWS_MAX rows together; a larger day by shares of its resources. */
function windows(days: readonly { day: string; rows: number }[]): Window[] {
  const runs: { from: string; to: string; rows: number }[] = [];
  for (const { day, rows } of days) {
    const last = runs.at(-1);
    if (last !== undefined && last.rows + rows <= WINDOW_ROWS_MAX) {
      last.to = day;
      last.rows += rows;
    } else runs.push({ from: day, to: day, rows });
  }
  return runs.flatMap(({ from, to, rows }) => sharesOf(rows).map((share) => ({ from, to, ...share })));
}

/** Shares in which so many rows are at most WINDOW_ROWS_MAX each. */
function sharesOf(rows: number): { readonly share?: { readonly index: number; readonly of: number } }[] {
  const of = Math.ceil(rows / WINDOW_ROWS_MAX);
  return of <= 1 ? [{}] : Array.from({ length: of }, (_, index) => ({ share: { index, of } }));
}

/** A table of the store and the file that holds its rows. */
export type ExportedTable = { readonly table: string; readonly columns: readonly string[]; readonly path: string };

const CHARGE_COLUMNS = [
  "charge_day",
  "charge_end",
  "attribute_set_id",
  "resource_ref",
  "tag_set_id",
  "source_rows",
  ...MEASURES,
];
const COSTS = ["billed_cost", "effective_cost", "list_cost", "contracted_cost"];

/** Writes the dictionaries of the call (or of one delivery) as CSV for COPY. */
export async function exportDictionaries(duck: Duck, directory: string): Promise<ExportedTable[]> {
  const tables = Object.keys(DICTIONARY_COLUMNS) as DictionaryTable[];
  const exported = tables.map((table) => ({
    table,
    columns: DICTIONARY_COLUMNS[table],
    path: join(directory, `${table}.csv`),
  }));
  for (const { table, columns, path } of exported) {
    // Two texts that are one when cleaned are one entry; telling them apart costs more than to see that there are none.
    const [repeats] = await duck.run(`select count(id) > count(distinct id) as some from ${table}`);
    const once = repeats?.["some"] === true ? "distinct on (id) " : "";
    await duck.run(copySql(`select ${once}${columns.join(", ")} from ${table} where id is not null`, path));
  }
  return exported;
}

/** Writes `charge` and `usage_hour` of the delivery in hand. */
export async function exportCharges(
  duck: Duck,
  directory: string,
  batchId: string,
  billingMonth: string,
  decimals: StageDecimals,
): Promise<ExportedTable[]> {
  return exportTables(duck, directory, batchId, billingMonth, [
    { table: "charge", columns: CHARGE_COLUMNS, amounts: MEASURES, decimals },
    { table: "usage_hour", columns: ["charge_day", "attribute_set_id", "resource_ref", "quantity"] },
  ]);
}

/** Builds the rollups of the delivery in hand and writes them; `cost_slice` is a dictionary. */
export async function exportRollups(
  duck: Duck,
  directory: string,
  batchId: string,
  billingMonth: string,
  options: RollupOptions,
): Promise<{ slices: ExportedTable; tables: ExportedTable[] }> {
  const [charges] = await duck.run("select count(*) as n from charge");
  await duck.run(...rollupSql(options, Math.ceil(countOf(charges, "n") / WINDOW_ROWS_MAX)));
  const amounts = { amounts: COSTS, decimals: options.decimals };
  const slices = { table: "cost_slice", columns: SLICE_COLUMNS, path: join(directory, "cost_slice.csv") };
  await duck.run(copySql(`select distinct on (id) ${SLICE_COLUMNS.join(", ")} from slice_part`, slices.path));
  const tables = await exportTables(duck, directory, batchId, billingMonth, [
    { table: "cost_daily", columns: ["charge_day", "slice_id", "source_rows", ...COSTS], ...amounts },
    {
      table: "cost_resource_month",
      columns: ["charge_month", "slice_id", "resource_ref", "source_rows", ...COSTS],
      ...amounts,
    },
  ]);
  const columns = ["cube", "period_start", "key1", "key2", "kind", "currency", "long", "source_rows", ...COSTS];
  const path = join(directory, "cost_cube.csv");
  await duck.run(
    copySql(
      `select ${batchId}::bigint as batch_id, ${columns.join(", ")} from cost_cube order by cube, period_start`,
      path,
    ),
  );
  return { slices, tables: [...tables, { table: "cost_cube", columns: ["batch_id", ...columns], path }] };
}

/** A table to be written; `amounts`: those of its columns that have `decimals` decimals. */
type TableToExport = {
  readonly table: string;
  readonly columns: readonly string[];
  readonly amounts?: readonly string[];
  readonly decimals?: StageDecimals;
};

async function exportTables(
  duck: Duck,
  directory: string,
  batchId: string,
  billingMonth: string,
  tables: readonly TableToExport[],
): Promise<ExportedTable[]> {
  const exported: ExportedTable[] = [];
  for (const each of tables) {
    const { table, columns } = each;
    const path = join(directory, `${table}.csv`);
    const narrow = await narrowAmounts(duck, each);
    const written = columns.map((name) => (narrow.includes(name) ? `${name}::decimal(18,${FEW_DECIMALS})` : name));
    await duck.run(
      copySql(
        `select ${batchId}::bigint as batch_id, date '${billingMonth}' as billing_month, ${written.join(", ")} from ${table}`,
        path,
      ),
    );
    exported.push({ table, columns: ["batch_id", "billing_month", ...columns], path });
  }
  return exported;
}

/** The amounts of a table that fit into 64 bits: printed as such they cost a fifth. */
async function narrowAmounts(duck: Duck, { table, amounts, decimals }: TableToExport): Promise<readonly string[]> {
  if (amounts === undefined || decimals !== FEW_DECIMALS) return [];
  const [row] = await duck.run(
    `select ${amounts.map((name) => `coalesce(max(abs(${name})) < 1000000, true) as ${name}`).join(", ")} from ${table}`,
  );
  return amounts.filter((name) => row?.[name] === true);
}

/** CSV as COPY reads it: null is an unquoted empty field, an empty text is quoted. */
function copySql(query: string, path: string): string {
  return `copy (${query}) to '${path.replaceAll("'", "''")}' (format csv, header false)`;
}
