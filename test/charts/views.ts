import fc from "fast-check";

import type {
  BreakdownView,
  BudgetChartView,
  ChartView,
  ComparisonView,
  CostOverTimeView,
  SparklineView,
} from "../../src/charts/chart-view.ts";
import { atomsToDecimal } from "../../src/domain/money.ts";
import { addDays, day, type Day } from "../../src/domain/period.ts";

/** Any amount a bill may hold and many it may not: nothing, credits, one atom, all the store can hold. */
const amount = fc
  .oneof(
    fc.constant(0n),
    fc.bigInt({ min: -(10n ** 23n), max: 10n ** 23n }),
    fc.bigInt({ min: -9n, max: 9n }),
    fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }),
  )
  .map(atomsToDecimal);

const HOSTILE = [
  "",
  "\u0000",
  "\ud800",
  "<script>&amp;",
  "支払いチーム🙂",
  "مرحبا \u202e evil",
  "__proto__",
  "a".repeat(500),
];
const text = fc.oneof(fc.string({ unit: "binary", maxLength: 60 }), fc.constantFrom(...HOSTILE));
const currency = fc.constantFrom("USD", "EUR", "JPY", "Hours", "GB-Months");
const FIRST = day("2026-01-01");
const start = fc.integer({ min: 0, max: 420 }).map((index) => addDays(FIRST, index));
const provisionalFrom: fc.Arbitrary<Day | null> = fc.option(start);

const costOverTime: fc.Arbitrary<CostOverTimeView> = fc.record({
  kind: fc.constant("cost-over-time"),
  title: text,
  subtitle: text,
  currency,
  grain: fc.constantFrom("day", "week", "month"),
  form: fc.constantFrom("area", "line", "bar"),
  points: fc.array(fc.record({ start, series: text, amount }), { maxLength: 60 }),
  provisionalFrom,
});

const breakdown: fc.Arbitrary<BreakdownView> = fc.record({
  kind: fc.constant("breakdown"),
  title: text,
  subtitle: text,
  currency,
  form: fc.constantFrom("bar", "pie"),
  bars: fc.array(
    fc.record({
      label: text,
      amount,
      share: fc.option(fc.double({ min: -2, max: 2, noNaN: true })),
      other: fc.boolean(),
    }),
    { maxLength: 20 },
  ),
});

const comparison: fc.Arbitrary<ComparisonView> = fc.record({
  kind: fc.constant("comparison"),
  title: text,
  subtitle: text,
  currency,
  currentLabel: text,
  previousLabel: text,
  rows: fc.array(fc.record({ label: text, current: amount, previous: amount }), { maxLength: 12 }),
});

const sparkline: fc.Arbitrary<SparklineView> = fc.record({
  kind: fc.constant("sparkline"),
  title: text,
  currency,
  points: fc.array(fc.record({ start, amount }), { maxLength: 60 }),
  provisionalFrom,
});

const budget: fc.Arbitrary<BudgetChartView> = fc
  .record({ from: start, length: fc.integer({ min: 1, max: 366 }), title: text, subtitle: text, currency, amount })
  .chain(({ from, length, title, subtitle, currency, amount: whole }) => {
    const to = addDays(from, length);
    const within = fc.array(fc.record({ at: fc.integer({ min: 0, max: length - 1 }), amount }), { maxLength: 40 });
    const inOrder = within.map((points) =>
      points.toSorted((a, b) => a.at - b.at).map((point) => ({ day: addDays(from, point.at), amount: point.amount })),
    );
    return fc.record({
      kind: fc.constant("budget" as const),
      title: fc.constant(title),
      subtitle: fc.constant(subtitle),
      currency: fc.constant(currency),
      from: fc.constant(from),
      to: fc.constant(to),
      budget: fc.constant(whole),
      actual: inOrder,
      through: fc.option(start),
      forecast: inOrder,
      low: fc.option(amount),
      high: fc.option(amount),
      thresholds: fc.array(fc.integer({ min: 1, max: 1000 }), { maxLength: 6 }),
    });
  });

/** Any picture anybody could ask for. */
export const anyView: fc.Arbitrary<ChartView> = fc.oneof(costOverTime, breakdown, comparison, sparkline, budget);

/** Two services over a fortnight, the last two days provisional. */
export const fortnight: CostOverTimeView = {
  kind: "cost-over-time",
  title: "Cost by service, 1–14 November",
  subtitle: "Effective cost · USD",
  currency: "USD",
  grain: "day",
  form: "bar",
  points: Array.from({ length: 14 }, (_, index) => addDays(day("2026-11-01"), index)).flatMap((at, index) => [
    { start: at, series: "Amazon Elastic Compute Cloud", amount: `${100 + index}.25` },
    { start: at, series: "BigQuery", amount: "40.1" },
  ]),
  provisionalFrom: day("2026-11-13"),
};

export const byService: BreakdownView = {
  kind: "breakdown",
  title: "Cost by service, October",
  subtitle: "Effective cost · USD",
  currency: "USD",
  form: "bar",
  bars: [
    { label: "Amazon Elastic Compute Cloud", amount: "1234.5", share: 0.72, other: false },
    { label: "BigQuery", amount: "400.004", share: 0.23, other: false },
    { label: "Other", amount: "80", share: 0.05, other: true },
  ],
};

export const nowAndBefore: ComparisonView = {
  kind: "comparison",
  title: "November so far against October",
  subtitle: "Effective cost · USD",
  currency: "USD",
  currentLabel: "1–14 Nov",
  previousLabel: "1–14 Oct",
  rows: [
    { label: "Amazon EC2", current: "1240", previous: "1000" },
    { label: "BigQuery", current: "90.5", previous: "100" },
    { label: "Cloud Run", current: "12", previous: "0" },
  ],
};
