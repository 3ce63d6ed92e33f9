import { textCheck, timeCheck, typed } from "./build-select.ts";
import type { Check, Mapping } from "./build-select.ts";
import type { Format, SourceFile } from "./format.ts";
import { gcpFields } from "./gcp-columns.ts";
import { indexHeader } from "./header.ts";
import { NO_TEXT, readableCheck, ZERO } from "./native-fields.ts";
import { quantityWarning } from "./quantity-warning.ts";
import { GCP_SERVICES, serviceCategorySql } from "./service-categories.ts";
import { amountText, columnsOfAmounts, moneySql, residualOf } from "./sql-money.ts";
import { coalesceSql } from "./sql-text.ts";

/**
 * Google's BigQuery billing export, standard and detailed, as files (billing-sources §3.1): what is invoiced is
 * `cost` and its `credits`, which are negative. Promotional credits become a row of their own (Credit, `extra`);
 * discounts (sustained use, committed use, …) lower the row they are given on. Commitment fees are SKUs of their own.
 * The billing month is `invoice.month`: usage at a month's edge is invoiced by Pacific time, so no timestamp tells.
 * Rows are only ever added (corrections are rows too), each with its `export_time`: a later file adds to a month.
 */
export const gcpFormat: Format = {
  id: "gcp-export",
  title: "Google Cloud billing export (BigQuery, standard or detailed)",
  recognise: (file) => {
    const { has, find } = indexHeader(file);
    const within = (path: string): boolean =>
      find(path, path.replaceAll(".", "_"), path.split(".")[0] ?? path) !== null;
    const needs = ["cost", "currency", "usage_start_time", "usage_end_time", "billing_account_id", "invoice.month"];
    const missing = needs.filter((path) => !within(path));
    const google = ["usage_start_time", "billing_account_id", "cost_type", "export_time"].filter(has).length >= 2;
    return { matches: google && missing.length === 0, score: google ? 1 - missing.length / 7 : 0, missing };
  },
  columns: (file) => gcpColumns(file).names,
  appends: (file) => {
    const { exported, found } = gcpColumns(file);
    return exported.text === NO_TEXT ? null : `${IDENTITY_VERSION}: ${found.join(" ")}`;
  },
  mapping: (file) => mapGcp(gcpColumns(file), "line"),
  extra: (file) => mapGcp(gcpColumns(file), "promotion"),
  control: (file) => {
    const gcp = gcpColumns(file);
    const sum = `${gcp.cost.sql} + ${gcp.discounts} + ${gcp.promotions}`;
    const invoiced = { text: `(${sum})::varchar`, sql: sum };
    return {
      currency: gcp.currency,
      costs: {
        billed: invoiced,
        effective: invoiced,
        list: {
          text: coalesceSql(gcp.list.text, gcp.cost.text),
          sql: `case when ${gcp.list.present} then ${gcp.list.sql} else ${gcp.cost.sql} end`,
        },
        contracted: { text: gcp.cost.text, sql: gcp.cost.sql },
      },
      identical: true,
    };
  },
  warnings: (file) => {
    const gcp = gcpColumns(file);
    const when = gcp.list.text === NO_TEXT ? "true" : `${gcp.list.text} is null`;
    return [
      { rule: "list-cost-missing", text: "rows have no cost_at_list; cost stands in as list cost", when },
      ...quantityWarning(file, [
        { column: "usage.amount", amount: gcp.usage, name: "usage" },
        { column: "usage.amount_in_pricing_units", amount: gcp.pricing, name: "pricing" },
      ]),
    ];
  },
};

/** Changes when the texts of `identityOf` do: rows known by another version cannot be compared. */
const IDENTITY_VERSION = "gcp-1";

