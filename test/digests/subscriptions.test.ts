import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import type { ScheduleList } from "../../src/domain/contract-operations.ts";
import type { Context } from "../../src/service/context.ts";
import { syncSchedules } from "../../src/store/schedules.ts";
import { smallEstate } from "../questions/estate.ts";
import { seedCharges } from "../questions/seed.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { dailyDigest, settableClock } from "../support/schedules.ts";
import { addPeople, asPerson, PAYMENTS, postedIn, runDue as runAllDue, say, type Who } from "./support.ts";

let db: TestDatabase;
const clock = settableClock("2026-03-30T12:00:00Z");

beforeAll(async () => {
  db = await createTestDatabase();
  await seedCharges(db, smallEstate());
  await addPeople(db);
});
afterAll(() => db.close());
beforeEach(async () => {
  clock.set("2026-03-30T12:00:00Z");
  await db.sql`truncate schedule, schedule_run, outbox cascade`;
  await db.sql`update principal set role = 'analyst' where id = 'person_tom'`;
  await db.sql`update principal set scope = ${JSON.stringify(PAYMENTS)}::text::jsonb where id = 'person_tom'`;
});

const as = (name: Who, channel?: string): Context => asPerson({ db, clock }, name, channel);
const runDue = () => runAllDue(testContext(db, { clock, dataDir: "/tmp" }));
const posted = () => postedIn(db);

async function listed(ctx: Context): Promise<ScheduleList["schedules"]> {
  return ((await say(ctx, "digest list")).data as ScheduleList).schedules;
}

test("subscribe, get it at its time in its zone once, switch it off, take that back", async () => {
  const made = await say(as("tom", "payments"), "digest subscribe at 08:00 Europe/Berlin");
  expect([made.exitCode, made.card.title]).toEqual([0, "Subscribed"]);
  expect(made.card.summary).toContain("#payments daily at 08:00 (Europe/Berlin). Next: Tue 31 Mar, 08:00");
  clock.set("2026-03-31T05:59:00Z");
  expect(await runDue()).toEqual([]);
  clock.set("2026-03-31T06:00:00Z");
  expect(await runDue()).toEqual(["daily-payments done"]);
  expect(await runDue()).toEqual([]);
  expect((await posted()).map(({ channel }) => channel)).toEqual(["payments"]);

  expect((await say(as("ada"), "digest off daily-payments")).exitCode).toBe(0);
  clock.set("2026-04-01T06:00:00Z");
  expect([await runDue(), await listed(as("ada"))]).toEqual([[], []]);
  expect((await say(as("ada"), "digest on daily-payments")).exitCode).toBe(0);
  clock.set("2026-04-02T06:00:00Z");
  expect(await runDue()).toEqual(["daily-payments done"]);
});

test("of days the service was off only the last is caught up, once, and says it is late", async () => {
  await say(as("ada"), "digest subscribe weekly UTC");
  clock.set("2026-03-31T12:00:00Z");
  await say(as("ada"), "digest subscribe daily UTC");
  clock.set("2026-04-09T12:00:00Z");
  expect((await runDue()).toSorted()).toEqual(["daily-finops done", "weekly-finops done"]);
  expect(await runDue()).toEqual([]);
  expect((await posted()).map(({ card }) => card.status ?? "").toSorted()).toEqual([
    "Late: was due Mon 6 Apr, 09:00",
    "Late: was due Thu 9 Apr, 09:00",
  ]);
});

test("the same report to the same channel again changes its time; another scope is another one", async () => {
  await say(as("ada"), "digest subscribe");
  expect((await say(as("ada"), "digest subscribe at 7")).card.title).toBe("Subscription changed");
  await say(as("ada"), "digest subscribe for team payments");
  await say(as("ada"), "digest subscribe in me");
  expect((await listed(as("ada"))).map(({ name, cron, scope }) => [name, cron, scope])).toEqual([
    ["daily-finops", "0 7 * * *", "everything"],
    ["daily-finops-2", "0 9 * * *", "team payments"],
    ["daily-private", "0 9 * * *", "everything"],
  ]);
});

