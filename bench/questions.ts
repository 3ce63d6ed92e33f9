/**
 * Thirty questions over a year of day rows: how long an answer takes, by what has to answer it.
 * `node bench/questions.ts [--rows N | --small] [--rounds N] [--json] [--keep DIR]`; 15,000,000 rows without options.
 * Bars (issue 2): cube-covered p95 ≤ 50 ms, three dimensions no cube covers ≤ 400 ms, resource drill-down ≤ 300 ms.
 * `--keep DIR` keeps the database there and uses it again.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { pino } from "pino";

import { parseQuestion } from "../src/bot/grammar/parse-question.ts";
import { fixedClock } from "../src/domain/clock.ts";
import type { CostQuery } from "../src/domain/cost-query.ts";
import { addDays } from "../src/domain/period.ts";
import { EVERYTHING } from "../src/domain/scope.ts";
import { DEFAULT_SETTINGS } from "../src/domain/settings.ts";
import type { Context } from "../src/service/context.ts";
import { showCosts } from "../src/service/show-costs.ts";
import { openStore } from "../src/store/open-store.ts";
import { buildEstate, estateSize, THROUGH } from "./questions-estate.ts";

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

const options = readOptions(process.argv.slice(2));
const size = estateSize(options.rows, THROUGH);
const folder = options.keep ?? (await mkdtemp(join(tmpdir(), "finops-bench-")));
const db = await openStore({ dataDir: folder, databaseUrl: undefined, database: "finops" });
const say = (text: string): void => void process.stderr.write(`${text}\n`);
const today = addDays(THROUGH, 2);
try {
  await run();
} finally {
  await db.close();
  if (options.keep === null) await rm(folder, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const [stored] = await db.sql<{ rows: string }[]>`select count(*) as rows from promoted_tag`;
  if (Number(stored?.rows) === 0) await buildEstate(db, size, say);

  const ctx: Context = {
    db,
    clock: fixedClock(today),
    actor: { kind: "system", id: "bench" },
    scope: EVERYTHING,
    settings: DEFAULT_SETTINGS,
    log: pino({ level: "silent" }),
    dataDir: folder,
  };
  const results = [];
  for (const [name, { bar, questions }] of Object.entries(MIX)) {
    const all: number[] = [];
    const each: { question: string; medianMs: number; worstMs: number; rows: number }[] = [];
    for (const question of questions) {
      const times: number[] = [];
      let rows = 0;
      for (let round = 0; round <= options.rounds; round += 1) {
        const query = queryOf(question, round);
        const started = performance.now();
        rows = (await showCosts({ ctx, input: query })).rows.length;
        // The first time reads from disk and is not counted: the bars are for a service that is running.
        if (round > 0) times.push(performance.now() - started);
      }
      all.push(...times);
      each.push({ question, medianMs: percentile(times, 50), worstMs: percentile(times, 100), rows });
      say(`${name.padEnd(17)} ${percentile(times, 50).toFixed(1).padStart(8)} ms  ${question}  (${rows} rows)`);
    }
    results.push({
      class: name,
      bar,
      questions: questions.length,
      p50: percentile(all, 50),
      p95: percentile(all, 95),
      each,
    });
  }
  const [bytes] = await db.sql<{ bytes: string; charges: string }[]>`
  select pg_database_size(current_database()) as bytes, (select sum(reltuples)::bigint from pg_class where relkind = 'r' and relname ~ '^charge_[0-9]{4}') as charges`;
  const report = {
    dayRows: Number(bytes?.charges),
    sourceRows: size.rows * 24,
    databaseMb: Math.round(Number(bytes?.bytes) / 1024 / 1024),
    rounds: options.rounds,
    results,
  };
  if (options.json) console.log(JSON.stringify(report, null, 1));
  else {
    console.log(
      `${report.dayRows.toLocaleString("en-US")} day rows, database ${report.databaseMb.toLocaleString("en-US")} MB`,
    );
    for (const result of results)
      console.log(
        `${result.class.padEnd(17)} ${result.questions} questions  p50 ${result.p50.toFixed(1)} ms  p95 ${result.p95.toFixed(1)} ms  bar ${result.bar} ms`,
      );
  }
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

function percentile(times: readonly number[], percent: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
}

function readOptions(words: readonly string[]): { rows: number; rounds: number; json: boolean; keep: string | null } {
  const after = (word: string): string | undefined =>
    words.includes(word) ? words[words.indexOf(word) + 1] : undefined;
  return {
    rows: Number(after("--rows") ?? (words.includes("--small") ? 600_000 : 15_000_000)),
    rounds: Number(after("--rounds") ?? 7),
    json: words.includes("--json"),
    keep: after("--keep") ?? null,
  };
}
