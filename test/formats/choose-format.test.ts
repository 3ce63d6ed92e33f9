import { describe, expect, test } from "vitest";

import { explain } from "../../src/domain/errors.ts";
import { chooseFormat } from "../../src/ingest/formats/formats.ts";
import { normaliseHeader } from "../../src/ingest/formats/header.ts";

function choose(header: readonly string[], path = "bill.csv"): string {
  try {
    return chooseFormat({ path, container: "csv", header, types: null, delimiter: ",", encoding: "utf-8" }).id;
  } catch (error) {
    return explain(error);
  }
}

const FOCUS = [
  "BilledCost",
  "EffectiveCost",
  "BillingCurrency",
  "BillingPeriodStart",
  "BillingPeriodEnd",
  "ChargePeriodStart",
  "ChargePeriodEnd",
];
const AZURE = [
  "SubscriptionId",
  "Date",
  "MeterCategory",
  "MeterId",
  "CostInBillingCurrency",
  "BillingCurrency",
  "ChargeType",
];

describe("a header names its format", () => {
  test.each([
    [FOCUS, "bill.csv", "focus"],
    [FOCUS.map((name) => name.toUpperCase()), "bill.csv", "focus"],
    [AZURE, "actual.csv", "azure-actual"],
    [AZURE, "export/AmortizedCost/part_0_0001.csv", "azure-amortized"],
    [AZURE, "part_0_0001.csv", "azure-actual"],
  ])("%j in %s", (header, path, id) => {
    expect(choose(header, path)).toBe(id);
  });
});

describe("what is no bill is refused with a sentence that helps", () => {
  test.each([
    [
      "FOCUS without currency",
      FOCUS.filter((name) => name !== "BillingCurrency"),
      ["looks like FOCUS", "BillingCurrency"],
    ],
    [
      "FOCUS without amortised cost",
      FOCUS.filter((name) => name !== "EffectiveCost"),
      ["looks like FOCUS", "EffectiveCost"],
    ],
    [
      "Contract Commitment",
      ["ContractCommitmentId", "ContractCommitmentPeriodStart", "BillingCurrency"],
      ["Contract Commitment", "Cost and Usage"],
    ],
    ["Invoice Detail", ["InvoiceDetailId", "InvoiceIssueStatus", "BilledCost"], ["Invoice Detail", "Cost and Usage"]],
    [
      "Billing Period",
      ["BillingPeriodStart", "BillingPeriodStatus", "BillingPeriodCreated"],
      ["Billing Period", "Cost and Usage"],
    ],
    ["Azure without currency", AZURE.filter((name) => name !== "BillingCurrency"), ["Azure", "currency"]],
    ["Azure without date", AZURE.filter((name) => name !== "Date"), ["Azure", "date"]],
    [
      "CUR without cost",
      ["line_item_line_item_type", "line_item_currency_code", "bill_payer_account_id"],
      ["CUR 2.0", "line_item_unblended_cost"],
    ],
    ["OCI usage report", ["lineItem/tenantId", "usage/consumedQuantity"], ["usage report", "cost report"]],
    ["something else", ["name", "age"], ["no bill", "name, age", "FOCUS 1.0–1.4"]],
    ["nothing", [], ["no bill"]],
  ])("%s", (_, header, words) => {
    const message = choose(header);
    for (const word of words) expect(message).toContain(word);
  });
});

test.each([
  ["\uFEFFBilledCost", "billedcost"],
  ["Ressourcengruppe (ResourceGroup)", "resourcegroup"],
  ["  Tags ", "tags"],
  ["cost", "cost"],
])("header %j is %s", (name, expected) => {
  expect(normaliseHeader(name)).toBe(expected);
});
