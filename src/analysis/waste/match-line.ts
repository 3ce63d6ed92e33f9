import type { BilledLine, BilledResource, LineAttributes } from "./rule.ts";

/** AWS puts a region code before most usage types ("USW2-", "EU-", "USW2-LAX1-"); us-east-1 has none. */
const REGION_PREFIX = /^[A-Z]{2,4}\d?(?:-[A-Z]+\d*)?-/;

/** The usage type without its region code, or null. */
export function plainUsageType(line: LineAttributes): string | null {
  return line.usageType === null ? null : line.usageType.replace(REGION_PREFIX, "");
}

/**
 * Whether an AWS line is of a usage type; files without x_UsageType (plain FOCUS) are matched by what
 * ChargeDescription says. `description: null` = cannot be told from the description.
 */
export function isUsage(line: LineAttributes, usage: RegExp, description: RegExp | null): boolean {
  const usageType = plainUsageType(line);
  if (usageType !== null) return usage.test(usageType);
  return description !== null && line.description !== null && description.test(line.description);
}

/** Whether ChargeDescription or SkuMeter (Google Cloud: the SKU's description) reads so. */
export function readsAs(line: LineAttributes, pattern: RegExp): boolean {
  return [line.description, line.skuMeter].some((text) => text !== null && pattern.test(text));
}

/** Whether an Azure meter column (name, category, sub-category) or the description reads so. */
export function isMeter(line: LineAttributes, pattern: RegExp): boolean {
  return [line.meterName, line.meterSubcategory, line.meterCategory, line.description].some(
    (text) => text !== null && pattern.test(text),
  );
}

/** The lines of a resource that a predicate takes. */
export function linesWhere(
  resource: BilledResource,
  takes: (provider: string, line: LineAttributes) => boolean,
): readonly BilledLine[] {
  return resource.lines.filter((line) => takes(resource.provider, line.attributes));
}

/** Whether a commitment already pays for the line: then its saving is only real when the commitment finds other use (G6). */
export function isCovered(line: LineAttributes): boolean {
  return line.commitmentStatus === "Used" || line.pricingCategory === "Committed";
}
