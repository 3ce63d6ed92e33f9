/**
 * Thirty questions over a year of day rows: how long an answer takes, by what has to answer it, beside the same sums by
 * DuckDB over a Parquet file of the same charges (whose totals must be ours to the last digit).
 * `node bench/questions.ts [--rows N | --small] [--rounds N] [--keep DIR]`; 15,000,000 rows without options.
 * Bars (issue 2): cube-covered p95 ≤ 50 ms, three dimensions no cube covers ≤ 400 ms, resource drill-down ≤ 300 ms.
 * The charges and rollups are made in the store by SQL, not by an ingest: what is measured here is the asking.
 * `--keep DIR` keeps the database there and uses it again. Last line: `{ "figures": [...] }`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { pino } from "pino";

import { parseQuestion } from "../src/bot/grammar/parse-question.ts";
import { fixedClock } from "../src/domain/clock.ts";
import type { CostQuery } from "../src/domain/cost-query.ts";
import { atomsToDecimal, parseAtoms } from "../src/domain/money.ts";
import { addDays } from "../src/domain/period.ts";
import { EVERYTHING } from "../src/domain/scope.ts";
import { DEFAULT_SETTINGS } from "../src/domain/settings.ts";
import type { Context } from "../src/service/context.ts";
import { showCosts } from "../src/service/show-costs.ts";
import { openStore } from "../src/store/open-store.ts";
import { figure, type Figure } from "./figure.ts";
import { buildEstate, estateSize, THROUGH } from "./questions-estate.ts";
import { openRival, RIVAL, type Rival } from "./questions-rival.ts";

/** The mix: what people ask of a year of bills. {team}, {service}, {account}, {resource} change from round to round. */
const MIX: Readonly<
  Record<"cube" | "three dimensions" | "resources", { readonly bar: number; readonly questions: readonly string[] }>
> = {
  cube: {
    bar: 50,
    questions: [
      "last month",
      "this month by service",
      "last month by team",
      "last month by sub-account",
      "365d per day by tag:cost-center",
      "365d per day",
      "365d per day by team",
      "12m per month by provider",
      "last quarter by service-category",
      "last month by service,region top 20",
      "30d per day by provider",
      "90d per week by environment",
      "last month by service for team {team}",
      "last month by kind",
      "billing 2026-10 by provider",
      "last month by service top 5 without tax,credits",
    ],
  },
  "three dimensions": {
    bar: 400,
    questions: [
      "last month by service,region,team",
      "last month by provider,service,environment for sub-account {account}",
      "30d by sub-account,service,region for team {team} top 20",
      "last quarter by service,team,environment for provider aws",
      "last month by service vs previous",
      "last month per day by service for team {team} not region aws-region-0",
      "7d by team,service,sub-account",
      'last quarter per month by team,region for service "{service}"',
    ],
  },
  resources: {
    bar: 300,
    questions: [
      "last month by resource top 20",
      'last month by resource for service "{service}" top 20',
      "last month by resource for team {team} top 50",
      "90d per day for resource {resource}",
      "last quarter by resource for sub-account {account} top 20",
      '7d by resource for service "{service}" top 10',
    ],
  },
};

/** Rounds the rival is timed: enough for its percentiles, and the whole stays within minutes. */
const RIVAL_ROUNDS = 3;

const options = readOptions(process.argv.slice(2));
const size = estateSize(options.rows, THROUGH);
const folder = options.keep ?? (await mkdtemp(join(tmpdir(), "finops-bench-")));
const db = await openStore({ dataDir: folder, databaseUrl: undefined, database: "finops" });
const say = (text: string): void => void process.stderr.write(`${text}\n`);
const today = addDays(THROUGH, 2);
const ctx: Context = {
  db,
  clock: fixedClock(today),
  actor: { kind: "system", id: "bench" },
  scope: EVERYTHING,
  settings: DEFAULT_SETTINGS,
  log: pino({ level: "silent" }),
  dataDir: folder,
};
try {
  console.log(JSON.stringify({ figures: await run() }));
} finally {
  await db.close();
  if (options.keep === null) await rm(folder, { recursive: true, force: true });
}

