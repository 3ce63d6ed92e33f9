/**
 * The sample estate: a first start of the service as a stranger types it, a second one, and bills of a size written for
 * other benches. `node bench/demo.ts [--rows N]`, 1,000,000 rows a day without options. Last line: `{ "figures": [...] }`.
 * Bars: ≤ 12 s the first time (issue 2 asks 60), ≤ 10 s later; memory flat in the rows. That a million rows have 40,000
 * resources and 2,000 sets of tags is a test (test/demo/sample-estate.test.ts).
 */
import { fork, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { systemClock } from "../src/domain/clock.ts";
import { writeDemo } from "../src/service/load-demo.ts";
import { figure, type Figure } from "./figure.ts";

const ROWS = 1_000_000;
const FIRST_START_SECONDS_MAX = 12;
const LATER_START_SECONDS_MAX = 10;
/** Writing three times the rows may not take noticeably more memory. */
const GROWTH = 3;
const GROWTH_MAX = 1.25;
const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const MB = 1_000_000;

type Written = { readonly seconds: number; readonly rows: number; readonly peakMb: number };

const [word, value = "", folder = ""] = process.argv.slice(2);
if (word === "--write") await writeAndTell(Number(value), folder);
else await measure(word === "--rows" ? Number(value) : ROWS);

async function measure(rows: number): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), "finops-bench-"));
  try {
    const first = await startSeconds(join(scratch, "data"));
    const later = await startSeconds(join(scratch, "data"));
    const one = await written(rows, join(scratch, "one"));
    const more = await written(rows * GROWTH, join(scratch, "more"));
    const figures: Figure[] = [
      figure("first start, its sample loaded", first, "s", { better: "lower", bar: FIRST_START_SECONDS_MAX }),
      figure("later start", later, "s", { better: "lower", bar: LATER_START_SECONDS_MAX }),
      figure("hourly rows written", one.rows / one.seconds, "rows/s", { better: "higher" }),
      figure("peak memory of writing them", one.peakMb, "MB", { better: "lower" }),
      figure(`peak memory of ${GROWTH} times as many, times as much`, more.peakMb / one.peakMb, "", {
        better: "lower",
        bar: GROWTH_MAX,
      }),
    ];
    console.log(JSON.stringify({ figures }));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Seconds from the command to "is ready". */
async function startSeconds(dataDir: string): Promise<number> {
  const { DATABASE_URL: _url, FINOPS_TODAY: _today, ...inherited } = process.env;
  const env = { ...inherited, FINOPS_DATA_DIR: dataDir, PORT: "0", FINOPS_LOG_LEVEL: "error" };
  const started = performance.now();
  const child = spawn(process.execPath, [MAIN], { env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const seconds = await new Promise<number>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (text.includes("is ready")) resolve((performance.now() - started) / 1000);
    });
    child.once("exit", (code) => reject(new Error(`the service ended with ${code ?? "a signal"}`)));
  });
  child.kill("SIGTERM");
  await ended;
  return seconds;
}

/** In a process of its own, so that its memory is its own. */
function written(rows: number, directory: string): Promise<Written> {
  const child = fork(fileURLToPath(import.meta.url), ["--write", String(rows), directory], { execArgv: [] });
  return new Promise((resolve, reject) => {
    child.once("message", (message) => resolve(message as Written));
    child.once("exit", (code) =>
      code === 0 ? undefined : reject(new Error(`writing ended with ${code ?? "a signal"}`)),
    );
  });
}

async function writeAndTell(rowsPerDay: number, directory: string): Promise<void> {
  const started = performance.now();
  const { answers } = await writeDemo({ directory, until: systemClock.today(), days: 1, rowsPerDay });
  const seconds = (performance.now() - started) / 1000;
  const rows = answers.bills.reduce((sum, bill) => sum + bill.rows, 0);
  const { maxRSS } = process.resourceUsage();
  process.send?.({ seconds, rows, peakMb: Math.round((maxRSS * 1024) / MB) } satisfies Written);
  process.disconnect();
}
