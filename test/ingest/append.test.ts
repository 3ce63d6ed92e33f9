import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { atomsToDecimal } from "../../src/domain/money.ts";
import { listRejects } from "../../src/service/list-rejects.ts";
import { rollbackBatch } from "../../src/service/rollback-batch.ts";
import { toCsv } from "../formats/map-file.ts";
import { focusCsv, openIngest, rollupGaps, shownTotal, statuses, type IngestFixture } from "./support.ts";

let fixture: IngestFixture;
beforeEach(async () => {
  fixture = await openIngest();
});
afterEach(async () => fixture.close());

type Row = { cost: string; exported: number; day?: number; hour?: number; sku?: string; promotion?: string };

/** A line of Google's export; `exported`: the hour of March 10 at which it was. */
function line({ cost, exported, day = 5, hour = 10, sku = "Core", promotion }: Row): Record<string, string> {
  const two = (number: number): string => String(number).padStart(2, "0");
  return {
    billing_account_id: "01A2B3",
    "service.id": "6F81",
    "service.description": "Compute Engine",
    "sku.id": `id-${sku}`,
    "sku.description": sku,
    usage_start_time: `2026-03-${two(day)} ${two(hour)}:00:00 UTC`,
    usage_end_time: `2026-03-${two(day)} ${two(hour + 1)}:00:00 UTC`,
    "project.id": "acme-prod",
    labels: '[{"key":"team","value":"search"}]',
    cost,
    currency: "USD",
    "usage.amount": "3600",
    "usage.unit": "seconds",
    "usage.amount_in_pricing_units": "1",
    "usage.pricing_unit": "hour",
    credits: promotion === undefined ? "[]" : `[{"type":"PROMOTION","amount":${promotion}}]`,
    "invoice.month": "202603",
    cost_type: "regular",
    export_time: `2026-03-10 ${two(exported)}:00:00 UTC`,
  };
}

async function write(name: string, rows: readonly Row[]): Promise<string> {
  return fixture.write(name, toCsv(rows.map(line)));
}

/** What is stored of the month, to the last decimal: charges, hours and rows, without ids. */
async function stored(): Promise<unknown[]> {
  return fixture.db.sql.unsafe(`
    select c.charge_day::text, a.sku_meter, a.charge_category, c.source_rows::int, trim_scale(c.billed_cost)::text as billed,
      trim_scale(c.list_cost)::text as list, trim_scale(c.consumed_quantity)::text as consumed,
      (select array_agg(trim_scale(q)::text order by n) from usage_hour h, unnest(h.quantity) with ordinality as u(q, n)
       where h.batch_id = c.batch_id and h.charge_day = c.charge_day and h.attribute_set_id = c.attribute_set_id) as hours
    from active_batch v join charge c on c.batch_id = v.batch_id join attribute_set a on a.id = c.attribute_set_id
    order by 1, 2, 3`);
}