async function run(): Promise<Figure[]> {
  const [stored] = await db.sql<{ rows: string }[]>`select count(*) as rows from promoted_tag`;
  const started = performance.now();
  if (Number(stored?.rows) === 0) await buildEstate(db, size, say);
  const rival = await openRival(db, size, folder);
  say(`ready after ${((performance.now() - started) / 1_000).toFixed(0)} s`);
  const figures: Figure[] = [];
  for (const [name, { bar, questions }] of Object.entries(MIX)) {
    const all: Times = { ours: [], rival: [] };
    for (const question of questions) {
      const times = await timeQuestion(question, rival);
      all.ours.push(...times.ours);
      all.rival.push(...times.rival);
      say(
        `${name.padEnd(17)} ${ms(times.ours, 50)}  worst ${ms(times.ours, 100)}  ${RIVAL} ${ms(times.rival, 50)}  ${question}`,
      );
    }
    const of = (percent: number, barMs: number | null): Figure =>
      figure(`${name} (${questions.length} questions), p${percent}`, percentile(all.ours, percent), "ms", {
        better: "lower",
        bar: barMs,
        rival: { name: RIVAL, value: percentile(all.rival, percent) },
      });
    figures.push(of(95, bar), of(50, null));
  }
  rival.close();
  return [...figures, ...(await sizes())];
}

type Times = { readonly ours: number[]; readonly rival: number[] };

/** Each its turn, so that a busy moment hits both. The first time reads from disk and is not counted: the bars are for a service that is running. */
async function timeQuestion(question: string, rival: Rival): Promise<Times> {
  const times: Times = { ours: [], rival: [] };
  for (let round = 0; round <= options.rounds; round += 1) {
    const query = queryOf(question, round);
    const started = performance.now();
    const { rows } = await showCosts({ ctx, input: query });
    const answered = performance.now();
    if (round > 0) times.ours.push(answered - started);
    if (round > RIVAL_ROUNDS) continue;
    const total = await rival.ask(query);
    if (round > 0) times.rival.push(performance.now() - answered);
    const ours = rows.reduce((sum, row) => sum + parseAtoms(row.amount), 0n);
    if (ours !== parseAtoms(total)) throw new Error(`${question}: ${atomsToDecimal(ours)} here, ${total} by ${RIVAL}`);
  }
  return times;
}

async function sizes(): Promise<Figure[]> {
  const [found] = await db.sql<{ bytes: string; charges: string }[]>`
    select pg_database_size(current_database()) as bytes, (select sum(reltuples)::bigint from pg_class where relkind = 'r' and relname ~ '^charge_[0-9]{4}') as charges`;
  const megabytes = Number(found?.bytes) / 1024 / 1024;
  const perMillion = (rows: number): number => Math.round((megabytes * 10_000_000) / rows) / 10;
  const dayRows = Number(found?.charges);
  return [
    figure("stored day rows", dayRows, "", { better: "higher" }),
    figure("database a million day rows", perMillion(dayRows), "MB", { better: "lower" }),
    figure("database a million source rows", perMillion(size.rows * 24), "MB", { better: "lower" }),
  ];
}

function queryOf(question: string, round: number): CostQuery {
  const text = question
    .replace("{team}", `team-${round % 20}`)
    .replace("{service}", `aws service ${round % 15}`)
    .replace("{account}", `acct-${(round * 3) % 60}`)
    .replace("{resource}", `res-${1 + ((round * 37) % Math.max(1, size.resources - 1))}`);
  const read = parseQuestion(text, { today });
  if (!read.ok) throw new Error(`${text}: ${read.message}`);
  return read.query;
}

function ms(times: readonly number[], percent: number): string {
  return `${percentile(times, percent).toFixed(1).padStart(7)} ms`;
}

function percentile(times: readonly number[], percent: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
}

function readOptions(words: readonly string[]): { rows: number; rounds: number; keep: string | null } {
  const after = (word: string): string | undefined =>
    words.includes(word) ? words[words.indexOf(word) + 1] : undefined;
  return {
    rows: Number(after("--rows") ?? (words.includes("--small") ? 600_000 : 15_000_000)),
    rounds: Number(after("--rounds") ?? 7),
    keep: after("--keep") ?? null,
  };
}
