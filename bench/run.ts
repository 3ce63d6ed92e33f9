/**
 * Runs benches and keeps what they measured.
 *   npm run bench                     the list
 *   npm run bench -- NAME [--small]   one bench → bench/results/NAME.json (--small: only shown)
 *   npm run bench -- all              those that together take at most 20 minutes on two cores, then the report
 *   npm run bench -- report           bench/results/*.json → docs/performance.md
 *   npm run bench -- compare [NAME]   results in the folder against the last committed ones; exit 1 on a regression
 * --keep DIR: what is slow to build stays there and is used again (not with figures that are kept for good: a database
 * that was used before is not a fresh one).
 */
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { systemClock } from "../src/domain/clock.ts";
import { BENCHES, type Bench } from "./benches.ts";
import { compareResults, formatComparison, isSameMachine, REGRESSION } from "./compare.ts";
import { formatBar, formatFigure } from "./figure.ts";
import { performancePage } from "./report.ts";
import { runScript } from "./run-script.ts";
import {
  committedResult,
  readResults,
  thisCommit,
  thisMachine,
  withVerdicts,
  writeResult,
  type Result,
} from "./result.ts";

const NAMES = BENCHES.map(({ name }) => name);
const PAGE = fileURLToPath(new URL("../docs/performance.md", import.meta.url));
const EXIT_BAD_INPUT = 2;
const NAME_WIDTH = 14;

const words = process.argv.slice(2);
const small = words.includes("--small");
const keep = words.includes("--keep") ? (words[words.indexOf("--keep") + 1] ?? null) : null;
const [what = "list", name] = words.filter((word) => !word.startsWith("--") && word !== keep);
const unknown = words.find((word) => word.startsWith("--") && word !== "--small" && word !== "--keep");
const chosen = BENCHES.filter((bench) => (what === "all" ? bench.inAll : bench.name === what));

if (unknown !== undefined) refuse(`There is no option ${unknown}; there are --small and --keep DIR.`);
else if (what === "list") list();
else if (what === "report") await report();
else if (what === "compare") await compare(name);
else if (chosen.length === 0)
  refuse(`There is no bench "${what}". There are: ${NAMES.join(", ")}; all, report, compare.`);
else await runAll(chosen);

function list(): void {
  for (const { name, about, inAll } of BENCHES)
    console.log(`${name.padEnd(NAME_WIDTH)} ${about}${inAll ? "" : " (not in all)"}`);
  console.log("\nnpm run bench -- NAME [--small] [--keep DIR] | all | report | compare");
}

/** One after the other: two at once would measure each other. A bench that fails does not keep the others from running. */
async function runAll(benches: readonly Bench[]): Promise<void> {
  const said: string[] = [];
  let seconds = 0;
  for (const bench of benches) {
    const started = performance.now();
    try {
      const result = await runOne(bench);
      show(result);
      if (!small) console.log(`kept in ${await writeResult(result)}`);
      said.push(summaryOf(result));
    } catch (error) {
      process.exitCode = 1;
      console.error(`${bench.name} failed: ${(error as Error).message}`);
      said.push(`${bench.name.padEnd(NAME_WIDTH)} FAILED: ${(error as Error).message.split("\n")[0] ?? ""}`);
    }
    seconds += (performance.now() - started) / 1_000;
  }
  if (benches.length < 2) return;
  console.log(`\n${said.join("\n")}\ntogether ${(seconds / 60).toFixed(1)} minutes`);
  if (!small) await report();
}

function summaryOf({ name, figures, seconds }: Result): string {
  const judged = figures.filter(({ verdict }) => verdict !== "no bar");
  const missed = judged.filter(({ verdict }) => verdict === "missed").map((one) => one.name);
  const bars = judged.length === 0 ? "no bars" : `${judged.length - missed.length} of ${judged.length} bars met`;
  const which = missed.length === 0 ? "" : `; missed: ${missed.join("; ")}`;
  return `${name.padEnd(NAME_WIDTH)} ${formatFigure(Math.round(seconds), "s").padStart(6)}  ${bars}${which}`;
}

async function runOne(bench: Bench): Promise<Result> {
  console.log(`${bench.name}: ${bench.about}`);
  const state = thisCommit();
  const started = performance.now();
  const kept = keep === null || !bench.keeps ? [] : ["--keep", join(resolve(keep), bench.name)];
  const output = await runScript(bench.script, [...(small ? bench.small : bench.words), ...kept]);
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  return {
    name: bench.name,
    about: bench.about,
    command: `npm run bench -- ${bench.name}${small ? " --small" : ""}`,
    date: systemClock.today(),
    ...state,
    machine: thisMachine(),
    seconds,
    figures: withVerdicts(bench.read(output)),
  };
}

function show({ figures, seconds }: Result): void {
  for (const figure of figures) {
    const { rival, verdict } = figure;
    const beside = rival === null ? "" : `  ${rival.ratio.toFixed(2)} × ${rival.name}`;
    const asked = verdict === "no bar" ? "" : `  ${verdict} (${formatBar(figure)})`;
    console.log(`  ${figure.name.padEnd(52)} ${formatFigure(figure.value, figure.unit).padStart(18)}${beside}${asked}`);
  }
  console.log(`  in ${formatFigure(seconds, "s")}`);
}

async function report(): Promise<void> {
  const results = await readResults(NAMES);
  if (results.length === 0) return refuse("There are no results yet: npm run bench -- NAME.");
  await writeFile(PAGE, performancePage(results));
  console.log(`docs/performance.md: ${results.map((result) => result.name).join(", ")}`);
}

async function compare(only: string | undefined): Promise<void> {
  const results = (await readResults(NAMES)).filter((result) => only === undefined || result.name === only);
  if (results.length === 0) return refuse(`There is no result${only === undefined ? "" : ` of ${only}`} yet.`);
  for (const result of results) {
    const before = committedResult(result.name);
    if (before === null) console.log(`${result.name}: nothing is committed to compare with`);
    else if (JSON.stringify(before) === JSON.stringify(result)) console.log(`${result.name}: not measured since`);
    else {
      const rows = compareResults(before, result);
      if (!isSameMachine(before.machine, result.machine))
        console.log(`${result.name}: another machine (${before.machine.cpu}); only ratios to rivals mean something`);
      console.log(formatComparison(rows));
      if (rows.some(({ regressed }) => regressed)) process.exitCode = 1;
    }
  }
  if (process.exitCode === 1) console.log(`A figure is worse by more than ${REGRESSION * 100} %.`);
}

function refuse(message: string): void {
  console.error(message);
  process.exitCode = EXIT_BAD_INPUT;
}
