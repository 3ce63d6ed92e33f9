import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { createWebChannel } from "../../src/bot/channels/web/web-channel.ts";
import { deliverDue } from "../../src/bot/deliver-outbox.ts";
import type { Card } from "../../src/bot/card.ts";
import { day } from "../../src/domain/period.ts";
import type { Context } from "../../src/service/context.ts";
import type { DecisionOutcome } from "../../src/service/decide.ts";
import { commentRecommendation } from "../../src/service/comment-recommendation.ts";
import { recommendationKey, viewRecommendations } from "../../src/service/recommendation-view.ts";
import { rejectRecommendation } from "../../src/service/reject-recommendation.ts";
import { snoozeRecommendation } from "../../src/service/snooze-recommendation.ts";
import { undoRecommendation } from "../../src/service/undo-recommendation.ts";
import { enqueuePost } from "../../src/store/outbox.ts";
import { listRecommendations } from "../../src/store/recommendations.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aFinding, approve, estate, propose, render, stateOf, trail, type Estate } from "./estate.ts";

let db: TestDatabase;
let all: Estate;
const id = "waste_000000000001";
const finding = aFinding();
const dear = aFinding({}, "5000");

beforeEach(async () => {
  db = await createTestDatabase({ connectionsMax: 8 });
  all = estate(db);
});
afterEach(() => db.close());

/** `done`, or the reason of the refusal. */
const short = (outcome: DecisionOutcome): string => (outcome.kind === "done" ? "done" : outcome.reason);
const reject = (ctx: Context, note: string | null, seenRevision: number | null = null) =>
  rejectRecommendation({ ctx, input: { id, seenRevision, note, render } });
const snooze = (ctx: Context, until: string) =>
  snoozeRecommendation({ ctx, input: { id, seenRevision: null, until: day(until), render } });
const undo = (ctx: Context) => undoRecommendation({ ctx, input: { id, seenRevision: null, render } });

