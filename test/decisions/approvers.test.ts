import { afterEach, beforeEach, expect, test } from "vitest";

import { outcomeMessage } from "../../src/bot/views/recommendation-outcome-card.ts";
import type { DecisionOutcome } from "../../src/service/decide.ts";
import { listRecommendations } from "../../src/service/list-recommendations.ts";
import { insertPerson } from "../../src/store/people.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aFinding, approve, estate, propose } from "./estate.ts";

let db: TestDatabase;
beforeEach(async () => {
  db = await createTestDatabase({ connectionsMax: 8 });
});
afterEach(() => db.close());

const finding = aFinding();
const short = (outcome: DecisionOutcome): string => (outcome.kind === "done" ? "done" : outcome.reason);

test("an approval is refused to whoever a tier does not name, and who it names is on the card", async () => {
  const people = [
    { id: "p-ana", handle: "ana", name: "Ana", role: "approver" as const, scope: [], origin: "chat" as const },
    { id: "p-bo", handle: "bo", name: "Bo", role: "approver" as const, scope: [], origin: "chat" as const },
  ];
  for (const one of people) await insertPerson(db.sql, one);
  const approvers = ["ana", "zed"].map((handle) => ({ handle, id: null, name: handle }));
  const tiers = [{ name: "all", savingMonthlyMax: null, approvals: 1, role: "approver" as const, approvers }];
  const all = estate(db, { policy: { tiers } });
  await propose(all, [finding]);
  const refusal = await approve(all.as("p-bo"), finding);
  expect(short(refusal)).toBe("tier");
  expect(outcomeMessage(refusal, "approve")).toBe(
    "This amount is decided by Ana or @zed (not known here yet). Ask one of them.",
  );
  // A handle is no id: nobody becomes an approver by being called like one.
  expect(short(await approve(all.as("zed"), finding))).toBe("tier");
  const waiting = (id: string) => listRecommendations({ ctx: all.as(id), input: { states: [], mine: true } });
  expect([await waiting("p-bo"), await waiting("p-ana")].map((views) => views.length)).toEqual([0, 1]);
  expect(short(await approve(all.as("p-ana"), finding))).toBe("done");
});
