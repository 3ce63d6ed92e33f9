/**
 * Ingests the shared waste set by the terminal command, judges its bills and lets the set's own scorer mark the answer.
 * Runs only where that data is, beside this checkout: `node test/shared/waste.check.ts`. Exit code 0 = everything bills
 * prove is found for the right money and nothing is false, and what they hint at is found as that; or there is no data.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const DATA = resolve(fileURLToPath(import.meta.url), "../../../../shared/data/waste");
const FINOPS = fileURLToPath(new URL("../../src/cli/finops.ts", import.meta.url));

if (!existsSync(DATA)) {
  console.log("waste.check: no shared waste set beside this checkout, nothing checked.");
  process.exit(0);
}

const dataDir = mkdtempSync(join(tmpdir(), "finops-waste-check-"));
try {
  const bills = ["focus_daily.csv", "focus_daily.csv.gz"]
    .map((name) => join(DATA, name))
    .find((path) => existsSync(path));
  finops("ingest", bills ?? "", "--json");
  const { findings } = JSON.parse(finops("waste", "--json")) as { findings: { confidence: string }[] };
  for (const confidence of ["A", "B", "C"]) {
    const answer = join(dataDir, `findings-${confidence}.json`);
    const own = findings.filter((finding) => finding.confidence === confidence);
    writeFileSync(answer, JSON.stringify({ findings: own }));
    report(confidence, run(process.execPath, join(realpathSync(DATA), "score.mjs"), answer, "--json"));
  }
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}

function finops(...args: string[]): string {
  return run(process.execPath, FINOPS, ...args);
}

function run(command: string, ...args: string[]): string {
  const done = spawnSync(command, args, {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, FINOPS_DATA_DIR: join(dataDir, "data") },
  });
  if (done.status === 0) return done.stdout;
  throw new Error(`${args.join(" ")} ended with ${done.status}\n${done.stdout}${done.stderr}`);
}

function report(confidence: string, text: string): void {
  const score = JSON.parse(text) as {
    tp: number;
    wrong_rule: number;
    fp: number;
    saving_in_range: number;
    errors: string[][];
  };
  const labels = readFileSync(join(DATA, "labels.csv"), "utf8");
  const wanted = labels.match(new RegExp(`^[^"\\n]*,${confidence},`, "gm"))?.length ?? 0;
  console.log(
    `waste.check ${confidence}: ${score.tp} found, ${wanted} labelled ${confidence}, ${score.wrong_rule} by the wrong rule, ${score.fp} false, ${score.saving_in_range} savings in range`,
  );
  for (const error of score.errors.filter(([kind]) => kind !== "FN")) console.log(`  ${error.join(" | ")}`);
  const found = score.tp >= wanted && score.wrong_rule === 0 && score.saving_in_range === score.tp;
  if (!found || score.fp !== 0) process.exitCode = 1;
}
