/**
 * The sample estate over many seeds: what is planted is proven, and nothing else is. `npm test` looks at two; this at 20
 * (or as many as are named): `node test/shared/waste-seeds.check.ts [COUNT]`. Exit code 0 = exact on every seed.
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

const TODAY = "2026-04-03";
const DAYS = 40;
const count = Number(process.argv[2] ?? "20");
const folder = mkdtempSync(join(tmpdir(), "finops-waste-seeds-"));
let exact = 0;

try {
  for (let seed = 1; seed <= count; seed += 1) if (await isExact(seed)) exact += 1;
  console.log(`waste-seeds.check: ${exact} of ${count} seeds exact`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (exact < count) process.exitCode = 1;

async function isExact(seed: number): Promise<boolean> {
  const directory = join(folder, `bills-${seed}`);
  const { answers, files } = await writeSampleEstate({ directory, until: day(TODAY), days: DAYS, seed });
  const db = await openStore({ dataDir: join(folder, `data-${seed}`), databaseUrl: undefined, database: "finops" });
  try {
    const ctx = testContext(db, { today: TODAY, dataDir: folder });
    await ingestBills({ ctx, input: { paths: [...files], parts: false, replace: false, dryRun: false } });
    const { findings } = await findWaste({ ctx, input: { scope: [], confidences: ["A", "B", "C"] } });
    const proven = findings.filter(({ confidence }) => confidence === "A").map(nameOf);
    const planted = answers.planted.map(nameOf);
    const missed = planted.filter((one) => !proven.includes(one));
    const extra = proven.filter((one) => !planted.includes(one));
    const hints = findings.filter(({ confidence }) => confidence === "B").length;
    console.log(
      `seed ${seed}: ${proven.length} proven of ${planted.length} planted; ${hints} to verify, ${findings.length - proven.length - hints} trends`,
    );
    for (const one of missed) console.log(`  missed ${one}`);
    for (const one of extra) console.log(`  not planted ${one}`);
    return missed.length + extra.length === 0;
  } finally {
    await db.close();
    rmSync(join(folder, `data-${seed}`), { recursive: true, force: true });
    rmSync(directory, { recursive: true, force: true });
  }
}

function nameOf({ rule, resource }: { rule: string; resource: string }): string {
  return `${rule} ${resource}`;
}
