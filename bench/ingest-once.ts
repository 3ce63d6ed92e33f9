import { readFileSync } from "node:fs";

import { day } from "../src/domain/period.ts";
import { DEFAULT_SETTINGS } from "../src/domain/settings.ts";
import { runIngest } from "../src/ingest/run-ingest.ts";
import { openDatabase } from "../src/store/db.ts";

/** One ingest of one file into a database; sends seconds and peak memory. */
const [url = "", dataDir = "", file = ""] = process.argv.slice(2);
const db = openDatabase(url);
const MB = 1_000_000;
let childPeak = 0;
const started = performance.now();
const answer = await runIngest(
  { db, settings: DEFAULT_SETTINGS, dataDir, today: day("2026-04-03"), onChildPeak: (bytes) => (childPeak = bytes) },
  {
    paths: [file],
    cwd: process.cwd(),
    source: null,
    parts: false,
    replace: false,
    dryRun: false,
    onProgress: () => undefined,
  },
);
const seconds = (performance.now() - started) / 1000;
await db.close();
process.send?.({
  seconds,
  nodeMb: Math.round(
    (Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? 0) * 1024) / MB,
  ),
  childMb: Math.round(childPeak / MB),
  status: answer.batches.map((batch) => `${batch.status} ${batch.reason ?? ""}`).join(),
});
process.disconnect();
