import type { Check, Mapping } from "./build-select.ts";
import { textCheck, typed } from "./build-select.ts";
import { curColumns, indexCur } from "./cur-columns.ts";
import type { CurColumns } from "./cur-columns.ts";
import type { Format, FormatWarning, SourceFile } from "./format.ts";
import { readableCheck, ZERO } from "./native-fields.ts";
import { quantityWarning } from "./quantity-warning.ts";
import { AWS_SERVICES, serviceCategorySql } from "./service-categories.ts";
import { controlText, residualOf } from "./sql-money.ts";
import { coalesceSql } from "./sql-text.ts";

/**
 * AWS Cost and Usage Report, 2.0 (`line_item_…`) and legacy (`lineItem/…`): one set of rules, two spellings
 * (reference billing-sources §1.2):
 * - covered usage is billed 0 and costs its share of the commitment; the on-demand cost AWS prints on savings-plan
 *   rows is cancelled by SavingsPlanNegation rows, which are dropped;
 * - commitment fees are purchases, billed in full, effective 0; the unused part of a recurring fee becomes one more
 *   row, Usage / Unused (`extra`);
 * - discounts (EDP, private rate, bundled) are negative usage; where the file has net columns they are inside those.
 */
const COVERED = "('SavingsPlanCoveredUsage', 'DiscountedUsage')";
const COMMITMENT_FEES = "('RIFee', 'SavingsPlanUpfrontFee', 'SavingsPlanRecurringFee')";
const DISCOUNTS =
  "('EdpDiscount', 'PrivateRateDiscount', 'BundledDiscount', 'Discount', 'SppDiscount', 'DistributorDiscount')";

export const cur2Format: Format = curFormat({ id: "cur-2", title: "AWS CUR 2.0 (line_item_…)", prefix: "line_item_" });
export const curLegacyFormat: Format = curFormat({
  id: "cur-legacy",
  title: "AWS CUR, legacy (lineItem/…)",
  prefix: "lineitem/",
});

const NEEDED = [
  "line_item_unblended_cost",
  "line_item_currency_code",
  "line_item_line_item_type",
  "line_item_usage_start_date",
  "line_item_usage_end_date",
  "bill_billing_period_start_date",
  "bill_billing_period_end_date",
  "bill_payer_account_id",
] as const;

function curFormat({ id, title, prefix }: { id: string; title: string; prefix: string }): Format {
  return {
    id,
    title,
    recognise: (file) => {
      const spelled = file.header.filter((name) => name.toLowerCase().startsWith(prefix)).length;
      const find = indexCur(file);
      const missing = NEEDED.filter((name) => find(name) === null);
      const matches = spelled > 0 && missing.length === 0;
      return { matches, score: spelled === 0 ? 0 : 1 - missing.length / NEEDED.length, missing };
    },
    columns: (file) => curColumns(file).names,
    mapping: (file) => mapLines(curColumns(file), id),
    extra: (file) => mapUnused(curColumns(file), id),
    control: (file) => {
      const cur = curColumns(file);
      const billed = `case when ${cur.type} in ('SavingsPlanCoveredUsage', 'SavingsPlanNegation') then '0' else ${billedText(cur)} end`;
      const list = coalesceSql(
        cur.list.text,
        `case when ${cur.type} not in ${DISCOUNTS} then ${cur.unblended.text} end`,
        "'0'",
      );
      return {
        currency: cur.currency,
        costs: {
          billed: controlText(billed),
          effective: null,
          list: controlText(`case when ${cur.type} = 'SavingsPlanNegation' then '0' else ${list} end`),
          contracted: null,
        },
        identical: true,
      };
    },
    warnings: (file) => curWarnings(file, curColumns(file)),
  };
}

/** What the invoice charges for a line, as text: net of discounts where the file has net columns. */
function billedText(cur: CurColumns): string {
  const gross = cur.unblended.text;
  if (!cur.hasNet) return gross;
  return `case when ${cur.type} in ${DISCOUNTS} then coalesce(${cur.net.text}, '0') else coalesce(${cur.net.text}, ${gross}) end`;
}