test("who may: analysts in a channel, everybody in their own talk; refusals are in the audit trail", async () => {
  const refused = await say(as("vera"), "digest subscribe");
  expect([refused.exitCode, refused.shown]).toEqual([2, expect.stringContaining("digest subscribe in me")]);
  expect((await say(as("vera"), "digest subscribe in me")).exitCode).toBe(0);
  expect((await say(as("ada"), "digest subscribe")).exitCode).toBe(0);
  expect((await say(as("vera"), "digest off daily-finops")).exitCode).toBe(2);
  expect((await say(as("vera"), "digest off daily-private")).exitCode).toBe(0);
  const rows = await db.sql<{ line: { action: string; outcome: string } }[]>`
    select convert_from(bytes, 'UTF8')::jsonb as line from audit_event order by id desc limit 5`;
  expect(rows.map(({ line }) => `${line.action} ${line.outcome}`).toReversed()).toEqual([
    "digest.subscribe refused",
    "digest.subscribe done",
    "digest.subscribe done",
    "digest.off refused",
    "digest.off done",
  ]);
});

test("a private digest is nobody else's, and a channel that is not there for somebody cannot be subscribed", async () => {
  await say(as("vera"), "digest subscribe in me");
  expect(await listed(as("ada"))).toEqual([]);
  expect((await say(as("ada"), "digest off daily-private")).exitCode).toBe(2);
  expect((await say(as("tom"), "digest subscribe in #finops")).exitCode).toBe(2);
  expect((await say(as("ada"), "digest subscribe in @person_vera")).exitCode).toBe(2);
  expect((await say(as("ada"), "digest subscribe in #nowhere")).exitCode).toBe(2);
});

test("what it shows is channel ∩ creator, judged at the run", async () => {
  await say(as("ada"), "digest subscribe UTC in #payments");
  clock.set("2026-03-31T09:00:00Z");
  await runDue();
  const [post] = await posted();
  const asked = await say(as("tom", "payments"), "digest now");
  expect(post?.card.title).toContain("team payments");
  expect(post?.card.summary).toBe(asked.card.summary);
});

test.each([
  ["the role", "update principal set role = 'viewer' where id = 'person_tom'", "is viewer now"],
  [
    "the scope",
    `update principal set scope = '[{"dimension":"team","negated":false,"values":["search"]}]' where id = 'person_tom'`,
    "no longer sees",
  ],
  ["their place", "update principal set id = 'person_other' where id = 'person_tom'", "is not here any more"],
])("when its creator loses %s it stands still, says so once, and can be taken over", async (_, change, says) => {
  await say(as("tom", "payments"), "digest subscribe UTC");
  await db.sql.unsafe(change);
  clock.set("2026-03-31T09:00:00Z");
  expect(await runDue()).toEqual(["daily-payments done"]);
  const [post] = await posted();
  expect([post?.key.split(":")[0], post?.card.summary]).toEqual(["paused", expect.stringContaining(says)]);
  clock.set("2026-04-02T09:00:00Z");
  expect([await runDue(), (await posted()).length]).toEqual([[], 1]);
  expect((await listed(as("ada")))[0]?.paused).toContain(says);
  expect((await say(as("ada", "payments"), "digest on daily-payments")).exitCode).toBe(0);
  clock.set("2026-04-03T09:00:00Z");
  expect([await runDue(), (await posted()).length]).toEqual([["daily-payments done"], 2]);
  await db.sql`update principal set id = 'person_tom' where id = 'person_other'`;
});