describe("an approval", () => {
  test("is given by an approver, and says by whom", async () => {
    await propose(all, [finding]);
    const outcome = await approve(all.as("ana"), finding);
    expect(short(outcome)).toBe("done");
    expect(render.card(outcome.view as never).status).toMatch(
      /^Approved by Ana · \d+ \w{3} \d\d:\d\d UTC · undo until/,
    );
    expect(await stateOf(db)).toBe("approved 1");
    expect(await trail(db)).toEqual(["test propose done", "ana approve done"]);
  });

  test("of a large amount needs two people", async () => {
    await propose(all, [dear]);
    expect(short(await approve(all.as("ana"), dear))).toBe("done");
    expect(await stateOf(db)).toBe("partly-approved 1");
    expect(short(await approve(all.as("ana"), dear))).toBe("approved-by-you");
    expect(short(await approve(all.as("bo"), dear))).toBe("done");
    expect(await stateOf(db)).toBe("approved 1");
    const [view] = await viewRecommendations(db.sql, all.system.settings, await listRecommendations(db.sql));
    expect(render.card(view as never).status).toMatch(/^Approved by Ana .* and Bo /);
  });

  type Case = [name: string, act: () => Promise<DecisionOutcome>, reason: string, state: string, trail: string[]];
  const refused = (who: string, reason: string, also: string[] = []) => [
    "test propose done",
    `${who} approve refused ${reason}`,
    ...also,
  ];
  const cases: Case[] = [
    ["by a viewer", () => approve(all.as("vi", "viewer"), finding), "role", "proposed 1", refused("vi", "role")],
    ["by an analyst", () => approve(all.as("al", "analyst"), finding), "role", "proposed 1", refused("al", "role")],
    ["by a machine", () => approve(all.system, finding), "tier", "proposed 1", refused("test", "tier")],
    [
      "from a foreign scope",
      () => approve(all.as("fo", "approver", [{ dimension: "provider", negated: false, values: ["azure"] }]), finding),
      "scope",
      "proposed 1",
      refused("fo", "scope"),
    ],
    [
      "after it expired",
      () => approve(all.on("2026-05-03").as("ana"), finding),
      "expired",
      "expired 1",
      refused("ana", "expired", ["evidence-check expire done"]),
    ],
    [
      "of an older revision's card",
      () => approve(all.as("ana"), finding, { seenRevision: 7 }),
      "stale",
      "proposed 1",
      refused("ana", "stale"),
    ],
    [
      "after a restatement changed the saving",
      () => approve(all.as("ana"), aFinding({}, "60")),
      "evidence-changed",
      "proposed 2",
      refused("ana", "evidence-changed", ["evidence-check revise done"]),
    ],
    [
      "after a restatement took the finding away",
      () => approve(all.as("ana"), null),
      "evidence-gone",
      "withdrawn 1",
      refused("ana", "evidence-gone", ["evidence-check withdraw done"]),
    ],
    [
      "after later bills no longer show it",
      () => approve(all.as("ana"), null, { window: { from: day("2026-02-27"), to: day("2026-04-03") } }),
      "evidence-gone",
      "resolved 1",
      refused("ana", "evidence-gone", ["evidence-check resolve done"]),
    ],
  ];
  test.each(cases)("is refused %s", async (_, act, reason, state, wanted) => {
    await propose(all, [finding]);
    expect(short(await act())).toBe(reason);
    expect(await stateOf(db)).toBe(state);
    expect(await trail(db)).toEqual(wanted);
  });

  test("is refused to the person who asked for it", async () => {
    await propose({ ...all, system: all.as("rita") }, [finding]);
    expect(short(await approve(all.as("rita"), finding))).toBe("requester");
    expect(short(await approve(all.as("ana"), finding))).toBe("done");
  });

  test("is refused below the tier", async () => {
    const policy = {
      tiers: [
        { name: "small", savingMonthlyMax: { USD: "100" }, approvals: 1, role: "approver" as const, approvers: null },
        { name: "large", savingMonthlyMax: null, approvals: 1, role: "admin" as const, approvers: null },
      ],
    };
    all = estate(db, { policy });
    await propose(all, [finding]);
    expect(short(await approve(all.as("ana"), finding))).toBe("tier");
    expect(short(await approve(all.as("ada", "admin"), finding))).toBe("done");
  });

  test("is refused when a small drift lifts the amount into a tier above", async () => {
    const policy = {
      tiers: [
        { name: "small", savingMonthlyMax: { USD: "124" }, approvals: 1, role: "approver" as const, approvers: null },
        { name: "large", savingMonthlyMax: null, approvals: 1, role: "admin" as const, approvers: null },
      ],
    };
    all = estate(db, { policy });
    await propose(all, [finding]);
    expect(short(await approve(all.as("ana"), aFinding({}, "125")))).toBe("tier");
    expect(short(await approve(all.as("ana"), aFinding({}, "124")))).toBe("done");
  });

  test("of something nobody proposed is refused and written down", async () => {
    expect(short(await approve(all.as("ana"), finding, { id: "waste_nothing\0here" }))).toBe("not-found");
    const [row] = await db.sql`select subject, outcome from audit_event`;
    expect(row).toEqual({ subject: "waste_nothing\uFFFDhere", outcome: "refused" });
  });

  test("of high risk needs the resource's id, typed", async () => {
    const risky = aFinding({ risk: "H" });
    await propose(all, [risky]);
    expect(short(await approve(all.as("ana"), risky))).toBe("confirm-resource");
    expect(short(await approve(all.as("ana"), risky, { confirmedResource: "e-1" }))).toBe("confirm-resource");
    expect(short(await approve(all.as("ana"), risky, { confirmedResource: risky.resource }))).toBe("done");
  });

  test("twice by a double click is one approval", async () => {
    await propose(all, [finding]);
    const both = await Promise.all([approve(all.as("ana"), finding), approve(all.as("ana"), finding)]);
    expect(both.map(short).sort()).toEqual(["done", "wrong-state"]);
    expect(await db.sql`select 1 from decision`).toHaveLength(1);
    expect(await db.sql`select 1 from hand_off`).toHaveLength(1);
  });

  test("takes a bill's daily noise for what it is", async () => {
    await propose(all, [finding]);
    expect(short(await approve(all.as("ana"), aFinding({}, "115")))).toBe("done");
    const [row] = await db.sql`select saving_asked::text as promised from recommendation`;
    expect(row).toEqual({ promised: "115" });
  });
});

describe("two people at once", () => {
  const winners = async (acts: (() => Promise<DecisionOutcome>)[]): Promise<string[]> => {
    const outcomes = await Promise.all(acts.map((act) => act()));
    return outcomes.map(short).sort();
  };

  test("approve: one wins, the other is told who", async () => {
    await propose(all, [finding]);
    const outcomes = await Promise.all([approve(all.as("ana"), finding), approve(all.as("bo"), finding)]);
    expect(outcomes.map(short).sort()).toEqual(["done", "wrong-state"]);
    const loser = outcomes.find((outcome) => outcome.kind === "refused");
    expect(render.card(loser?.view as never).status).toMatch(/^Approved by (Ana|Bo) /);
    expect(await db.sql`select 1 from hand_off`).toHaveLength(1);
  });

  test("approve and reject: exactly one happens", async () => {
    await propose(all, [finding]);
    const got = await winners([() => approve(all.as("ana"), finding), () => reject(all.as("bo"), "still needed")]);
    // A rejection of what was approved a moment before is refused, and the other way round.
    expect(got).toEqual(["done", "wrong-state"]);
  });

  test("approve a large amount: both count, as two", async () => {
    await propose(all, [dear]);
    expect(await winners([() => approve(all.as("ana"), dear), () => approve(all.as("bo"), dear)])).toEqual([
      "done",
      "done",
    ]);
    expect(await stateOf(db)).toBe("approved 1");
    expect(await db.sql`select 1 from hand_off`).toHaveLength(1);
  });

  test("an approval while detection changes the evidence is refused", async () => {
    await propose(all, [finding]);
    const [approval] = await Promise.all([approve(all.as("ana"), finding), propose(all, [aFinding({}, "60")])]);
    const state = await stateOf(db);
    expect([`${short(approval)} → ${state}`]).toContainEqual(
      expect.stringMatching(/^(stale → proposed 2|done → proposed 2|evidence-changed → proposed 3)$/),
    );
    expect(await db.sql`select 1 from hand_off where state = 'waiting'`).toHaveLength(0);
  });
});

