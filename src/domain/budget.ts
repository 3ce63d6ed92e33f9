import type { Driver } from "./contract.ts";
import type { Metric } from "./cost-query.ts";
import type { Kind } from "./kind.ts";
import type { Money } from "./money.ts";
import type { Day, Period } from "./period.ts";
import type { ScopeFilter } from "./scope.ts";

/** How often a budget starts anew. Quarters and years follow the fiscal year. */
export const BUDGET_CYCLES = ["month", "quarter", "year"] as const;
export type BudgetCycle = (typeof BUDGET_CYCLES)[number];

/** What a threshold looks at: what was spent, or what the period is expected to end at. */
export const THRESHOLD_BASES = ["actual", "forecast"] as const;
export type ThresholdBasis = (typeof THRESHOLD_BASES)[number];
export type Threshold = { readonly basis: ThresholdBasis; readonly percent: number };

export const BUDGET_METRICS = ["effective", "billed", "list", "contracted"] as const satisfies readonly Metric[];
export type BudgetMetric = (typeof BUDGET_METRICS)[number];

export const BUDGET_NAME_MAX = 100;
export const THRESHOLDS_MAX = 20;
export const PERCENT_MAX = 1000;
/** Most budgets of one installation; evaluation is measured at a thousand. */
export const BUDGETS_MAX = 5_000;
export const DEFAULT_BUDGET_CHANNEL = "finops";

export const DEFAULT_THRESHOLDS: readonly Threshold[] = [
  { basis: "actual", percent: 50 },
  { basis: "actual", percent: 80 },
  { basis: "actual", percent: 100 },
  { basis: "forecast", percent: 100 },
];

/** What somebody agreed: an amount for a scope, each period. */
export type BudgetTerms = {
  readonly name: string;
  readonly amount: Money;
  readonly filters: ScopeFilter;
  readonly without: readonly Kind[];
  readonly cycle: BudgetCycle;
  readonly metric: BudgetMetric;
  readonly thresholds: readonly Threshold[];
  readonly channel: string;
};

export type Budget = BudgetTerms & {
  readonly id: string;
  /** What whoever set it may see; counts together with `filters`. */
  readonly access: ScopeFilter;
  readonly origin: "config" | "chat";
  readonly createdBy: string;
  /** Nothing is sent before this day. */
  readonly snoozedUntil: Day | null;
  readonly snoozedBy: string | null;
};

/** A budget as finops.yaml states it. */
export type ConfiguredBudget = BudgetTerms & { readonly access: ScopeFilter };

/** What the period is expected to end at: the middle and the band it lies in four times out of five. */
export type BudgetForecast = {
  readonly amount: Money;
  readonly low: Money;
  readonly high: Money;
  /** One sentence: how it was made. */
  readonly method: string;
};

/** A threshold somebody was (or, snoozed, will be) told about in one period. */
export type BudgetAlert = Threshold & {
  readonly state: "crossed" | "undone";
  readonly crossedOn: Day;
  readonly through: Day | null;
  readonly lastDay: Day | null;
  readonly spent: Money;
  readonly forecast: Money | null;
  readonly notified: boolean;
  readonly undoneOn: Day | null;
  readonly undoneReason: string | null;
};

/** The reason on a card: what rose most against the same days of the period before, or, with nothing before, what cost most. */
export type BudgetDriver = { readonly driver: Driver; readonly against: Period | null };

/** One period of a budget as remembered. */
export type BudgetPeriod = {
  readonly period: Period;
  readonly amount: Money;
  readonly spent: Money | null;
  readonly forecast: Money | null;
  readonly forecastLow: Money | null;
  readonly forecastHigh: Money | null;
  readonly through: Day | null;
  readonly lastDay: Day | null;
  readonly problem: string | null;
  readonly closedOn: Day | null;
  readonly restated: Money | null;
  readonly acknowledgedBy: string | null;
  /** UTC instant of the database, ISO 8601. */
  readonly acknowledgedAt: string | null;
  readonly posted: boolean;
  readonly cardDigest: string | null;
  /** Why, as found when a threshold was crossed. */
  readonly driver: BudgetDriver | null;
  /** Digest of what was agreed, and of the deliveries read. */
  readonly terms: string;
  readonly bills: string;
};

/** The worst first: what lists sort by. */
export const BUDGET_STATES = ["over", "at-risk", "warned", "on-track", "unknown"] as const;
/**
 * `over`: spent the whole amount. `at-risk`: expected to. `warned`: a threshold is crossed. `unknown`: a rate is missing.
 */
export type BudgetState = (typeof BUDGET_STATES)[number];