test("only when it is worth it: quiet below, posted above, and the list says why nothing came", async () => {
  await say(as("ada"), "digest subscribe UTC only when over 1000000 USD");
  await say(as("ada"), "digest subscribe weekly UTC only when over 1 USD");
  clock.set("2026-04-06T09:00:00Z");
  expect((await runDue()).toSorted()).toEqual(["daily-finops done", "weekly-finops done"]);
  expect((await posted()).map(({ key }) => key.split(":")[1])).toEqual(["weekly-finops"]);
  expect((await say(as("ada"), "digest list")).shown).toContain("quiet: not over 1000000 USD");
});

test("what configuration set up is switched off for good by a command, restart or not", async () => {
  const now = clock.now();
  await syncSchedules(db.sql, [dailyDigest()], now);
  expect((await say(as("ada"), "digest off daily-digest")).exitCode).toBe(0);
  await syncSchedules(db.sql, [dailyDigest()], now);
  clock.set("2026-04-02T12:00:00Z");
  expect([await runDue(), (await listed(as("ada")))[0]?.paused]).toEqual([[], "switched off by ada"]);
  expect((await say(as("ada"), "digest on daily-digest")).exitCode).toBe(0);
  expect((await say(as("ada"), "digest on daily-digest")).exitCode).toBe(2);
});

test("a private one comes to its owner's own talk, with its thread and file, and to nobody else", async () => {
  await say(as("vera"), "digest subscribe UTC in me");
  clock.set("2026-03-31T09:00:00Z");
  expect(await runDue()).toEqual(["daily-private done"]);
  const rows = await db.sql<{ channel: string; kind: string; person: string | null }[]>`
    select channel, kind, person_id as person from outbox order by id`;
  expect(rows.map(({ channel, kind, person }) => [channel, kind, person])).toEqual([
    ["@person_vera", "private", "person_vera"],
    ["@person_vera", "private", "person_vera"],
    ["@person_vera", "private", "person_vera"],
    ["@person_vera", "upload", null],
  ]);
});

test.each([
  ["none", 0],
  ["mentions", 1],
  ["all", 1],
])(
  "whoever subscribed is told privately that it stands still, unless they want no notices (%s)",
  async (notify, count) => {
    await say(as("tom", "payments"), "digest subscribe UTC");
    await db.sql`update principal set role = 'viewer', preferences = ${JSON.stringify({ notify })}::text::jsonb where id = 'person_tom'`;
    clock.set("2026-03-31T09:00:00Z");
    await runDue();
    expect((await db.sql`select 1 from outbox where person_id = 'person_tom'`).count).toBe(count);
    await db.sql`update principal set preferences = '{}' where id = 'person_tom'`;
  },
);

test("whoever subscribed is told that somebody else ended it only when they want all notices", async () => {
  for (const [notify, count] of [
    ["mentions", 0],
    ["all", 1],
  ] as const) {
    await say(as("tom", "payments"), "digest subscribe UTC");
    await db.sql`update principal set preferences = ${JSON.stringify({ notify })}::text::jsonb where id = 'person_tom'`;
    await say(as("ada"), "digest off daily-payments");
    expect((await db.sql`select 1 from outbox where person_id = 'person_tom'`).count).toBe(count);
  }
  await db.sql`update principal set preferences = '{}' where id = 'person_tom'`;
});

test("erasing its creator leaves no name behind", async () => {
  await db.sql`insert into principal (id, handle, name, role, origin) values ('person_gone', 'gonzo', 'Gonzo Gone', 'analyst', 'chat')`;
  const actor = { kind: "user", id: "person_gone", name: "Gonzo Gone", role: "analyst", scope: [] } as const;
  await say({ ...as("ada"), actor }, "digest subscribe monthly UTC");
  const { data } = await say(as("ada"), "people forget gonzo");
  await say(as("ada"), `people forget gonzo --confirm ${(data as { mark: string }).mark}`);
  clock.set("2026-04-05T09:00:00Z");
  await runDue();
  const [post] = await posted();
  expect(post?.card.summary).toContain("A former member");
  expect(JSON.stringify([await listed(as("ada")), post])).not.toMatch(/gonzo/i);
});
