import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import type { CostAnswer } from "../../src/domain/contract.ts";
import type { Context } from "../../src/service/context.ts";
import { commandOf } from "../../src/bot/form-values.ts";
import { smallEstate } from "../questions/estate.ts";
import { seedCharges } from "../questions/seed.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { settableClock } from "../support/schedules.ts";
import { addPeople, asPerson, postedIn, runDue, say, type Who } from "./support.ts";

let db: TestDatabase;
const clock = settableClock("2026-03-30T12:00:00Z");
const as = (name: Who, channel?: string): Context => asPerson({ db, clock }, name, channel);
const due = () => runDue(testContext(db, { clock, dataDir: "/tmp" }));

beforeAll(async () => {
  db = await createTestDatabase();
  await seedCharges(db, smallEstate());
  await addPeople(db);
});
afterAll(() => db.close());
beforeEach(async () => {
  clock.set("2026-03-30T12:00:00Z");
  await db.sql`truncate schedule, schedule_run, outbox, saved_question cascade`;
});

const totals = (data: unknown) => (data as CostAnswer).total;
const names = async (ctx: Context) =>
  ((await say(ctx, "saved")).data as { saved: { name: string }[] }).saved.map(({ name }) => name);

test("save, run, list, remove and take that back; what is relative stays relative", async () => {
  const made = await say(as("ada"), 'save "team burn" cost last month by team vs previous');
  expect([made.exitCode, made.card.summary]).toEqual([0, '"team burn" asks: cost last month by team vs previous']);
  const ran = await say(as("ada"), "run Team Burn");
  expect(totals(ran.data)).toEqual(totals((await say(as("ada"), "cost last month by team vs previous")).data));
  expect(ran.card.title).toMatch(/^team burn: /);
  clock.set("2026-04-02T12:00:00Z");
  const later = await say(as("ada"), "run team burn");
  expect((later.data as CostAnswer).receipt.period.from).toBe("2026-03-01");
  const removed = await say(as("ada"), 'saved remove "team burn"');
  const undo = removed.card.actions.find((action) => action.label === "Undo");
  expect(await names(as("ada"))).toEqual([]);
  await say(as("ada"), undo?.kind === "button" ? undo.command : "");
  expect(await names(as("ada"))).toEqual(["team burn"]);
});

test("whoever runs it sees their own part, and is told only of questions within what they see", async () => {
  await say(as("ada"), "save whole last month by service");
  await say(as("ada"), "save search last month for team search");
  await say(as("ada", "payments"), "save ours last month by service");
  expect(await names(as("ada"))).toEqual(["ours", "search", "whole"]);
  expect(await names(as("tom", "payments"))).toEqual(["ours"]);
  expect((await say(as("tom"), "run search")).exitCode).toBe(2);
  const own = await say(as("tom"), "run ours");
  expect(totals(own.data)).toEqual(totals((await say(as("tom"), "cost last month by service")).data));
  expect(totals(own.data)).not.toEqual(totals((await say(as("ada"), "run ours")).data));
});

test("a name is one's: others cannot take, change or remove it, and hidden ones are only taken", async () => {
  await say(as("ada"), "save burn last month");
  const taken = await say(as("tom"), "save BURN last month for team payments");
  expect([taken.exitCode, taken.shown.includes("ada")]).toEqual([2, false]);
  expect((await say(as("vera"), "saved remove burn")).exitCode).toBe(2);
  expect((await say(as("ada"), "save burn this month")).card.title).toBe("Saved anew");
  await say(as("vera"), "save mine this month");
  expect((await say(as("ada"), "saved remove mine")).exitCode).toBe(0);
});

test.each([
  "save",
  "save burn",
  "save burn gibberish zzz",
  `save ${"x".repeat(80)} this month`,
  "run",
  "run nothing",
  "saved fly",
])("%s is refused with a way on", async (text) => {
  const { exitCode, shown } = await say(as("ada"), text);
  expect([exitCode, shown]).toEqual([2, expect.stringContaining('"note"')]);
});

test("a channel subscribed to it gets the answer with channel ∩ creator, and its rows as a file", async () => {
  await say(as("ada"), "save burn last month by service vs previous");
  expect((await say(as("ada"), "saved subscribe burn weekly UTC in #payments")).exitCode).toBe(0);
  clock.set("2026-04-06T09:00:00Z");
  expect(await due()).toEqual(["burn-payments done"]);
  const [post] = await postedIn(db);
  const asked = await say(as("ada", "payments"), "cost last month by service vs previous");
  expect([post?.channel, post?.card.summary]).toEqual(["payments", asked.card.summary]);
  const [file] = await db.sql<{ text: string; under: string }[]>`
    select file ->> 'text' as text, under from outbox where kind = 'upload'`;
  expect([file?.under, file?.text.split("\r\n").length]).toEqual([
    post?.key,
    (asked.data as CostAnswer).rows.length + 2,
  ]);
});

test("the last month of a subscription is that of its zone", async () => {
  await say(as("ada"), "save burn last month");
  await say(as("ada"), "digest subscribe question burn monthly on 1 at 00:30 Pacific/Auckland");
  clock.set("2026-03-31T11:30:00Z");
  expect(await due()).toEqual(["burn-finops done"]);
  expect((await postedIn(db))[0]?.card.title).toContain("March 2026");
});

test("only when it rose: quiet otherwise; and a question that compares nothing cannot say so", async () => {
  await say(as("ada"), "save flat last month");
  expect((await say(as("ada"), "saved subscribe flat only when over 10%")).exitCode).toBe(2);
  await say(as("ada"), "save rise last month vs previous");
  await say(as("ada"), "saved subscribe rise UTC only when over 900%");
  await say(as("ada"), "saved subscribe rise UTC only when over 1% for team payments");
  clock.set("2026-04-01T09:00:00Z");
  await due();
  expect((await postedIn(db)).map(({ key }) => key.split(":")[1])).toEqual(["rise-finops-2"]);
});

test("when the question is removed its subscriptions stand still and say so", async () => {
  await say(as("ada"), "save burn last month");
  await say(as("ada"), "saved subscribe burn UTC");
  await say(as("ada"), "saved remove burn");
  clock.set("2026-03-31T09:00:00Z");
  await due();
  expect((await postedIn(db))[0]?.card.summary).toContain("The question burn was removed");
});

test("the buttons of an answer save it and bring it by itself", async () => {
  const { card } = await say(as("ada"), 'cost last month for service "Amazon RDS" by region');
  const forms = card.actions.filter((action) => action.kind === "form");
  const [save, subscribe] = forms;
  expect((await say(as("ada"), commandOf(save!, { name: 'my "own" one' }))).exitCode).toBe(0);
  const values = { name: "other", cycle: "monthly", at: "", only: "" };
  expect((await say(as("ada"), commandOf(subscribe!, values))).card.title).toBe("Subscribed");
  expect(await names(as("ada"))).toEqual(['my "own" one', "other"]);
});
