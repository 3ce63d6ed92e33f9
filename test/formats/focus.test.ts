import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { CHARGE_COLUMNS } from "../../src/domain/charge-column.ts";
import { KINDS } from "../../src/domain/kind.ts";
import { atomsOf, openMapper, plain, toCsv } from "./map-file.ts";
import type { Mapper, Row } from "./map-file.ts";

let duck: Mapper;
beforeAll(async () => {
  duck = await openMapper();
});
afterAll(() => duck.close());

/** A FOCUS 1.2 row that is right; tests say what they change. */
const ROW = {
  BilledCost: "1.5",
  EffectiveCost: "1.25",
  ListCost: "2",
  ContractedCost: "1.75",
  BillingCurrency: "USD",
  BillingAccountId: "0012",
  BillingPeriodStart: "2026-03-01T00:00:00Z",
  BillingPeriodEnd: "2026-04-01T00:00:00Z",
  ChargePeriodStart: "2026-03-05T00:00:00Z",
  ChargePeriodEnd: "2026-03-06T00:00:00Z",
  ChargeCategory: "Usage",
  ChargeClass: "",
  ProviderName: "AWS",
  ServiceName: "Amazon EC2",
} as const;

async function mapOne(changes: Readonly<Record<string, string>>): Promise<Row> {
  const { rows } = await duck.csv(toCsv([{ ...ROW, ...changes }]));
  expect(rows).toHaveLength(1);
  return rows[0] ?? {};
}

describe("a FOCUS row", () => {
  test("gives every charge column, typed, and nothing is wrong with it", async () => {
    const row = await mapOne({});
    for (const { column } of CHARGE_COLUMNS) expect(row).toHaveProperty(column);
    expect(row).toMatchObject({
      charge_period_start: "2026-03-05 00:00:00",
      billing_period_end: "2026-04-01 00:00:00",
      billing_account_id: "0012",
      provider: "aws",
      service_provider_name: "AWS",
      kind: "usage",
      dataset: "focus",
      problem_column: null,
      dropped_reason: null,
      residual: false,
      charge_class: null,
    });
    expect([row.billed_cost, row.effective_cost, row.list_cost, row.contracted_cost].map(plain)).toEqual([
      "1.5",
      "1.25",
      "2",
      "1.75",
    ]);
  });

  test.each([
    ["ISO with Z", "2026-03-05T00:00:00Z"],
    ["Azure ticks", "2026-03-05T00:00:00.0000000Z"],
    ["BigQuery", "2026-03-05 00:00:00 UTC"],
    ["offset", "2026-03-05T02:00:00+02:00"],
    ["no zone", "2026-03-05 00:00:00"],
    ["minutes", "2026-03-05T00:00Z"],
    ["American, short", "3/5/26"],
    ["American, long", "03/05/2026"],
    ["digits", "20260305"],
  ])("reads times written as %s", async (_, text) => {
    expect((await mapOne({ ChargePeriodStart: text })).charge_period_start).toBe("2026-03-05 00:00:00");
  });

  test.each([
    ["$50,000.00 ", "50000"],
    ["0.00 ", "0"],
    ["2.11E-1", "0.211"],
    ["0.087992153000001234", "0.087992153000001234"],
  ])("reads a cost written %j", async (text, expected) => {
    expect(plain((await mapOne({ BilledCost: text })).billed_cost)).toBe(expected);
  });

  test("takes NULL, null and '' as null, quoted or not", async () => {
    const { rows } = await duck.csv(
      'BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,ChargePeriodEnd,RegionId,SkuId,ChargeClass\n1,1,USD,2026-03-01,2026-04-01,2026-03-01,2026-03-02,NULL,"null",""\n',
    );
    expect(rows[0]).toMatchObject({ region_id: null, sku_id: null, charge_class: null, problem_column: null });
  });

  test("a BOM, CRLF and no newline at the end are fine", async () => {
    const text = toCsv([ROW]).trimEnd().replaceAll("\n", "\r\n");
    const { rows } = await duck.csv(`\uFEFF${text}`);
    expect(rows[0]).toMatchObject({ problem_column: null, provider: "aws" });
  });

  test("forgives spelling where meaning hangs on it", async () => {
    expect(await mapOne({ ChargeFrequency: "Usage-based" })).toMatchObject({ charge_frequency: "Usage-Based" });
    expect(await mapOne({ ChargeCategory: "tax " })).toMatchObject({ charge_category: "Tax", kind: "tax" });
    expect(await mapOne({ ChargeClass: "correction", BilledCost: "-3" })).toMatchObject({ kind: "refunds" });
  });

  test("the provider is ServiceProviderName, else ProviderName", async () => {
    expect(await mapOne({ ServiceProviderName: "Google Cloud" })).toMatchObject({ provider: "gcp" });
    expect(await mapOne({ ServiceProviderName: "", ProviderName: "Acme Co" })).toMatchObject({ provider: "acme-co" });
  });

  test("keeps split-cost columns and vendors' x_ columns", async () => {
    const row = await mapOne({
      AllocatedMethodId: "split",
      AllocatedResourceId: "pod-1",
      AllocatedTags: '{"workload":"search"}',
      x_UsageType: "BoxUsage",
      x_Operation: "RunInstances",
      x_ServiceCode: "AmazonEC2",
      x_SkuMeterSubCategory: "BS Series",
      x_RowId: "dropped",
    });
    expect(row).toMatchObject({
      allocated_method_id: "split",
      allocated_resource_id: "pod-1",
      allocated_tags: '{"workload":"search"}',
      x_usage_type: "BoxUsage",
      x_operation: "RunInstances",
      x_service_code: "AmazonEC2",
      x_sku_meter_subcategory: "BS Series",
    });
  });

  test("hostile text is data", async () => {
    const hostile =
      '=HYPERLINK("http://x"),<script>alert(1)</script>@everyone\'; drop table raw; --\u0007\nsecond line';
    expect((await mapOne({ ResourceId: hostile })).resource_id).toBe(hostile);
    const header = 'x"; drop table raw; --';
    expect((await mapOne({ [header.replaceAll('"', "")]: "1" })).problem_column).toBeNull();
  });
});

