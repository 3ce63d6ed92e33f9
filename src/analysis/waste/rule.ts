import type { Money } from "../../domain/money.ts";
import type { Day, Month } from "../../domain/period.ts";
import type { DayMask } from "./day-mask.ts";
import type { Estate } from "./estate.ts";

/** Days of bills the rules look at, up to the as-of day. */
export const WINDOW_DAYS = 35;
/** Days a monthly cost is projected from (waste-rules S0). */
export const RECENT_DAYS = 14;
/** Days of an average month: monthly cost = 30.4 × average daily EffectiveCost (waste-rules S0). */
export const MONTH_DAYS_TENTHS = 304n;

/** What describes a charge, as FOCUS and the providers name it; null = the bill does not say. */
export type LineAttributes = {
  readonly usageType: string | null;
  readonly operation: string | null;
  readonly serviceCode: string | null;
  readonly meterName: string | null;
  readonly meterCategory: string | null;
  readonly meterSubcategory: string | null;
  readonly description: string | null;
  readonly skuMeter: string | null;
  readonly serviceName: string | null;
  readonly pricingCategory: string | null;
  readonly pricingUnit: string | null;
  readonly commitmentId: string | null;
  readonly commitmentName: string | null;
  readonly commitmentStatus: string | null;
  readonly capacityReservationId: string | null;
  readonly capacityReservationStatus: string | null;
};

/** One kind of charge of one resource over the window. Usage only: no tax, credit, correction or purchase. */
export type BilledLine = {
  readonly key: string;
  readonly attributes: LineAttributes;
  /** Days with a row. */
  readonly billedDays: DayMask;
  /** Days with a quantity other than zero. */
  readonly activeDays: DayMask;
  /** PricingQuantity (else ConsumedQuantity) over the window and its last 14 days, in 10⁻¹⁸ of the unit. */
  readonly quantity: bigint;
  readonly quantityRecent: bigint;
  /** EffectiveCost over the window and its last 14 days. */
  readonly effective: Money;
  readonly effectiveRecent: Money;
  /** ListCost over the last 14 days. */
  readonly listRecent: Money;
  /** The smallest and the largest quantity of one day among the last 14, in 10⁻¹⁸; null = none was billed. */
  readonly dayQuantityMin: bigint | null;
  readonly dayQuantityMax: bigint | null;
};

/**
 * Who is charged: a resource, a commitment with its used and unused lines, a sub-account with all its lines of some
 * kinds, or a service (no lines, only its months).
 */
export type Subject = "resource" | "commitment" | "account" | "service";
export type BilledResource = {
  readonly subject: Subject;
  readonly provider: string;
  readonly account: string | null;
  readonly region: string | null;
  readonly id: string;
  readonly name: string | null;
  readonly type: string | null;
  readonly currency: string;
  /** Keys as `canonicalTagKey` makes them; values as billed on the latest day. */
  readonly tags: ReadonlyMap<string, string>;
  /** First day that is not covered by bills: "now" for every age. */
  readonly asOf: Day;
  readonly lines: readonly BilledLine[];
};

export type Fact = { readonly fact: string; readonly value: string };
/** L reversible, M restart or configuration change, H data loss or outage possible. */
export type Risk = "L" | "M" | "H";
/** 1 minutes, 2 hours, 3 days. */
export type Effort = "1" | "2" | "3";

/** What is done, strongest first: an earlier one leaves less for a later one to save. */
export const ACTIONS = [
  "delete",
  "stop",
  "schedule",
  "generation",
  "rightsize",
  "storage-class",
  "commitment",
] as const;
export type Action = (typeof ACTIONS)[number];

/** What a rule says a line would cost less each month; null = no price is known for it. */
export type SavingPart = { readonly line: BilledLine; readonly saving: Money | null };

/** A: the bill proves it. B: a strong hint, to be verified. C: a trend to look at. */
export const CONFIDENCES = ["A", "B", "C"] as const;
export type Confidence = (typeof CONFIDENCES)[number];

/** What one rule proposes for one resource, before guards and precedence. No parts = a note without money. */
export type Proposal = {
  /** Less sure than the rule is in general. */
  readonly confidence?: Confidence;
  readonly parts: readonly SavingPart[];
  readonly evidence: readonly Fact[];
  /** How the saving comes about, in one line: "30.4 × $0.12 a day × 20 %". */
  readonly arithmetic: string;
  /** Commands in safe order, ids quoted. `#` lines are advice. */
  readonly remedy: readonly string[];
  /** How to take it back, or that nothing can. */
  readonly rollback: string;
};

/** A threshold people may change in finops.yaml: a whole number. */
export type RuleOption = {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
  /** Follows value and unit: "14 days billed in a row without a byte". */
  readonly about: string;
};
/** The thresholds in force. Asking for one a rule does not declare is an error of ours and throws. */
export type Options = { readonly number: (name: string) => number; readonly bigint: (name: string) => bigint };

/** What a complete calendar month cost; months without cost are left out. */
export type MonthCost = { readonly month: Month; readonly cost: Money };

/** What a rule may know beyond the resource at hand. */
export type RuleContext = {
  readonly environmentKeys: readonly string[];
  readonly estate: Estate;
  /** Complete calendar months before the as-of day, oldest first; empty = nothing is known. */
  readonly history: (resource: BilledResource) => readonly MonthCost[];
  /** All usage of the resource's sub-account a month; null = unknown. */
  readonly accountCost: (resource: BilledResource) => Money | null;
  readonly options: Options;
};

/** One rule = one record in one file; `rules.ts` lists them. Ids are those of the catalogue; one id may have a record for each confidence. */
export type WasteRule = {
  readonly id: string;
  readonly title: string;
  readonly subject: Subject;
  readonly confidence: Confidence;
  /** For people: what is looked at, how the saving is worked out, where the rule comes from. */
  readonly looksAt: string;
  readonly formula: string;
  readonly source: string;
  readonly options: Readonly<Record<string, RuleOption>>;
  /** What would prove it; only where the bill alone does not. */
  readonly proof?: string;
  /** Months of history it asks for, from the monthly rollups. */
  readonly historyMonths?: number;
  /** It asks what else there is in the estate. */
  readonly needsEstate?: true;
  /** It asks for machines that are billed no more, too. */
  readonly needsFormerMachines?: true;
  readonly action: Action;
  readonly risk: Risk;
  readonly effort: Effort;
  /** Days a resource must have been seen before it is judged (guard G2). */
  readonly ageDaysMin: number;
  /**
   * Words in a tag (canonical key, then value) that say the thing is kept on purpose: the rule's own extra guards. Where
   * the bill does not prove the waste, a name that says so holds it back too.
   */
  readonly keptFor?: RegExp;
  /** Whether a line of this kind makes its resource worth loading. Cheap; runs over the dictionary. */
  readonly triggers: (provider: string, line: LineAttributes) => boolean;
  readonly evaluate: (resource: BilledResource, context: RuleContext) => Proposal | null;
};
