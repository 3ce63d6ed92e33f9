import { CHARGE_COLUMNS } from "../../domain/charge-column.ts";
import type { Mapping } from "./build-select.ts";
import { amountCheck, textCheck, timeCheck, typed } from "./build-select.ts";
import { focusWarnings } from "./focus-warnings.ts";
import type { ControlCost, Format, SourceFile } from "./format.ts";
import type { HeaderIndex } from "./header.ts";
import { indexHeader } from "./header.ts";
import type { Amount } from "./sql-money.ts";
import { amountOf, amountText, columnsOfAmounts, residualOf } from "./sql-money.ts";
import { providerSlug } from "./sql-provider.ts";
import { tagsSql } from "./sql-tags.ts";
import { coalesceSql, textSql } from "./sql-text.ts";
import { timeOf } from "./sql-time.ts";

/**
 * FOCUS 1.0 to 1.4, by header name. One format: versions differ in which columns are there, and every column that is
 * not needed is optional. Names of 0.5 and 1.0-preview are read too, with a notice (`preview-names`).
 */
const NEEDED = [
  "BilledCost",
  "EffectiveCost",
  "BillingCurrency",
  "BillingPeriodStart",
  "BillingPeriodEnd",
  "ChargePeriodStart",
  "ChargePeriodEnd",
] as const;

/** Names a column had before 1.0, or has in a vendor's variant. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  ServiceProviderName: ["ProviderName"],
  ChargeCategory: ["ChargeType"],
  EffectiveCost: ["AmortizedCost"],
  RegionId: ["Region"],
  ConsumedQuantity: ["UsageQuantity"],
  ConsumedUnit: ["UsageUnit"],
  x_SkuMeterSubcategory: ["x_SkuMeterSubCategory"],
};

const COSTS = ["BilledCost", "EffectiveCost", "ListCost", "ContractedCost"] as const;
const QUANTITIES = [
  "ConsumedQuantity",
  "PricingQuantity",
  "CommitmentDiscountQuantity",
  "PricingCurrencyEffectiveCost",
] as const;
const TIMES = ["BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd"] as const;

/** When Google's billing export wrote a row (billing-sources §3.1): it only ever adds rows, FOCUS or not. */
const EXPORTED = "x_ExportTime";
/** Changes when the texts of `identityOf` do: rows known by another version cannot be compared. */
const IDENTITY_VERSION = "focus-1";

const CHARGE_CATEGORIES = ["Usage", "Purchase", "Tax", "Credit", "Adjustment"];

export const focusFormat: Format = {
  id: "focus",
  title: "FOCUS 1.0–1.4 (Cost and Usage)",
  recognise,
  columns: focusColumns,
  appends: (file) => {
    const header = indexHeader(file);
    if (!header.has(EXPORTED)) return null;
    const said = CHARGE_COLUMNS.filter(({ focus }) => findColumn(header, focus) !== null).map(({ focus }) => focus);
    return `${IDENTITY_VERSION}: ${said.sort().join(" ")}`;
  },
  mapping: focusMapping,
  control: (file) => {
    const amounts = amountsOf(file, indexHeader(file));
    const cost = (focus: (typeof COSTS)[number]): ControlCost => ({
      text: coalesceSql(...chainOf(focus, amounts).map(({ text }) => text)),
      sql: firstPresent(chainOf(focus, amounts)),
    });
    return {
      currency: textSql(file, needed(indexHeader(file), "BillingCurrency")),
      costs: {
        billed: cost("BilledCost"),
        effective: cost("EffectiveCost"),
        list: cost("ListCost"),
        contracted: cost("ContractedCost"),
      },
      identical: true,
    };
  },
  warnings: (file) => focusWarnings(file, (focus) => findColumn(indexHeader(file), focus)),
};

