import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { curName } from "../../src/ingest/formats/cur-columns.ts";
import { atomsOf, openMapper, plain, toCsv } from "./map-file.ts";
import type { Mapper, Row } from "./map-file.ts";

let duck: Mapper;
beforeAll(async () => {
  duck = await openMapper();
});
afterAll(() => duck.close());

const PLAN = "arn:aws:savingsplans::1:savingsplan/a";
const RESERVATION = "arn:aws:ec2:us-east-1:1:reserved-instances/r";

const LINE = {
  bill_payer_account_id: "000011112222",
  bill_billing_period_start_date: "2026-03-01T00:00:00.000Z",
  bill_billing_period_end_date: "2026-04-01T00:00:00.000Z",
  bill_invoicing_entity: "Amazon Web Services, Inc.",
  bill_invoice_id: "",
  line_item_usage_account_id: "333344445555",
  line_item_usage_start_date: "2026-03-05T10:00:00.000Z",
  line_item_usage_end_date: "2026-03-05T11:00:00.000Z",
  line_item_line_item_type: "Usage",
  line_item_product_code: "AmazonEC2",
  line_item_usage_type: "BoxUsage:m5.large",
  line_item_operation: "RunInstances",
  line_item_resource_id: "i-1",
  line_item_usage_amount: "1",
  line_item_currency_code: "USD",
  line_item_unblended_cost: "0.096",
  pricing_public_on_demand_cost: "0.1",
  pricing_unit: "Hrs",
  savings_plan_savings_plan_a_r_n: "",
  savings_plan_savings_plan_effective_cost: "",
  savings_plan_total_commitment_to_date: "",
  savings_plan_used_commitment: "",
  reservation_reservation_a_r_n: "",
  reservation_effective_cost: "",
  reservation_unused_amortized_upfront_fee_for_billing_period: "",
  reservation_unused_recurring_fee: "",
  reservation_unused_quantity: "",
  resource_tags: '{"user_team":"search"}',
  product: '{"product_name":"Amazon Elastic Compute Cloud","region":"us-east-1"}',
};
type Line = Partial<Record<keyof typeof LINE | `line_item_net_${string}`, string>>;

async function mapLines(...lines: readonly Line[]) {
  const mapped = await duck.csv(toCsv(lines.map((line) => ({ ...LINE, ...line }))));
  expect(mapped.rows.map((row) => row.problem_reason)).toEqual(lines.map(() => null));
  return mapped;
}

function costs(row: Row | undefined): string {
  return [row?.billed_cost, row?.effective_cost, row?.list_cost, row?.contracted_cost].map(plain).join(" ");
}

