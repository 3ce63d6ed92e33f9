#!/usr/bin/env node
// Everything that can be tested on a fresh clone: the gate, then all tests against a real Postgres and a real browser.
// Arguments go to vitest: `npm test -- test/ingest`. Ends with `N passed, N failed`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const only = process.argv.slice(2);
let gateFailed = false;
if (only.length === 0) {
  // The unit tests of the gate run again below, beside the others: here only what vitest does not see.
  const gate = spawnSync(process.execPath, ["scripts/check.mjs", "--without-tests"], { stdio: "inherit" });
  gateFailed = gate.status !== 0;
}

const folder = mkdtempSync(join(tmpdir(), "finops-report-"));
const report = join(folder, "report.json");
const run = spawnSync(
  "vitest",
  ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...only],
  {
    stdio: "inherit",
    shell: process.platform === "win32",
    // Hundreds of processes start meanwhile: what they are made of is compiled once (src/compile-cache.ts).
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, "../node_modules/.cache/compiled"), ...process.env },
  },
);

let passed = 0;
let failed = gateFailed ? 1 : 0;
try {
  const counts = JSON.parse(readFileSync(report, "utf8"));
  passed = counts.numPassedTests;
  failed += counts.numFailedTests + (counts.success ? 0 : Number(counts.numFailedTests === 0));
} catch (error) {
  console.error(`vitest left no report: ${error.message}`);
  failed += 1;
}
rmSync(folder, { recursive: true, force: true });
if (gateFailed) console.log("The gate (format, lint, types, unused code) failed and counts as one failure.");
console.log(`${passed} passed, ${failed} failed`);
process.exit(run.status === 0 && failed === 0 ? 0 : 1);
