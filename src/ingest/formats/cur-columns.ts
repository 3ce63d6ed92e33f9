import type { Check } from "./build-select.ts";
import { textCheck, timeCheck } from "./build-select.ts";
import type { SourceFile } from "./format.ts";
import { amountOrNull, jsonOfColumns, NO_TEXT, textOrNull } from "./native-fields.ts";
import { columnsOfAmounts, type Amount } from "./sql-money.ts";
import { tagsSql } from "./sql-tags.ts";
import { coalesceSql, quoteName, quoteText, textSql, typeOf } from "./sql-text.ts";
import { timeOf } from "./sql-time.ts";

/** A CUR name in the one spelling rules are written in: `lineItem/UnblendedCost` → `line_item_unblended_cost`. */
export function curName(header: string): string {
  return header
    .replace(/^\uFEFF/, "")
    .trim()
    .replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    .replace(/[/_]+/g, "_")
    .replace(/^_/, "");
}

/** Finds a column by its CUR 2.0 name, whatever the file's spelling. */
export function indexCur(file: SourceFile): (...names: readonly string[]) => string | null {
  const byName = new Map<string, string>();
  for (const name of file.header) if (!byName.has(curName(name))) byName.set(curName(name), name);
  return (...names) => names.map((name) => byName.get(name)).find((name) => name !== undefined) ?? null;
}

/** SQL of every column the rules need, over `raw`. */
export type CurColumns = ReturnType<typeof curColumns>;

export function curColumns(file: SourceFile) {
  const find = indexCur(file);
  const used = new Set<string>();
  const pick = (...names: readonly string[]): string | null => {
    const name = find(...names);
    if (name !== null) used.add(name);
    return name;
  };
  const text = (...names: readonly string[]): string => textOrNull(file, pick(...names));
  const product = (key: string, ...names: readonly string[]): string => productSql(file, pick, key, names);
  const net = amountOrNull(file, pick("line_item_net_unblended_cost"));
  const amounts = curAmounts(file, pick);
  const times = curTimes(file, pick);
  const reservation = text("reservation_reservation_a_r_n");
  const productCode = text("line_item_product_code");
  const currency = text("line_item_currency_code");
  const texts = curTexts(text, product, tagColumns(file, used));
  return {
    type: text("line_item_line_item_type"),
    usageType: text("line_item_usage_type"),
    unit: text("pricing_unit"),
    resource: text("line_item_resource_id"),
    commitment: coalesceSql(text("savings_plan_savings_plan_a_r_n"), reservation),
    reservation,
    currency,
    productCode,
    net,
    hasNet: net.text !== NO_TEXT,
    ...amounts,
    amounts: [amounts.unblended, net, amounts.savingsPlan, amounts.reservationCost, amounts.list],
    unusedAmounts: [amounts.committed, amounts.used, amounts.unusedUpfront, amounts.unusedRecurring],
    times,
    texts: { ...texts, service_name: coalesceSql(texts.service_name ?? NO_TEXT, productCode) },
    typed: {
      unblended: amounts.unblended.sql,
      net: net.sql,
      savingsPlan: amounts.savingsPlan.sql,
      reservation: amounts.reservationCost.sql,
      list: amounts.list.sql,
      quantity: amounts.quantity.sql,
      commitment: amounts.committed.sql,
      used: amounts.used.sql,
      unusedUpfront: amounts.unusedUpfront.sql,
      unusedRecurring: amounts.unusedRecurring.sql,
      unusedQuantity: amounts.unusedQuantity.sql,
      chargeStart: times.chargeStart.sql,
      chargeEnd: times.chargeEnd.sql,
      billingStart: times.billingStart.sql,
      billingEnd: times.billingEnd.sql,
    },
    checks: [
      textCheck("line_item_currency_code", currency),
      timeCheck("bill_billing_period_start_date", times.billingStart.text, "billingStart"),
      timeCheck("bill_billing_period_end_date", times.billingEnd.text, "billingEnd"),
      timeCheck("line_item_usage_start_date", times.chargeStart.text, "chargeStart"),
      timeCheck("line_item_usage_end_date", times.chargeEnd.text, "chargeEnd"),
    ] satisfies readonly Check[],
    amountNames: columnsOfAmounts([net, ...Object.values(amounts)]),
    names: [...used], // last: every pick above has been made
  };
}

type Pick = (...names: readonly string[]) => string | null;