describe("CUR 2.0", () => {
  test("usage", async () => {
    const { format, rows, extra } = await mapLines({});
    expect(format.id).toBe("cur-2");
    expect(extra).toEqual([]);
    expect(costs(rows[0])).toBe("0.096 0.096 0.1 0.096");
    expect(rows[0]).toMatchObject({
      provider: "aws",
      dataset: "cur-2",
      kind: "usage",
      billing_account_id: "000011112222",
      sub_account_id: "333344445555",
      charge_period_start: "2026-03-05 10:00:00",
      charge_period_end: "2026-03-05 11:00:00",
      billing_period_start: "2026-03-01 00:00:00",
      service_name: "Amazon Elastic Compute Cloud",
      service_category: "Compute",
      region_id: "us-east-1",
      x_usage_type: "BoxUsage:m5.large",
      pricing_category: "Standard",
      commitment_discount_id: null,
      tags: '{"user_team":"search"}',
    });
  });

  test("savings plan: usage billed 0 at its share, negation dropped, fee effective 0, unused part a row", async () => {
    const plan = { savings_plan_savings_plan_a_r_n: PLAN };
    const { rows, extra, control } = await mapLines(
      {
        ...plan,
        line_item_line_item_type: "SavingsPlanCoveredUsage",
        savings_plan_savings_plan_effective_cost: "0.07",
      },
      { ...plan, line_item_line_item_type: "SavingsPlanNegation", line_item_unblended_cost: "-0.096" },
      {
        ...plan,
        line_item_line_item_type: "SavingsPlanRecurringFee",
        line_item_unblended_cost: "0.1",
        savings_plan_total_commitment_to_date: "0.1",
        savings_plan_used_commitment: "0.07",
        pricing_public_on_demand_cost: "0",
      },
    );
    expect(costs(rows[0])).toBe("0 0.07 0.1 0.096");
    expect(rows[0]).toMatchObject({
      charge_category: "Usage",
      commitment_discount_id: PLAN,
      commitment_discount_status: "Used",
      commitment_discount_category: "Spend",
      pricing_category: "Committed",
    });
    expect(rows[1]?.dropped_reason).toContain("cancels");
    expect(rows[2]).toMatchObject({ charge_category: "Purchase", kind: "purchases", charge_frequency: "Recurring" });
    expect(costs(rows[2])).toBe("0.1 0 0 0.1");
    expect(extra).toHaveLength(1);
    expect(costs(extra[0])).toBe("0 0.03 0 0");
    expect(extra[0]).toMatchObject({
      charge_category: "Usage",
      commitment_discount_status: "Unused",
      commitment_discount_id: PLAN,
      resource_id: PLAN,
      consumed_quantity: null,
    });
    // what was paid for the commitment is what its usage, used and unused, costs
    const kept = rows.filter((row) => row.dropped_reason === null);
    expect(atomsOf([...kept, ...extra], "effective_cost")).toBe(atomsOf(kept, "billed_cost"));
    expect(plain(control.billed)).toBe("0.1");
  });

  test("reservation: discounted usage, recurring fee with unused part, upfront fee", async () => {
    const reservation = { reservation_reservation_a_r_n: RESERVATION };
    const { rows, extra } = await mapLines(
      {
        ...reservation,
        line_item_line_item_type: "DiscountedUsage",
        line_item_unblended_cost: "0",
        reservation_effective_cost: "0.06",
      },
      {
        ...reservation,
        line_item_line_item_type: "RIFee",
        line_item_unblended_cost: "30",
        reservation_unused_amortized_upfront_fee_for_billing_period: "1.5",
        reservation_unused_recurring_fee: "2.25",
        reservation_unused_quantity: "40",
      },
      { ...reservation, line_item_line_item_type: "Fee", line_item_unblended_cost: "500" },
    );
    expect(rows.map(costs)).toEqual(["0 0.06 0.1 0.1", "30 0 0.1 30", "500 0 0.1 500"]);
    expect(rows[0]).toMatchObject({ commitment_discount_category: "Usage", commitment_discount_status: "Used" });
    expect(rows[2]).toMatchObject({
      charge_category: "Purchase",
      charge_frequency: "One-Time",
      commitment_discount_id: RESERVATION,
    });
    expect(extra.map(costs)).toEqual(["0 3.75 0 0"]);
    expect(plain(extra[0]?.commitment_discount_quantity)).toBe("40");
  });

  test("fees that cover nothing, tax, credits, refunds, discounts, words not known", async () => {
    const { rows } = await mapLines(
      { line_item_line_item_type: "Fee", line_item_unblended_cost: "100" },
      { line_item_line_item_type: "Tax", line_item_unblended_cost: "7" },
      { line_item_line_item_type: "Credit", line_item_unblended_cost: "-5" },
      { line_item_line_item_type: "Refund", line_item_unblended_cost: "-3" },
      { line_item_line_item_type: "EdpDiscount", line_item_unblended_cost: "-2" },
      { line_item_line_item_type: "SomethingNew", line_item_unblended_cost: "1" },
    );
    expect(
      rows.map((row) => `${row.charge_category}/${row.charge_class}/${row.kind}/${plain(row.effective_cost)}`),
    ).toEqual([
      "Purchase/null/purchases/100",
      "Tax/null/tax/7",
      "Credit/null/credits/-5",
      "Usage/Correction/refunds/-3",
      "Usage/null/usage/-2",
      "Adjustment/null/adjustments/1",
    ]);
  });

  test("net columns carry discounts: discount rows then count for nothing", async () => {
    const { rows, control } = await mapLines(
      { line_item_net_unblended_cost: "0.09" },
      { line_item_line_item_type: "EdpDiscount", line_item_unblended_cost: "-0.006", line_item_net_unblended_cost: "" },
      { line_item_net_unblended_cost: "" },
    );
    expect(rows.map((row) => plain(row.billed_cost))).toEqual(["0.09", "0", "0.096"]);
    expect(plain(control.billed)).toBe("0.186");
  });

  test("covered usage without its share is a reject, not 0", async () => {
    const { rows } = await duck.csv(toCsv([{ ...LINE, line_item_line_item_type: "SavingsPlanCoveredUsage" }]));
    expect(rows[0]).toMatchObject({ problem_column: "savings_plan_savings_plan_effective_cost" });
  });

  test("Parquet with maps and doubles equals the CSV", async () => {
    const lines = [{}, { line_item_unblended_cost: "0.0000000012" }];
    const csv = await mapLines(...lines);
    const column = (name: string, text: string): string => {
      if (name === "resource_tags") return "map {'user_team': 'search'} as resource_tags";
      if (name === "product")
        return "map {'product_name': 'Amazon Elastic Compute Cloud', 'region': 'us-east-1'} as product";
      const type = /cost$|amount|fee|commitment|quantity/.test(name)
        ? "double"
        : name.endsWith("_date")
          ? "timestamp"
          : "varchar";
      return `nullif('${text}', '')::${type} as ${name}`;
    };
    const selects = lines.map(
      (line) =>
        `select ${Object.entries({ ...LINE, ...line })
          .map(([name, text]) => column(name, text))
          .join(", ")}`,
    );
    const parquet = await duck.parquet(selects.join(" union all "));
    expect(parquet.rows).toEqual(csv.rows);
  });
});

