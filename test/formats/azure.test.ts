import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { openMapper, plain, toCsv } from "./map-file.ts";
import type { Mapper, Row } from "./map-file.ts";

let duck: Mapper;
beforeAll(async () => {
  duck = await openMapper();
});
afterAll(() => duck.close());

const PLAN = "/providers/Microsoft.BillingBenefits/savingsPlanOrders/o/savingsPlans/p";
const RESERVATION = "/providers/Microsoft.Capacity/reservationOrders/o/reservations/R";

/** An EA row, as Azure names and writes it. */
const EA = {
  BillingAccountId: "8611537",
  BillingPeriodStartDate: "09/01/2023",
  BillingPeriodEndDate: "09/30/2023",
  SubscriptionId: "1caaa5a3",
  SubscriptionName: "Research",
  Date: "09/04/2023",
  MeterCategory: "Storage",
  MeterSubCategory: "Tiered Block Blob",
  MeterName: "LRS Write Operations",
  Quantity: "0.0004",
  Cost: "0.00004",
  UnitPrice: "0.1",
  PayGPrice: "0.12",
  BillingCurrency: "USD",
  ResourceLocation: "EastUS2",
  ResourceId: "/subscriptions/1/resourceGroups/RG-5/providers/Microsoft.Storage/storageAccounts/X",
  Tags: '"CostCenter": "1234","env": "prod"',
  UnitOfMeasure: "10K",
  ChargeType: "Usage",
  Frequency: "UsageBased",
  PricingModel: "OnDemand",
  benefitId: "",
  benefitName: "",
};
type Change = Partial<Record<keyof typeof EA, string>>;

async function mapAs(name: string, ...changes: readonly Change[]) {
  const mapped = await duck.csv(toCsv(changes.map((change) => ({ ...EA, ...change }))), { name });
  expect(mapped.rows.map((row) => row.problem_reason)).toEqual(changes.map(() => null));
  return mapped;
}
const actual = (...changes: readonly Change[]) => mapAs("ea_actualcost_2023-09.csv", ...changes);
const amortized = (...changes: readonly Change[]) => mapAs("ea_AmortizedCost_2023-09.csv", ...changes);

function costs(row: Row | undefined): string {
  return [row?.billed_cost, row?.effective_cost, row?.list_cost, row?.contracted_cost].map(plain).join(" ");
}

describe("EA cost details", () => {
  test("usage: days exclusive, ids lower case, quantities in blocks and units, list price as list cost", async () => {
    const { format, rows } = await amortized({});
    expect(format.id).toBe("azure-amortized");
    expect(costs(rows[0])).toBe("0.00004 0.00004 0.000048 0.00004");
    expect(rows[0]).toMatchObject({
      provider: "azure",
      dataset: "azure-amortized",
      kind: "usage",
      charge_period_start: "2023-09-04 00:00:00",
      charge_period_end: "2023-09-05 00:00:00",
      billing_period_start: "2023-09-01 00:00:00",
      billing_period_end: "2023-10-01 00:00:00",
      billing_account_id: "8611537",
      sub_account_id: "1caaa5a3",
      service_name: "Storage",
      service_category: "Storage",
      region_id: "eastus2",
      charge_frequency: "Usage-Based",
      pricing_category: "Standard",
      pricing_unit: "10K",
      consumed_unit: "Units",
      tags: '"CostCenter": "1234","env": "prod"', // braces come with cleanJson, once for each distinct text
    });
    expect(rows[0]?.resource_id).toBe(EA.ResourceId.toLowerCase());
    expect(plain(rows[0]?.pricing_quantity)).toBe("0.0004");
    expect(plain(rows[0]?.consumed_quantity)).toBe("4");
  });

  test.each([
    ["1 Hour", "Hour", "2"],
    ["100 Hours", "Hours", "200"],
    ["10K", "Units", "20000"],
    ["1M", "Units", "2000000"],
    ["1 GB/Month", "GB/Month", "2"],
    ["1/Month", "Month", "2"],
    ["1,000 Calls", "Calls", "2000"],
    ["Hours", "Hours", "2"],
  ])("block size and unit of %j", async (measure, unit, quantity) => {
    const { rows } = await amortized({ UnitOfMeasure: measure, Quantity: "2" });
    expect(rows[0]).toMatchObject({ pricing_unit: measure, consumed_unit: unit });
    expect(plain(rows[0]?.consumed_quantity)).toBe(quantity);
  });

  test("covered usage is billed 0 and costs its share; what nobody used is Unused", async () => {
    const covered = { Quantity: "8", Cost: "0.493152", UnitPrice: "0.146", PayGPrice: "0", UnitOfMeasure: "1 Hour" };
    const { rows, control } = await amortized(
      { ...covered, PricingModel: "Reservation", benefitId: RESERVATION },
      { ...covered, PricingModel: "SavingsPlan", benefitId: PLAN },
      {
        ...covered,
        ChargeType: "UnusedReservation",
        PricingModel: "Reservation",
        benefitId: RESERVATION,
        ResourceId: "",
      },
      { ...covered, ChargeType: "UnusedSavingsPlan", PricingModel: "SavingsPlan", benefitId: PLAN, ResourceId: "" },
    );
    expect(rows.map((row) => `${plain(row.billed_cost)} ${plain(row.effective_cost)}`)).toEqual(
      Array(4).fill("0 0.493152"),
    );
    expect(rows.map((row) => `${row.commitment_discount_category} ${row.commitment_discount_status}`)).toEqual([
      "Usage Used",
      "Spend Used",
      "Usage Unused",
      "Spend Unused",
    ]);
    expect(rows.every((row) => row.charge_category === "Usage" && row.pricing_category === "Committed")).toBe(true);
    expect(rows[0]).toMatchObject({ commitment_discount_id: RESERVATION });
    expect(rows[2]).toMatchObject({ resource_id: RESERVATION.toLowerCase() });
    expect(costs(rows[0])).toBe("0 0.493152 1.168 1.168");
    expect([control.billed, control.effective].map(plain)).toEqual(["0", "1.972608"]);
  });

  test("actual: commitments bought and refunded stand apart from usage", async () => {
    const bought = {
      PricingModel: "Reservation",
      benefitId: RESERVATION,
      Cost: "3.25",
      Frequency: "Recurring",
      Quantity: "1",
    };
    const { format, rows } = await actual(
      { ...bought, ChargeType: "Purchase" },
      { ...bought, ChargeType: "Refund", Cost: "-3.25" },
      { ChargeType: "Purchase", PricingModel: "", Cost: "20" },
      {},
    );
    expect(format.id).toBe("azure-actual");
    expect(
      rows.map((row) => `${row.dataset} ${row.kind} ${plain(row.billed_cost)} ${plain(row.effective_cost)}`),
    ).toEqual([
      "azure-actual purchases 3.25 0",
      "azure-actual refunds -3.25 0",
      "azure-actual-usage purchases 20 20",
      "azure-actual-usage usage 0.00004 0.00004",
    ]);
    expect(rows[1]).toMatchObject({ charge_class: "Correction", charge_category: "Purchase" });
    expect(rows[0]).toMatchObject({ charge_frequency: "Recurring", pricing_category: "Standard" });
  });

  test("spot, credits, tax, unknown charge types", async () => {
    const { rows } = await actual(
      { PricingModel: "Spot" },
      { ChargeType: "Credit" },
      { ChargeType: "Tax" },
      { ChargeType: "RoundingAdjustment" },
    );
    expect(rows.map((row) => row.charge_category)).toEqual(["Usage", "Credit", "Tax", "Adjustment"]);
    expect(rows[0]).toMatchObject({ pricing_category: "Dynamic" });
  });

  test("a day-first export shows itself by its billing period end", async () => {
    const { rows } = await amortized({
      BillingPeriodStartDate: "01/09/2023",
      BillingPeriodEndDate: "30/09/2023",
      Date: "04/09/2023",
    });
    expect(rows[0]).toMatchObject({
      charge_period_start: "2023-09-04 00:00:00",
      billing_period_end: "2023-10-01 00:00:00",
    });
  });
});

