import { afterEach, beforeEach, expect, test } from "vitest";

import { detect } from "../../src/jobs/detect.ts";
import type { Schedule } from "../../src/domain/schedule.ts";
import { enqueueDueRuns, runSchedule, type Send } from "../../src/service/run-schedule.ts";
import { syncSchedules, type RunKey } from "../../src/store/schedules.ts";
import { insertDeliveries } from "../support/bills.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { dailyDigest, settableClock, settingsWith } from "../support/schedules.ts";

let db: TestDatabase;
const clock = settableClock("2026-11-20T00:00:00Z");
const hourly = dailyDigest({ name: "detection", job: "detection", cron: "0 * * * *" });

beforeEach(async () => {
  db = await createTestDatabase();
  clock.set("2026-11-20T00:00:00Z");
  await syncSchedules(db.sql, [hourly], clock.now());
});
afterEach(() => db.close());

/** Runs detection as due at `now`; returns the keys and titles of all cards so far, in order. */
async function detectAt(now: string, schedules: Schedule[] = [hourly], staleAfterHours: number | null = null) {
  clock.set(now);
  const settings = settingsWith(schedules);
  const watched = { name: "aws", paths: [], source: null, parts: false, staleAfterHours };
  const installation = { ...settings.installation, sources: [watched] };
  const ctx = testContext(db, { clock, dataDir: "/tmp", settings: { ...settings, installation } });
  const due: RunKey[] = [];
  const send: Send = async (_tx, _job, run) => {
    due.push(run);
  };
  await enqueueDueRuns({ ctx, input: { send } });
  for (const run of due) await runSchedule({ ctx, input: { ...run, act: detect, lastAttempt: false } });
  const rows = await db.sql<{ title: string }[]>`select card ->> 'title' as title from outbox order by id`;
  return rows.map((row) => row.title);
}

test("a silence of more than 36 h is told once, and once more when data is back", async () => {
  await insertDeliveries(db.sql, { source: "aws", at: ["2026-11-19T06:00:00Z", "2026-11-20T06:00:00Z"] });
  expect(await detectAt("2026-11-21T17:00:00Z")).toEqual([]);
  expect(await detectAt("2026-11-21T19:00:00Z")).toEqual(["No new data from aws"]);
  expect(await detectAt("2026-11-21T20:00:00Z")).toEqual(["No new data from aws"]);
  expect(await detectAt("2026-11-23T20:00:00Z")).toEqual(["No new data from aws"]);

  await insertDeliveries(db.sql, { source: "aws", at: ["2026-11-24T06:00:00Z"] });
  const resolved = ["No new data from aws: resolved", "aws delivers again"];
  expect(await detectAt("2026-11-24T07:00:00Z")).toEqual(resolved);
  expect(await detectAt("2026-11-24T08:00:00Z")).toEqual(resolved);

  expect(await detectAt("2026-11-26T08:00:00Z")).toEqual([...resolved, "No new data from aws"]);
  const open = await db.sql`select 1 from source_silence where resolved_at is null`;
  expect(open).toHaveLength(1);
});

test("a weekly source is held to its own rhythm, a configured one to its configuration", async () => {
  const weekly = ["2026-10-24", "2026-10-31", "2026-11-07", "2026-11-14", "2026-11-21"].map(
    (day) => `${day}T06:00:00Z`,
  );
  await insertDeliveries(db.sql, { source: "aws", at: weekly });
  expect(await detectAt("2026-11-25T06:00:00Z")).toEqual([]);
  expect(await detectAt("2026-11-26T06:00:00Z", [hourly], 100)).toEqual(["No new data from aws"]);
});

test("a source that was removed or never delivered alarms nobody", async () => {
  await insertDeliveries(db.sql, { source: "aws", at: ["2026-11-20T06:00:00Z"] });
  await insertDeliveries(db.sql, { source: "empty", at: [] });
  await db.sql`update source set removed_at = now() where name = 'aws'`;
  expect(await detectAt("2026-11-29T06:00:00Z")).toEqual([]);
});