function gcpColumns(file: SourceFile) {
  const { text, amount, time, pairs, names, found } = gcpFields(file);
  const creditNames = [indexHeader(file).find("credits")].filter((name) => name !== null);
  const credits = pairs("credits", ["type", "amount"]);
  const tagLists = [pairs("labels", ["key", "value"]), pairs("tags", ["key", "value"])];
  const system = pairs("system_labels", ["key", "value"]);
  const prefixed =
    system === null ? null : `list_transform(${system}, lambda e: {'key': 'goog-system:' || e.key, 'value': e.value})`;
  const lists = [...tagLists, prefixed].filter((list) => list !== null).map((list) => `coalesce(${list}, [])`);
  const all = lists.slice(1).reduce((left, right) => `list_concat(${left}, ${right})`, lists[0] ?? "");
  return {
    cost: amount("cost"),
    list: amount("cost_at_list"),
    discounts: creditSum(credits, "<>"),
    promotions: creditSum(credits, "="),
    start: time("usage_start_time"),
    end: time("usage_end_time"),
    exported: time("export_time"),
    month: text("invoice.month"),
    currency: text("currency"),
    costType: text("cost_type"),
    sku: text("sku.description"),
    service: text("service.description"),
    usage: amount("usage.amount"),
    pricing: amount("usage.amount_in_pricing_units"),
    committed:
      credits === null
        ? "false"
        : `coalesce(list_bool_or(list_transform(${credits}, lambda e: starts_with(e.key, 'COMMITTED_USAGE_DISCOUNT'))), false)`,
    texts: {
      billing_account_id: text("billing_account_id"),
      sub_account_id: text("project.id"),
      sub_account_name: text("project.name"),
      region_id: coalesceSql(text("location.region"), text("location.location")),
      region_name: text("location.location"),
      availability_zone: text("location.zone"),
      sku_id: text("sku.id"),
      sku_price_id: NO_TEXT,
      resource_id: coalesceSql(text("resource.global_name"), text("resource.name")),
      resource_name: text("resource.name"),
      consumed_unit: text("usage.unit"),
      pricing_unit: text("usage.pricing_unit"),
      commitment_discount_id: text("subscription.instance_id"),
      publisher_name: coalesceSql(text("seller_name"), "'Google Cloud'"),
      x_service_code: text("service.id"),
      tags: lists.length === 0 ? NO_TEXT : `nullif(to_json(${all})::varchar, '[]')`,
    },
    creditColumns: credits === null ? [] : creditNames,
    names: [...names], // last: every field above has been looked up
    found: [...found].sort(),
  };
}

/** What tells a row of the export from another: where and when it was used, what it costs, and when it was exported. */
function identityOf(gcp: ReturnType<typeof gcpColumns>): string[] {
  const { texts } = gcp;
  const said = [
    texts.billing_account_id,
    texts.sub_account_id,
    texts.x_service_code,
    gcp.service,
    texts.sku_id,
    gcp.sku,
  ];
  const where = [texts.region_id, texts.region_name, texts.availability_zone, texts.resource_id, texts.resource_name];
  const kind = [gcp.month, gcp.currency, gcp.costType, texts.commitment_discount_id, texts.consumed_unit, texts.tags];
  const times = ["start", "end", "exported"].map(typed);
  const amounts = ["cost", "list", "discounts", "promotions", "usage", "pricing", "committed"].map(typed);
  return [...said, ...where, ...kind, ...times.map((value) => `${value}::varchar`), ...amounts.map(amountText)];
}

/** Σ of a row's credits that are (=) or are not (<>) promotional; 0 without credits, null when one is no number. */
function creditSum(credits: string | null, comparison: "=" | "<>"): string {
  if (credits === null) return ZERO;
  const chosen = `list_filter(${credits}, lambda e: coalesce(e.key, '') ${comparison} 'PROMOTION')`;
  const amounts = `list_transform(${chosen}, lambda e: ${moneySql("e.value")})`;
  const unreadable = `len(list_filter(${amounts}, lambda a: a is null)) > 0`;
  return `case when ${unreadable} then null else coalesce(list_sum(${amounts})::decimal(38,18), ${ZERO}) end`;
}

