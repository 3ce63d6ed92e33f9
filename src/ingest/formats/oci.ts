import { textCheck, timeCheck, typed } from "./build-select.ts";
import type { Check, Mapping } from "./build-select.ts";
import type { Format, SourceFile } from "./format.ts";
import { indexHeader } from "./header.ts";
import { amountOrNull, jsonOfColumns, textOrNull, ZERO } from "./native-fields.ts";
import { quantityWarning } from "./quantity-warning.ts";
import { OCI_SERVICES, serviceCategorySql } from "./service-categories.ts";
import { columnsOfAmounts, residualOf } from "./sql-money.ts";
import { coalesceSql, textSql } from "./sql-text.ts";
import { timeOf } from "./sql-time.ts";

/**
 * Oracle's own cost report (`lineItem/…`, `cost/…`). It has one cost: what is charged (`cost/myCost`, and
 * `cost/myCostOverage` where a subscription is overdrawn). No list price, no commitments as rows: the four costs are
 * equal. Times are UTC hours; the billing period is their calendar month, for the report names none.
 */
const NEEDED = ["lineItem/intervalUsageStart", "lineItem/intervalUsageEnd", "cost/myCost", "cost/currencyCode"];

export const ociFormat: Format = {
  id: "oci-cost-report",
  title: "Oracle cost report (cost/myCost …)",
  recognise: (file) => {
    const { has } = indexHeader(file);
    const missing = NEEDED.filter((name) => !has(name));
    const oracle = ["product/compartmentId", "lineItem/tenantId", "lineItem/referenceNo"].some(has);
    return { matches: oracle && missing.length === 0, score: oracle ? 1 - missing.length / 5 : 0, missing };
  },
  columns: (file) => ociColumns(file).names,
  mapping: mapOci,
  control: (file) => {
    const oci = ociColumns(file);
    const total = totalSql(oci.cost.sql, oci.overage.sql);
    const text = oci.overage.text.startsWith("null") ? oci.cost.text : `(${total})::varchar`;
    const cost = { text, sql: total };
    return {
      currency: oci.currency,
      costs: { billed: cost, effective: cost, list: cost, contracted: cost },
      identical: true,
    };
  },
  warnings: (file) => [
    {
      rule: "list-cost-missing",
      text: "rows come from a report with one cost only: effective, list and contracted cost equal the billed cost",
      when: "true",
    },
    ...quantityWarning(file, [{ column: "usage/billedQuantity", amount: ociColumns(file).quantity, name: "quantity" }]),
  ],
};

function totalSql(cost: string, overage: string): string {
  return `${cost} + coalesce(${overage}, ${ZERO})`;
}

function ociColumns(file: SourceFile) {
  const { find } = indexHeader(file);
  const used = new Set<string>();
  const pick = (name: string): string | null => {
    const found = find(name);
    if (found !== null) used.add(found);
    return found;
  };
  const text = (name: string): string => textOrNull(file, pick(name));
  const tags = file.header.flatMap((name) => {
    const key = /^tags\/(.+)$/i.exec(name.trim())?.[1];
    return key === undefined ? [] : [{ key, name, sql: textSql(file, name) }];
  });
  for (const { name } of tags) used.add(name);
  return {
    text,
    start: timeOf(file, pick("lineItem/intervalUsageStart") ?? ""),
    end: timeOf(file, pick("lineItem/intervalUsageEnd") ?? ""),
    cost: amountOrNull(file, pick("cost/myCost")),
    overage: amountOrNull(file, pick("cost/myCostOverage")),
    quantity: amountOrNull(file, pick("usage/billedQuantity")),
    currency: text("cost/currencyCode"),
    service: text("product/service"),
    correction: text("lineItem/isCorrection"),
    unit: coalesceSql(text("cost/skuUnitDescription"), text("cost/billingUnitReadable")),
    texts: {
      billing_account_id: text("lineItem/tenantId"),
      sub_account_id: text("product/compartmentId"),
      sub_account_name: text("product/compartmentName"),
      charge_description: text("product/Description"),
      region_id: text("product/region"),
      availability_zone: text("product/availabilityDomain"),
      sku_id: text("cost/productSku"),
      resource_id: text("product/resourceId"),
      tags: jsonOfColumns(tags),
    },
    names: [...used], // last: every pick above has been made
  };
}

function mapOci(file: SourceFile): Mapping {
  const oci = ociColumns(file);
  const total = typed("total");
  const month = `date_trunc('month', ${typed("start")})::timestamp`;
  const cost: Check = {
    column: "cost/myCost",
    holds: `${typed("total")} is not null`,
    value: oci.cost.text,
    reason: `case when ${oci.cost.text} is null then 'is empty' else 'is no decimal number' end`,
  };
  return {
    columns: oci.names,
    amounts: columnsOfAmounts([oci.cost, oci.overage, oci.quantity]),
    typed: {
      start: oci.start.sql,
      end: oci.end.sql,
      quantity: oci.quantity.sql,
      total: totalSql(oci.cost.sql, oci.overage.sql),
    },
    values: {
      ...oci.texts,
      charge_period_start: typed("start"),
      charge_period_end: typed("end"),
      billing_period_start: month,
      billing_period_end: `${month} + interval 1 month`,
      service_provider_name: "'Oracle'",
      host_provider_name: "'Oracle'",
      publisher_name: "'Oracle'",
      invoice_issuer_name: "'Oracle'",
      billing_currency: oci.currency,
      charge_category: "'Usage'",
      charge_class: `case when lower(${oci.correction}) = 'true' then 'Correction' end`,
      charge_frequency: "'Usage-Based'",
      service_name: oci.service,
      x_service_code: oci.service,
      service_category: serviceCategorySql(oci.service, OCI_SERVICES),
      pricing_category: "'Standard'",
      pricing_unit: oci.unit,
      consumed_unit: oci.unit,
      billed_cost: total,
      effective_cost: total,
      list_cost: total,
      contracted_cost: total,
      pricing_quantity: typed("quantity"),
      consumed_quantity: typed("quantity"),
    },
    checks: [
      timeCheck("lineItem/intervalUsageStart", oci.start.text, "start"),
      timeCheck("lineItem/intervalUsageEnd", oci.end.text, "end"),
      textCheck("cost/currencyCode", oci.currency),
      cost,
    ],
    provider: "'oci'",
    dataset: "'oci-cost-report'",
    residual: residualOf([oci.cost, oci.overage]),
  };
}
