import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";

import { comparePeriods } from "../src/analysis/compare.ts";
import type { CostQuery } from "../src/domain/cost-query.ts";
import type { Dimension } from "../src/domain/dimension.ts";
import { addDays } from "../src/domain/period.ts";
import type { Database } from "../src/store/db.ts";
import type { EstateSize } from "./questions-estate.ts";

/** DuckDB over one Parquet file of the same charges: what somebody would use who does not want a server. */
export const RIVAL = "DuckDB over Parquet";

export type Rival = {
  /** Runs a question's sums and groups (no freshness, causes, names, receipt). Returns its total as decimal text. */
  readonly ask: (query: CostQuery) => Promise<string>;
  readonly close: () => void;
};

const COLUMNS: Partial<Record<Dimension, string>> = {
  "sub-account": "account",
  "billing-account": "payer",
  "service-category": "category",
  "tag:cost-center": "cost_center",
};
const column = (dimension: Dimension): string => COLUMNS[dimension] ?? dimension;

/** Writes the charges of the estate as Parquet, sorted by day, unless they are there already, and opens them. */
export async function openRival(db: Database, size: EstateSize, folder: string): Promise<Rival> {
  const file = join(folder, "charges.parquet");
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
  const connection = await instance.connect();
  if (!existsSync(file)) await writeCharges(connection, db, size, { file, folder });
  await connection.run(`create view charge as from read_parquet('${file}')`);
  return {
    ask: (query) => sumOf(connection, query),
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** The resources come from the store, their days are made here by the rule of questions-estate.ts. */
async function writeCharges(
  connection: DuckDBConnection,
  db: Database,
  { period }: EstateSize,
  { file, folder }: { file: string; folder: string },
): Promise<void> {
  const resources = join(folder, "resources.json");
  const rows = await db.sql<object[]>`
    select r, spread, (array['aws','azure','gcp'])[account % 3 + 1] as provider, 'acct-' || account as account,
      'Category ' || service % 6 as category, 'service ' || service as service, 'region-' || region as region,
      case when r % 10 <> 0 then 'team-' || team end as team, case when r % 10 <> 0 then 'cc-' || team / 2 end as cost_center,
      case when r % 10 <> 0 then (array['prod','dev','test','stage'])[account % 4 + 1] end as environment from bench_resource`;
  if (rows.length === 0) throw new Error("the estate lost its resources (the server was killed): build it again");
  await writeFile(resources, rows.map((row) => JSON.stringify(row)).join("\n"));
  const last = addDays(period.to, -1);
  await connection.run(`
    copy (
      select d::date as day, date_trunc('month', d)::date as billing_month, provider, provider || '-payer' as payer, account, category,
        provider || ' ' || service as service, provider || '-' || region as region, 'res-' || r as resource, team, environment, cost_center,
        'usage' as kind, ((spread + extract(doy from d) * 17 + extract(isodow from d) * 31) % 997 + 3)::decimal(7, 0) * 0.0123456789::decimal(11, 10) as cost
      from read_json('${resources}'), generate_series(date '${period.from}', date '${last}', interval 1 day) s(d)
      union all
      select greatest(d, date '${period.from}')::date, d::date, p.provider, p.provider || '-payer', 'acct-' || n, 'Other', v.service, null, null, null, null, null, v.kind, v.cost
      from range(60) t(n), (select unnest(['aws','azure','gcp']) as provider, unnest([0, 1, 2]) as i) p,
        generate_series(date_trunc('month', date '${period.from}'), date '${last}', interval 1 month) s(d),
        (values ('tax', 'Tax', 812.25), ('purchases', 'Support (Business)', 100), ('credits', 'Credits', -41.5)) v(kind, service, cost) where n % 3 = p.i
      order by day, provider, account
    ) to '${file}' (format parquet, row_group_size 100000)`);
}

async function sumOf(connection: DuckDBConnection, query: CostQuery): Promise<string> {
  const total = await run(connection, query, query.select);
  if (query.versus === null || query.select.by !== "days") return total;
  const { previous } = comparePeriods(query.select, query.said, query.versus, null);
  await run(connection, query, { by: "days", ...previous });
  return total;
}

async function run(connection: DuckDBConnection, query: CostQuery, select: CostQuery["select"]): Promise<string> {
  const keys = [...query.by.map(column), ...(query.per === null ? [] : [`date_trunc('${query.per}', day)`])];
  const text = (value: string | null): string =>
    value === null ? "null" : `'${value.toLowerCase().replaceAll("'", "''")}'`;
  const where = [
    select.by === "days"
      ? `day >= date '${select.from}' and day < date '${select.to}'`
      : `billing_month = date '${select.by === "billing-month" ? select.month : ""}-01'`,
    ...query.filters.map(({ dimension, negated, values }) => {
      const inside = `coalesce(lower(${column(dimension)}) in (${values.map(text).join(", ")}), false)`;
      return negated ? `not ${inside}` : inside;
    }),
    ...(query.without.length === 0 ? [] : [`kind not in (${query.without.map((kind) => `'${kind}'`).join(", ")})`]),
  ];
  const grouped = `select ${[...keys, "sum(cost) as cost", "count(*) as n"].join(", ")} from charge where ${where.join(" and ")}${keys.length === 0 ? "" : ` group by ${keys.map((_, index) => index + 1).join(", ")}`}`;
  const named = query.top === null ? [] : [`order by cost desc limit ${query.top}`];
  const reader = await connection.runAndReadAll(
    query.top === null
      ? grouped
      : `with facts as materialized (${grouped}) select * from (select *, sum(cost) over () as total from facts) ${named.join(" ")}`,
  );
  const rows = reader.getRowsJson();
  if (query.top !== null) return decimalOf(rows[0]?.at(-1));
  return sumText(rows.map((row) => decimalOf(row.at(-2))));
}

/** Decimals come as text; nothing summed is null. */
function decimalOf(cell: unknown): string {
  return typeof cell === "string" ? cell : "0";
}

/** Sum of decimals of at most ten places, as text. */
function sumText(amounts: readonly string[]): string {
  const PLACES = 10;
  const sum = amounts.reduce((total, amount) => {
    const [whole = "0", fraction = ""] = amount.split(".");
    return total + BigInt(`${whole}${fraction.padEnd(PLACES, "0")}`);
  }, 0n);
  const digits = (sum < 0n ? -sum : sum).toString().padStart(PLACES + 1, "0");
  return `${sum < 0n ? "-" : ""}${digits.slice(0, -PLACES)}.${digits.slice(-PLACES)}`;
}
