import type { Check } from "./build-select.ts";
import { timeCheck, typed } from "./build-select.ts";
import type { SourceFile } from "./format.ts";
import { indexHeader } from "./header.ts";
import { amountOrNull, NO_TEXT, textOrNull } from "./native-fields.ts";
import { columnsOfAmounts } from "./sql-money.ts";
import { tagsSql } from "./sql-tags.ts";
import { coalesceSql, quoteText, textSql } from "./sql-text.ts";
import { timeOf, timeSql } from "./sql-time.ts";

/** Azure's columns under whatever name: EA Pascal, MCA camel, older exports, localised headers. null = not there. */
export function findAzure(file: SourceFile) {
  const { find, has } = indexHeader(file);
  const marks = [
    "MeterCategory",
    "MeterId",
    "ConsumedService",
    "SubscriptionId",
    "SubscriptionGuid",
    "PreTaxCost",
    "ChargeType",
    "CostInBillingCurrency",
    "InstanceId",
    "AdditionalInfo",
    "ServiceInfo1",
  ].filter(has).length;
  return {
    marks: has("BilledCost") || has("LineItem/UnblendedCost") ? 0 : marks,
    cost: find("CostInBillingCurrency", "Cost", "PreTaxCost", "ExtendedCost"),
    currency: find("BillingCurrencyCode", "BillingCurrency", "Currency"),
    date: find("Date", "UsageDateTime", "UsageDate", "Usage Date"),
    billingStart: find("BillingPeriodStartDate", "BillingPeriodStart"),
    billingEnd: find("BillingPeriodEndDate", "BillingPeriodEnd"),
    subscription: find("SubscriptionId", "SubscriptionGuid"),
    chargeType: find("ChargeType"),
    listCost: find("PaygCostInBillingCurrency"),
    listPrice: find("PayGPrice", "PaygPrice"),
    price: find("UnitPrice", "ResourceRate", "EffectivePrice"),
    quantity: find("Quantity", "UsageQuantity", "ConsumedQuantity"),
    benefit: find("BenefitId"),
    profile: find("BillingProfileId"),
    account: find("BillingAccountId"),
    find,
  };
}

export type AzureColumns = ReturnType<typeof azureColumns>;

/** SQL of every column the rules need, over `raw`. Words rules decide by are lower case. */
export function azureColumns(file: SourceFile) {
  const found = findAzure(file);
  const used = new Set<string>();
  const use = (name: string | null): string | null => {
    if (name !== null) used.add(name);
    return name;
  };
  const text = (...names: readonly string[]): string => textOrNull(file, use(found.find(...names)));
  const amount = (name: string | null) => amountOrNull(file, use(name));
  const times = azureTimes(file, found, use);
  const word = (sql: string): string => `lower(replace(${sql}, ' ', ''))`;
  const unit = text("UnitOfMeasure");
  const tags = use(found.find("Tags"));
  const [cost, quantity, price] = [amount(found.cost), amount(found.quantity), amount(found.price)];
  const [list, listPrice] = [amount(found.listCost), amount(found.listPrice)];
  const reservation = coalesceSql(text("ReservationId"), text("ProductOrderId"));
  return {
    found,
    cost,
    quantity,
    list,
    listPrice,
    currency: `upper(trim(${textOrNull(file, use(found.currency))}))`,
    chargeType: found.chargeType === null ? "'usage'" : `coalesce(${word(text("ChargeType"))}, 'usage')`,
    pricing: word(text("PricingModel")),
    frequency: word(text("Frequency")),
    service: text("MeterCategory"),
    resource: text("ResourceId", "InstanceId", "InstanceName"),
    benefit: coalesceSql(text("BenefitId"), reservation),
    benefitName: coalesceSql(text("BenefitName"), text("ReservationName"), text("ProductOrderName")),
    unit,
    blockSize: blockSize(unit),
    plainUnit: plainUnit(unit),
    ...times,
    texts: { ...azureTexts(text), tags: tags === null ? NO_TEXT : tagsSql(file, tags) },
    typed: {
      ...times.typed,
      cost: cost.sql,
      quantity: quantity.sql,
      price: price.sql,
      list: list.sql,
      listPrice: listPrice.sql,
    },
    amountNames: columnsOfAmounts([cost, quantity, price, list, listPrice]),
    names: [...used], // last: every use above has been made
  };
}

/**
 * Days. Slashes are month-first (09/30/2023) as in EA exports, unless the row's own billing period end says
 * otherwise: it is the last day of a month, so its day is above 12 and shows the order of the whole row.
 * Ends are inclusive in Azure: a day is added. Without a billing period: the month of the date.
 */
