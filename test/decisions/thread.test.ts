import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { Card } from "../../src/bot/card.ts";
import { createWebChannel } from "../../src/bot/channels/web/web-channel.ts";
import { deliverDue } from "../../src/bot/deliver-outbox.ts";
import { closeUndoWindows } from "../../src/service/close-undo.ts";
import { assignRecommendation } from "../../src/service/assign-recommendation.ts";
import { commentRecommendation } from "../../src/service/comment-recommendation.ts";
import { deliverHandOffs } from "../../src/service/deliver-hand-offs.ts";
import { expireRecommendations } from "../../src/service/expire-recommendations.ts";
import { markApplied } from "../../src/service/mark-applied.ts";
import { presentRecommendations } from "../../src/service/present-recommendations.ts";
import { rejectRecommendation } from "../../src/service/reject-recommendation.ts";
import { snoozeRecommendation } from "../../src/service/snooze-recommendation.ts";
import { undoRecommendation } from "../../src/service/undo-recommendation.ts";
import { day } from "../../src/domain/period.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aFinding, approve, estate, propose, render, type Estate } from "./estate.ts";

let db: TestDatabase;
const id = "waste_000000000001";
const dear = aFinding({}, "5000");
const target = { id, seenRevision: null, render };

beforeEach(async () => {
  db = await createTestDatabase({ connectionsMax: 8 });
});
afterEach(() => db.close());

async function posted(all: Estate, finding = dear): Promise<Estate> {
  await propose(all, [finding]);
  for (const channel of ["finops", "costs"]) {
    await db.sql`update recommendation set shown_on = null`;
    await db.sql.begin((tx) => presentRecommendations(tx, all.system, { channel, scope: [], render }));
  }
  return all;
}

type Told = { parent: string; replies: string[] };

/** The card of each channel and, in order, what its thread says. */
async function told(all: Estate): Promise<Told[]> {
  await deliverDue({ sql: db.sql, channels: [createWebChannel(db.sql)], log: all.system.log });
  const rows = await db.sql<{ id: string; channel: string; thread: string | null; card: Card }[]>`
    select id::text, channel, thread::text as thread, card from message order by channel, message.id`;
  return rows
    .filter(({ thread }) => thread === null)
    .map((parent) => ({
      parent: parent.card.status ?? "",
      replies: rows.filter(({ thread }) => thread === parent.id).map(({ card }) => `${card.title}: ${card.summary}`),
    }));
}

describe("the thread of a card", () => {
  test("tells each event once, in order, in every channel that has the card; the card itself shows the state", async () => {
    const all = await posted(estate(db, { policy: { undoMinutes: 0 } }));
    await approve(all.as("ana"), dear);
    await commentRecommendation({ ctx: all.as("al", "analyst"), input: { id, note: "ask networking", render } });
    await approve(all.as("bo"), dear);
    await assignRecommendation({ ctx: all.as("al", "analyst"), input: { id, note: "tom", render } });
    await deliverHandOffs({ ctx: all.system, input: { render } });
    await markApplied({ ctx: all.as("al", "analyst"), input: { ...target, note: "released" } });
    const channels = await told(all);
    expect(channels).toHaveLength(2);
    for (const { parent, replies } of channels) {
      expect(parent).toMatch(/^Applied on 2026-04-03 by Al · /);
      expect(replies).toEqual([
        "Approved by one, another is needed: Ana approved $5,000 a month on old-gateway: 1 of 2. It waits for another person.",
        "Remark by Al: ask networking",
        "Approved: Bo approved $5,000 a month on old-gateway. Handed off when the undo window closes.",
        "Assigned: Al gave it to tom.",
        "Handed off: The undo window is closed: the commands on the card are to be run now.",
        "Applied: Al says it is done: released. The bill is read again when it reaches 2026-04-11 and 2026-05-04.",
      ]);
    }
  });

  test("says why it is no longer asked, and when it comes back", async () => {
    const all = await posted(estate(db));
    await rejectRecommendation({ ctx: all.as("ana"), input: { ...target, note: "still needed" } });
    await undoRecommendation({ ctx: all.as("bo"), input: target });
    await snoozeRecommendation({ ctx: all.as("ana"), input: { ...target, until: day("2026-04-10") } });
    await expireRecommendations({ ctx: all.on("2026-04-10").system, input: { render } });
    await expireRecommendations({ ctx: all.on("2026-05-10").system, input: { render } });
    const [first] = await told(all);
    expect(first?.parent).toBe("Expired on 2026-05-10 without a decision");
    expect(first?.replies).toEqual([
      "Rejected: Ana: still needed. Not asked again before 2026-07-02.",
      "Taken back: Bo took the last decision back. It is open again.",
      "Put off: Ana put it off until 2026-04-10. It comes back by itself.",
      "Back again: The day it was put off to has come. It waits for a decision.",
      "Expired: Nobody decided before 2026-05-10; the evidence is too old now. It comes back if it is found after 2026-08-08.",
    ]);
  });

  test("says what bills changed: other evidence, a restatement, and that it is gone", async () => {
    const all = await posted(estate(db));
    await propose(all, [aFinding({}, "9000")]);
    await propose(all, []);
    await propose(all, [dear], "2026-04-02");
    await propose(all, [], "2026-04-03");
    const [first] = await told(all);
    expect(first?.replies.map((reply) => reply.split(":")[0])).toEqual([
      "The bills changed",
      "Withdrawn",
      "Found again",
      "Resolved",
    ]);
  });

  test("newer figures of the same question are no event", async () => {
    const all = await posted(estate(db));
    await propose(all, [aFinding({}, "5010")], "2026-04-02");
    const [first] = await told(all);
    expect(first?.replies).toEqual([]);
  });
});

describe("the undo window", () => {
  test("that ran out is closed on every card, and the decision stays", async () => {
    const all = await posted(estate(db));
    const offered = async () => {
      await told(all);
      const rows = await db.sql<{ card: Card }[]>`select card from message where thread is null`;
      return rows.map(({ card }) => card.actions.some(({ label }) => label.startsWith("Undo (until ")));
    };
    await rejectRecommendation({ ctx: all.as("ana"), input: { ...target, note: "no" } });
    expect(await offered()).toEqual([true, true]);
    expect(await closeUndoWindows({ ctx: all.system, input: { render } })).toEqual([]);
    await db.sql`update recommendation set undo_until = now() - interval '1 second'`;
    expect(await closeUndoWindows({ ctx: all.system, input: { render } })).toEqual([id]);
    expect(await closeUndoWindows({ ctx: all.system, input: { render } })).toEqual([]);
    expect(await offered()).toEqual([false, false]);
    const [first] = await told(all);
    expect(first?.parent).toMatch(/^Rejected by Ana · 3? ?.*UTC · not asked again before 2026-07-02$/);
    expect(first?.replies).toHaveLength(1);
  });
});