describe("what cannot be placed or added up is a reject that says why", () => {
  test.each([
    ["BilledCost", "", "is empty"],
    ["BilledCost", "1e400", "is no decimal number"],
    ["BilledCost", "12,5", "is no decimal number"],
    ["EffectiveCost", "abc", "is no decimal number"],
    ["ListCost", "free", "is no decimal number"],
    ["BillingCurrency", "", "is empty"],
    ["ChargePeriodStart", "", "is empty"],
    ["ChargePeriodStart", "yesterday", "is no date or time"],
    ["ChargePeriodStart", "13/02/2026", "is no date or time"],
    ["ChargePeriodEnd", "infinity", "outside 2000 to 2100"],
    ["BillingPeriodStart", "epoch", "outside 2000 to 2100"],
  ])("%s %j", async (column, value, reason) => {
    const row = await mapOne({ [column]: value });
    expect(row.problem_column).toBe(column);
    expect(row.problem_value).toBe(value === "" ? null : value);
    expect(row.problem_reason).toContain(reason);
  });

  test("a quantity that is no number costs the quantity, not the row, and is counted", async () => {
    const { rows, format, file } = await duck.csv(toCsv([{ ...ROW, ConsumedQuantity: "many" }]));
    expect(rows[0]).toMatchObject({ consumed_quantity: null, problem_column: null });
    expect(format.warnings?.(file).map(({ rule }) => rule)).toContain("quantity-unreadable");
  });

  test("costs a row lacks have a documented stand-in, and the control total the same", async () => {
    const { rows, control } = await duck.csv(
      toCsv([
        { ...ROW, EffectiveCost: "", ContractedCost: "" },
        { ...ROW, ListCost: "", ContractedCost: "" },
      ]),
    );
    expect(rows.map((row) => plain(row.effective_cost))).toEqual(["1.5", "1.25"]);
    expect(rows.map((row) => plain(row.contracted_cost))).toEqual(["2", "1.5"]);
    expect(rows.map((row) => plain(row.list_cost))).toEqual(["2", "1.5"]);
    expect([control.effective, control.contracted, control.list].map(plain)).toEqual(["2.75", "3.5", "3.5"]);
  });

  test("what is finer than 18 decimals is flagged", async () => {
    expect(await mapOne({ BilledCost: "1e-19" })).toMatchObject({ residual: true });
  });
});

