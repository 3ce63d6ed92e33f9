import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { openMapper, plain, toCsv } from "./map-file.ts";
import type { Mapper, Row } from "./map-file.ts";

let duck: Mapper;
beforeAll(async () => {
  duck = await openMapper();
});
afterAll(() => duck.close());

function costs(row: Row | undefined): string {
  return [row?.billed_cost, row?.effective_cost, row?.list_cost, row?.contracted_cost].map(plain).join(" ");
}

test("Oracle cost report: one cost, times in minutes and seconds, tags in columns, corrections", async () => {
  const line = {
    "lineItem/referenceNo": "r1",
    "lineItem/tenantId": "ocid1.tenancy",
    "lineItem/intervalUsageStart": "2023-11-13T10:00Z",
    "lineItem/intervalUsageEnd": "2023-11-13T11:00:00Z",
    "product/service": "BLOCK_STORAGE",
    "product/compartmentId": "ocid1.compartment",
    "product/compartmentName": "prod",
    "product/resourceId": "ocid1.volume",
    "usage/billedQuantity": "0.083333333333000000",
    "cost/productSku": "B1",
    "product/Description": "Block volume",
    "cost/myCost": "2.323760000E-9",
    "cost/myCostOverage": "",
    "cost/currencyCode": "USD",
    "cost/skuUnitDescription": "GB Months",
    "lineItem/isCorrection": "false",
    "tags/Ops.Team": "search",
    'tags/DevRel\\odd"key': "x",
  };
  const { format, rows, control } = await duck.csv(
    toCsv([
      line,
      { ...line, "cost/myCost": "-1", "cost/myCostOverage": "0.5", "lineItem/isCorrection": "true" },
    ]).replace('"tags/DevRel\\odd""key"', "tags/DevRel\\odd"),
  );
  expect(format.id).toBe("oci-cost-report");
  expect(rows[0]).toMatchObject({
    problem_column: null,
    provider: "oci",
    kind: "usage",
    charge_period_start: "2023-11-13 10:00:00",
    billing_period_start: "2023-11-01 00:00:00",
    billing_period_end: "2023-12-01 00:00:00",
    billing_account_id: "ocid1.tenancy",
    sub_account_name: "prod",
    service_category: "Storage",
    consumed_unit: "GB Months",
  });
  expect(JSON.parse(String(rows[0]?.tags))).toEqual({ "Ops.Team": "search", "DevRel\\odd": "x" });
  expect(costs(rows[0])).toBe(Array(4).fill("0.00000000232376").join(" "));
  expect(plain(rows[0]?.consumed_quantity)).toBe("0.083333333333");
  expect(rows[1]).toMatchObject({ charge_class: "Correction", kind: "refunds" });
  expect(plain(rows[1]?.billed_cost)).toBe("-0.5");
  expect(plain(control.billed)).toBe("-0.49999999767624");
});

