/**
 * The sample estate over many seeds: what is planted is proven, and nothing else is. `npm test` looks at three; this at 20
 * (or as many as are named), and at estates of other lengths and ends: `node test/shared/waste-seeds.check.ts [COUNT]
 * [--shapes]`. Exit code 0 = exact on every one.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { writeSampleEstate } from "../../src/demo/write-sample-estate.ts";
import { day } from "../../src/domain/period.ts";
import { findWaste } from "../../src/service/find-waste.ts";
import { ingestBills } from "../../src/service/ingest-bills.ts";
import { openStore } from "../../src/store/open-store.ts";
import { testContext } from "../support/context.ts";

type Estate = { readonly seed: number; readonly today: string; readonly days: number };

const TODAY = "2026-04-03";
const DAYS = 40;
/** Days on which a month, a year or an hour begins or ends. */
const ENDS = [
  "2026-03-01",
  "2026-03-02",
  "2027-01-01",
  "2028-02-29",
  "2028-03-01",
  "2026-03-29",
  "2026-03-30",
  "2026-10-25",
  "2026-10-26",
];
const SHAPES: readonly Estate[] = [
  ...[30, 35, 90, 400].map((days) => ({ seed: 7, today: TODAY, days })),
  ...ENDS.map((today, index) => ({ seed: 30 + index, today, days: DAYS })),
];
const given = process.argv.slice(2);
const count = Number(given.find((word) => /^\d+$/.test(word)) ?? "20");
const seeds = Array.from({ length: count }, (_, index): Estate => ({ seed: index + 1, today: TODAY, days: DAYS }));
const estates = [...seeds, ...(given.includes("--shapes") ? SHAPES : [])];
const folder = mkdtempSync(join(tmpdir(), "finops-waste-seeds-"));
let exact = 0;

try {
  for (const estate of estates) if (await isExact(estate)) exact += 1;
  console.log(`waste-seeds.check: ${exact} of ${estates.length} estates exact`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (exact < estates.length) process.exitCode = 1;

async function isExact({ seed, today, days }: Estate): Promise<boolean> {
  const directory = join(folder, `bills-${seed}-${days}`);
  const { answers, files } = await writeSampleEstate({ directory, until: day(today), days, seed });
  const data = join(folder, `data-${seed}-${days}`);
  const db = await openStore({ dataDir: data, databaseUrl: undefined, database: "finops" });
  try {
    const ctx = testContext(db, { today, dataDir: folder });
    await ingestBills({ ctx, input: { paths: [...files], parts: false, replace: false, dryRun: false } });
    const { findings } = await findWaste({ ctx, input: { scope: [], confidences: ["A", "B", "C"] } });
    const proven = findings.filter(({ confidence }) => confidence === "A").map(nameOf);
    const planted = answers.planted.map(nameOf);
    const missed = planted.filter((one) => !proven.includes(one));
    const extra = proven.filter((one) => !planted.includes(one));
    const hints = findings.filter(({ confidence }) => confidence === "B").length;
    console.log(
      `seed ${seed}, ${days} days to ${today}: ${proven.length} proven of ${planted.length} planted; ${hints} to verify, ${findings.length - proven.length - hints} trends`,
    );
    for (const one of missed) console.log(`  missed ${one}`);
    for (const one of extra) console.log(`  not planted ${one}`);
    return missed.length + extra.length === 0;
  } finally {
    await db.close();
    rmSync(data, { recursive: true, force: true });
    rmSync(directory, { recursive: true, force: true });
  }
}

function nameOf({ rule, resource }: { rule: string; resource: string }): string {
  return `${rule} ${resource}`;
}
