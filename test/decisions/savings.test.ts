import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { addDays, day, eachDay, eachMonth, firstDay, monthOf, type Day } from "../../src/domain/period.ts";
import { toDecimal } from "../../src/domain/money.ts";
import { savingsCommand } from "../../src/bot/commands/savings.ts";
import type { Card } from "../../src/bot/card.ts";
import { createWebChannel } from "../../src/bot/channels/web/web-channel.ts";
import { deliverDue } from "../../src/bot/deliver-outbox.ts";
import type { SavingsAnswer } from "../../src/domain/recommendation-answer.ts";
import { presentRecommendations } from "../../src/service/present-recommendations.ts";
import { undoRecommendation } from "../../src/service/undo-recommendation.ts";
import { markApplied } from "../../src/service/mark-applied.ts";
import { measureSavings } from "../../src/service/measure-savings.ts";
import type { Sql } from "../../src/store/db.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aFinding, approve, estate, propose, render, stateOf, trail, type Estate } from "./estate.ts";

let db: TestDatabase;
const id = "waste_000000000001";
const finding = aFinding();
beforeEach(async () => {
  db = await createTestDatabase({ connectionsMax: 5 });
});
afterEach(() => db.close());

type Daily = {
  readonly cost: string;
  readonly hours?: string;
  /** At contracted prices; absent = the cost. */
  readonly contracted?: string;
  /** A commitment covers it. */
  readonly covered?: boolean;
  /** It is billed in euros. */
  readonly euro?: boolean;
  /** A credit on the same day and resource. */
  readonly credit?: string;
};

/** Bills of the finding's resource and of a neighbour that keeps the days complete, one batch a month. */
async function bill(sql: Sql, from: Day, to: Day, daily: (d: Day) => Daily | null): Promise<void> {
  await sql`insert into source (name, provider, billing_account) values ('aws 9', 'aws', '9') on conflict do nothing`;
  await sql`
    insert into attribute_set (id, digest, provider, kind, billing_account_id, sub_account_id, billing_currency,
      charge_category, consumed_unit, service_name, region_id)
    values (1, gen_random_uuid(), 'aws', 'usage', '9', '123', 'USD', 'Usage', 'Hours', 'EC2', 'eu-west-1')
    on conflict do nothing`;
  await sql`
    insert into attribute_set (id, digest, provider, kind, billing_account_id, sub_account_id, billing_currency,
      charge_category, consumed_unit, service_name, region_id, commitment_discount_id)
    values (2, gen_random_uuid(), 'aws', 'usage', '9', '123', 'USD', 'Usage', 'Hours', 'EC2', 'eu-west-1', 'plan-1'),
      (3, gen_random_uuid(), 'aws', 'credits', '9', '123', 'USD', 'Credit', null, 'EC2', 'eu-west-1', null),
      (4, gen_random_uuid(), 'aws', 'usage', '9', '123', 'EUR', 'Usage', 'Hours', 'EC2', 'eu-west-1', null)
    on conflict do nothing`;
  await sql`
    insert into billed_resource (id, digest, provider, resource_id)
    values (1, gen_random_uuid(), 'aws', ${finding.resource}), (2, gen_random_uuid(), 'aws', 'neighbour') on conflict do nothing`;
  await sql`
    insert into tag_set (id, digest, tags, normalised)
    values (1, gen_random_uuid(), '{"Team": "web"}', '{"team": "web"}') on conflict do nothing`;
  // What "complete through" is read from.
  await sql`
    insert into cost_slice (id, digest, provider, kind, currency, long, tags)
    values (1, gen_random_uuid(), 'aws', 'usage', 'USD', false, '{}') on conflict do nothing`;
  for (const month of eachMonth({ from, to })) {
    const first = firstDay(month);
    const days = eachDay({ from, to }).filter((one) => monthOf(one) === month);
    for (const table of ["charge", "cost_daily"]) {
      await sql.unsafe(
        `create table if not exists "${table}_${month}" partition of ${table} for values from ('${first}') to (date '${first}' + interval '1 month')`,
      );
    }
    const [batch] = await sql<{ id: string }[]>`
      insert into ingest_batch (source_id, dataset, provider, billing_account, billing_month, mode, status, fingerprint,
        files, cube_version, first_day, last_day, flipped_at)
      select id, 'focus', 'aws', '9', ${first}, 'snapshot', 'stored', gen_random_uuid()::text, '[]', 'x',
        ${days[0] ?? first}, ${days.at(-1) ?? first}, now() from source returning id::text as id`;
    await sql`
      insert into cost_daily (batch_id, billing_month, charge_day, slice_id, source_rows, billed_cost, effective_cost,
        list_cost, contracted_cost)
      select ${batch?.id ?? ""}::bigint, ${first}, unnest(${days}::date[]), 1, 2, 0, 0, 0, 0`;
    for (const one of days) {
      const own = daily(one);
      const credit = own?.credit === undefined ? [] : [{ ref: 1, cost: own.credit, hours: "0", attributes: 3 }];
      const attributes = own?.covered === true ? 2 : own?.euro === true ? 4 : 1;
      const used = own === null ? [] : [{ ref: 1, hours: "24", ...own, attributes }];
      const rows = [{ ref: 2, cost: "1", hours: "24", attributes: 1 }, ...used, ...credit];
      for (const row of rows) {
        const contracted = "contracted" in row ? row.contracted : row.cost;
        await sql`
          insert into charge (batch_id, billing_month, charge_day, charge_end, attribute_set_id, resource_ref, tag_set_id,
            source_rows, billed_cost, effective_cost, list_cost, contracted_cost, consumed_quantity)
          values (${batch?.id ?? ""}::bigint, ${first}, ${one}, ${addDays(one, 1)}, ${row.attributes},
            ${row.ref}, 1, 1, ${row.cost}::numeric, ${row.cost}::numeric, ${contracted}::numeric, ${contracted}::numeric,
            ${row.hours}::numeric)`;
      }
    }
    await sql`
      insert into active_batch (source_id, dataset, billing_account, billing_month, batch_id)
      select id, 'focus', '9', ${first}, ${batch?.id ?? ""}::bigint from source
      on conflict (source_id, dataset, billing_account, billing_month) do update set batch_id = excluded.batch_id`;
  }
}

