import type { Day } from "../domain/period.ts";

/** Exact decimal text: charts turn it into pixels, never back into money. */
type Decimal = string;

/** Cost by day, week or month, one series or several (stacked, largest first, the rest "Other"). */
export type CostOverTimeView = {
  readonly kind: "cost-over-time";
  readonly title: string;
  readonly subtitle: string;
  readonly currency: string;
  readonly grain: "day" | "week" | "month";
  readonly form: "area" | "line" | "bar";
  readonly points: readonly { readonly start: Day; readonly series: string; readonly amount: Decimal }[];
  /** First provisional day: later points are hatched and labelled. null = all final. */
  readonly provisionalFrom: Day | null;
};

/** One bar an entry, largest first. `form: pie` draws a ring where all are positive. */
export type BreakdownView = {
  readonly kind: "breakdown";
  readonly title: string;
  readonly subtitle: string;
  readonly currency: string;
  readonly form: "bar" | "pie";
  readonly bars: readonly {
    readonly label: string;
    readonly amount: Decimal;
    readonly share: number | null;
    readonly other: boolean;
  }[];
};

/** Now and before, side by side. */
export type ComparisonView = {
  readonly kind: "comparison";
  readonly title: string;
  readonly subtitle: string;
  readonly currency: string;
  readonly currentLabel: string;
  readonly previousLabel: string;
  readonly rows: readonly { readonly label: string; readonly current: Decimal; readonly previous: Decimal }[];
};

/** A small line without axes. */
export type SparklineView = {
  readonly kind: "sparkline";
  readonly title: string;
  readonly currency: string;
  readonly points: readonly { readonly start: Day; readonly amount: Decimal }[];
  readonly provisionalFrom: Day | null;
};

/** What a period has spent so far against its budget, cumulated by day, and where it is expected to end. */
export type BudgetChartView = {
  readonly kind: "budget";
  readonly title: string;
  readonly subtitle: string;
  readonly currency: string;
  /** Days of the period, the end exclusive. */
  readonly from: Day;
  readonly to: Day;
  readonly budget: Decimal;
  /** Spent up to and including each day, in order. Days left out keep the amount before them. */
  readonly actual: readonly { readonly day: Day; readonly amount: Decimal }[];
  /** Later days of `actual` are still arriving. null = none is complete. */
  readonly through: Day | null;
  /** Expected by the end of each day to come, in order; empty = too little is known. */
  readonly forecast: readonly { readonly day: Day; readonly amount: Decimal }[];
  /** The band at the end of the period. */
  readonly low: Decimal | null;
  readonly high: Decimal | null;
  /** Percent of the budget somebody is told at. */
  readonly thresholds: readonly number[];
};

/** A picture as data: what is drawn, not how. Pure input of `spec.ts`. */
export type ChartView = CostOverTimeView | BreakdownView | ComparisonView | SparklineView | BudgetChartView;