function recognise(file: SourceFile): { matches: boolean; score: number; missing: readonly string[] } {
  const header = indexHeader(file);
  const missing = NEEDED.filter((name) => findColumn(header, name) === null);
  const known = CHARGE_COLUMNS.filter(({ focus }) => header.has(focus)).length;
  return { matches: missing.length === 0, score: Math.min(1, known / 20) * (1 - missing.length / 10), missing };
}

function focusColumns(file: SourceFile): readonly string[] {
  const header = indexHeader(file);
  const names = [...CHARGE_COLUMNS.flatMap(({ focus }) => [focus, ...(OTHER_NAMES[focus] ?? [])]), EXPORTED];
  return [...new Set(names.map((name) => header.find(name)).filter((name) => name !== null))];
}

/** The file's spelling of a FOCUS column, by today's name or an older one. */
function findColumn(header: HeaderIndex, focus: string): string | null {
  return header.find(focus, ...(OTHER_NAMES[focus] ?? []));
}

function needed(header: HeaderIndex, focus: string): string {
  return findColumn(header, focus) ?? focus;
}

function focusMapping(file: SourceFile): Mapping {
  const header = indexHeader(file);
  const amounts = amountsOf(file, header);
  const times = TIMES.map((focus) => [focus, timeOf(file, needed(header, focus))] as const);
  const currency = textSql(file, needed(header, "BillingCurrency"));
  const exported = header.find(EXPORTED);
  const checks = [
    ...times.map(([focus, time]) => timeCheck(focus, time.text, focus)),
    textCheck("BillingCurrency", currency),
    ...COSTS.flatMap((focus) => {
      const amount = amounts.get(focus);
      return amount === undefined ? [] : [amountCheck(focus, amount, focus, focus === "BilledCost")];
    }),
  ];
  return {
    columns: focusColumns(file),
    amounts: columnsOfAmounts([...amounts.values()]),
    typed: {
      ...Object.fromEntries([...amounts].map(([focus, amount]) => [focus, amount.sql])),
      ...Object.fromEntries(times.map(([focus, time]) => [focus, time.sql])),
      ...(exported === null ? {} : { [EXPORTED]: timeOf(file, exported).sql }),
    },
    ...(exported === null ? {} : { identity: identityOf(file, header, amounts) }),
    values: { ...textValues(file, header), ...costValues(amounts), ...timeValues() },
    checks,
    provider: providerSlug(providerName(file, header)),
    dataset: "'focus'",
    residual: residualOf(COSTS.flatMap((focus) => amounts.get(focus) ?? [])),
  };
}

/** What tells a row of a source that only adds rows from another: everything it says, and when it was exported. */
function identityOf(file: SourceFile, header: HeaderIndex, amounts: Amounts): string[] {
  const texts = CHARGE_COLUMNS.flatMap(({ focus, type }) => {
    const name = findColumn(header, focus);
    if (name === null || (type !== "text" && type !== "json")) return [];
    return [type === "json" ? tagsSql(file, name) : textSql(file, name)];
  });
  const times = [EXPORTED, ...TIMES].map((name) => `${typed(name)}::varchar`);
  return [...texts, ...times, ...[...amounts.keys()].map((name) => amountText(typed(name)))];
}

/** Descriptive columns: bare, except where vendors' spellings of one value differ. */
function textValues(file: SourceFile, header: HeaderIndex): Record<string, string> {
  const values: Record<string, string> = {};
  for (const { focus, column, type } of CHARGE_COLUMNS) {
    if (type !== "text" && type !== "json") continue;
    const name = findColumn(header, focus);
    if (name !== null) values[column] = type === "json" ? tagsSql(file, name) : textSql(file, name);
  }
  values.service_provider_name = providerName(file, header);
  if (values.charge_category !== undefined) values.charge_category = chargeCategory(values.charge_category);
  if (values.charge_class !== undefined) values.charge_class = chargeClass(values.charge_class);
  if (values.charge_frequency !== undefined) {
    const frequency = values.charge_frequency; // Oracle writes Usage-based
    values.charge_frequency = `case ${frequency} when 'Usage-based' then 'Usage-Based' else ${frequency} end`;
  }
  if (values.pricing_category !== undefined && header.has("ChargeType")) {
    const pricing = values.pricing_category; // the words of 0.5
    values.pricing_category = `case ${pricing} when 'On-Demand' then 'Standard' when 'Commitment-Based' then 'Committed' else ${pricing} end`;
  }
  return values;
}

