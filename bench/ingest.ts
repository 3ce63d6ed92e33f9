import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { DuckDBInstance } from "@duckdb/node-api";
import postgres from "postgres";

import { openDatabase } from "../src/store/db.ts";
import { startEmbeddedServer } from "../src/store/embedded-server.ts";
import { migrate } from "../src/store/migrate.ts";

/**
 * Ingest against DuckDB's own load of the same file, in one run: rows a second, ratio, peak memory.
 *   node bench/ingest.ts [--days 1] [--dir FOLDER] [--only gz,parquet,flat]
 * Files are made once (44 columns, 41,667 resources × 24 h a day, 2,000 tag sets; `flat`: rows that do not collapse)
 * and kept in --dir, so that a second run measures only.
 */
const RESOURCES = 41_667;
const FLAT_ROWS = 1_000_000;
const DATABASE = "bench_ingest";

type Case = { name: string; file: string; bar: number };

const days = Number(option("--days") ?? 1);
const directory = option("--dir") ?? join(tmpdir(), "finops-bench");
const only = option("--only")?.split(",") ?? null;
const rows = RESOURCES * 24 * days;

await mkdir(directory, { recursive: true });
const cases: Case[] = [
  { name: "gz", file: join(directory, `hourly-${days}.csv.gz`), bar: 150_000 },
  { name: "parquet", file: join(directory, `hourly-${days}.parquet`), bar: 500_000 },
  { name: "flat", file: join(directory, "flat.parquet"), bar: 35_000 },
].filter((each) => only === null || only.includes(each.name));

const scratch = await mkdtemp(join(tmpdir(), "finops-bench-"));
const server = await startEmbeddedServer(join(scratch, "postgres"));
try {
  for (const each of cases) await measure(each);
} finally {
  await server.release();
  await rm(scratch, { recursive: true, force: true });
}

async function measure({ name, file, bar }: Case): Promise<void> {
  if (!existsSync(file)) await makeFile(name, file);
  const count = name === "flat" ? FLAT_ROWS : rows;
  const rival = await rivalSeconds(file);
  const admin = postgres(server.urlOf("postgres"), { max: 1, onnotice: () => undefined });
  await admin.unsafe(`drop database if exists ${DATABASE} with (force)`);
  await admin.unsafe(`create database ${DATABASE}`);
  await admin.end();
  const db = openDatabase(server.urlOf(DATABASE));
  await migrate(db.sql);
  const ours = await ingestOnce(server.urlOf(DATABASE), file);
  const [stored] = await db.sql<{ n: string; source: string; size: string }[]>`
    select count(*)::text as n, coalesce(sum(source_rows), 0)::text as source, pg_size_pretty(pg_database_size(current_database())) as size from charge`;
  await db.close();
  if (stored?.source !== String(count)) throw new Error(`${name}: ${ours.status}`);
  const rate = (seconds: number): string => Math.round(count / seconds).toLocaleString("en");
  console.log(
    `${name.padEnd(8)} ${count.toLocaleString("en")} rows  ours ${ours.seconds.toFixed(2)} s = ${rate(ours.seconds)} rows/s (bar ${bar.toLocaleString("en")})  ` +
      `DuckDB ${rival.toFixed(2)} s = ${rate(rival)} rows/s  ratio ${(rival / ours.seconds).toFixed(2)}  ` +
      `peak Node ${ours.nodeMb} + child ${ours.childMb} MB  stored ${stored?.n ?? "?"} of ${stored?.source ?? "?"} source rows, database ${stored?.size ?? "?"}`,
  );
}

type Ours = { seconds: number; nodeMb: number; childMb: number; status: string };

/** One ingest in a process of its own, so that its memory is its own. */
function ingestOnce(url: string, file: string): Promise<Ours> {
  const child = fork(fileURLToPath(new URL("./ingest-once.ts", import.meta.url)), [url, join(scratch, "data"), file], {
    execArgv: [],
  });
  return new Promise((resolve, reject) => {
    child.once("message", (message) => resolve(message as Ours));
    child.once("exit", (code) =>
      code === 0 ? undefined : reject(new Error(`ingest ended with ${code ?? "a signal"}`)),
    );
  });
}

/** DuckDB's own `create table as select *`, same threads, in a process of its own. */
async function rivalSeconds(file: string): Promise<number> {
  const child = fork(fileURLToPath(new URL("./ingest-rival.ts", import.meta.url)), [file], { execArgv: [] });
  return new Promise((resolve, reject) => {
    child.once("message", (message) => resolve(Number(message)));
    child.once("exit", (code) =>
      code === 0 ? undefined : reject(new Error(`the rival ended with ${code ?? "a signal"}`)),
    );
  });
}

