import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

import type { UsageRow } from "../../src/analysis/waste/assemble.ts";
import { dayBit } from "../../src/analysis/waste/day-mask.ts";
import { RECENT_DAYS, WINDOW_DAYS, type LineAttributes } from "../../src/analysis/waste/rule.ts";
import { parseAtoms } from "../../src/domain/money.ts";
import { daysBetween, day, type Day } from "../../src/domain/period.ts";
import type { Label } from "./score.ts";

const FOLDER = new URL("../fixtures/waste/", import.meta.url);
const PROVIDERS: Readonly<Record<string, string>> = { AWS: "aws", Microsoft: "azure", "Google Cloud": "gcp" };

/** The bills of the waste set as the core takes them: one row a day. `asOf` = first day without bills. */
export function readUsage(asOf: Day): readonly UsageRow[] {
  const text = gunzipSync(readFileSync(new URL("focus_daily.csv.gz", FOLDER))).toString("utf8");
  return parseCsv(text)
    .filter((row) => row["ChargeCategory"] === "Usage")
    .map((row) => usageRow(row, asOf))
    .filter((row) => row.billedDays !== 0n);
}

export function readLabels(): readonly Label[] {
  return parseCsv(readFileSync(new URL("labels.csv", FOLDER), "utf8")).map((row) => ({
    resource: row["resource_id"] ?? "",
    label: row["label"] ?? "",
    alsoAccept: (row["also_accept"] ?? "").split("|").filter((rule) => rule !== ""),
    savingMin: Number(row["saving_min"]),
    savingMax: Number(row["saving_max"]),
    billingOnly: row["billing_only"] ?? "",
    trap: row["trap"] ?? "",
  }));
}

function usageRow(row: Readonly<Record<string, string>>, asOf: Day): UsageRow {
  const text = (column: string): string | null => (row[column] ?? "") || null;
  const age = daysBetween(day((row["ChargePeriodStart"] ?? "").slice(0, 10)), asOf) - 1;
  const bit = age >= 0 && age < WINDOW_DAYS ? dayBit(age) : 0n;
  const quantity = parseAtoms(row["PricingQuantity"] || "0");
  const effective = parseAtoms(row["EffectiveCost"] || "0");
  const recent = age < RECENT_DAYS;
  return {
    provider: PROVIDERS[row["ProviderName"] ?? ""] ?? "",
    account: text("SubAccountId"),
    region: text("RegionId"),
    resourceId: text("ResourceId"),
    resourceName: text("ResourceName"),
    resourceType: text("ResourceType"),
    currency: row["BillingCurrency"] ?? "",
    asOf,
    attributes: attributesOf(text),
    tags: JSON.parse(row["Tags"] || "{}") as Record<string, unknown>,
    billedDays: bit,
    activeDays: quantity === 0n ? 0n : bit,
    quantity,
    quantityRecent: recent ? quantity : 0n,
    effectiveAtoms: effective,
    effectiveRecentAtoms: recent ? effective : 0n,
    listRecentAtoms: recent ? parseAtoms(row["ListCost"] || "0") : 0n,
    dayQuantityMin: recent ? quantity : null,
    dayQuantityMax: recent ? quantity : null,
  };
}

function attributesOf(text: (column: string) => string | null): LineAttributes {
  return {
    usageType: text("x_UsageType"),
    operation: null,
    serviceCode: null,
    meterName: text("x_SkuMeterName"),
    meterCategory: null,
    meterSubcategory: null,
    description: text("ChargeDescription"),
    skuMeter: null,
    serviceName: text("ServiceName"),
    pricingCategory: text("PricingCategory"),
    pricingUnit: text("PricingUnit"),
    commitmentId: text("CommitmentDiscountId"),
    commitmentName: null,
    commitmentStatus: text("CommitmentDiscountStatus"),
    capacityReservationId: null,
    capacityReservationStatus: null,
  };
}

/** RFC 4180, enough for the set: quotes, doubled quotes, CRLF. */
function parseCsv(text: string): Record<string, string>[] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const match of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,"\r\n]*))(,|\r?\n|$)/g)) {
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === ",") continue;
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  }
  const [header = [], ...body] = rows;
  return body.map((cells) => Object.fromEntries(header.map((name, index) => [name, cells[index] ?? ""])));
}
