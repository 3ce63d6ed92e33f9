import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { validApprovals } from "../../src/analysis/approval-policy.ts";
import { MOVES } from "../../src/analysis/lifecycle.ts";
import { unreachable } from "../../src/domain/errors.ts";
import { addDays, day } from "../../src/domain/period.ts";
import type { RecommendationState, RecommendationView } from "../../src/domain/recommendation.ts";
import { deliverHandOffs } from "../../src/service/deliver-hand-offs.ts";
import { expireRecommendations } from "../../src/service/expire-recommendations.ts";
import { markApplied } from "../../src/service/mark-applied.ts";
import { viewRecommendations } from "../../src/service/recommendation-view.ts";
import { rejectRecommendation } from "../../src/service/reject-recommendation.ts";
import { snoozeRecommendation } from "../../src/service/snooze-recommendation.ts";
import { undoRecommendation } from "../../src/service/undo-recommendation.ts";
import { verifyAudit } from "../../src/service/verify-audit.ts";
import { listRecommendations } from "../../src/store/recommendations.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aFinding, approve, estate, propose, render, TODAY, type Estate } from "./estate.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase({ connectionsMax: 6 });
});
afterAll(() => db.close());

const PEOPLE = ["ana", "bo", "cleo"];
const AMOUNTS = ["120", "125", "400", "5000"];

/** One thing that may happen, on some day, by somebody. */
const step = fc.record({
  what: fc.constantFrom(
    "detect",
    "gone",
    "restated",
    "approve",
    "approve",
    "approve",
    "reject",
    "snooze",
    "undo",
    "applied",
    "deliver",
    "calendar",
  ),
  who: fc.constantFrom(...PEOPLE),
  amount: fc.constantFrom(...AMOUNTS),
  days: fc.constantFrom(0, 0, 0, 1, 8, 45, 100),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function act(all: Estate, id: string, { what, who, amount }: Step): Promise<unknown> {
  const ctx = all.as(who);
  const finding = aFinding({ id }, amount);
  const today = all.system.clock.today();
  const through = addDays(today, -2);
  const window = { from: addDays(through, -34), to: addDays(through, 1) };
  switch (what) {
    case "detect":
      return propose(all, [finding], through);
    case "gone":
      return propose(all, [], through);
    case "restated":
      return propose(all, [], "2026-01-01");
    case "approve":
      return approve(ctx, finding, { window });
    case "reject":
      return rejectRecommendation({ ctx, input: { id, seenRevision: null, note: "no", render } });
    case "snooze":
      return snoozeRecommendation({ ctx, input: { id, seenRevision: null, until: addDays(today, 7), render } });
    case "undo":
      return undoRecommendation({ ctx, input: { id, seenRevision: null, render } });
    case "applied":
      return markApplied({ ctx, input: { id, seenRevision: null, note: null, render } });
    case "deliver":
      await db.sql`update hand_off set next_attempt_at = now() where state = 'waiting'`;
      return deliverHandOffs({ ctx: all.system, input: { render } });
    case "calendar":
      return expireRecommendations({ ctx: all.system, input: { render } });
    default:
      return unreachable(what);
  }
}

const AFTER_APPROVAL: ReadonlySet<RecommendationState> = new Set(["approved", "handed-off", "applied"]);

/** What must hold whatever happened. */
async function expectInvariants(view: RecommendationView): Promise<void> {
  const { recommendation: one, decisions } = view;
  const approvals = validApprovals(one, decisions);
  const waiting = await db.sql`select 1 from hand_off where recommendation_id = ${one.id} and state = 'waiting'`;
  const done = await db.sql`
    select revision, count(distinct idempotency_key) as count from hand_off
    where recommendation_id = ${one.id} and state = 'done' group by revision having count(*) > 1`;
  const wrong = {
    "approved without an approval": AFTER_APPROVAL.has(one.state) && approvals.length === 0,
    "approvals nobody waits for":
      !AFTER_APPROVAL.has(one.state) && one.state !== "partly-approved" && approvals.length > 0,
    "one person twice": new Set(approvals.map((approval) => approval.actorId)).size !== approvals.length,
    "a hand-off of what is not approved": waiting.length > 0 && one.state !== "approved",
    "a revision handed off twice": done.length > 0,
    "snoozed without a day": (one.state === "snoozed") !== (one.snoozedUntil !== null),
    "an open undo of what left": one.undoOpen && ["handed-off", "applied", "proposed"].includes(one.state),
  };
  expect(Object.entries(wrong).filter(([, broken]) => broken)).toEqual([]);
}

test("any sequence of events keeps the invariants, moves only along the table, and is in the audit without a gap", async () => {
  let run = 0;
  const visited = new Set<RecommendationState>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      run += 1;
      const id = `waste_${String(run).padStart(12, "0")}`;
      let today = day(TODAY);
      await db.sql`truncate hand_off, decision, recommendation, recommendation_run, savings_ledger`;
      await act(estate(db, { policy: { undoMinutes: 10 } }), id, {
        what: "detect",
        who: "ana",
        amount: "120",
        days: 0,
      });
      for (const one of steps) {
        today = addDays(today, one.days);
        await act(estate(db, { policy: { undoMinutes: 10 }, today }), id, one);
        const views = await viewRecommendations(db.sql, estate(db).system.settings, await listRecommendations(db.sql));
        for (const view of views) {
          visited.add(view.recommendation.state);
          await expectInvariants(view);
        }
      }
      await expectPathInTable(id);
    }),
    // Seeded: how many states a walk visits is chance, and a gate must not be.
    { numRuns: 25, seed: 3 },
  );
  // All but the measured ones, which need bills, and one more for luck: the walk was a real one.
  expect(visited.size).toBeGreaterThanOrEqual(9);
  expect(await verifyAudit({ ctx: estate(db).system, input: { anchors: null } })).toMatchObject({ intact: true });
}, 240_000);

/** The audit tells the whole way: each line starts where the last one ended, and the table knows each step. */
async function expectPathInTable(id: string): Promise<void> {
  const lines = await db.sql<{ from: RecommendationState | null; to: RecommendationState }[]>`
    select e -> 'details' ->> 'from' as "from", e -> 'details' ->> 'to' as "to"
    from (select id, convert_from(bytes, 'UTF8')::jsonb as e from audit_event where subject = ${id} and outcome = 'done') line
    where e -> 'details' ? 'to' order by line.id`;
  let at: RecommendationState | null = null;
  for (const { from, to } of lines) {
    expect(from).toBe(at);
    const known = from === null || MOVES.some((move) => move.from.includes(from) && (move.to ?? from) === to);
    expect(known, `${from} → ${to}`).toBe(true);
    at = to;
  }
  const [row] = await db.sql<{ state: RecommendationState }[]>`select state from recommendation where id = ${id}`;
  expect(row?.state).toBe(at);
}
