import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import postgres from "postgres";

import { openDatabase } from "../src/store/db.ts";
import { startEmbeddedServer } from "../src/store/embedded-server.ts";
import { migrate } from "../src/store/migrate.ts";
import { FLAT_ROWS, RESOURCES, writeBills } from "./bill-files.ts";

/**
 * Ingest against DuckDB's own load of the same file, in one run: rows a second, ratio, peak memory.
 *   node bench/ingest.ts [--days 1[,10]] [--dir FOLDER] [--only gz,parquet,flat]
 * Files are made once (44 columns, 41,667 resources × 24 h a day, 2,000 tag sets; `flat`: rows that do not collapse)
 * and kept in --dir, so that a second run measures only.
 */
const DATABASE = "bench_ingest";

type Case = { name: string; file: string; bar: number; days: number };

const lengths = (option("--days") ?? "1").split(",").map(Number);
const directory = option("--dir") ?? join(tmpdir(), "finops-bench");
const only = option("--only")?.split(",") ?? null;

await mkdir(directory, { recursive: true });
const hourly = (days: number): Case[] => [
  { name: "gz", file: join(directory, `hourly-${days}.csv.gz`), bar: 150_000, days },
  { name: "parquet", file: join(directory, `hourly-${days}.parquet`), bar: 500_000, days },
];
const cases = [
  ...lengths.flatMap(hourly),
  { name: "flat", file: join(directory, "flat.parquet"), bar: 35_000, days: 1 },
].filter((each) => only === null || only.includes(each.name));

const scratch = await mkdtemp(join(tmpdir(), "finops-bench-"));
const server = await startEmbeddedServer(join(scratch, "postgres"));
try {
  for (const each of cases) await measure(each);
} finally {
  await server.release();
  await rm(scratch, { recursive: true, force: true });
}

async function measure({ name, file, bar, days }: Case): Promise<void> {
  if (!existsSync(file)) await writeBills(file, { rows: name === "flat" ? "flat" : "hourly", days });
  const count = name === "flat" ? FLAT_ROWS : RESOURCES * 24 * days;
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

function option(name: string): string | null {
  const index = process.argv.indexOf(name);
  return index === -1 ? null : (process.argv[index + 1] ?? null);
}