function mapLines(cur: CurColumns, dataset: string): Mapping {
  const type = cur.type;
  const gross = cur.hasNet
    ? `case when ${cur.net.present} then ${typed("net")} when ${type} in ${DISCOUNTS} then ${ZERO} else ${typed("unblended")} end`
    : typed("unblended");
  const billed = `case when ${type} in ('SavingsPlanCoveredUsage', 'SavingsPlanNegation') then ${ZERO} else ${gross} end`;
  // A discount leaves the list price as it is.
  const list = `case when ${cur.list.present} then ${typed("list")} when ${type} in ${DISCOUNTS} then ${ZERO} else ${typed("unblended")} end`;
  return {
    columns: cur.names,
    amounts: cur.amountNames,
    typed: { ...cur.typed, covered: `${type} in ${COVERED}`, fee: feeSql(cur) },
    values: {
      ...commonValues(cur),
      charge_category: `case when ${type} in ('Usage', 'SavingsPlanCoveredUsage', 'DiscountedUsage') or ${type} in ${DISCOUNTS} then 'Usage'
        when ${type} = 'Fee' or ${type} in ${COMMITMENT_FEES} then 'Purchase' when ${type} = 'Tax' then 'Tax'
        when ${type} = 'Credit' then 'Credit'
        when ${type} = 'Refund' then case when ${cur.commitment} is null then 'Usage' else 'Purchase' end
        else 'Adjustment' end`,
      charge_class: `case when ${type} = 'Refund' then 'Correction' end`,
      charge_frequency: `case when ${type} in ('RIFee', 'SavingsPlanRecurringFee') then 'Recurring'
        when ${type} in ('Fee', 'SavingsPlanUpfrontFee') then 'One-Time'
        when ${type} in ('Usage', 'SavingsPlanCoveredUsage', 'DiscountedUsage') then 'Usage-Based' end`,
      pricing_category: `case when ${typed("covered")} then 'Committed'
        when ${type} = 'Usage' then case when contains(${cur.usageType}, 'SpotUsage') then 'Dynamic' else 'Standard' end
        when ${type} = 'Fee' or ${type} in ${COMMITMENT_FEES} then 'Standard' end`,
      ...commitmentValues(cur),
      billed_cost: billed,
      effective_cost: `case ${type} when 'SavingsPlanCoveredUsage' then ${typed("savingsPlan")}
        when 'DiscountedUsage' then ${typed("reservation")} else case when ${typed("fee")} then ${ZERO} else ${billed} end end`,
      list_cost: list,
      contracted_cost: `case when ${type} = 'SavingsPlanCoveredUsage' then ${typed("unblended")}
        when ${type} = 'DiscountedUsage' then ${list} else ${billed} end`,
      consumed_quantity: `case when ${type} in ('Usage', 'SavingsPlanCoveredUsage', 'DiscountedUsage') then ${typed("quantity")} end`,
      pricing_quantity: `case when ${cur.unit} is not null then ${typed("quantity")} end`,
    },
    checks: [...cur.checks, ...amountChecks(cur)],
    provider: "'aws'",
    dataset: `'${dataset}'`,
    residual: residualOf(cur.amounts),
    dropped: `case when ${type} = 'SavingsPlanNegation' then 'cancels the on-demand cost of savings-plan usage, which is billed 0 already' end`,
  };
}

/** Lines that pay for a commitment: their cost reaches EffectiveCost through the usage it covers. */
function feeSql(cur: CurColumns): string {
  return `(${cur.type} in ${COMMITMENT_FEES} or (${cur.type} = 'Fee' and ${cur.reservation} is not null))`;
}

/** What AWS charged and nobody used of a recurring commitment fee: waste of that hour or month. */
function mapUnused(cur: CurColumns, dataset: string): Mapping {
  const type = cur.type;
  const savingsPlan = `${typed("commitment")} - coalesce(${typed("used")}, ${ZERO})`;
  const reservation = `coalesce(${typed("unusedUpfront")}, ${ZERO}) + coalesce(${typed("unusedRecurring")}, ${ZERO})`;
  const unused = `case ${type} when 'SavingsPlanRecurringFee' then ${savingsPlan} when 'RIFee' then ${reservation} end`;
  const checks = [...cur.checks, ...amountChecks(cur)];
  return {
    columns: cur.names,
    amounts: cur.amountNames,
    typed: cur.typed,
    values: {
      ...commonValues(cur),
      resource_id: cur.commitment,
      charge_category: "'Usage'",
      charge_frequency: "'Usage-Based'",
      charge_description: "'Unused part of the commitment'",
      pricing_category: "'Committed'",
      ...commitmentValues(cur),
      commitment_discount_status: "'Unused'",
      commitment_discount_quantity: `case ${type} when 'RIFee' then ${typed("unusedQuantity")} else ${unused} end`,
      billed_cost: ZERO,
      effective_cost: unused,
      list_cost: ZERO,
      contracted_cost: ZERO,
    },
    checks,
    provider: "'aws'",
    dataset: `'${dataset}'`,
    residual: residualOf(cur.unusedAmounts),
    only: `${type} in ('SavingsPlanRecurringFee', 'RIFee')`,
    where: `${checks.map((check) => check.holds).join(" and ")} and coalesce(${unused}, ${ZERO}) <> 0`,
  };
}