describe("Google billing export", () => {
  const line = {
    billing_account_id: "01A2B3",
    "service.id": "6F81",
    "service.description": "Compute Engine",
    "sku.id": "S1",
    "sku.description": "N1 Predefined Instance Core",
    usage_start_time: "2026-03-05 10:00:00 UTC",
    usage_end_time: "2026-03-05 11:00:00 UTC",
    "project.id": "acme-prod",
    "project.name": "Acme",
    labels: '[{"key":"team","value":"search"}]',
    system_labels: '[{"key":"cores","value":"2"}]',
    "location.region": "europe-west1",
    cost: "0.0316",
    cost_at_list: "0.04",
    currency: "USD",
    "usage.amount": "3600",
    "usage.unit": "seconds",
    "usage.amount_in_pricing_units": "1",
    "usage.pricing_unit": "hour",
    credits:
      '[{"name":"SUD","type":"SUSTAINED_USAGE_DISCOUNT","amount":-0.0016},{"name":"Promo","type":"PROMOTION","amount":-0.01}]',
    "invoice.month": "202603",
    cost_type: "regular",
    export_time: "2026-03-06 00:00:00 UTC",
  };

  test("invoiced = cost and credits; promotional credits are a row of their own", async () => {
    const { format, rows, extra, control } = await duck.csv(toCsv([line]));
    expect(format.id).toBe("gcp-export");
    expect(costs(rows[0])).toBe("0.03 0.03 0.04 0.0316");
    expect(rows[0]).toMatchObject({
      problem_column: null,
      provider: "gcp",
      kind: "usage",
      billing_period_start: "2026-03-01 00:00:00",
      billing_period_end: "2026-04-01 00:00:00",
      sub_account_id: "acme-prod",
      service_category: "Compute",
      region_id: "europe-west1",
      tags: '[{"key":"team","value":"search"},{"key":"goog-system:cores","value":"2"}]',
    });
    expect(extra.map((row) => `${row.kind} ${costs(row)}`)).toEqual(["credits -0.01 -0.01 0 0"]);
    expect(plain(control.billed)).toBe("0.02");
  });

  test("cost types, commitment fees, committed usage, project-less rows", async () => {
    const { rows } = await duck.csv(
      toCsv([
        { ...line, cost_type: "tax", "project.id": "", credits: "" },
        { ...line, cost_type: "rounding_error", credits: "" },
        { ...line, "sku.description": "Commitment v1: N1 Core in Belgium for 1 Year", credits: "[]" },
        { ...line, credits: '[{"type":"COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE","amount":"-0.01"}]' },
      ]),
    );
    expect(rows.map((row) => row.charge_category)).toEqual(["Tax", "Adjustment", "Purchase", "Usage"]);
    expect(rows[0]).toMatchObject({ sub_account_id: null, problem_column: null });
    expect(rows[3]).toMatchObject({ pricing_category: "Committed" });
    expect(plain(rows[3]?.billed_cost)).toBe("0.0216");
  });

  test("a credit that is no number is a reject, never 0", async () => {
    const { rows } = await duck.csv(toCsv([{ ...line, credits: '[{"type":"DISCOUNT","amount":"lots"}]' }]));
    expect(rows[0]).toMatchObject({ problem_column: "credits" });
  });

  test("Parquet with structs and lists equals flattened text; underscored names too", async () => {
    const csv = await duck.csv(toCsv([line]));
    const parquet =
      await duck.parquet(`select '01A2B3' as billing_account_id, {'id': '6F81', 'description': 'Compute Engine'} as service,
      {'id': 'S1', 'description': 'N1 Predefined Instance Core'} as sku, timestamptz '2026-03-05 10:00:00Z' as usage_start_time,
      timestamptz '2026-03-05 11:00:00Z' as usage_end_time, {'id': 'acme-prod', 'name': 'Acme'} as project,
      [{'key': 'team', 'value': 'search'}] as labels, [{'key': 'cores', 'value': '2'}] as system_labels,
      {'region': 'europe-west1'} as location, 0.0316::double as cost, 0.04::double as cost_at_list, 'USD' as currency,
      {'amount': 3600.0::double, 'unit': 'seconds', 'amount_in_pricing_units': 1.0::double, 'pricing_unit': 'hour'} as usage,
      [{'name': 'SUD', 'type': 'SUSTAINED_USAGE_DISCOUNT', 'amount': -0.0016::double}, {'name': 'Promo', 'type': 'PROMOTION', 'amount': -0.01::double}] as credits,
      {'month': '202603'} as invoice, 'regular' as cost_type`);
    expect(parquet.rows).toEqual(csv.rows);
    expect(parquet.extra).toEqual(csv.extra);
    expect(parquet.control).toEqual(csv.control);
    const underscored = Object.fromEntries(
      Object.entries(line).map(([name, value]) => [name.replace(".", "_"), value]),
    );
    expect((await duck.csv(toCsv([underscored]))).rows).toEqual(csv.rows);
  });
});