describe("versions", () => {
  test("0.5 and 1.0-preview names are read as their successors, with a notice", async () => {
    const { EffectiveCost, ChargeCategory, ...rest } = ROW;
    const old = {
      ...rest,
      AmortizedCost: EffectiveCost,
      ChargeType: ChargeCategory,
      Region: "eu",
      PricingCategory: "On-Demand",
    };
    const { rows, format, file } = await duck.csv(toCsv([old]));
    expect(rows[0]).toMatchObject({ charge_category: "Usage", region_id: "eu", pricing_category: "Standard" });
    expect(plain(rows[0]?.effective_cost)).toBe("1.25");
    expect(format.warnings?.(file).map(({ rule }) => rule)).toContain("preview-names");
  });

  test("1.4 without ProviderName and PublisherName is read", async () => {
    const { ProviderName, ...rest } = ROW;
    const row = await duck.csv(toCsv([{ ...rest, ServiceProviderName: ProviderName, InvoiceDetailId: "7" }]));
    expect(row.rows[0]).toMatchObject({ provider: "aws", problem_column: null });
  });

  test("Parquet with double costs, timestamps and nested tags equals the CSV", async () => {
    const values = ["0.1", "0.0879921530", "1234.5678", "0.000000019"];
    const csv = await duck.csv(toCsv(values.map((cost) => ({ ...ROW, BilledCost: cost, Tags: '{"team":"search"}' }))));
    const literals = Object.entries(ROW).map(([name, text]) => {
      if (name.endsWith("Cost")) return `${name === "BilledCost" ? "c" : `'${text}'`}::double as ${name}`;
      return name.includes("Period") ? `'${text}'::timestamptz as ${name}` : `'${text}' as ${name}`;
    });
    const from = values.map((cost) => `('${cost}')`).join(", ");
    for (const tags of [`map {'team': 'search'}`, `{'team': 'search'}`, `'{"team":"search"}'`]) {
      const parquet = await duck.parquet(`select ${literals.join(", ")}, ${tags} as Tags from (values ${from}) t(c)`);
      expect(parquet.rows).toEqual(csv.rows);
      expect(parquet.control).toEqual(csv.control);
    }
    const listed = await duck.parquet(
      `select ${literals.join(", ")}, [{'Key': 'team', 'Value': 'search'}] as Tags from (values ('1')) t(c)`,
    );
    expect(listed.rows[0]?.tags).toBe('[{"Key":"team","Value":"search"}]');
  });
});

test("sums stay, every row is accepted or a reject, kinds are disjoint: whatever the rows", async () => {
  const cost = fc.oneof(
    fc.tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.nat(999_999_999)).map(([a, b]) => `${a}.${b}`),
    fc.constantFrom("", "x", "1E-5", "$3.50", "0", "-0.000000000000000001"),
  );
  const bill = fc.array(
    fc.record({
      BilledCost: cost,
      EffectiveCost: cost,
      ListCost: cost,
      ContractedCost: cost,
      ChargeCategory: fc.constantFrom("Usage", "Purchase", "Tax", "Credit", "Adjustment", "", "Else"),
      ChargeClass: fc.constantFrom("", "Correction"),
      ChargePeriodStart: fc.constantFrom("2026-03-01T00:00:00Z", "", "never"),
    }),
    { minLength: 1, maxLength: 100, size: "max" },
  );
  await fc.assert(
    fc.asyncProperty(bill, async (changes) => {
      const { rows, control } = await duck.csv(toCsv(changes.map((change) => ({ ...ROW, ...change }))));
      expect(rows).toHaveLength(changes.length);
      for (const [name, column] of [
        ["billed", "billed_cost"],
        ["effective", "effective_cost"],
        ["list", "list_cost"],
        ["contracted", "contracted_cost"],
      ] as const) {
        // accepted + rejected = source, exactly
        expect(atomsOf(rows, column)).toBe(atomsOf([control], name));
      }
      for (const row of rows) {
        expect(KINDS).toContain(row.kind);
        expect(row.problem_column === null).toBe(row.problem_reason === null);
        expect(row.problem_column !== null || row.billed_cost !== null).toBe(true);
      }
    }),
    { numRuns: 6 },
  );
});

test.each([
  ["charge-category-unknown", { ChargeCategory: "Rebate" }],
  ["effective-cost-zero", { EffectiveCost: "0.00" }],
  ["list-cost-zero", { ListCost: "0" }],
  ["list-cost-missing", { ListCost: "" }],
  ["commitment-status-without-id", { CommitmentDiscountStatus: "Used" }],
  ["commitment-purchase-amortised", { ChargeCategory: "Purchase", CommitmentDiscountId: "sp", EffectiveCost: "5" }],
  ["quantity-unreadable", { PricingQuantity: "x" }],
])("%s is counted, and only where it is so", async (rule, change) => {
  const all = { CommitmentDiscountStatus: "", CommitmentDiscountId: "", PricingQuantity: "1" };
  const { warnings, rows } = await duck.csv(
    toCsv([
      { ...ROW, ...all },
      { ...ROW, ...all, ...change },
    ]),
  );
  expect(rows.map((row) => row.problem_column)).toEqual([null, null]);
  expect(warnings).toEqual({ [rule]: 1 });
});

test("empty text of Parquet is empty: a missing cost has its stand-in, a missing time is a reject", async () => {
  const text = (changes: Readonly<Record<string, string>>): string =>
    `select ${Object.entries({ ...ROW, ...changes })
      .map(([name, value]) => `'${value}' as ${name}`)
      .join(", ")}`;
  const { rows } = await duck.parquet(`${text({ ListCost: "" })} union all ${text({ ChargePeriodEnd: "" })}`);
  expect(plain(rows[0]?.list_cost)).toBe("1.75");
  expect(rows[0]?.problem_column).toBeNull();
  expect(rows[1]).toMatchObject({ problem_column: "ChargePeriodEnd", problem_reason: "is empty" });
});
