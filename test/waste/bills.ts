import {
  assembleAccounts,
  assembleCommitments,
  assembleResources,
  type UsageRow,
} from "../../src/analysis/waste/assemble.ts";
import { dayBit } from "../../src/analysis/waste/day-mask.ts";
import {
  evaluateWaste,
  type EvaluationContext,
  type WasteEvaluation,
} from "../../src/analysis/waste/evaluate-waste.ts";
import { RECENT_DAYS, WINDOW_DAYS, type LineAttributes } from "../../src/analysis/waste/rule.ts";
import { WASTE_RULES } from "../../src/analysis/waste/rules.ts";
import { parseAtoms, roundAtoms } from "../../src/domain/money.ts";
import { day } from "../../src/domain/period.ts";

export const AS_OF = day("2025-10-18");
export const CONTEXT = { environmentKeys: ["environment", "env"] };

/** One kind of charge, the same every day it is billed. */
export type LineBill = Partial<LineAttributes> & {
  /** Cost and quantity of a day. */
  readonly cost: string;
  readonly quantity?: string;
  readonly list?: string;
  /** Billed on the last so many days (default: all 35), or on the days of these ages (0 = the last day). */
  readonly days?: number | readonly number[];
};

export type ResourceBill = {
  readonly provider?: string;
  readonly id?: string | null;
  readonly name?: string;
  readonly account?: string;
  readonly region?: string | null;
  readonly currency?: string;
  readonly tags?: Readonly<Record<string, unknown>>;
  readonly lines: readonly LineBill[];
};

const NOTHING: LineAttributes = {
  usageType: null,
  operation: null,
  serviceCode: null,
  meterName: null,
  meterCategory: null,
  meterSubcategory: null,
  description: null,
  skuMeter: null,
  serviceName: null,
  pricingCategory: "Standard",
  pricingUnit: null,
  commitmentId: null,
  commitmentName: null,
  commitmentStatus: null,
  capacityReservationId: null,
  capacityReservationStatus: null,
};

/** The day rows of a resource's bill. */
export function rowsOf(bill: ResourceBill): readonly UsageRow[] {
  return bill.lines.flatMap((line) => {
    const { cost, quantity = "24", list = cost, days = WINDOW_DAYS, ...attributes } = line;
    const ages = typeof days === "number" ? Array.from({ length: days }, (_, age) => age) : days;
    return ages.map((age) => ({
      provider: bill.provider ?? "aws",
      account: bill.account ?? "111122223333",
      region: bill.region === undefined ? "us-east-1" : bill.region,
      resourceId: bill.id === undefined ? "res-1" : bill.id,
      resourceName: bill.name ?? null,
      resourceType: null,
      currency: bill.currency ?? "USD",
      asOf: AS_OF,
      attributes: { ...NOTHING, ...attributes },
      tags: bill.tags ?? {},
      billedDays: dayBit(age),
      activeDays: parseAtoms(quantity) === 0n ? 0n : dayBit(age),
      quantity: parseAtoms(quantity),
      quantityRecent: age < RECENT_DAYS ? parseAtoms(quantity) : 0n,
      effectiveAtoms: parseAtoms(cost),
      effectiveRecentAtoms: age < RECENT_DAYS ? parseAtoms(cost) : 0n,
      listRecentAtoms: age < RECENT_DAYS ? parseAtoms(list) : 0n,
      dayQuantityMin: age < RECENT_DAYS ? parseAtoms(quantity) : null,
      dayQuantityMax: age < RECENT_DAYS ? parseAtoms(quantity) : null,
    }));
  });
}

/** All rules over the bills of resources, commitments and accounts. */
export function judge(rows: readonly UsageRow[], context: Partial<EvaluationContext> = {}): WasteEvaluation {
  const billed = [...assembleResources(rows), ...assembleCommitments(rows), ...assembleAccounts(rows)];
  return evaluateWaste(WASTE_RULES, billed, { ...CONTEXT, ...context });
}

/** "rule saving" of every finding the bill of one resource proves, to four places; "unknown" where no price is known. */
export function found(bill: ResourceBill): string[] {
  const proven = judge(rowsOf(bill)).findings.filter(({ confidence }) => confidence === "A");
  return proven.map(({ rule, saving }) => `${rule} ${saving === null ? "unknown" : roundAtoms(saving.atoms, 4)}`);
}

/** "confidence rule saving" of every finding over the bills of several resources that is not proven. */
export function hinted(all: readonly ResourceBill[], context: Partial<EvaluationContext> = {}): string[] {
  return judge(all.flatMap(rowsOf), context)
    .findings.filter(({ confidence }) => confidence !== "A")
    .map(
      ({ confidence, rule, saving }) =>
        `${confidence} ${rule} ${saving === null ? "unknown" : roundAtoms(saving.atoms, 2)}`,
    );
}
