import { afterEach, beforeEach, expect, test } from "vitest";

import { AppError } from "../../src/domain/errors.ts";
import type { Schedule } from "../../src/domain/schedule.ts";
import type { Context } from "../../src/service/context.ts";
import { enqueueDueRuns, resendOpenRuns, runSchedule, type Act, type Send } from "../../src/service/run-schedule.ts";
import { syncSchedules, type RunKey } from "../../src/store/schedules.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { dailyDigest, outcome, settableClock } from "../support/schedules.ts";

let db: TestDatabase;
beforeEach(async () => {
  db = await createTestDatabase();
});
afterEach(() => db.close());

const sent: RunKey[] = [];
const send: Send = async (_tx, _job, run) => {
  sent.push(run);
};
const clock = settableClock("2026-11-22T12:00:00Z");

async function begin(now: string, schedules: Schedule[] = [dailyDigest()]): Promise<Context> {
  clock.set(now);
  sent.length = 0;
  await syncSchedules(db.sql, schedules, clock.now());
  return testContext(db, { clock, dataDir: "/tmp" });
}

async function look(ctx: Context): Promise<string[]> {
  const { enqueued } = await enqueueDueRuns({ ctx, input: { send } });
  return enqueued.map(({ schedule, dueAt }) => `${schedule} ${new Date(dueAt).toISOString().slice(0, 16)}`);
}

const late = () => db.sql`select late from schedule_run order by due_at`.then((rows) => rows.map((row) => row["late"]));

test("on the first start the latest due run is caught up at once, and is not called late", async () => {
  const ctx = await begin("2026-11-22T12:00:00Z");
  expect(await look(ctx)).toEqual(["daily-digest 2026-11-22T08:00"]);
  expect(await look(ctx)).toEqual([]);
  expect(await late()).toEqual([false]);
});

test("after four days of standstill only the latest run is caught up, once, and called late", async () => {
  const ctx = await begin("2026-11-22T07:00:00Z");
  await look(ctx);
  clock.set("2026-11-26T15:30:00Z");
  await syncSchedules(db.sql, [dailyDigest()], clock.now());
  expect(await look(ctx)).toEqual(["daily-digest 2026-11-26T08:00"]);
  expect(await look(ctx)).toEqual([]);
  expect(await late()).toEqual([false, true]);
  clock.set("2026-11-27T08:00:00Z");
  expect(await look(ctx)).toEqual(["daily-digest 2026-11-27T08:00"]);
  expect(await late()).toEqual([false, true, false]);
});

test("a schedule added or moved later counts from then on, one that is gone stops", async () => {
  const ctx = await begin("2026-11-22T12:00:00Z");
  await look(ctx);
  const other = dailyDigest({ name: "payments" });
  await syncSchedules(db.sql, [dailyDigest({ cron: "0 6 * * *" }), other], clock.now());
  expect(await look(ctx)).toEqual([]);
  clock.set("2026-11-23T08:30:00Z");
  expect((await look(ctx)).toSorted()).toEqual(["daily-digest 2026-11-23T05:00", "payments 2026-11-23T08:00"]);
  await syncSchedules(db.sql, [other], clock.now());
  clock.set("2026-11-24T08:30:00Z");
  expect(await look(ctx)).toEqual(["payments 2026-11-24T08:00"]);
});

test("a clock that jumps back repeats nothing", async () => {
  const ctx = await begin("2026-11-22T12:00:00Z");
  await look(ctx);
  clock.set("2026-11-20T12:00:00Z");
  expect(await look(ctx)).toEqual([]);
  clock.set("2026-11-22T12:00:00Z");
  expect(await look(ctx)).toEqual([]);
});

test.each([
  ["Europe/Berlin", "30 2 * * *", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"],
  ["America/New_York", "30 1 * * *", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"],
])("the repeated hour in %s runs a daily schedule once", async (timeZone, cron, first, second) => {
  const ctx = await begin("2026-10-24T00:00:00Z", [dailyDigest({ timeZone, cron })]);
  await look(ctx);
  clock.set(first);
  expect(await look(ctx)).toEqual([`daily-digest ${first.slice(0, 16)}`]);
  clock.set(second);
  expect(await look(ctx)).toEqual([]);
});

test("row and job are one transaction: when the queue refuses, the run is still to be enqueued", async () => {
  const ctx = await begin("2026-11-22T12:00:00Z");
  const broken: Send = () => Promise.reject(new Error("queue away"));
  await expect(enqueueDueRuns({ ctx, input: { send: broken } })).rejects.toThrow("queue away");
  expect(await look(ctx)).toEqual(["daily-digest 2026-11-22T08:00"]);
});

async function doRun(ctx: Context, act: Act, lastAttempt = false): Promise<string> {
  const [run] = sent;
  return runSchedule({ ctx, input: { ...(run ?? { schedule: "", dueAt: 0 }), act, lastAttempt } });
}

const outboxKeys = () => db.sql`select key from outbox order by id`.then((rows) => rows.map((row) => row["key"]));

test("twenty workers with the same run post once", async () => {
  const ctx = await begin("2026-11-22T12:00:00Z");
  await look(ctx);
  const results = await Promise.all(Array.from({ length: 20 }, () => doRun(ctx, async () => outcome("digest"))));
  expect(results.filter((result) => result === "done")).toHaveLength(1);
  expect(await outboxKeys()).toEqual(["digest"]);
});

test("what goes wrong while committing leaves neither post nor done", async () => {
  const ctx = await begin("2026-11-22T12:00:00Z");
  await look(ctx);
  const failing: Act = async () => outcome("digest", { save: () => Promise.reject(new Error("killed here")) });
  await expect(doRun(ctx, failing)).rejects.toThrow("killed here");
  expect(await outboxKeys()).toEqual([]);
  expect(await doRun(ctx, async () => outcome("digest"))).toBe("done");
  expect(await outboxKeys()).toEqual(["digest"]);
});

test("an error no retry mends gives the run up at once; another only at the last attempt", async () => {
  const ctx = await begin("2026-11-22T12:00:00Z");
  await look(ctx);
  const away: Act = () => Promise.reject(new Error("connection reset"));
  await expect(doRun(ctx, away)).rejects.toThrow("connection reset");
  expect(await doRun(ctx, away, true)).toBe("failed");
  clock.set("2026-11-23T12:00:00Z");
  sent.length = 0;
  await look(ctx);
  const wrong: Act = () => Promise.reject(new AppError("not-found", "There is no folder /bills."));
  expect(await doRun(ctx, wrong)).toBe("failed");
  const rows = await db.sql`select status, attempts, note from schedule_run order by due_at`;
  expect([...rows]).toEqual([
    { status: "failed", attempts: 2, note: "connection reset" },
    { status: "failed", attempts: 1, note: "There is no folder /bills." },
  ]);
});

test("runs a killed process left behind are sent again", async () => {
  const ctx = await begin("2026-11-22T12:00:00Z");
  await look(ctx);
  sent.length = 0;
  expect(await resendOpenRuns({ ctx, input: { send } })).toBe(1);
  expect(sent).toHaveLength(1);
});
