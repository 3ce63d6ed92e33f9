import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { dispatch } from "../../src/bot/dispatch.ts";
import type { CostAnswer } from "../../src/domain/contract.ts";
import { closeAnswer, type CloseAnswer } from "../../src/domain/contract-operations.ts";
import { parseAtoms } from "../../src/domain/money.ts";
import { postDigest } from "../../src/jobs/post-digest.ts";
import type { Context } from "../../src/service/context.ts";
import { enqueueDueRuns, runSchedule } from "../../src/service/run-schedule.ts";
import { syncSchedules, type RunKey } from "../../src/store/schedules.ts";
import { smallEstate } from "../questions/estate.ts";
import { seedCharges } from "../questions/seed.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { dailyDigest, settableClock } from "../support/schedules.ts";

let db: TestDatabase;
let ctx: Context;
const clock = settableClock("2026-04-06T12:00:00Z");

beforeAll(async () => {
  db = await createTestDatabase();
  await seedCharges(db, smallEstate());
  ctx = testContext(db, { clock, dataDir: "/tmp" });
});
afterAll(() => db.close());

async function say(text: string, as: Context = ctx) {
  const answer = await dispatch({ ctx: as, text });
  return { ...answer, shown: JSON.stringify(answer.card) };
}
const close = async (text = "digest close 2026-03") => (await say(text)).data as CloseAnswer;

describe("what a month came to", () => {
  test("is what the cost command says of the invoice month, billed and effective, to the last decimal", async () => {
    const found = await close();
    expect(closeAnswer.parse(JSON.parse(JSON.stringify(found)))).toBeDefined();
    for (const metric of ["billed", "effective"] as const) {
      const asked = (await say(`cost billing 2026-03 metric ${metric}`)).data as CostAnswer;
      expect(found.total.map((line) => [line.currency, line[metric]])).toEqual(
        asked.total.map(({ currency, amount }) => [currency, amount]),
      );
    }
  });

  test("parts add up: invoices to the total, kinds to each invoice", async () => {
    const { invoices, total } = await close();
    for (const line of invoices) {
      const kinds = Object.values(line.kinds).reduce((sum, amount) => sum + parseAtoms(amount), 0n);
      expect(kinds).toBe(parseAtoms(line.billed));
    }
    for (const { currency, billed } of total) {
      const own = invoices.filter((line) => line.currency === currency);
      expect(own.reduce((sum, line) => sum + parseAtoms(line.billed), 0n)).toBe(parseAtoms(billed));
    }
  });

  test("says what is final: an invoice month inside its cloud's window, and what has no invoice yet, is not", async () => {
    const states = async () => (await close()).invoices.map(({ invoice, state }) => `${invoice} ${state}`);
    expect(await states()).toEqual(expect.arrayContaining(["AW-2026-03 open", "null not-invoiced"]));
    clock.set("2026-05-06T12:00:00Z");
    expect(await states()).toEqual(expect.arrayContaining(["AW-2026-03 final", "null not-invoiced"]));
    clock.set("2026-04-06T12:00:00Z");
  });

  test("a commitment's purchase is billed in its month, and named", async () => {
    expect((await close()).commitments).toEqual([{ commitment: "ri-1", amount: "900", currency: "USD" }]);
  });

  test("a month without bills is refused", async () => expect((await say("digest close 2020-01")).exitCode).toBe(2));
});

describe("does it match the invoice", () => {
  const match = (amount: string) => say(`digest close 2026-03 invoice AW-2026-03 is ${amount}`);

  test.each(["119.5", "119.50", "119.503", '"119.50"', "$119.50", "119.50 USD"])("%s does", async (amount) => {
    const { data, shown } = await match(amount);
    expect(data).toMatchObject({ matches: true, difference: expect.any(String) });
    expect(shown).toMatch(/say \$119\.5\d?, the invoice \$119\.50?: the same to the cent/);
  });

  test("without its tax it does not, and that is said", async () => {
    const { data, shown } = await match("100");
    expect(data).toMatchObject({ matches: false, difference: "19.5" });
    expect(shown).toContain("exactly the tax");
  });

  test("a wrong number names what may still change", async () => {
    expect((await match("7,000.00")).shown).toContain("may still change this month");
  });

  test.each(["119,50", "1.119,50", "much", ""])("%j is no amount: nothing is guessed", async (amount) => {
    expect((await match(amount)).exitCode).toBe(2);
  });

  test("whoever sees a part is not told anything about an invoice", async () => {
    const scope = [{ dimension: "team" as const, negated: false, values: ["payments"] }];
    const narrow = { ...ctx, scope };
    expect((await say("digest close 2026-03 invoice AW-2026-03 is 1", narrow)).exitCode).toBe(2);
    expect((await say("digest close 2026-03", narrow)).shown).toContain("cannot be compared with an invoice");
  });
});

test("a monthly digest closes the month in its thread, once; what is restated later is told", async () => {
  await db.sql`delete from close_record`;
  await syncSchedules(
    db.sql,
    [dailyDigest({ name: "month", cron: "0 9 5 * *", report: { kind: "digest", cycle: "month", onlyWhen: null } })],
    clock.now(),
  );
  const due: RunKey[] = [];
  await enqueueDueRuns({ ctx, input: { send: async (_tx, _job, run) => void due.push(run) } });
  for (const run of due) await runSchedule({ ctx, input: { ...run, act: postDigest, lastAttempt: true } });
  const replies = await db.sql<{ key: string; title: string }[]>`
    select key, card ->> 'title' as title from outbox where under is not null order by id`;
  expect(replies[0]).toMatchObject({ key: expect.stringMatching(/:close$/), title: "Close of March 2026" });
  expect((await close()).kept).toEqual({ on: "2026-04-06", restated: [] });

  await db.sql`
    update cost_cube set billed_cost = billed_cost + 0.25 where cube like 'month:invoice%' and key1 = 'AW-2026-03' and kind = 'tax'`;
  await db.sql`
    update cost_daily d set billed_cost = billed_cost + 0.25 from cost_slice s
    where s.id = d.slice_id and s.invoice = 'AW-2026-03' and s.kind = 'tax'`;
  const restated = await say("digest close 2026-03");
  expect((restated.data as CloseAnswer).kept?.restated).toEqual([
    { invoice: "AW-2026-03", account: expect.any(String), currency: "USD", amount: "0.25" },
  ]);
  expect(restated.card.summary).toContain("Restated since it was closed: +$0.25");
  const april = (await say("digest close 2026-02")).data as CloseAnswer;
  expect(april.kept).toBe(null);
  expect((await say("digest close 2026-03 keep")).exitCode).toBe(0);
  expect((await close()).kept?.restated).toEqual([]);
});

test("only analysts keep a close", async () => {
  const actor = { kind: "user", id: "person_vera", name: "Vera", role: "viewer", scope: [] } as const;
  expect((await say("digest close 2026-03 keep", { ...ctx, actor })).exitCode).toBe(2);
});