/** Net variants first: they carry negotiated discounts. */
function curAmounts(file: SourceFile, pick: Pick) {
  const amount = (...names: readonly string[]): Amount => amountOrNull(file, pick(...names));
  return {
    unblended: amount("line_item_unblended_cost"),
    savingsPlan: preferNet(
      amount("savings_plan_net_savings_plan_effective_cost"),
      amount("savings_plan_savings_plan_effective_cost"),
    ),
    reservationCost: preferNet(amount("reservation_net_effective_cost"), amount("reservation_effective_cost")),
    list: amount("pricing_public_on_demand_cost"),
    quantity: amount("line_item_usage_amount"),
    committed: amount("savings_plan_total_commitment_to_date"),
    used: amount("savings_plan_used_commitment"),
    unusedUpfront: preferNet(
      amount("reservation_net_unused_amortized_upfront_fee_for_billing_period"),
      amount("reservation_unused_amortized_upfront_fee_for_billing_period"),
    ),
    unusedRecurring: preferNet(
      amount("reservation_net_unused_recurring_fee"),
      amount("reservation_unused_recurring_fee"),
    ),
    unusedQuantity: amount("reservation_unused_quantity"),
  };
}

function preferNet(net: Amount, gross: Amount): Amount {
  if (net.text === NO_TEXT) return gross;
  return {
    sql: coalesceSql(net.sql, gross.sql),
    text: coalesceSql(net.text, gross.text),
    present: `(${net.present} or ${gross.present})`,
    residual: `(${net.residual} or ${gross.residual})`,
    columns: [...net.columns, ...gross.columns],
  };
}

function curTimes(file: SourceFile, pick: Pick) {
  const time = (name: string): { sql: string; text: string } => {
    const column = pick(name);
    return column === null ? { sql: "null::timestamp", text: NO_TEXT } : timeOf(file, column);
  };
  return {
    chargeStart: time("line_item_usage_start_date"),
    chargeEnd: time("line_item_usage_end_date"),
    billingStart: time("bill_billing_period_start_date"),
    billingEnd: time("bill_billing_period_end_date"),
  };
}

function curTexts(
  text: (...names: readonly string[]) => string,
  product: (key: string, ...names: readonly string[]) => string,
  tags: string,
): Record<string, string> {
  const usageType = text("line_item_usage_type");
  return {
    publisher_name: text("line_item_legal_entity"),
    invoice_issuer_name: text("bill_invoicing_entity"),
    invoice_id: text("bill_invoice_id"),
    billing_account_id: text("bill_payer_account_id"),
    billing_account_name: text("bill_payer_account_name"),
    sub_account_id: text("line_item_usage_account_id"),
    sub_account_name: text("line_item_usage_account_name"),
    charge_description: text("line_item_line_item_description"),
    service_name: product("product_name", "product_product_name", "product_servicename"),
    region_id: product("region", "product_region_code", "product_region"),
    region_name: product("location", "product_location"),
    availability_zone: text("line_item_availability_zone"),
    sku_id: product("sku", "product_sku"),
    sku_price_id: text("pricing_rate_code", "pricing_rate_id"),
    sku_meter: usageType,
    capacity_reservation_id: text(
      "capacity_reservation_capacity_reservation_arn",
      "reservation_capacity_reservation_arn",
    ),
    x_usage_type: usageType,
    x_operation: text("line_item_operation"),
    x_service_code: coalesceSql(product("servicecode", "product_servicecode"), text("line_item_product_code")),
    resource_type: product("product_family", "product_product_family"),
    tags,
  };
}

/** CUR 2.0 keeps most product facts in the map `product` (JSON in CSV); the rest and legacy are columns. */
function productSql(file: SourceFile, pick: Pick, key: string, names: readonly string[]): string {
  const column = textOrNull(file, pick(...names));
  const map = pick("product");
  if (map === null) return column;
  const name = quoteName(map);
  const type = typeOf(file, map);
  if (type === "VARCHAR") return coalesceSql(column, `try_cast(${name} as json)->>${quoteText(`$.${key}`)}`);
  return type.startsWith("MAP(") ? coalesceSql(column, `${name}[${quoteText(key)}]`) : column;
}

/** `resource_tags` of CUR 2.0, or one column a tag: `resourceTags/user:team`, `resource_tags_user_team`. */
function tagColumns(file: SourceFile, used: Set<string>): string {
  const isMap = (name: string): boolean => curName(name) === "resource_tags";
  const map = file.header.find(isMap);
  if (map !== undefined) {
    used.add(map);
    return tagsSql(file, map);
  }
  const columns = file.header.flatMap((name) => {
    const key = /^resource_?tags[/_](.+)$/i.exec(name.trim())?.[1];
    return key === undefined ? [] : [{ key, sql: textSql(file, name), name }];
  });
  for (const { name } of columns) used.add(name);
  return jsonOfColumns(columns);
}
