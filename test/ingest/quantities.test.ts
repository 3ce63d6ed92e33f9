import { afterEach, beforeEach, expect, test } from "vitest";

import { costQuerySchema } from "../../src/domain/cost-query.ts";
import { showCosts } from "../../src/service/show-costs.ts";
import { toCsv } from "../formats/map-file.ts";
import { openIngest, shownTotal, type IngestFixture } from "./support.ts";

let fixture: IngestFixture;
beforeEach(async () => {
  fixture = await openIngest();
});
afterEach(async () => fixture.close());

/** Storage of Google's export, in byte-seconds. */
function storage(amount: string): Record<string, string> {
  return {
    billing_account_id: "01A2B3",
    "service.description": "Cloud Storage",
    "sku.description": "Standard Storage",
    usage_start_time: "2026-03-05 10:00:00 UTC",
    usage_end_time: "2026-03-05 11:00:00 UTC",
    cost: "0.10",
    currency: "USD",
    "usage.amount": amount,
    "usage.unit": "byte-seconds",
    "usage.amount_in_pricing_units": "0.5",
    "usage.pricing_unit": "gibibyte month",
    "invoice.month": "202603",
    cost_type: "regular",
    export_time: "2026-03-06 00:00:00 UTC",
  };
}

test(
  "a quantity of 10^17 and above is said with file, line and column; its cost is kept, smaller ones are exact",
  { timeout: 240_000 },
  async () => {
    const kept = ["99999999999999999", "3600000000000000.5", "1e16"];
    const large = ["100000000000000000", "3.6e+21", "360000000000000000000000", "lots"];
    const path = await fixture.write("storage.csv", toCsv([...kept, ...large].map(storage)));
    const [batch] = (await fixture.ingest([path])).batches;
    expect(batch).toMatchObject({ status: "stored", rowsRead: 7, rowsAccepted: 7, totals: { USD: { billed: "0.7" } } });
    expect(batch?.notices).toContainEqual(
      '4 rows have a quantity that cannot be kept (10^17 and above, or no number); their costs are kept: storage.csv line 5, usage.amount "100000000000000000"; storage.csv line 6, usage.amount "3.6e+21"; storage.csv line 7, usage.amount "360000000000000000000000"',
    );
    const [stored] = await fixture.db.sql`select trim_scale(sum(consumed_quantity))::text as consumed,
    trim_scale(sum(pricing_quantity))::text as priced from charge`;
    // 99999999999999999 + 3600000000000000.5 + 10000000000000000
    expect(stored).toEqual({ consumed: "113599999999999999.5", priced: "3.5" });
    expect(await shownTotal(fixture.db)).toEqual({ USD: "0.7" });
    const asked = await usage();
    expect(asked.total).toMatchObject([{ amount: "113599999999999999.5", unit: "byte-seconds" }]);
    expect(asked.receipt.notes.join()).toContain(`these sums may lack some of batch ${batch?.id}`);
  },
);

function usage() {
  return showCosts({
    ctx: fixture.ctx,
    input: costQuerySchema.parse({ select: { by: "billing-month", month: "2026-03" }, metric: "usage" }),
  });
}

test(
  "quantities add up to more than one of them could be: a day and a month of byte-seconds",
  { timeout: 240_000 },
  async () => {
    const row = (index: number) => ({
      ...storage("99999999999999999.9"),
      usage_start_time: `2026-03-${String(1 + (index % 20)).padStart(2, "0")} 10:00:00 UTC`,
      usage_end_time: `2026-03-${String(1 + (index % 20)).padStart(2, "0")} 11:00:00 UTC`,
      "sku.description": `Standard Storage ${Math.floor(index / 20)}`,
    });
    const rows = Array.from({ length: 1_200 }, (_, index) => row(index));
    await fixture.ingest([await fixture.write("large.csv", toCsv(rows))]);
    const { total, receipt } = await usage();
    // 1,200 × 99,999,999,999,999,999.9
    expect(total).toMatchObject([{ amount: "119999999999999999880" }]);
    expect(receipt.notes.join()).not.toContain("could not be kept");
  },
);

test("nothing is said where nothing is lost, whatever the decimals of the costs", { timeout: 240_000 }, async () => {
  const rows = ["1", "99999999999999999"].map(storage);
  const fine = { ...storage("2"), cost: "0.123456789012345678" };
  const [batch] = (await fixture.ingest([await fixture.write("fine.csv", toCsv([...rows, fine]))])).batches;
  expect(batch?.notices?.join() ?? "").not.toContain("quantity");
});