describe("other headers", () => {
  test("MCA, camel case, with list cost", async () => {
    const { rows, format } = await duck.csv(
      "invoiceId,billingAccountId,billingProfileId,subscriptionId,date,meterCategory,quantity,costInBillingCurrency,paygCostInBillingCurrency,billingCurrency,chargeType,pricingModel,resourceId,tags\nI1,acc,prof,sub,02/01/2024,Virtual Machines,24,1.5,2,EUR,Usage,OnDemand,/x,\n",
    );
    expect(format.id).toBe("azure-actual");
    expect(costs(rows[0])).toBe("1.5 1.5 2 1.5");
    expect(rows[0]).toMatchObject({
      billing_account_id: "prof",
      billing_currency: "EUR",
      invoice_id: "I1",
      charge_period_start: "2024-02-01 00:00:00",
      billing_period_start: "2024-02-01 00:00:00",
      billing_period_end: "2024-03-01 00:00:00",
      problem_column: null,
    });
  });

  test("localised names, PreTaxCost, no charge type: usage, with notices", async () => {
    const { rows, format, file } = await duck.csv(
      "Abonnement-GUID (SubscriptionGuid),Ressourcengruppe (ResourceGroup),Ressourcenstandort (ResourceLocation),UsageDateTime (UsageDateTime),Kategorie der Verbrauchseinheit (MeterCategory),UsageQuantity (UsageQuantity),Ressourcensatz (ResourceRate),PreTaxCost (PreTaxCost),Genutzter Dienst (ConsumedService),InstanceId (InstanceId),Currency,Maßeinheit (UnitOfMeasure)\nsub,rg,US East,2021-02-02,Load Balancer,3,0.025,0.075,Microsoft.Network,/X/y,USD,100 Hours\n",
    );
    expect(costs(rows[0])).toBe("0.075 0.075 0.075 0.075");
    expect(rows[0]).toMatchObject({
      charge_category: "Usage",
      dataset: "azure-actual-usage",
      sub_account_id: "sub",
      service_category: "Networking",
      resource_id: "/x/y",
      problem_column: null,
    });
    const rules = format.warnings?.(file).map(({ rule }) => rule);
    expect(rules).toEqual(
      expect.arrayContaining(["charge-type-missing", "billing-period-missing", "list-cost-missing"]),
    );
  });

  test("a row without cost is a reject", async () => {
    const { rows } = await duck.csv(toCsv([{ ...EA, Cost: "" }]));
    expect(rows[0]).toMatchObject({ problem_column: "Cost", problem_reason: "is empty" });
  });
});