test("an approval whose evidence was checked against an earlier revision is refused", async () => {
  await propose(all, [finding]);
  let approval: Promise<DecisionOutcome> | undefined;
  await db.sql.begin(async (tx) => {
    await tx`update recommendation set revision = 2`;
    // It reads revision 1 and then waits for this transaction.
    approval = approve(all.as("ana"), finding);
    const waiting = () =>
      tx`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    while ((await waiting()).length === 0) await tx`select pg_stat_clear_snapshot()`;
  });
  expect(short(await (approval as Promise<DecisionOutcome>))).toBe("stale");
  expect(await stateOf(db)).toBe("proposed 2");
});

describe("other decisions", () => {
  beforeEach(async () => {
    await propose(all, [finding]);
  });

  test("a rejection needs a reason", async () => {
    expect(short(await reject(all.as("ana"), "  "))).toBe("note-missing");
    expect(short(await reject(all.as("ana"), "still needed"))).toBe("done");
    expect(await stateOf(db)).toBe("rejected 1");
    expect(short(await approve(all.as("bo"), finding))).toBe("wrong-state");
  });

  test("a snooze needs a day ahead", async () => {
    expect(short(await snooze(all.as("ana"), "2026-04-03"))).toBe("day-not-ahead");
    expect(short(await snooze(all.as("ana"), "2026-04-10"))).toBe("done");
    expect(await stateOf(db)).toBe("snoozed 1");
  });

  test("an undo takes an approval back before anything leaves, and the approval counts no longer", async () => {
    await approve(all.as("ana"), finding);
    expect(short(await undo(all.as("bo")))).toBe("done");
    expect(await stateOf(db)).toBe("proposed 1");
    expect(await db.sql`select state from hand_off`).toEqual([{ state: "cancelled" }]);
    expect(short(await approve(all.as("ana"), finding))).toBe("done");
    expect(await db.sql`select state from hand_off order by id`).toEqual([
      { state: "cancelled" },
      { state: "waiting" },
    ]);
  });

  test("an undo after its window is refused", async () => {
    await approve(all.as("ana"), finding);
    await db.sql`update recommendation set undo_until = now() - interval '1 second'`;
    expect(short(await undo(all.as("ana")))).toBe("undo-closed");
    expect(await stateOf(db)).toBe("approved 1");
  });

  test("a remark is kept whatever it holds, and cut", async () => {
    const text = `<b>@everyone</b>\0 ${"x".repeat(2_000)}`;
    const outcome = await commentRecommendation({ ctx: all.as("al", "analyst"), input: { id, note: text, render } });
    expect(short(outcome)).toBe("done");
    const [row] = await db.sql<{ note: string }[]>`select note from decision`;
    expect(row?.note).toHaveLength(1_000);
    expect(row?.note).not.toContain("\0");
  });
});

test("every posted copy shows the decision, another card stays as it is, and nothing loses by whom", async () => {
  const other = aFinding({ id: "waste_000000000002", resource: "eip-2", name: "other" });
  await propose(all, [finding, other]);
  const views = await viewRecommendations(db.sql, all.system.settings, await listRecommendations(db.sql));
  for (const channel of ["finops", "costs"]) {
    for (const view of views) {
      await enqueuePost(db.sql, { channel, key: recommendationKey(view.recommendation.id), card: render.card(view) });
    }
  }
  const deliver = () => deliverDue({ sql: db.sql, channels: [createWebChannel(db.sql)], log: all.system.log });
  const statuses = async () => {
    await deliver();
    const messages = await db.sql<{ card: Card }[]>`select card from message where thread is null order by channel, id`;
    return messages.map(({ card }) => {
      return `${card.title.split(": ")[1]} ${card.status?.split(" · ")[0]}`;
    });
  };
  await statuses();
  await approve(all.as("ana"), finding);
  const approved = [
    "old-gateway Approved by Ana",
    "other Waiting for one person with the role approver",
    "old-gateway Approved by Ana",
    "other Waiting for one person with the role approver",
  ];
  expect((await statuses()).sort()).toEqual(approved.sort());
  await commentRecommendation({ ctx: all.as("al", "analyst"), input: { id, note: "soon", render } });
  expect((await statuses()).sort()).toEqual(approved.sort());
});
