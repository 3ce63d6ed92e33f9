import { textCheck, timeCheck, typed } from "./build-select.ts";
import type { Check, Mapping } from "./build-select.ts";
import { azureColumns, findAzure } from "./azure-columns.ts";
import type { AzureColumns } from "./azure-columns.ts";
import type { Format, FormatWarning, Recognition, SourceFile } from "./format.ts";
import { readableCheck, timesSql, ZERO } from "./native-fields.ts";
import { quantityWarning } from "./quantity-warning.ts";
import { AZURE_SERVICES, serviceCategorySql } from "./service-categories.ts";
import { controlText } from "./sql-money.ts";

/**
 * Azure cost details, EA and MCA, and the older usage details: two exports of one shape (billing-sources §2.2).
 * - amortized: every row counts; usage a commitment covers is billed 0 and costs its share;
 * - actual: reservations and savings plans bought or refunded are kept under `azure-actual` (billed, effective 0);
 *   all else stands in `azure-actual-usage`, which the loader shows only while the amortized file is not there.
 * The header does not tell them apart, the file's name does (Azure's own names hold "actual" or "amortized"); a file
 * whose name says neither is read as actual, where commitment rows that are amortized still map as they should.
 *
 * Quantity × UnitPrice = Cost on every row of Microsoft's own sample, 10K blocks included: Quantity counts blocks. So
 * PricingQuantity is Quantity (in UnitOfMeasure), ConsumedQuantity is Quantity × block size.
 */
export const azureActualFormat: Format = azureFormat("azure-actual", "Azure cost details, actual cost");
export const azureAmortizedFormat: Format = azureFormat("azure-amortized", "Azure cost details, amortized cost");

type Dataset = "azure-actual" | "azure-amortized";

function azureFormat(id: Dataset, title: string): Format {
  return {
    id,
    title,
    recognise: (file) => recogniseAzure(file, id),
    columns: (file) => azureColumns(file).names,
    mapping: (file) => mapAzure(azureColumns(file), id),
    control: (file) => {
      const azure = azureColumns(file);
      return {
        currency: azure.currency,
        costs: {
          billed: controlText(`case when ${coveredText(azure)} then '0' else ${azure.cost.text} end`),
          effective: controlText(`case when ${boughtText(azure)} then '0' else ${azure.cost.text} end`),
          list: null,
          contracted: null,
        },
        identical: true,
      };
    },
    warnings: (file) => azureWarnings(file, azureColumns(file)),
  };
}

function recogniseAzure(file: SourceFile, id: Dataset): Recognition {
  const found = findAzure(file);
  const needs = [
    ["cost (CostInBillingCurrency, Cost or PreTaxCost)", found.cost],
    ["currency (BillingCurrency, BillingCurrencyCode or Currency)", found.currency],
    ["date (Date or UsageDateTime)", found.date],
    ["account (SubscriptionId or SubscriptionGuid)", found.subscription],
  ] as const;
  const missing = needs.filter(([, name]) => name === null).map(([need]) => need);
  const looksAzure = found.marks >= 2;
  const amortized = /amorti[sz]ed/i.test(file.path.split(/[\\/]/).slice(-3).join("/"));
  const named = amortized === (id === "azure-amortized");
  const score = looksAzure ? (1 - missing.length / 5) * (named ? 1 : 0.9) : 0;
  return { matches: looksAzure && missing.length === 0 && named, score, missing };
}

/** Usage a reservation or savings plan covers, the unused part included: billed with the purchase, not here. */
function coveredText(azure: AzureColumns): string {
  return `(coalesce(${azure.pricing}, '') in ('reservation', 'savingsplan') and not ${purchaseText(azure)} or ${azure.chargeType} in ('unusedreservation', 'unusedsavingsplan'))`;
}

function purchaseText(azure: AzureColumns): string {
  return `${azure.chargeType} in ('purchase', 'refund')`;
}

/** A reservation or savings plan bought or given back: reaches EffectiveCost through what it covers. */
function boughtText(azure: AzureColumns): string {
  return `(coalesce(${azure.pricing}, '') in ('reservation', 'savingsplan') and ${purchaseText(azure)})`;
}

