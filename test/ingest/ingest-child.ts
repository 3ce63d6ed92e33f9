import { pino } from "pino";

import { fixedClock } from "../../src/domain/clock.ts";
import { day } from "../../src/domain/period.ts";
import { EVERYTHING } from "../../src/domain/scope.ts";
import { DEFAULT_SETTINGS } from "../../src/domain/settings.ts";
import { ingestBills } from "../../src/service/ingest-bills.ts";
import { openDatabase } from "../../src/store/db.ts";

/** An ingest in a process of its own, to be killed or paused: URL, data directory, lease seconds, files. */
const [url = "", dataDir = "", leaseSeconds = "2", ...paths] = process.argv.slice(2);
const db = openDatabase(url);
const ctx = {
  db,
  clock: fixedClock(day("2026-04-03")),
  actor: { kind: "system" as const, id: "test" },
  scope: EVERYTHING,
  settings: { ...DEFAULT_SETTINGS, ingestLeaseSeconds: Number(leaseSeconds) },
  log: pino({ level: "silent" }),
  dataDir,
};
try {
  const answer = await ingestBills({ ctx, input: { paths, parts: false, replace: false, dryRun: false } });
  process.stdout.write(JSON.stringify(answer));
} catch (error) {
  process.stdout.write(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
  process.exitCode = 1;
} finally {
  await db.close();
}
