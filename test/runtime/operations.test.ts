import { tmpdir } from "node:os";

import { afterAll, beforeAll, expect, test } from "vitest";

import { dispatch } from "../../src/bot/dispatch.ts";
import { doctorAnswer, statusAnswer, type DoctorAnswer } from "../../src/domain/contract-operations.ts";
import type { Context } from "../../src/service/context.ts";
import { insertRun, recordRunFailure, syncSchedules } from "../../src/store/schedules.ts";
import { insertDeliveries } from "../support/bills.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { dailyDigest, settableClock, settingsWith } from "../support/schedules.ts";

let db: TestDatabase;
let ctx: Context;
const clock = settableClock("2026-11-22T12:00:00Z");

beforeAll(async () => {
  db = await createTestDatabase();
  ctx = testContext(db, { clock, dataDir: tmpdir(), settings: settingsWith([dailyDigest()]) });
});
afterAll(() => db.close());

async function doctor(changes: Partial<Context> = {}): Promise<{ exitCode: number; checks: DoctorAnswer["checks"] }> {
  const { data, exitCode } = await dispatch({ ctx: { ...ctx, ...changes }, text: "doctor" });
  return { exitCode, checks: doctorAnswer.parse(data).checks };
}

test("status before anything happened: configured schedules with their next run, nothing else", async () => {
  const { data, exitCode } = await dispatch({ ctx, text: "status" });
  const status = statusAnswer.parse(data);
  expect(exitCode).toBe(0);
  expect(status.sources).toEqual([]);
  expect(status.schedules).toMatchObject([{ name: "daily-digest", next: "2026-11-23T08:00:00.000Z", last: null }]);
});

test("status names what is silent, failed and given up", async () => {
  await insertDeliveries(db.sql, { source: "aws", at: ["2026-11-19T06:00:00Z"] });
  await syncSchedules(db.sql, [dailyDigest()], clock.now());
  const run = { schedule: "daily-digest", dueAt: Date.parse("2026-11-22T08:00:00Z") };
  await insertRun(db.sql, { ...run, late: false });
  await recordRunFailure(db.sql, run, "no folder /bills", true);
  await db.sql`insert into outbox (channel, key, card, dead_at, last_error) values ('gone', 'k', '{}', now(), 'no such channel')`;
  const { card, data } = await dispatch({ ctx, text: "status" });
  const status = statusAnswer.parse(data);
  expect(status.sources).toMatchObject([
    { source: "aws", stale: true, silentHours: 78, allowedHours: 36, lastDay: "2026-11-19" },
  ]);
  expect(status.batches).toMatchObject([{ source: "aws", billingMonth: "2026-11", status: "stored" }]);
  expect(status.runs).toEqual({ queued: 0, failed: 1 });
  expect(status.outbox.dead).toMatchObject([{ channel: "gone", key: "k", error: "no such channel" }]);
  for (const word of ["aws brought nothing new for 78 h", "no folder /bills", "no such channel"]) {
    expect(card.summary).toContain(word);
  }
});

test("doctor: every line that is not well says what mends it, and a failed one makes the exit code 1", async () => {
  const { exitCode, checks } = await doctor();
  expect(exitCode).toBe(1);
  const unwell = checks.filter(({ state }) => state !== "ok");
  expect(unwell.map(({ check, state }) => `${check} ${state}`)).toContain("freshness failed");
  expect(unwell.map(({ check }) => check)).toContain("outbox");
  expect(unwell.every(({ mend }) => (mend ?? "") !== "")).toBe(true);
});

test("doctor notices a clock that disagrees with the database's", async () => {
  const { checks } = await doctor();
  expect(checks.find(({ check }) => check === "clock")).toMatchObject({
    state: "failed",
    mend: expect.stringContaining("ntp"),
  });
});

test("doctor repeats configuration warnings and shows no value of a variable", async () => {
  const settings = settingsWith([]);
  const installation = {
    ...settings.installation,
    warnings: ["FINOPS_DATADIR is set but not read. Did you mean FINOPS_DATA_DIR?"],
    variables: [{ name: "FINOPS_TOKEN", about: "login", set: true }],
  };
  const { checks } = await doctor({ settings: { ...settings, installation } });
  expect(checks.find(({ state, check }) => check === "configuration" && state === "warning")?.finding).toContain(
    "FINOPS_DATADIR",
  );
  expect(checks.find(({ check }) => check === "credentials")?.finding).toBe("set: FINOPS_TOKEN");
});
