import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { expireRecommendations } from "../../src/service/expire-recommendations.ts";
import { rejectRecommendation } from "../../src/service/reject-recommendation.ts";
import { snoozeRecommendation } from "../../src/service/snooze-recommendation.ts";
import { day } from "../../src/domain/period.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aFinding, approve, estate, propose, render, stateOf, trail, type Estate } from "./estate.ts";

let db: TestDatabase;
let all: Estate;
const id = "waste_000000000001";
const finding = aFinding();
beforeEach(async () => {
  db = await createTestDatabase({ connectionsMax: 8 });
  all = estate(db);
});
afterEach(() => db.close());

const reject = (on: Estate) =>
  rejectRecommendation({ ctx: on.as("ana"), input: { id, seenRevision: null, note: "still needed", render } });
const snooze = (on: Estate, until: string) =>
  snoozeRecommendation({ ctx: on.as("ana"), input: { id, seenRevision: null, until: day(until), render } });
const expire = (on: Estate) => expireRecommendations({ ctx: on.system, input: { render } });
const NEXT_DAY = "2026-04-02";

describe("detection", () => {
  test("proposes once, however often and from however many processes it runs", async () => {
    const runs = await Promise.all([propose(all, [finding]), propose(all, [finding]), propose(all, [finding])]);
    expect(runs.flatMap((run) => run.proposed)).toEqual([id]);
    expect(await trail(db)).toEqual(["test propose done"]);
    expect(await stateOf(db)).toBe("proposed 1");
  });

  test("leaves out what has no price, a saving of nothing, and trends", async () => {
    const { proposed } = await propose(all, [
      aFinding({ saving: null }),
      aFinding({ id: "waste_000000000002" }, "0"),
      aFinding({ id: "waste_000000000003", confidence: "C" }),
    ]);
    expect(proposed).toEqual([]);
  });

  test("keeps a quarter of noise out, asks again when the saving drifts, and counts drift from what was asked", async () => {
    await propose(all, [finding]);
    await propose(all, [aFinding({}, "125")]);
    await propose(all, [aFinding({}, "130")]);
    expect(await stateOf(db)).toBe("proposed 1");
    await propose(all, [aFinding({}, "133")]);
    expect(await stateOf(db)).toBe("proposed 2");
  });

  test("another remedy asks again", async () => {
    await propose(all, [finding]);
    await propose(all, [aFinding({ remedy: ["another"] })]);
    expect(await stateOf(db)).toBe("proposed 2");
  });

  test("voids the approvals of what changed, and cancels the hand-off", async () => {
    await propose(all, [finding]);
    await approve(all.as("ana"), finding);
    await propose(all, [aFinding({}, "300")]);
    expect(await stateOf(db)).toBe("proposed 2");
    expect(await db.sql`select voided_at is not null as voided from decision`).toEqual([{ voided: true }]);
    expect(await db.sql`select state from hand_off`).toEqual([{ state: "cancelled" }]);
  });

  test("resolves what later bills no longer show, withdraws what the same days no longer show", async () => {
    const second = aFinding({ id: "waste_000000000002", resource: "eip-2", provider: "azure" });
    await propose(all, [finding, second]);
    await propose(all, [second], NEXT_DAY);
    expect(await stateOf(db)).toBe("resolved 1");
    await propose(all, [], NEXT_DAY);
    expect(await stateOf(db, second.id)).toBe("withdrawn 1");
  });

  test("takes the disappearance of what was approved for the work being done", async () => {
    await propose(all, [finding]);
    await approve(all.as("ana"), finding);
    await propose(all, [], "2026-04-09");
    expect(await stateOf(db)).toBe("applied 1");
    expect(await db.sql`select applied_on from recommendation`).toEqual([{ applied_on: "2026-04-02" }]);
  });

  test("proposes what came back anew", async () => {
    await propose(all, [finding]);
    await propose(all, [], NEXT_DAY);
    await propose(all, [finding], NEXT_DAY);
    expect(await stateOf(db)).toBe("proposed 2");
  });

  test("of part of the estate leaves the rest alone, and what it sees in part too", async () => {
    await propose(all, [finding]);
    const azure = [{ dimension: "provider" as const, negated: false, values: ["azure"] }];
    const scoped = { ...all, system: all.as("al", "analyst", azure) };
    await propose(scoped, [aFinding({}, "10")], NEXT_DAY);
    expect(await stateOf(db)).toBe("proposed 1");
    expect(await db.sql`select finding -> 'saving' ->> 'amount' as amount from recommendation`).toEqual([
      { amount: "120" },
    ]);
  });
});

describe("time", () => {
  test("a rejection stays one inside its period, whatever the bills show, and is asked anew after it", async () => {
    await propose(all, [finding]);
    await reject(all);
    await propose(all, [finding]);
    await propose(all, [aFinding({}, "9000")]);
    await propose(all, [], NEXT_DAY);
    await propose(all.on("2026-07-01"), [finding], "2026-06-29");
    expect(await stateOf(db)).toBe("rejected 1");
    await propose(all.on("2026-07-02"), [finding], "2026-06-30");
    expect(await stateOf(db)).toBe("proposed 2");
  });

  test("a snooze comes back on its day, and earlier when half as much again is wasted", async () => {
    await propose(all, [finding]);
    await snooze(all, "2026-04-10");
    expect((await expire(all.on("2026-04-09"))).woken).toEqual([]);
    await propose(all, [aFinding({}, "179")]);
    expect(await stateOf(db)).toBe("snoozed 1");
    expect((await expire(all.on("2026-04-10"))).woken).toEqual([id]);
    expect(await stateOf(db)).toBe("proposed 2");
    await snooze(all.on("2026-04-10"), "2026-06-01");
    await propose(all.on("2026-04-11"), [aFinding({}, "269")], "2026-04-09");
    expect(await stateOf(db)).toBe("proposed 3");
  });

  test("what nobody decides expires once, and is asked anew after its period", async () => {
    await propose(all, [finding]);
    expect((await expire(all.on("2026-05-02"))).expired).toEqual([]);
    const runs = await Promise.all([expire(all.on("2026-05-03")), expire(all.on("2026-05-03"))]);
    expect(runs.flatMap((run) => run.expired)).toEqual([id]);
    await propose(all.on("2026-05-04"), [finding], "2026-05-02");
    expect(await stateOf(db)).toBe("expired 1");
    await propose(all.on("2026-08-01"), [finding], "2026-07-30");
    expect(await stateOf(db)).toBe("proposed 2");
  });
});
