import { afterAll, beforeAll, expect, test } from "vitest";

import type { CostAnswer } from "../../src/domain/contract.ts";
import { parseAtoms } from "../../src/domain/money.ts";
import type { Allocation } from "../../src/service/show-allocation.ts";
import { smallEstate } from "../questions/estate.ts";
import { seedCharges } from "../questions/seed.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { settableClock } from "../support/schedules.ts";
import { addPeople, asPerson, say } from "./support.ts";

let db: TestDatabase;
const clock = settableClock("2026-04-03T12:00:00Z");
const ada = () => asPerson({ db, clock }, "ada");

beforeAll(async () => {
  db = await createTestDatabase();
  await seedCharges(db, smallEstate());
  await addPeople(db);
});
afterAll(() => db.close());

const sum = (rows: Allocation["rows"], currency: string, of: "tagged" | "gave" | "took" | "after") =>
  rows.filter((row) => row.currency === currency).reduce((atoms, row) => atoms + parseAtoms(row[of]), 0n);

async function save(words: string): Promise<void> {
  const preview = await say(ada(), `allocate set ${words}`);
  const [button] = preview.card.actions;
  expect([preview.card.title.startsWith("What "), preview.exitCode]).toEqual([true, 0]);
  expect((await say(ada(), button?.kind === "button" ? button.command : "")).card.title).toMatch(/ holds$/);
}

test("nothing is saved before it was looked at, nor when what was seen has changed", async () => {
  await say(ada(), "allocate set shared for service Tax to team by cost");
  await say(ada(), "allocate set shared for service Tax to team by cost confirm 00000000");
  expect((await say(ada(), "allocate list")).data).toEqual({ rules: [] });
});

test.each([
  ['support for service "AWS Support (Business)" to team by cost from 2026-01-01'],
  ['untagged for team untagged for service "Amazon S3" to team by even from 2026-01-01'],
  ["tax for service Tax to team by fixed shares payments 0.6, web=0.4 from 2026-01-01"],
])("rule %s: totals stay to the last decimal, what is given is taken", async (words) => {
  await save(words);
  const allocation = (await say(ada(), "allocate show team 2026-03")).data as Allocation;
  const asked = (await say(ada(), "cost 2026-03")).data as CostAnswer;
  for (const { currency, amount } of asked.total) {
    expect(sum(allocation.rows, currency, "after")).toBe(parseAtoms(amount));
    expect(sum(allocation.rows, currency, "gave")).toBe(sum(allocation.rows, currency, "took"));
  }
  expect(allocation.rows.some(({ took }) => took !== "0")).toBe(true);
});

test("months add up: two spread apart are the two spread together", async () => {
  const of = async (period: string) => (await say(ada(), `allocate show team ${period}`)).data as Allocation;
  const [one, two, both] = [await of("2026-02"), await of("2026-03"), await of("2026-02-01..2026-04-01")];
  for (const row of both.rows) {
    const parts = [one, two].flatMap(({ rows }) =>
      rows.filter(({ name, currency }) => name === row.name && currency === row.currency),
    );
    expect(parts.reduce((atoms, { after }) => atoms + parseAtoms(after), 0n)).toBe(parseAtoms(row.after));
  }
});

test("a rule holds from its day; removed, it ends and the days before stay", async () => {
  const before = (await say(ada(), "allocate show team 2026-02")).data;
  for (const name of ["support", "untagged", "tax"]) await say(ada(), `allocate remove ${name} 2026-03-01`);
  expect((await say(ada(), "allocate show team 2026-02")).data).toEqual(before);
  const march = (await say(ada(), "allocate show team 2026-03")).data as Allocation;
  expect(march.rows.every(({ gave }) => gave === "0")).toBe(true);
});

test("whoever sees a part is shown no rule and no share; viewers set none", async () => {
  for (const text of ["allocate list", "allocate show", "allocate set x for service Tax to team by cost"])
    expect((await say(asPerson({ db, clock }, "tom"), text)).exitCode).toBe(2);
  expect((await say(asPerson({ db, clock }, "vera"), "allocate set x for service Tax to team by cost")).exitCode).toBe(
    2,
  );
});
