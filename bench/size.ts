/**
 * How large the database is for the bills it holds, by kind of table: 1 M hourly rows (24 collapse to a day row) and
 * 1 M rows that do not collapse, loaded by the real ingest; then a year of day rows, from which 100 M are extrapolated.
 *   node bench/size.ts [--rows N | --small] [--dir FOLDER]
 * --rows: stored day rows of the year that is really built (2,000,000). --dir keeps the bills. No bar.
 * What is measured and what is extrapolated is in the names. Last line: `{ "figures": [...] }`.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import postgres from "postgres";

import { openDatabase } from "../src/store/db.ts";
import { startEmbeddedServer } from "../src/store/embedded-server.ts";
import { migrate } from "../src/store/migrate.ts";
import { FLAT_ROWS, RESOURCES, writeBills, type BillShape } from "./bill-files.ts";
import { figure, formatFigure, type Figure } from "./figure.ts";
import { buildEstate, estateSize, THROUGH } from "./questions-estate.ts";

const DATABASE = "bench_size";
const MB = 1024 * 1024;
const MILLION = 1_000_000;
/** What a company of about $3 M a month stores in a year. */
const LARGE_DAY_ROWS = 100 * MILLION;

/** Tables by what they are for; anything else is the fixed rest. */
const KINDS: Readonly<Record<string, RegExp>> = {
  charges: /^charge(_\d|$)/,
  dictionaries: /^(attribute_set|billed_resource|tag_set)$/,
  rollups: /^(cost_cube|cost_slice|cost_daily|cost_resource_month)(_\d|$)/,
  "hours of usage": /^usage_hour/,
};
type Sizes = {
  readonly tables: Record<string, number>;
  readonly indexes: Record<string, number>;
  readonly total: number;
};

const options = readOptions(process.argv.slice(2));
const say = (text: string): void => void process.stderr.write(`${text}\n`);
const scratch = await mkdtemp(join(tmpdir(), "finops-bench-"));
const server = await startEmbeddedServer(join(scratch, "postgres"));
try {
  const figures = [
    ...(await measureBill("hourly rows", { rows: "hourly" }, RESOURCES * 24)),
    ...(await measureBill("rows that do not collapse", { rows: "flat" }, FLAT_ROWS)),
    ...(await measureYear()),
  ];
  console.log(JSON.stringify({ figures }));
} finally {
  await server.release();
  await rm(scratch, { recursive: true, force: true });
}

/** One bill through the real ingest. */
async function measureBill(name: string, shape: BillShape, rows: number): Promise<Figure[]> {
  const directory = options.dir ?? scratch;
  await mkdir(directory, { recursive: true });
  const file = join(directory, `size-${shape.rows}.parquet`);
  if (!existsSync(file)) await writeBills(file, shape);
  return withDatabase(async (url, sql, empty) => {
    const child = fork(
      fileURLToPath(new URL("./ingest-once.ts", import.meta.url)),
      [url, join(scratch, "data"), file],
      {
        execArgv: [],
      },
    );
    const [code] = (await once(child, "exit")) as [number | null];
    const [stored] = await sql<{ rows: string; source: string }[]>`
      select count(*)::text as rows, coalesce(sum(source_rows), 0)::text as source from charge`;
    if (code !== 0 || Number(stored?.source) !== rows)
      throw new Error(`${name}: ${stored?.source ?? "0"} of ${rows} stored`);
    await sql.unsafe("vacuum analyze");
    const sizes = minus(await sizesOf(sql), empty);
    const millions = rows / MILLION;
    say(`${name}: ${rows.toLocaleString("en-US")} source rows, ${Number(stored?.rows).toLocaleString("en-US")} stored`);
    return perMillion(`${name}, a million source rows`, sizes, millions);
  });
}

