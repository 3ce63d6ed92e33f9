import { atomsToDecimal } from "../domain/money.ts";
import type { Day, Month, Period } from "../domain/period.ts";
import type { Account, Commitment, Estate, Meter, Region } from "./estate.ts";

/** Columns of FOCUS 1.2 the estate fills, in the order files carry them; a provider's own `x_` columns follow. */
export const FOCUS_COLUMNS = [
  "BilledCost",
  "BillingAccountId",
  "BillingAccountName",
  "BillingAccountType",
  "BillingCurrency",
  "BillingPeriodEnd",
  "BillingPeriodStart",
  "CapacityReservationId",
  "CapacityReservationStatus",
  "ChargeCategory",
  "ChargeClass",
  "ChargeDescription",
  "ChargeFrequency",
  "ChargePeriodEnd",
  "ChargePeriodStart",
  "CommitmentDiscountCategory",
  "CommitmentDiscountId",
  "CommitmentDiscountName",
  "CommitmentDiscountQuantity",
  "CommitmentDiscountStatus",
  "CommitmentDiscountType",
  "CommitmentDiscountUnit",
  "ConsumedQuantity",
  "ConsumedUnit",
  "ContractedCost",
  "ContractedUnitPrice",
  "EffectiveCost",
  "InvoiceId",
  "InvoiceIssuerName",
  "ListCost",
  "ListUnitPrice",
  "PricingCategory",
  "PricingCurrency",
  "PricingQuantity",
  "PricingUnit",
  "ProviderName",
  "PublisherName",
  "RegionId",
  "RegionName",
  "ResourceId",
  "ResourceName",
  "ResourceType",
  "ServiceCategory",
  "ServiceName",
  "ServiceSubcategory",
  "SkuId",
  "SkuMeter",
  "SkuPriceId",
  "SubAccountId",
  "SubAccountName",
  "SubAccountType",
  "Tags",
] as const;
export type FocusColumn = (typeof FOCUS_COLUMNS)[number];

/** The four costs of a charge, atoms. */
export type Costs = {
  readonly billed: bigint;
  readonly effective: bigint;
  readonly list: bigint;
  readonly contracted: bigint;
};

/** What does not change from day to day: escaped once, written thousands of times. */
export type Template = {
  readonly cells: readonly string[];
  readonly account: Account | null;
};

export type Subject = {
  readonly meter: Meter;
  readonly account: Account | null;
  readonly region: Region | null;
  readonly resource: { readonly id: string; readonly name: string; readonly type: string } | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly fixed: Readonly<Partial<Record<FocusColumn, string>>>;
  readonly commitment?: Commitment;
};

export type Moving = {
  readonly period: Period;
  /** 0–23: the charge is of this hour of the period's first day. */
  readonly hour?: number;
  readonly costs: Costs;
  /** Pricing quantity, decimal text; "" = none. */
  readonly quantity: string;
  readonly commitmentQuantity?: string;
};

const INDEX = new Map<string, number>(FOCUS_COLUMNS.map((column, index) => [column, index]));
const at = (column: FocusColumn): number => INDEX.get(column) ?? 0;

/** The first line of a provider's files. */
export function headerLine(estate: Estate): string {
  return [...FOCUS_COLUMNS, ...estate.extraColumns].join(",");
}

/** The same line for another resource of the same kind. */
export function templateFor(template: Template, resource: { readonly id: string; readonly name: string }): Template {
  const cells = [...template.cells];
  cells[at("ResourceId")] = escapeCell(resource.id);
  cells[at("ResourceName")] = escapeCell(resource.name);
  return { ...template, cells };
}

/** Fills every column that stays the same for a line of the bill. */
export function templateOf(estate: Estate, subject: Subject, skuId: string): Template {
  const { meter, account, region, resource, commitment } = subject;
  const values: Partial<Record<FocusColumn, string>> = {
    BillingAccountId: estate.billingAccount.id,
    BillingAccountName: estate.billingAccount.name,
    BillingAccountType: estate.billingAccountType,
    BillingCurrency: estate.currency,
    ChargeCategory: "Usage",
    ChargeDescription: meter.description,
    ChargeFrequency: "Usage-Based",
    CommitmentDiscountCategory: commitment?.category,
    CommitmentDiscountId: commitment?.id,
    CommitmentDiscountName: commitment?.name,
    CommitmentDiscountType: commitment?.type,
    CommitmentDiscountUnit: commitment?.unit,
    InvoiceIssuerName: estate.issuer,
    PricingCategory: "Standard",
    PricingCurrency: estate.currency,
    PricingUnit: meter.unit,
    ProviderName: estate.providerName,
    PublisherName: estate.publisher,
    RegionId: region?.id,
    RegionName: region?.name,
    ResourceId: resource?.id,
    ResourceName: resource?.name,
    ResourceType: resource?.type,
    ServiceCategory: meter.category,
    ServiceName: meter.service,
    ServiceSubcategory: meter.subcategory,
    SkuId: skuId,
    SkuMeter: meter.skuMeter,
    SkuPriceId: `${skuId}.${estate.currency}`,
    SubAccountId: account?.id,
    SubAccountName: account?.name,
    SubAccountType: account === null ? "" : estate.subAccountType,
    Tags: JSON.stringify(subject.tags),
    ...subject.fixed,
  };
  const extra: Readonly<Record<string, string>> = { x_ResourceType: resource?.type ?? "", ...meter.extra };
  return {
    account,
    cells: [
      ...FOCUS_COLUMNS.map((column) => escapeCell(values[column] ?? "")),
      ...estate.extraColumns.map((column) => escapeCell(extra[column] ?? "")),
    ],
  };
}

/** One line of CSV. */
export function csvLine(template: Template, moving: Moving, billing: { month: Period; invoiceId: string }): string {
  const cells = [...template.cells];
  cells[at("BillingPeriodStart")] = instant(billing.month.from);
  cells[at("BillingPeriodEnd")] = instant(billing.month.to);
  cells[at("InvoiceId")] = billing.invoiceId;
  const [start, end] = chargePeriod(moving);
  cells[at("ChargePeriodStart")] = start;
  cells[at("ChargePeriodEnd")] = end;
  cells[at("BilledCost")] = atomsToDecimal(moving.costs.billed);
  cells[at("EffectiveCost")] = atomsToDecimal(moving.costs.effective);
  cells[at("ListCost")] = atomsToDecimal(moving.costs.list);
  cells[at("ContractedCost")] = atomsToDecimal(moving.costs.contracted);
  cells[at("PricingQuantity")] = moving.quantity;
  if (cells[at("ConsumedUnit")] !== "") cells[at("ConsumedQuantity")] = moving.quantity;
  if (moving.commitmentQuantity !== undefined) cells[at("CommitmentDiscountQuantity")] = moving.commitmentQuantity;
  return cells.join(",");
}

function chargePeriod({ period, hour }: Moving): [start: string, end: string] {
  if (hour === undefined) return [instant(period.from), instant(period.to)];
  return [instant(period.from, hour), hour === 23 ? instant(period.to) : instant(period.from, hour + 1)];
}

function instant(day: Day, hour = 0): string {
  return `${day}T${String(hour).padStart(2, "0")}:00:00Z`;
}

/** Quotes a cell where CSV needs it. */
function escapeCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** `aws_2026-10.csv.gz` */
export function fileName(estate: Estate, month: Month): string {
  return `${estate.provider}_${month}.csv.gz`;
}