const measure = (on: Estate) => measureSavings({ ctx: on.system, input: { render } });
/** Proposed, approved and applied on a day. */
async function appliedOn(today: string): Promise<Estate> {
  const all = estate(db, { today });
  await propose(all, [finding], addDays(day(today), -2));
  await approve(all.as("ana"), finding, { window: { from: addDays(day(today), -36), to: addDays(day(today), -1) } });
  await markApplied({ ctx: all.as("al", "analyst"), input: { id, seenRevision: null, note: null, render } });
  return all;
}

describe("an applied saving", () => {
  test("is measured after 7 and after 30 days of bills, once each, and the last one decides", async () => {
    const work = day("2026-03-20");
    await bill(db.sql, day("2026-03-01"), day("2026-05-01"), (one) => (one <= work ? { cost: "4" } : null));
    const all = await appliedOn(work);
    expect(await stateOf(db)).toBe("applied 1");
    expect(await measure(all.on("2026-03-26"))).toEqual([]);
    const [week] = await measure(all.on("2026-04-05"));
    expect(week).toMatchObject({
      checkpointDays: 7,
      verdict: "realised",
      notes: ["The resource is gone from the bill."],
    });
    expect(week === undefined ? "" : toDecimal(week.measuredMonthly)).toBe("121.6");
    expect(await measure(all.on("2026-04-05"))).toEqual([]);
    expect(await stateOf(db)).toBe("applied 1");
    expect((await measure(all.on("2026-05-02"))).map((figure) => figure.checkpointDays)).toEqual([30]);
    expect(await stateOf(db)).toBe("realised 1");
    expect((await trail(db)).slice(-2)).toEqual(["ledger measure done", "ledger measure done"]);
  });

  test("that brought part of it is partly realised, and growth is named", async () => {
    const work = day("2026-03-20");
    await bill(db.sql, day("2026-03-01"), day("2026-05-01"), (one) =>
      one <= work ? { cost: "4", hours: "24" } : { cost: "3", hours: "36" },
    );
    const all = await appliedOn(work);
    const figures = await measure(all.on("2026-05-02"));
    expect(figures.map((figure) => [figure.checkpointDays, figure.verdict, toDecimal(figure.measuredMonthly)])).toEqual(
      [
        [7, "partly-realised", "30.4"],
        [30, "partly-realised", "30.4"],
      ],
    );
    expect(figures[1]?.notes).toEqual(["Its usage grew by 50 % a billed day; that is part of the figure."]);
    const { card, data } = await savingsCommand.run({ ctx: all.on("2026-05-02").as("vi", "viewer"), text: "" });
    expect(card.summary).toBe("$30.40 a month measured of $120.00 promised.");
    expect(data).toMatchObject({
      totals: [{ currency: "USD", promised: "120", measured: "30.4", difference: "-89.6" }],
    });
    const foreign = [{ dimension: "team" as const, negated: false, values: ["data"] }];
    const hidden = await savingsCommand.run({ ctx: all.as("vi", "viewer", foreign), text: "" });
    expect(hidden.data).toEqual({ ledger: [], waiting: [], totals: [] });
    const own = [{ dimension: "team" as const, negated: false, values: ["web"] }];
    const shown = await savingsCommand.run({ ctx: all.as("vi", "viewer", own), text: "" });
    expect(shown.data).toMatchObject({ totals: [{ promised: "120" }] });
  });
});

