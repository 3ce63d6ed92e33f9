import { afterAll, beforeAll, expect, test } from "vitest";

import type { CostAnswer } from "../../src/domain/contract.ts";
import { parseAtoms } from "../../src/domain/money.ts";
import type { Hygiene } from "../../src/service/tag-hygiene.ts";
import { smallEstate } from "../questions/estate.ts";
import { seedCharges } from "../questions/seed.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { settableClock } from "../support/schedules.ts";
import { addPeople, asPerson, postedIn, runDue, say } from "./support.ts";

let db: TestDatabase;
const clock = settableClock("2026-03-31T12:00:00Z");

beforeAll(async () => {
  db = await createTestDatabase();
  const extra = ["Search", "search-", "searches"].map((team) => ({
    day: "2026-03-20",
    service: "EC2",
    subAccount: "222",
    tags: { team },
    cost: "2",
  }));
  await seedCharges(db, [...smallEstate(), ...extra]);
  await addPeople(db);
});
afterAll(() => db.close());

const ada = () => asPerson({ db, clock }, "ada");

test("untagged usage is exactly what the cost command says has no team, and places add up to it", async () => {
  const { data, card } = await say(ada(), "hygiene 2026-03");
  const hygiene = data as Hygiene;
  const without = "without tax,credits,refunds,corrections,adjustments,purchases";
  const asked = (await say(ada(), `cost ${hygiene.period.from}..${hygiene.period.to} for team untagged ${without}`))
    .data as CostAnswer;
  for (const { currency, amount } of asked.total) {
    const line = hygiene.coverage.find((one) => one.tag === "team" && one.currency === currency);
    expect(parseAtoms(line?.untagged ?? "0")).toBe(parseAtoms(amount));
    const places = hygiene.places.filter((place) => place.currency === currency);
    expect(places.reduce((sum, place) => sum + parseAtoms(place.amount), 0n)).toBe(parseAtoms(amount));
  }
  expect(card.blocks.map(({ kind }) => kind)).toContain("chart");
});

test("spellings that are probably one are named; what no tag reaches stands apart", async () => {
  const hygiene = (await say(ada(), "hygiene 2026-03")).data as Hygiene;
  expect(hygiene.values.find(({ tag }) => tag === "team")).toMatchObject({ keep: "search" });
  expect(hygiene.unallocatable.map(({ kind }) => kind).sort()).toEqual(["adjustments", "credits", "purchases", "tax"]);
});

test("every week in a channel, with a reply for each owner, who is mentioned once", async () => {
  await say(ada(), "owners set tom for team payments");
  await say(ada(), "owners set vera for sub-account 111");
  await say(ada(), "digest subscribe hygiene weekly UTC");
  clock.set("2026-04-06T09:00:00Z");
  expect(await runDue(testContext(db, { clock, dataDir: "/tmp" }))).toEqual(["hygiene-finops done"]);
  const [post] = await postedIn(db);
  const replies = await db.sql<
    { under: string; card: object }[]
  >`select under, card from outbox where under is not null`;
  expect(replies.map(({ under }) => under)).toEqual([post?.key]);
  expect(JSON.stringify(replies[0]?.card).match(/"person"/g)).toHaveLength(1);
  expect(JSON.stringify(post?.card)).not.toContain('"person"');
});