test("legacy CUR: the same rules under lineItem/… names, tags in columns of their own", async () => {
  const legacy: Record<string, string> = {
    "bill/PayerAccountId": "1",
    "bill/BillingPeriodStartDate": "2023-11-01T00:00:00.000Z",
    "bill/BillingPeriodEndDate": "2023-12-01T00:00:00.000Z",
    "lineItem/UsageStartDate": "2023-11-05T00:00:00Z",
    "lineItem/UsageEndDate": "2023-11-05T01:00:00Z",
    "lineItem/LineItemType": "SavingsPlanCoveredUsage",
    "lineItem/ProductCode": "AmazonS3",
    "lineItem/CurrencyCode": "USD",
    "lineItem/UnblendedCost": "2",
    "product/ProductName": "Amazon Simple Storage Service",
    "savingsPlan/SavingsPlanARN": PLAN,
    "savingsPlan/SavingsPlanEffectiveCost": "1.5",
    "resourceTags/user:team": "search",
    "resourceTags/aws:createdBy": "",
  };
  const { format, rows } = await duck.csv(toCsv([legacy]));
  expect(format.id).toBe("cur-legacy");
  expect(rows[0]).toMatchObject({
    problem_column: null,
    commitment_discount_id: PLAN,
    service_name: "Amazon Simple Storage Service",
    service_category: "Storage",
    tags: '{"user:team":"search"}',
  });
  expect(costs(rows[0])).toBe("0 1.5 2 2");
});

test.each([
  ["lineItem/UnblendedCost", "line_item_unblended_cost"],
  ["savingsPlan/SavingsPlanARN", "savings_plan_savings_plan_a_r_n"],
  ["line_item_usage_type", "line_item_usage_type"],
  ["bill/PayerAccountId", "bill_payer_account_id"],
])("%s is %s", (header, name) => {
  expect(curName(header)).toBe(name);
});