describe("Google's export only adds rows, so a later file adds to its month", { timeout: 240_000 }, () => {
  test("later rows add; the same file again changes nothing; rollback takes the addition back", async () => {
    const first = await write("a.csv", [
      { cost: "10", exported: 1 },
      { cost: "20", exported: 1, day: 6 },
    ]);
    const second = await write("b.csv", [{ cost: "5", exported: 2 }]);
    expect(statuses(await fixture.ingest([first]))).toEqual(["stored"]);
    const later = await fixture.ingest([second]);
    expect(later.batches[0]).toMatchObject({
      status: "replaced",
      rowsRead: 1,
      rowsAccepted: 1,
      totals: { USD: { billed: "35" } },
      restatedBy: { USD: { billed: "5", effective: "5" } },
    });
    expect(await shownTotal(fixture.db)).toEqual({ USD: "35" });
    expect(statuses(await fixture.ingest([first]))).toEqual(["unchanged"]);
    expect(statuses(await fixture.ingest([first, second]))).toEqual(["unchanged"]);
    expect(await rollupGaps(fixture.db)).toEqual([]);
    await rollbackBatch({ ctx: fixture.ctx, input: { batch: later.batches[0]?.id ?? "" } });
    expect(await shownTotal(fixture.db)).toEqual({ USD: "30" });
    expect(statuses(await fixture.ingest([second]))).toEqual(["replaced"]);
    expect(await shownTotal(fixture.db)).toEqual({ USD: "35" });
  });

  test("rows that two files have in common count once, and that is said", async () => {
    const shared: Row = { cost: "20", exported: 2, promotion: "-1" };
    await fixture.ingest([await write("a.csv", [{ cost: "10", exported: 1 }, shared])]);
    const answer = await fixture.ingest([await write("b.csv", [shared, { cost: "5", exported: 3 }])]);
    expect(await shownTotal(fixture.db)).toEqual({ USD: "34" });
    expect(answer.batches[0]?.notices?.join()).toContain("1 of its 2 rows are stored already");
    const within = await fixture.ingest([await write("c.csv", [{ cost: "5", exported: 3 }])]);
    expect(within.batches[0]).toMatchObject({ status: "unchanged", totals: { USD: { billed: "34" } } });
  });

  test("a row that is there twice stays there twice", async () => {
    const twice: Row = { cost: "0.1", exported: 1, promotion: "-0.03" };
    await fixture.ingest([await write("a.csv", [twice, { cost: "7", exported: 1 }])]);
    await fixture.ingest([await write("b.csv", [twice, twice, twice])]);
    expect(await shownTotal(fixture.db)).toEqual({ USD: "7.21" });
    await fixture.ingest([await write("c.csv", [twice, twice])]);
    expect(await shownTotal(fixture.db)).toEqual({ USD: "7.21" });
  });

  test("chunks of one export add up, two exports of one call overlap", async () => {
    const row: Row = { cost: "1", exported: 1 };
    const chunks = [await write("bill-000000000000.csv", [row]), await write("bill-000000000001.csv", [row, row])];
    expect(statuses(await fixture.ingest(chunks))).toEqual(["stored"]);
    expect(await shownTotal(fixture.db)).toEqual({ USD: "3" });
    const exports = [await write("x.csv", [row, row, row]), await write("y.csv", [row, row, row, row])];
    expect(statuses(await fixture.ingest(exports))).toEqual(["replaced"]);
    expect(await shownTotal(fixture.db)).toEqual({ USD: "4" });
  });

  test("parts of one export that were loaded apart are whole once they are loaded together", async () => {
    const row: Row = { cost: "1", exported: 1 };
    const first = await write("apart-000000000000.csv", [row, { ...row, cost: "one" }]);
    const second = await write("apart-000000000001.csv", [row, row, { cost: "10", exported: 1 }]);
    await fixture.ingest([first]);
    const alone = await fixture.ingest([second]);
    // As far as can be known: the second part is another export, which has the row twice.
    expect(await shownTotal(fixture.db)).toEqual({ USD: "12" });
    expect(alone.batches[0]?.notices?.join()).toContain("ingest all parts in one call");
    expect(statuses(await fixture.ingest([first, second]))).toEqual(["replaced"]);
    expect(await shownTotal(fixture.db)).toEqual({ USD: "13" });
    const [counted] = await fixture.db
      .sql`select rows_read::int as read, rows_accepted::int as accepted, rows_rejected::int as rejected
      from ingest_batch where status = 'stored'`;
    expect(counted).toEqual({ read: 5, accepted: 4, rejected: 1 });
    expect((await listRejects({ ctx: fixture.ctx, input: {} })).rejects).toHaveLength(1);
    expect(statuses(await fixture.ingest([second, first]))).toEqual(["unchanged"]);
    expect(statuses(await fixture.ingest([first]))).toEqual(["unchanged"]);
    expect(await shownTotal(fixture.db)).toEqual({ USD: "13" });
    expect(await rollupGaps(fixture.db)).toEqual([]);
  });

  test("its FOCUS export too, by x_ExportTime; another provider's file with such a column is a month", async () => {
    const focus = (provider: string, account: string, rows: readonly [cost: string, exported: number][]): string => {
      const [header = "", ...lines] = focusCsv(rows.map(([cost]) => ({ cost, provider, account })))
        .trim()
        .split("\n");
      const stamped = lines.map((each, index) => `${each},2026-03-10T0${rows[index]?.[1] ?? 0}:00:00Z`);
      return [`${header},x_ExportTime`, ...stamped, ""].join("\n");
    };
    const load = async (name: string, provider: string, account: string, rows: [cost: string, exported: number][]) =>
      statuses(await fixture.ingest([await fixture.write(name, focus(provider, account, rows))]));
    await load("a.csv", "Google Cloud", "01A2B3", [
      ["10", 1],
      ["20", 1],
      ["20", 1],
    ]);
    expect(
      await load("b.csv", "Google Cloud", "01A2B3", [
        ["20", 1],
        ["-4", 2],
      ]),
    ).toEqual(["replaced"]);
    expect(await shownTotal(fixture.db)).toEqual({ USD: "46" });
    expect(
      await load("c.csv", "Google Cloud", "01A2B3", [
        ["-4", 2],
        ["10", 1],
      ]),
    ).toEqual(["unchanged"]);
    expect(await rollupGaps(fixture.db)).toEqual([]);
    await load("d.csv", "AWS", "1", [
      ["100", 1],
      ["100", 1],
    ]);
    expect(await load("e.csv", "AWS", "1", [["150", 2]])).toEqual(["replaced"]);
    expect(await shownTotal(fixture.db)).toEqual({ USD: "196" });
  });

  test("a file whose rows cannot be told from the stored ones is refused; --replace makes it the month", async () => {
    await fixture.ingest([await write("a.csv", [{ cost: "10", exported: 1 }])]);
    const other = toCsv([{ ...line({ cost: "4", exported: 1 }), "resource.name": "vm-1" }]);
    const detailed = await fixture.write("detailed.csv", other);
    const refused = await fixture.ingest([detailed]);
    expect(refused.batches[0]).toMatchObject({ status: "refused", source: "gcp-01a2b3" });
    expect(refused.batches[0]?.reason).toContain("has resource.name besides");
    const { export_time: _left, ...timeless } = line({ cost: "4", exported: 1 });
    const bare = await fixture.ingest([await fixture.write("bare.csv", toCsv([timeless]))]);
    expect(bare.batches[0]?.reason).toContain("no export_time");
    expect(await shownTotal(fixture.db)).toEqual({ USD: "10" });
    expect(statuses(await fixture.ingest([detailed], { replace: true }))).toEqual(["replaced"]);
    expect(await shownTotal(fixture.db)).toEqual({ USD: "4" });
  });

  test("--replace with one of the files a month grew from makes it the month again", async () => {
    const first = await write("a.csv", [{ cost: "10", exported: 1 }]);
    await fixture.ingest([first]);
    await fixture.ingest([await write("b.csv", [{ cost: "5", exported: 2 }])]);
    expect(statuses(await fixture.ingest([first], { replace: true }))).toEqual(["replaced"]);
    expect(await shownTotal(fixture.db)).toEqual({ USD: "10" });
  });

  test("rows refused before stay counted and listed", async () => {
    await fixture.ingest([
      await write("a.csv", [
        { cost: "10", exported: 1 },
        { cost: "ten", exported: 1 },
      ]),
    ]);
    await fixture.ingest([await write("b.csv", [{ cost: "5", exported: 2 }])]);
    const { rejects } = await listRejects({ ctx: fixture.ctx, input: {} });
    expect(rejects).toMatchObject([{ line: 3, column: "cost", value: "ten" }]);
    const [batch] = await fixture.db.sql`select rows_read::int, rows_accepted::int, rows_rejected::int from ingest_batch
      where status = 'stored'`;
    expect(batch).toEqual({ rows_read: 3, rows_accepted: 2, rows_rejected: 1 });
  });
});