async function makeFile(name: string, file: string): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const source = name === "flat" ? flatSql() : hourlySql();
  const shaped =
    name === "gz"
      ? source
      : `select * replace (${["BilledCost", "EffectiveCost", "ListCost", "ContractedCost"].map((column) => `"${column}"::double as "${column}"`).join(", ")}) from (${source})`;
  await connection.run(
    `copy (${shaped}) to '${file}' (${name === "gz" ? "format csv, header, compression gzip" : "format parquet"})`,
  );
  connection.closeSync();
  instance.closeSync();
}

function hourlySql(): string {
  return rowSql(
    "timestamp '2026-03-01' + to_hours(d * 24 + h)",
    "1 hour",
    `range(${days}) as dd(d), range(24) as hh(h), range(${RESOURCES}) as rr(r)`,
  );
}

function flatSql(): string {
  return rowSql(
    "timestamp '2026-03-01' + to_days((r % 28)::integer)",
    "1 day",
    `(select 0 as h, 0 as d), range(${FLAT_ROWS}) as rr(r)`,
  );
}

/** 44 FOCUS columns. */
function rowSql(start: string, length: string, from: string): string {
  const cost = (base: string): string =>
    `(${base} + (hash(r, h, d) % 100000000) / 10000000000.0)::decimal(20,12)::varchar`;
  const time = (sql: string): string => `strftime(${sql}, '%Y-%m-%dT%H:%M:%SZ')`;
  const columns: Record<string, string> = {
    ProviderName: "'AWS'",
    PublisherName: "'Amazon Web Services, Inc.'",
    InvoiceIssuerName: "'Amazon Web Services, Inc.'",
    InvoiceId: "'INV-2026-03'",
    BillingAccountId: "'111122223333'",
    BillingAccountName: "'Example Corp'",
    BillingAccountType: "'BillingAccount'",
    SubAccountId: "(200000000000 + r % 50)::varchar",
    SubAccountName: "'account-' || (r % 50)",
    SubAccountType: "'Account'",
    BillingCurrency: "'USD'",
    PricingCurrency: "'USD'",
    BillingPeriodStart: "'2026-03-01T00:00:00Z'",
    BillingPeriodEnd: "'2026-04-01T00:00:00Z'",
    ChargePeriodStart: time(start),
    ChargePeriodEnd: time(`${start} + interval ${length}`),
    ChargeCategory: "'Usage'",
    ChargeClass: "null",
    ChargeDescription: "'Usage of SKU ' || (r % 300) || ' per hour in region'",
    ChargeFrequency: "'Usage-Based'",
    ServiceCategory:
      "case r % 5 when 0 then 'Compute' when 1 then 'Storage' when 2 then 'Databases' when 3 then 'Networking' else 'Analytics' end",
    ServiceSubcategory: "'Sub ' || (r % 5)",
    ServiceName: "'Amazon Service ' || (r % 60)",
    RegionId: "'us-east-' || (r % 3)",
    RegionName: "'US East ' || (r % 3)",
    AvailabilityZone: "'us-east-' || (r % 3) || 'a'",
    ResourceId: "'i-' || md5(r::varchar)",
    ResourceName: "'server-' || r",
    ResourceType: "'instance'",
    PricingCategory: "'Standard'",
    PricingUnit: "'Hours'",
    ConsumedUnit: "'Hours'",
    SkuId: "'SKU' || (r % 300)",
    SkuPriceId: "'SKU' || (r % 300) || '.1'",
    CommitmentDiscountId: "null::varchar",
    CommitmentDiscountStatus: "null::varchar",
    Tags: `'{"team":"team-' || (r % 20) || '","env":"' || (case r % 4 when 0 then 'prod' when 1 then 'dev' when 2 then 'stage' else 'test' end) || '","cost-center":"cc-' || (r % 2000) || '"}'`,
    BilledCost: cost("0.01"),
    EffectiveCost: cost("0.01"),
    ListCost: cost("0.02"),
    ContractedCost: cost("0.015"),
    ConsumedQuantity: "'1'",
    PricingQuantity: "'1'",
    ListUnitPrice: "'0.0500000000'",
  };
  return `select ${Object.entries(columns)
    .map(([name, sql]) => `${sql} as "${name}"`)
    .join(", ")} from ${from}`;
}

function option(name: string): string | null {
  const index = process.argv.indexOf(name);
  return index === -1 ? null : (process.argv[index + 1] ?? null);
}
