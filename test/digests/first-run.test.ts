import { afterAll, beforeAll, expect, test } from "vitest";

import { commandOf } from "../../src/bot/form-values.ts";
import type { FirstRun } from "../../src/service/check-first-run.ts";
import { smallEstate } from "../questions/estate.ts";
import { seedCharges } from "../questions/seed.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { say } from "./support.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

test("the checklist sees what is done, and each next step's form does it", async () => {
  const actor = { kind: "user", id: "local", name: "You", role: "admin", scope: [] } as const;
  const ctx = { ...testContext(db, { dataDir: "/tmp" }), actor, channel: "finops" };
  const next = async () => ((await say(ctx, "start")).data as FirstRun).next;
  const send = async (values: Record<string, string>) => {
    const form = (await say(ctx, "start")).card.actions.find((action) => action.kind === "form");
    const done = await say(ctx, commandOf(form!, values));
    expect([done.card.summary, done.exitCode]).toEqual([done.card.summary, 0]);
  };
  expect(await next()).toBe("source");
  await seedCharges(db, smallEstate());
  expect(await next()).toBe("channel");
  await send({ cycle: "daily", at: "", zone: "", scope: "", only: "" });
  expect(await next()).toBe("budget");
  await send({ name: "every thing", amount: "3000", currency: "USD" });
  expect(await next()).toBe("roles");
  await send({ handle: "ada", role: "approver" });
  expect(await next()).toBe(null);
});