const rows = fc.uniqueArray(
  fc.record({
    cost: fc.integer({ min: -5, max: 99 }).map((mills) => `${mills}e-3`),
    exported: fc.integer({ min: 0, max: 3 }),
    day: fc.integer({ min: 4, max: 5 }),
    hour: fc.integer({ min: 0, max: 1 }),
    sku: fc.constantFrom("Core", "Ram"),
  }),
  { minLength: 2, maxLength: 9, selector: (row) => JSON.stringify(row) },
);
/** Every row is in one file at least (`home`), and in whichever others; `times`: how often it is there. */
const estate = rows.chain((all) =>
  fc.record({
    places: fc.tuple(
      ...all.map((row) =>
        fc.record({
          row: fc.constant(row),
          home: fc.nat(2),
          others: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
          times: fc.integer({ min: 1, max: 2 }),
        }),
      ),
    ),
    order: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
    /** How many files the first call has. */
    together: fc.integer({ min: 1, max: 3 }),
  }),
);

test(
  "law: however a month's rows lie in overlapping files, in whatever order and calls: each counts once",
  { timeout: 600_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(estate, async ({ places, order, together }) => {
        await fixture.db
          .sql`truncate active_batch, ingest_batch, ingest_row, ingest_reject, charge, usage_hour, cost_daily,
          cost_resource_month, cost_cube`;
        const paths: string[] = [];
        for (const file of order) {
          const mine = places.filter(({ home, others }) => home === file || others[file] === true);
          const copies = mine.flatMap(({ row, times }) => Array.from({ length: times }, () => row));
          if (copies.length > 0) paths.push(await write(`month-${"abc"[file] ?? ""}.csv`, copies));
        }
        await fixture.ingest(paths.slice(0, together));
        for (const path of paths.slice(together)) await fixture.ingest([path]);
        expect(await stored()).toEqual(expectedOf(places));
        expect(await rollupGaps(fixture.db)).toEqual([]);
        const again = await fixture.ingest(paths);
        expect(again.batches.map(({ status }) => status).filter((status) => status !== "unchanged")).toEqual([]);
      }),
      { numRuns: 4 },
    );
  },
);

/** The same month worked out by hand: one stored charge a day and SKU. */
function expectedOf(places: readonly { row: Row; times: number }[]): unknown[] {
  const charges = new Map<string, { mills: number; rows: number; hours: number[] }>();
  for (const { row, times } of places) {
    const key = `2026-03-0${row.day ?? 0} ${row.sku ?? ""}`;
    const charge = charges.get(key) ?? { mills: 0, rows: 0, hours: Array.from({ length: 24 }, () => 0) };
    charge.mills += Number(row.cost.replace("e-3", "")) * times;
    charge.rows += times;
    charge.hours[row.hour ?? 0] = (charge.hours[row.hour ?? 0] ?? 0) + 3600 * times;
    charges.set(key, charge);
  }
  return [...charges]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { mills, rows: count, hours }]) => {
      const billed = atomsToDecimal(BigInt(mills) * 10n ** 15n);
      return {
        charge_day: key.slice(0, 10),
        sku_meter: key.slice(11),
        charge_category: "Usage",
        source_rows: count,
        billed,
        list: billed,
        consumed: String(3600 * count),
        hours: hours.map(String),
      };
    });
}
