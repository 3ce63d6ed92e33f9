import { afterEach, beforeEach, expect, test } from "vitest";

import { promoteSource } from "../../src/service/manage-sources.ts";
import { rollbackBatch } from "../../src/service/rollback-batch.ts";
import { toCsv } from "../formats/map-file.ts";
import { focusCsv, openIngest, shownTotal, statuses, type IngestFixture } from "./support.ts";

let fixture: IngestFixture;
beforeEach(async () => {
  fixture = await openIngest();
});
afterEach(async () => fixture.close());

const ACCOUNT = "111122223333";

/** A line of CUR 2.0 of the account's March. */
function cur(cost: string): Record<string, string> {
  return {
    identity_line_item_id: "x",
    bill_payer_account_id: ACCOUNT,
    line_item_usage_account_id: "acct-1",
    line_item_currency_code: "USD",
    bill_billing_period_start_date: "2026-03-01T00:00:00Z",
    bill_billing_period_end_date: "2026-04-01T00:00:00Z",
    line_item_usage_start_date: "2026-03-01T00:00:00Z",
    line_item_usage_end_date: "2026-03-01T01:00:00Z",
    line_item_line_item_type: "Usage",
    line_item_unblended_cost: cost,
    line_item_product_code: "AmazonEC2",
    line_item_usage_type: "BoxUsage",
    line_item_operation: "RunInstances",
    line_item_usage_amount: "1",
    line_item_resource_id: "i-1",
  };
}

async function rollback(answer: Awaited<ReturnType<IngestFixture["ingest"]>>): Promise<string | null> {
  const { restored } = await rollbackBatch({ ctx: fixture.ctx, input: { batch: answer.batches[0]?.id ?? "" } });
  return restored;
}

test(
  "one bill from two exports is counted once: refused, or with --replace in the other's place until it is rolled back",
  { timeout: 240_000 },
  async () => {
    const focus = await fixture.write("focus.csv", focusCsv([{ cost: "10" }]));
    const native = await fixture.write("cur.csv", toCsv([cur("10.5")]));
    const both = await fixture.ingest([focus, native]);
    expect(statuses(both).sort()).toEqual(["refused", "stored"]);
    expect(both.batches.find(({ status }) => status === "refused")?.reason).toMatch(
      /^2026-03 of account 111122223333 is shown from another export already \((focus|cur-2), batch \d+ of source "aws-111122223333"\)/,
    );
    const shown = await shownTotal(fixture.db);
    const [first, second] = shown["USD"] === "10" ? [focus, native] : [native, focus];
    const taken = await fixture.ingest([second ?? ""], { replace: true });
    expect(statuses(taken)).toEqual(["stored"]);
    expect(await shownTotal(fixture.db)).toEqual({ USD: shown["USD"] === "10" ? "10.5" : "10" });
    expect(statuses(await fixture.ingest([first ?? ""]))).toEqual(["refused"]);
    expect(await rollback(taken)).not.toBeNull();
    expect(await shownTotal(fixture.db)).toEqual(shown);

    // Azure's account is a number in one export and the end of a path in another.
    const azure = (account: string): string =>
      focusCsv([{ cost: "3", provider: "Microsoft", account, currency: "EUR" }]);
    await fixture.ingest([
      await fixture.write("azure.csv", azure("/providers/Microsoft.Billing/billingAccounts/8675309")),
    ]);
    expect(statuses(await fixture.ingest([await fixture.write("number.csv", azure("8675309"))]))).toEqual(["refused"]);
    expect(await shownTotal(fixture.db)).toEqual({ ...shown, EUR: "3" });
  },
);

test(
  "a scope is handed over, and back, and rolled back: the month is always shown, once, and no file is said to be unchanged that is not shown",
  { timeout: 240_000 },
  async () => {
    const old = await fixture.write("old.csv", focusCsv([{ cost: "10" }]));
    const young = await fixture.write("young.csv", focusCsv([{ cost: "12" }]));
    await fixture.ingest([old]);
    await promoteSource({ ctx: fixture.ctx, input: { name: "exports", provider: "aws", billingAccount: ACCOUNT } });
    expect(await shownTotal(fixture.db)).toEqual({ USD: "10" });
    const taken = await fixture.ingest([young], { source: "exports" });
    expect(await shownTotal(fixture.db)).toEqual({ USD: "12" });
    expect(await rollback(taken)).not.toBeNull();
    expect(await shownTotal(fixture.db)).toEqual({ USD: "10" });
    await fixture.ingest([young], { source: "exports" });
    expect(await shownTotal(fixture.db)).toEqual({ USD: "12" });

    const other = { name: `aws-${ACCOUNT}`, provider: "aws", billingAccount: "999" };
    await expect(promoteSource({ ctx: fixture.ctx, input: other })).rejects.toThrow(/is for aws/);
    const part = { name: "part", provider: "aws", billingAccount: ACCOUNT, subAccounts: ["acct-1"] };
    await expect(promoteSource({ ctx: fixture.ctx, input: part })).rejects.toThrow(/would be gone from the answers/);
    await promoteSource({ ctx: fixture.ctx, input: { name: other.name } });
    const back = await fixture.ingest([old]);
    expect(statuses(back)).toEqual(["stored"]);
    expect(await shownTotal(fixture.db)).toEqual({ USD: "10" });
    expect(await rollback(back)).not.toBeNull();
    expect(await shownTotal(fixture.db)).toEqual({ USD: "12" });
  },
);
