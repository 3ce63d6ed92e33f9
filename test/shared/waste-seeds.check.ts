/**
 * The sample estate over many seeds: what is planted is proven, and nothing else is. `npm test` looks at two; this at 20
 * (or as many as are named): `node test/shared/waste-seeds.check.ts [COUNT]`. Exit code 0 = exact on every seed.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import { day } from "../../src/domain/period.ts";
import { writeSampleEstate } from "../../src/demo/write-sample-estate.ts";

const FINOPS = fileURLToPath(new URL("../../src/cli/finops.ts", import.meta.url));
const TODAY = "2026-04-03";
const count = Number(process.argv[2] ?? "20");
let wrong = 0;

for (let seed = 1; seed <= count; seed += 1) {
  const folder = mkdtempSync(join(tmpdir(), "finops-waste-seed-"));
  try {
    const bills = join(folder, "bills");
    const { answers, files } = await writeSampleEstate({ directory: bills, until: day(TODAY), days: 75, seed });
    finops(folder, "ingest", ...files);
    const { findings } = JSON.parse(finops(folder, "waste", "--json")) as {
      findings: { rule: string; resource: string; confidence: string }[];
    };
    const proven = findings
      .filter(({ confidence }) => confidence === "A")
      .map(nameOf)
      .sort();
    const planted = answers.planted.map(nameOf).sort();
    const missed = planted.filter((one) => !proven.includes(one));
    const extra = proven.filter((one) => !planted.includes(one));
    if (missed.length + extra.length > 0) wrong += 1;
    const hints = findings.length - proven.length;
    console.log(`seed ${seed}: ${proven.length} proven of ${planted.length} planted, ${hints} hints and trends apart`);
    for (const one of missed) console.log(`  missed ${one}`);
    for (const one of extra) console.log(`  not planted ${one}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
console.log(`waste-seeds.check: ${count - wrong} of ${count} seeds exact`);
if (wrong > 0) process.exitCode = 1;

function nameOf({ rule, resource }: { rule: string; resource: string }): string {
  return `${rule} ${resource}`;
}

function finops(folder: string, ...args: string[]): string {
  const done = spawnSync(process.execPath, [FINOPS, ...args], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, FINOPS_DATA_DIR: join(folder, "data"), FINOPS_TODAY: TODAY },
  });
  if (done.status === 0) return done.stdout;
  throw new Error(`${args[0]} ended with ${done.status}\n${done.stdout.slice(-500)}${done.stderr.slice(-1500)}`);
}