function azureTimes(
  file: SourceFile,
  found: ReturnType<typeof findAzure>,
  use: (name: string | null) => string | null,
) {
  const [dateName, startName, endName] = [use(found.date), use(found.billingStart), use(found.billingEnd)];
  const isText = (name: string): boolean => file.types === null || file.types.get(name)?.toUpperCase() === "VARCHAR";
  const dayFirst =
    endName !== null && isText(endName)
      ? `coalesce(try_cast(split_part(${textSql(file, endName)}, '/', 1) as integer) between 13 and 31 and contains(${textSql(file, endName)}, '/'), false)`
      : "false";
  const read = (name: string | null): { sql: string; text: string } => {
    if (name === null) return { sql: "null::timestamp", text: NO_TEXT };
    const plain = timeOf(file, name);
    if (dayFirst === "false" || !isText(name)) return plain;
    return {
      sql: `case when ${dayFirst} then ${timeSql(plain.text, "day-first")} else ${plain.sql} end`,
      text: plain.text,
    };
  };
  const [date, start, end] = [read(dateName), read(startName), read(endName)];
  const monthOf = (time: string): string => `date_trunc('month', ${time})::timestamp`;
  const check = (name: string | null, text: string, key: string): Check[] =>
    name === null
      ? []
      : [{ ...timeCheck(name, text, key), holds: `(${text} is null or ${timeCheck(name, text, key).holds})` }];
  const billingStart = `coalesce(${typed("billingStart")}, ${monthOf(typed("date"))})`;
  return {
    date,
    billingStart,
    billingEnd: `coalesce(${typed("billingEnd")} + interval 1 day, ${monthOf(billingStart)} + interval 1 month)`,
    periodChecks: [...check(startName, start.text, "billingStart"), ...check(endName, end.text, "billingEnd")],
    typed: { date: date.sql, billingStart: start.sql, billingEnd: end.sql },
  };
}

function azureTexts(text: (...names: readonly string[]) => string): Record<string, string> {
  return {
    publisher_name: coalesceSql(text("PublisherName"), "'Microsoft'"),
    invoice_id: text("InvoiceId"),
    billing_account_id: coalesceSql(text("BillingProfileId"), text("BillingAccountId")),
    billing_account_name: coalesceSql(text("BillingProfileName"), text("BillingAccountName")),
    sub_account_id: text("SubscriptionId", "SubscriptionGuid"),
    sub_account_name: text("SubscriptionName"),
    pricing_currency: text("PricingCurrency", "PricingCurrencyCode"),
    charge_description: coalesceSql(text("Product", "ProductName"), text("MeterName")),
    service_name: coalesceSql(text("MeterCategory"), text("ServiceName"), text("ConsumedService")),
    region_id: `lower(replace(${text("ResourceLocation", "ResourceLocationNormalized")}, ' ', ''))`,
    region_name: text("ResourceLocation", "MeterRegion"),
    availability_zone: text("AvailabilityZone"),
    sku_id: text("ProductId", "MeterId"),
    sku_price_id: text("PartNumber"),
    sku_meter: text("MeterName"),
    resource_name: text("ResourceName"),
    resource_type: text("ResourceType"),
    x_service_code: text("ConsumedService"),
    x_sku_meter_name: text("MeterName"),
    x_sku_meter_category: text("MeterCategory"),
    x_sku_meter_subcategory: text("MeterSubCategory"),
    x_resource_type: text("ResourceType"),
  };
}

/** UnitOfMeasure is a count and a unit: "1 Hour", "100 Hours", "10K", "1M", "1 GB/Month", "1/Month". */
const UNIT_OF_MEASURE = String.raw`^\s*([0-9][0-9,.]*)([KM]?)(?:\s+|/|$)(.*)$`;

/** Pricing block size, DECIMAL: 10,000 for "10K". 1 where the text says nothing. */
function blockSize(unit: string): string {
  const part = (group: number): string => `regexp_extract(${unit}, ${quoteText(UNIT_OF_MEASURE)}, ${group})`;
  const factor = `case ${part(2)} when 'K' then 1000 when 'M' then 1000000 else 1 end`;
  return `(case ${unit} when '1 Hour' then 1 when '1/Month' then 1 when '1 GB' then 1
    else coalesce(try_cast(replace(${part(1)}, ',', '') as decimal(12,3)), 1) * ${factor} end)::decimal(38,18)`;
}

/** The unit without its block: "Hours" of "100 Hours"; "Units" of "10K". */
function plainUnit(unit: string): string {
  const rest = `regexp_extract(${unit}, ${quoteText(UNIT_OF_MEASURE)}, 3)`;
  return `case when ${unit} is null then null when not regexp_matches(${unit}, ${quoteText(UNIT_OF_MEASURE)}) then ${unit}
    else coalesce(nullif(trim(${rest}), ''), 'Units') end`;
}