/** A year of an estate built in SQL: the form of the rows is that of a load, the load itself is not measured here. */
async function measureYear(): Promise<Figure[]> {
  return withDatabase(async (url, sql, empty) => {
    const db = openDatabase(url);
    await buildEstate(db, estateSize(options.rows, THROUGH), () => undefined);
    await db.close();
    await sql.unsafe("drop table if exists bench_resource, bench_slice, bench_charge");
    await sql.unsafe("vacuum analyze");
    const [stored] = await sql<{ rows: string }[]>`select count(*)::text as rows from charge`;
    const rows = Number(stored?.rows);
    const sizes = minus(await sizesOf(sql), empty);
    const millions = rows / MILLION;
    say(`a year of ${rows.toLocaleString("en-US")} stored day rows`);
    const measured = perMillion(`a year of ${millions.toFixed(1)} M day rows, a million day rows`, sizes, millions);
    // Cubes grow with days and dimension values, not with resources: what does not grow is not multiplied.
    const fixed = await cubeBytes(sql);
    const large = ((sizes.total - fixed) / rows) * LARGE_DAY_ROWS + fixed;
    const name = `100 M stored day rows, EXTRAPOLATED from ${millions.toFixed(1)} M measured`;
    return [...measured, show(figure(name, round(large / MB / 1024), "GB", { better: "lower" }))];
  });
}

function perMillion(name: string, sizes: Sizes, millions: number): Figure[] {
  const one = (part: string, bytes: number): Figure =>
    show(figure(`${name}: ${part}`, round(bytes / MB / millions), "MB", { better: "lower" }));
  const parts = [...Object.keys(KINDS), "rest"].flatMap((kind) => {
    const [table = 0, index = 0] = [sizes.tables[kind], sizes.indexes[kind]];
    return table + index === 0 ? [] : [one(`${kind}, tables`, table), one(`${kind}, indexes`, index)];
  });
  return [one("database", sizes.total), ...parts.filter(({ value }) => value !== 0)];
}

async function withDatabase<T>(work: (url: string, sql: postgres.Sql, empty: Sizes) => Promise<T>): Promise<T> {
  const admin = postgres(server.urlOf("postgres"), { max: 1, onnotice: () => undefined });
  await admin.unsafe(`drop database if exists ${DATABASE} with (force)`);
  await admin.unsafe(`create database ${DATABASE}`);
  await admin.end();
  const url = server.urlOf(DATABASE);
  const db = openDatabase(url);
  await migrate(db.sql);
  await db.close();
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    return await work(url, sql, await sizesOf(sql));
  } finally {
    await sql.end();
  }
}

/** Bytes on disk by kind: tables with their TOAST, and indexes. */
async function sizesOf(sql: postgres.Sql): Promise<Sizes> {
  const rows = await sql<{ name: string; tables: string; indexes: string }[]>`
    select c.relname as name, pg_table_size(c.oid)::text as tables, pg_indexes_size(c.oid)::text as indexes
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind = 'r'`;
  const [all] = await sql<{ total: string }[]>`select pg_database_size(current_database())::text as total`;
  const sizes = {
    tables: {} as Record<string, number>,
    indexes: {} as Record<string, number>,
    total: Number(all?.total),
  };
  for (const { name, tables, indexes } of rows) {
    const kind = Object.entries(KINDS).find(([, pattern]) => pattern.test(name))?.[0] ?? "rest";
    sizes.tables[kind] = (sizes.tables[kind] ?? 0) + Number(tables);
    sizes.indexes[kind] = (sizes.indexes[kind] ?? 0) + Number(indexes);
  }
  return sizes;
}

/** What an empty database takes is not the bill's. */
function minus(sizes: Sizes, empty: Sizes): Sizes {
  const each = (of: Record<string, number>, less: Record<string, number>): Record<string, number> =>
    Object.fromEntries(Object.entries(of).map(([kind, bytes]) => [kind, bytes - (less[kind] ?? 0)]));
  return {
    tables: each(sizes.tables, empty.tables),
    indexes: each(sizes.indexes, empty.indexes),
    total: sizes.total - empty.total,
  };
}

async function cubeBytes(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<{ bytes: string }[]>`
    select (pg_total_relation_size('cost_cube') + pg_total_relation_size('cost_slice'))::text as bytes`;
  return Number(row?.bytes);
}

function show(one: Figure): Figure {
  say(`${one.name.padEnd(84)} ${formatFigure(one.value, one.unit).padStart(12)}`);
  return one;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function readOptions(words: readonly string[]): { rows: number; dir: string | null } {
  const after = (word: string): string | null =>
    words.includes(word) ? (words[words.indexOf(word) + 1] ?? null) : null;
  return { rows: Number(after("--rows") ?? (words.includes("--small") ? 200_000 : 2_000_000)), dir: after("--dir") };
}