function amountChecks(cur: CurColumns): readonly Check[] {
  const type = cur.type;
  const covered = (word: string, name: string, column: string, text: string): Check => ({
    column,
    holds: `(${type} <> '${word}' or ${typed(name)} is not null)`,
    value: text,
    reason: `'is needed on ${word} rows and is not there or no number'`,
  });
  return [
    textCheck("line_item_line_item_type", type),
    {
      column: "line_item_unblended_cost",
      holds: `${typed("unblended")} is not null`,
      value: cur.unblended.text,
      reason: "'is empty or no decimal number'",
    },
    covered("SavingsPlanCoveredUsage", "savingsPlan", "savings_plan_savings_plan_effective_cost", cur.savingsPlan.text),
    covered("DiscountedUsage", "reservation", "reservation_effective_cost", cur.reservationCost.text),
    readableCheck("pricing_public_on_demand_cost", cur.list, "list"),
    ...(cur.hasNet ? [readableCheck("line_item_net_unblended_cost", cur.net, "net")] : []),
  ];
}

function commonValues(cur: CurColumns): Record<string, string> {
  return {
    ...cur.texts,
    charge_period_start: typed("chargeStart"),
    charge_period_end: typed("chargeEnd"),
    billing_period_start: typed("billingStart"),
    billing_period_end: typed("billingEnd"),
    service_provider_name: "'AWS'",
    host_provider_name: "'AWS'",
    billing_currency: cur.currency,
    service_category: serviceCategorySql(cur.productCode, AWS_SERVICES),
    resource_id: cur.resource,
    pricing_unit: cur.unit,
    consumed_unit: cur.unit,
  };
}

/** Only rows that are covered or pay for a commitment carry its id: AWS prints ids elsewhere too. */
function commitmentValues(cur: CurColumns): Record<string, string> {
  const type = cur.type;
  const applies = `(${type} in ${COVERED} or ${feeSql(cur)})`;
  const isPlan = `${type} like 'SavingsPlan%'`;
  const only = (sql: string): string => `case when ${applies} then ${sql} end`;
  return {
    commitment_discount_id: only(cur.commitment),
    commitment_discount_category: only(`case when ${isPlan} then 'Spend' else 'Usage' end`),
    commitment_discount_type: only(`case when ${isPlan} then 'Savings Plan' else 'Reserved Instance' end`),
    commitment_discount_status: `case when ${type} in ${COVERED} then 'Used' end`,
    commitment_discount_unit: only(`case when ${isPlan} then ${cur.currency} else ${cur.unit} end`),
    commitment_discount_quantity: `case ${type} when 'SavingsPlanCoveredUsage' then ${typed("savingsPlan")}
      when 'DiscountedUsage' then ${typed("quantity")} when 'SavingsPlanRecurringFee' then ${typed("commitment")} end`,
  };
}

function curWarnings(file: SourceFile, cur: CurColumns): readonly FormatWarning[] {
  const known = `${cur.type} in ('Usage', 'Fee', 'Tax', 'Credit', 'Refund', 'SavingsPlanNegation') or ${cur.type} in ${COVERED} or ${cur.type} in ${COMMITMENT_FEES} or ${cur.type} in ${DISCOUNTS}`;
  return [
    {
      rule: "line-type-unknown",
      text: "rows are of a line type not known here; kept as adjustments",
      when: `not (${known})`,
    },
    {
      rule: "list-cost-missing",
      text: "rows have no public on-demand cost; the unblended cost stands in",
      when: `${cur.list.text} is null and ${cur.type} <> 'SavingsPlanNegation'`,
    },
    ...quantityWarning(file, [{ column: "line_item_usage_amount", amount: cur.quantity, name: "quantity" }]),
  ];
}
