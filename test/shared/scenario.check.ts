/**
 * Loads the shared scenario bills into an empty database and compares every cell of its expected.json with our answers.
 * Runs only where that data is, beside this checkout: `node test/shared/scenario.check.ts`.
 * Exit code 0 = equal to the last digit, or no data.
 */
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { openStore } from "../../src/store/open-store.ts";
import { loadScenario } from "../questions/scenario-load.ts";
import { compareScenario, type Expected } from "../questions/scenario-views.ts";

const DATA = resolve(fileURLToPath(import.meta.url), "../../../../shared/data/focus/scenario");

if (!existsSync(DATA)) {
  console.log("scenario.check: no shared sample data beside this checkout, nothing checked.");
  process.exit(0);
}
const folder = await mkdtemp(join(tmpdir(), "finops-scenario-"));
const db = await openStore({ dataDir: join(folder, "store"), databaseUrl: undefined, database: "finops" });
const ctx = await loadScenario(db, `${DATA}/`, folder);
const { compared, wrong } = await compareScenario(
  ctx,
  JSON.parse(readFileSync(join(DATA, "expected.json"), "utf8")) as Expected,
);
for (const line of wrong) console.log(`  WRONG ${line}`);
console.log(`scenario.check: ${compared} cells compared, ${wrong.length} wrong.`);
await db.close();
await rm(folder, { recursive: true, force: true });
process.exitCode = wrong.length === 0 ? 0 : 1;