function mapGcp(gcp: ReturnType<typeof gcpColumns>, row: "line" | "promotion"): Mapping {
  const month = typed("month");
  const invoiced = `${typed("cost")} + ${typed("discounts")}`;
  const fee = `regexp_matches(coalesce(${gcp.sku}, ''), '^Commitment( v[0-9]+)?( - dollar based)?[: ]')`;
  const isPromotion = row === "promotion";
  const checks = gcpChecks(gcp);
  return {
    columns: gcp.names,
    amounts: columnsOfAmounts([gcp.cost, gcp.list, gcp.usage, gcp.pricing]),
    rowColumns: gcp.creditColumns,
    ...(gcp.exported.text === NO_TEXT ? {} : { identity: identityOf(gcp) }),
    typed: {
      cost: gcp.cost.sql,
      list: gcp.list.sql,
      discounts: gcp.discounts,
      promotions: gcp.promotions,
      start: gcp.start.sql,
      end: gcp.end.sql,
      exported: gcp.exported.sql,
      usage: gcp.usage.sql,
      pricing: gcp.pricing.sql,
      month: `try_strptime(left(replace(${gcp.month}, '-', ''), 6) || '01', '%Y%m%d')`,
      committed: gcp.committed,
    },
    values: {
      ...gcp.texts,
      charge_period_start: typed("start"),
      charge_period_end: typed("end"),
      billing_period_start: month,
      billing_period_end: `${month} + interval 1 month`,
      service_provider_name: "'Google Cloud'",
      host_provider_name: "'Google Cloud'",
      invoice_issuer_name: "'Google Cloud'",
      billing_currency: gcp.currency,
      charge_category: isPromotion
        ? "'Credit'"
        : `case coalesce(${gcp.costType}, 'regular') when 'regular' then case when ${fee} then 'Purchase' else 'Usage' end
           when 'tax' then 'Tax' else 'Adjustment' end`,
      charge_description: isPromotion ? `'Promotional credit: ' || coalesce(${gcp.sku}, '')` : gcp.sku,
      charge_frequency: `case when coalesce(${gcp.costType}, 'regular') = 'regular' then 'Usage-Based' end`,
      service_name: gcp.service,
      sku_meter: gcp.sku,
      service_category: serviceCategorySql(gcp.service, GCP_SERVICES),
      pricing_category: `case when ${typed("committed")} then 'Committed' when contains(lower(${gcp.sku}), 'preemptible') or contains(lower(${gcp.sku}), 'spot ') then 'Dynamic'
        when coalesce(${gcp.costType}, 'regular') = 'regular' then 'Standard' end`,
      commitment_discount_category: `case when ${gcp.texts.commitment_discount_id} is not null then 'Usage' end`,
      commitment_discount_type: `case when ${gcp.texts.commitment_discount_id} is not null then 'Committed Use Discount' end`,
      billed_cost: isPromotion ? typed("promotions") : invoiced,
      effective_cost: isPromotion ? typed("promotions") : invoiced,
      list_cost: isPromotion ? ZERO : `case when ${gcp.list.present} then ${typed("list")} else ${typed("cost")} end`,
      contracted_cost: isPromotion ? ZERO : typed("cost"),
      ...(isPromotion ? {} : { consumed_quantity: typed("usage"), pricing_quantity: typed("pricing") }),
    },
    checks,
    provider: "'gcp'",
    dataset: "'gcp-export'",
    residual: residualOf([gcp.cost, gcp.list]),
    ...(isPromotion
      ? { where: `${checks.map(({ holds }) => holds).join(" and ")} and ${typed("promotions")} <> 0` }
      : {}),
  };
}

function gcpChecks(gcp: ReturnType<typeof gcpColumns>): readonly Check[] {
  return [
    timeCheck("usage_start_time", gcp.start.text, "start"),
    timeCheck("usage_end_time", gcp.end.text, "end"),
    { ...timeCheck("invoice.month", gcp.month, "month"), reason: "'is no month YYYYMM'" },
    textCheck("currency", gcp.currency),
    {
      column: "cost",
      holds: `${typed("cost")} is not null`,
      value: gcp.cost.text,
      reason: `case when ${gcp.cost.text} is null then 'is empty' else 'is no decimal number' end`,
    },
    {
      column: "credits",
      holds: `(${typed("discounts")} is not null and ${typed("promotions")} is not null)`,
      value: "null::varchar",
      reason: "'a credit has no amount that is a decimal number'",
    },
    ...(gcp.list.text === NO_TEXT ? [] : [readableCheck("cost_at_list", gcp.list, "list")]),
  ];
}