function mapAzure(azure: AzureColumns, id: Dataset): Mapping {
  const { chargeType, pricing } = azure;
  const cost = typed("cost");
  const unused = `${chargeType} in ('unusedreservation', 'unusedsavingsplan')`;
  const consumed = `case when ${typed("block")} = 1 then ${typed("quantity")} else ${timesSql(typed("block"), typed("quantity"))} end`;
  const priced = timesSql(typed("price"), typed("quantity"));
  const contracted = `case when ${typed("covered")} then coalesce(${priced}, ${cost}) else ${cost} end`;
  const listed = `coalesce(nullif(${typed("list")}, 0), nullif(${timesSql(typed("listPrice"), typed("quantity"))}, 0))`;
  return {
    columns: azure.names,
    amounts: azure.amountNames,
    typed: { ...azure.typed, block: azure.blockSize, covered: coveredText(azure), bought: boughtText(azure) },
    values: {
      ...azure.texts,
      charge_period_start: typed("date"),
      charge_period_end: `(${typed("date")} + interval 1 day)`,
      billing_period_start: azure.billingStart,
      billing_period_end: azure.billingEnd,
      service_provider_name: "'Microsoft Azure'",
      host_provider_name: "'Microsoft Azure'",
      invoice_issuer_name: "'Microsoft'",
      billing_currency: azure.currency,
      charge_category: `case when ${chargeType} in ('usage', 'unusedreservation', 'unusedsavingsplan') then 'Usage'
        when ${chargeType} in ('purchase', 'refund') then 'Purchase' when ${chargeType} = 'credit' then 'Credit'
        when ${chargeType} = 'tax' then 'Tax' else 'Adjustment' end`,
      charge_class: `case when ${chargeType} = 'refund' then 'Correction' end`,
      charge_frequency: `case ${azure.frequency} when 'onetime' then 'One-Time' when 'usagebased' then 'Usage-Based' when 'recurring' then 'Recurring' end`,
      pricing_category: `case when ${typed("covered")} then 'Committed' when ${pricing} = 'spot' then 'Dynamic'
        when ${pricing} = 'ondemand' or ${typed("bought")} then 'Standard' when ${pricing} is not null then 'Other' end`,
      service_category: serviceCategorySql(azure.service, AZURE_SERVICES),
      ...benefitValues(azure, unused),
      resource_id: `lower(coalesce(${azure.resource}, case when ${unused} or ${typed("bought")} then ${azure.benefit} end))`,
      billed_cost: `case when ${typed("covered")} then ${ZERO} else ${cost} end`,
      effective_cost: `case when ${typed("bought")} then ${ZERO} else ${cost} end`,
      contracted_cost: contracted,
      list_cost: `coalesce(${listed}, ${contracted})`,
      pricing_quantity: typed("quantity"),
      pricing_unit: azure.unit,
      consumed_quantity: `case when ${chargeType} = 'usage' then ${consumed} end`,
      consumed_unit: `case when ${chargeType} = 'usage' then ${azure.plainUnit} end`,
    },
    checks: azureChecks(azure),
    provider: "'azure'",
    dataset:
      id === "azure-amortized"
        ? "'azure-amortized'"
        : `case when ${typed("bought")} then 'azure-actual' else 'azure-actual-usage' end`,
    residual: azure.cost.residual,
  };
}

function benefitValues(azure: AzureColumns, unused: string): Record<string, string> {
  const benefit = azure.benefit;
  const applies = `(${typed("covered")} or ${typed("bought")})`;
  const isPlan = `(contains(lower(coalesce(${benefit}, '')), '/microsoft.billingbenefits/') or ${azure.pricing} = 'savingsplan' or ${azure.chargeType} = 'unusedsavingsplan')`;
  return {
    commitment_discount_id: `case when ${applies} then ${benefit} end`,
    commitment_discount_name: `case when ${applies} then ${azure.benefitName} end`,
    commitment_discount_category: `case when ${applies} then case when ${isPlan} then 'Spend' else 'Usage' end end`,
    commitment_discount_type: `case when ${applies} then case when ${isPlan} then 'Savings Plan' else 'Reservation' end end`,
    commitment_discount_status: `case when ${unused} then 'Unused' when ${typed("covered")} then 'Used' end`,
    commitment_discount_unit: `case when ${applies} then case when ${isPlan} then ${azure.currency} else ${azure.plainUnit} end end`,
    commitment_discount_quantity: `case when ${applies} then case when ${isPlan} then ${typed("cost")} else ${typed("quantity")} end end`,
  };
}

function azureChecks(azure: AzureColumns): readonly Check[] {
  const { found } = azure;
  return [
    timeCheck(found.date ?? "Date", azure.date.text, "date"),
    ...azure.periodChecks,
    textCheck(found.currency ?? "BillingCurrency", azure.currency),
    {
      column: found.cost ?? "CostInBillingCurrency",
      holds: `${typed("cost")} is not null`,
      value: azure.cost.text,
      reason: `case when ${azure.cost.text} is null then 'is empty' else 'is no decimal number' end`,
    },
    ...(found.listCost === null ? [] : [readableCheck(found.listCost, azure.list, "list")]),
  ];
}

function azureWarnings(file: SourceFile, azure: AzureColumns): readonly FormatWarning[] {
  const { found } = azure;
  const warnings: FormatWarning[] = [];
  if (found.chargeType === null) {
    const text = "rows have no ChargeType (an older export): all are taken as usage";
    warnings.push({ rule: "charge-type-missing", text, when: "true" });
  }
  if (found.billingStart === null || found.billingEnd === null) {
    const text = "rows have no billing period: the calendar month of their date stands in";
    warnings.push({ rule: "billing-period-missing", text, when: "true" });
  }
  if (found.listCost === null) {
    const text = "rows have no list price; the contracted cost stands in as list cost";
    const when = found.listPrice === null ? "true" : `coalesce(${typed("listPrice")}, 0) = 0`;
    warnings.push({ rule: "list-cost-missing", text, when });
  }
  const quantity = { column: found.quantity ?? "Quantity", amount: azure.quantity, name: "quantity" };
  return [...warnings, ...quantityWarning(file, [quantity])];
}