/** ServiceProviderName since 1.3, ProviderName before; a file with neither: who publishes or invoices. */
function providerName(file: SourceFile, header: HeaderIndex): string {
  const names = ["ServiceProviderName", "ProviderName", "PublisherName", "InvoiceIssuerName"];
  const found = names.map((name) => header.find(name)).filter((name) => name !== null);
  return found.length === 0 ? "null::varchar" : coalesceSql(...found.map((name) => textSql(file, name)));
}

/** Kinds of charge hang on it, so blanks and case are forgiven here, per row, only where the usual words miss. */
function chargeCategory(text: string): string {
  const whens = CHARGE_CATEGORIES.map((word) => `when '${word.toLowerCase()}' then '${word}'`).join(" ");
  const usual = CHARGE_CATEGORIES.map((word) => `'${word}'`).join(", ");
  return `case when ${text} in (${usual}) then ${text} else case lower(trim(${text})) ${whens} else ${text} end end`;
}

function chargeClass(text: string): string {
  return `case when ${text} is null then null when lower(trim(${text})) = 'correction' then 'Correction' else ${text} end`;
}

/**
 * Costs a row lacks. EffectiveCost ← BilledCost (focus.md trap 13); ContractedCost ← ListCost (equal without
 * negotiation) ← BilledCost; ListCost ← ContractedCost ← BilledCost. Each is counted as a warning.
 */
const FALLBACKS: Readonly<Record<(typeof COSTS)[number], readonly string[]>> = {
  BilledCost: [],
  EffectiveCost: ["BilledCost"],
  ListCost: ["ContractedCost", "BilledCost"],
  ContractedCost: ["ListCost", "BilledCost"],
};

type Amounts = ReadonlyMap<string, Amount>;

/** The amounts the file has, by FOCUS name. */
function amountsOf(file: SourceFile, header: HeaderIndex): Amounts {
  return new Map(
    [...COSTS, ...QUANTITIES].flatMap((focus) => {
      const name = findColumn(header, focus);
      return name === null ? [] : [[focus, amountOf(file, name)] as const];
    }),
  );
}

/** A cost and what stands in for it, as far as the file has them. */
function chainOf(focus: (typeof COSTS)[number], amounts: Amounts): Amount[] {
  return [focus, ...FALLBACKS[focus]].flatMap((name) => amounts.get(name) ?? []);
}

/** By the text, not the amount: what is there but no number is a reject, nothing stands in for it. */
function firstPresent(chain: readonly { present: string; sql: string }[]): string {
  const whens = chain.map(({ present, sql }) => `when ${present} then ${sql}`);
  return chain.length === 1 ? (chain[0]?.sql ?? "null") : `case ${whens.join(" ")} end`;
}

function costValues(amounts: Amounts): Record<string, string> {
  const values: Record<string, string> = {};
  for (const focus of COSTS) {
    const names = [focus, ...FALLBACKS[focus]].filter((name) => amounts.has(name));
    const chain = names.map((name) => ({ present: amounts.get(name)?.present ?? "false", sql: typed(name) }));
    values[columnOf(focus)] = firstPresent(chain);
  }
  for (const focus of QUANTITIES) if (amounts.has(focus)) values[columnOf(focus)] = typed(focus);
  return values;
}

function timeValues(): Record<string, string> {
  return Object.fromEntries(TIMES.map((focus) => [columnOf(focus), typed(focus)]));
}

function columnOf(focus: string): string {
  return CHARGE_COLUMNS.find((column) => column.focus === focus)?.column ?? focus;
}