test("a resource that is billed in another currency now is not taken for gone", async () => {
  const work = day("2026-03-20");
  await bill(db.sql, day("2026-03-01"), day("2026-04-01"), (one) =>
    one <= work ? { cost: "4" } : { cost: "3.7", euro: true },
  );
  const all = await appliedOn(work);
  const [week] = await measure(all.on("2026-04-01"));
  expect([week?.verdict, toDecimal(week?.measuredMonthly ?? { atoms: 1n, currency: "" })]).toEqual([
    "not-realised",
    "0",
  ]);
  expect(week?.notes[0]).toContain("It is billed in EUR now, not in USD");
});

describe("the figure in the decision's thread", () => {
  const work = day("2026-03-20");
  const march = day("2026-03-01");
  const may = day("2026-05-01");
  const gone = (one: Day): Daily | null => (one <= work ? { cost: "4" } : null);
  /** Proposed, posted, approved, applied; then the bills go on. */
  async function posted(): Promise<Estate> {
    const all = estate(db, { today: work });
    await propose(all, [finding], addDays(work, -2));
    await db.sql.begin((tx) => presentRecommendations(tx, all.system, { channel: "finops", scope: [], render }));
    const window = { from: addDays(work, -36), to: addDays(work, -1) };
    await approve(all.as("ana"), finding, { window });
    await markApplied({ ctx: all.as("al", "analyst"), input: { id, seenRevision: null, note: null, render } });
    return all;
  }
  const deliver = (all: Estate) =>
    deliverDue({ sql: db.sql, channels: [createWebChannel(db.sql)], log: all.system.log });
  /** Titles and notes of what the thread says about measuring, and how often each was edited. */
  async function thread(all: Estate): Promise<{ title: string; text: string; revision: number }[]> {
    await deliver(all);
    const rows = await db.sql<{ card: Card; revision: number }[]>`
      select m.card, m.revision from message m join message parent on parent.id = m.thread
      where parent.key = ${`recommendation:${id}`} and m.card ->> 'title' like 'After %' order by m.id`;
    return rows.map(({ card, revision }) => ({ title: card.title, text: JSON.stringify(card), revision }));
  }
  const savings = async (on: Estate) =>
    (await savingsCommand.run({ ctx: on.as("vi", "viewer"), text: "" })).data as SavingsAnswer;

  test("comes when the days are billed and not before, once for each checkpoint, and in savings", async () => {
    await bill(db.sql, march, day("2026-03-27"), gone);
    const all = await posted();
    const early = all.on("2026-03-29");
    await measure(early);
    expect(await thread(all)).toEqual([]);
    expect(await savings(early)).toMatchObject({ ledger: [], waiting: [{ id, promised: { amount: "120" } }] });
    // The bill comes late: the seventh day is on it a week after it was.
    await bill(db.sql, march, day("2026-04-01"), gone);
    await measure(all.on("2026-04-04"));
    expect((await thread(all)).map(({ title }) => title)).toEqual(["After 7 days the bill says $121.60 a month"]);
    await bill(db.sql, march, may, gone);
    const done = all.on("2026-05-03");
    await measure(done);
    await measure(done);
    expect((await thread(all)).map(({ title, revision }) => [title, revision])).toEqual([
      ["After 7 days the bill says $121.60 a month", 1],
      ["After 30 days the bill says $121.60 a month", 1],
    ]);
    expect(await savings(done)).toMatchObject({ waiting: [], totals: [{ promised: "120", measured: "121.6" }] });
  });

  test("follows a bill that is restated while its month is open, where it was told, and says what it was", async () => {
    await bill(db.sql, march, day("2026-04-22"), gone);
    const all = await posted();
    const on = all.on("2026-04-24");
    await measure(on);
    expect(await stateOf(db)).toBe("realised 1");
    // It ran on after all, for a quarter of the price.
    await bill(db.sql, march, day("2026-04-22"), (one) => (one <= work ? { cost: "4" } : { cost: "1" }));
    await measure(on);
    const [, month] = await thread(all);
    expect(month).toMatchObject({ title: "After 30 days the bill says $91.20 a month", revision: 2 });
    expect(month?.text).toContain("The bill was restated: it said $121.60 a month before.");
    expect(await stateOf(db)).toBe("partly-realised 1");
    expect((await savings(on)).totals).toMatchObject([{ measured: "91.2" }]);
    expect((await trail(db)).filter((line) => line.includes("measure"))).toHaveLength(4);
    // Again the same bill: nothing is said, nothing is edited.
    await measure(on);
    expect((await thread(all)).map(({ revision }) => revision)).toEqual([2, 2]);
  });

  test("stays as its month closed it, beside what the bill says since", async () => {
    await bill(db.sql, march, may, gone);
    const all = await posted();
    await measure(all.on("2026-05-03"));
    const late = all.on("2026-06-20");
    await bill(db.sql, march, may, (one) => (one <= work ? { cost: "4" } : { cost: "1" }));
    await measure(late);
    const said = await thread(all);
    expect(said.map(({ title }) => title)).toEqual([
      "After 7 days the bill says $121.60 a month",
      "After 30 days the bill says $121.60 a month",
    ]);
    expect(said[1]?.text).toContain("after its month was closed: it would be $91.20 a month now");
    expect(await stateOf(db)).toBe("realised 1");
    expect((await savings(late)).totals).toMatchObject([{ measured: "121.6" }]);
  });

  test("does not count what a credit or a commitment took off the bill", async () => {
    await bill(db.sql, march, may, (one) =>
      one <= work ? { cost: "4" } : { cost: "1", contracted: "4", covered: true, credit: "-20" },
    );
    const all = await posted();
    const on = all.on("2026-05-03");
    await measure(on);
    const said = await thread(all);
    expect(said.at(-1)?.title).toBe("After 30 days the bill says $0 a month");
    expect(said.at(-1)?.text).toContain("A commitment covers 100 % of it now, 0 % before");
    expect(await stateOf(db)).toBe("not-realised 1");
  });

  test("never comes for what was taken back, and starts anew when it is applied again", async () => {
    await bill(db.sql, march, may, gone);
    const all = estate(db, { today: work });
    await propose(all, [finding], addDays(work, -2));
    const window = { from: addDays(work, -36), to: addDays(work, -1) };
    await approve(all.as("ana"), finding, { window });
    await undoRecommendation({ ctx: all.as("ana"), input: { id, seenRevision: null, render } });
    expect(await measure(all.on("2026-05-03"))).toEqual([]);
    expect(await savings(all.on("2026-05-03"))).toEqual({ ledger: [], waiting: [], totals: [] });
    // Applied, measured, and back on the bill: asked anew, and what was measured then stays that revision's.
    await approve(all.as("ana"), finding, { window });
    await markApplied({ ctx: all.as("al", "analyst"), input: { id, seenRevision: null, note: null, render } });
    await measure(all.on("2026-05-03"));
    expect(await stateOf(db)).toBe("realised 1");
    await propose(all.on("2026-05-03"), [finding], day("2026-05-01"));
    expect(await stateOf(db)).toBe("proposed 2");
    expect(await measure(all.on("2026-05-03"))).toEqual([]);
  });

  test("waits for the source that bills the resource, and for no other of its provider", async () => {
    await bill(db.sql, march, may, gone);
    // Another account of the provider, of which no bill came since March.
    await db.sql`insert into source (name, provider, billing_account) values ('aws old', 'aws', '8')`;
    await db.sql`
      insert into ingest_batch (source_id, dataset, provider, billing_account, billing_month, mode, status, fingerprint,
        files, cube_version, first_day, last_day, flipped_at)
      select id, 'focus', 'aws', '8', '2026-03-01', 'snapshot', 'stored', 'old', '[]', 'x', '2026-03-01', '2026-03-05', now()
      from source where name = 'aws old'`;
    await db.sql`
      insert into active_batch (source_id, dataset, billing_account, billing_month, batch_id)
      select source_id, dataset, billing_account, billing_month, id from ingest_batch where fingerprint = 'old'`;
    const all = await posted();
    expect(await measure(all.on("2026-05-03"))).toHaveLength(2);
  });
});
