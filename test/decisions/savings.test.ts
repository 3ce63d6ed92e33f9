import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { addDays, day, eachDay, eachMonth, firstDay, monthOf, type Day } from "../../src/domain/period.ts";
import { toDecimal } from "../../src/domain/money.ts";
import { savingsCommand } from "../../src/bot/commands/savings.ts";
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

type Daily = { readonly cost: string; readonly hours?: string };

/** Bills of the finding's resource and of a neighbour that keeps the days complete, one batch a month. */
async function bill(sql: Sql, from: Day, to: Day, daily: (d: Day) => Daily | null): Promise<void> {
  await sql`insert into source (name, provider, billing_account) values ('aws 9', 'aws', '9') on conflict do nothing`;
  await sql`
    insert into attribute_set (id, digest, provider, kind, billing_account_id, sub_account_id, billing_currency,
      charge_category, consumed_unit, service_name, region_id)
    values (1, gen_random_uuid(), 'aws', 'usage', '9', '123', 'USD', 'Usage', 'Hours', 'EC2', 'eu-west-1')
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
      const rows = [{ ref: 2, cost: "1", hours: "24" }, ...(own === null ? [] : [{ ref: 1, hours: "24", ...own }])];
      for (const row of rows) {
        await sql`
          insert into charge (batch_id, billing_month, charge_day, charge_end, attribute_set_id, resource_ref, tag_set_id,
            source_rows, billed_cost, effective_cost, list_cost, contracted_cost, consumed_quantity)
          values (${batch?.id ?? ""}::bigint, ${first}, ${one}, ${addDays(one, 1)}, 1, ${row.ref}, 1, 1,
            ${row.cost}::numeric, ${row.cost}::numeric, ${row.cost}::numeric, ${row.cost}::numeric, ${row.hours}::numeric)`;
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
