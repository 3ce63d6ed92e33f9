import { parseAtoms } from "../domain/money.ts";
import { unreachable } from "../domain/errors.ts";
import { changeLabel, growthLabel, moneyLabel, percentLabel, shareOf, sumAtoms } from "./amounts.ts";
import type {
  BreakdownView,
  BudgetChartView,
  ChartView,
  ComparisonView,
  CostOverTimeView,
  SparklineView,
} from "./chart-view.ts";
import { stackSeries } from "./stack-series.ts";
import { drawable } from "./text-fit.ts";
import { SERIES_MAX } from "./theme.ts";
import { bucketLabel } from "./time-axis.ts";

/** Discord takes 1,024 characters of alternative text, Slack 2,000. */
export const ALT_TEXT_MAX = 1_000;
const PARTS_SAID_MAX = 6;
const TITLE_SAID_MAX = 160;
const LABEL_SAID_MAX = 60;

/**
 * What a picture says, for people who hear it: title, total, parts, peak, what is provisional.
 * The amounts are the very texts drawn; the total comes first, so that cutting at the end never loses it.
 */
export function describeChart(view: ChartView): string {
  const sentences = [shorten(view.title, TITLE_SAID_MAX).replace(/[.\s]+$/, ""), ...facts(view)];
  let text = "";
  for (const sentence of sentences.filter((each) => each !== "")) {
    const longer = text === "" ? `${sentence}.` : `${text} ${sentence}.`;
    if (longer.length > ALT_TEXT_MAX) break;
    text = longer;
  }
  return text;
}

function facts(view: ChartView): string[] {
  switch (view.kind) {
    case "cost-over-time":
      return factsOverTime(view);
    case "breakdown":
      return factsOfBreakdown(view);
    case "comparison":
      return factsOfComparison(view);
    case "budget":
      return factsOfBudget(view);
    case "sparkline":
      return factsOfSparkline(view);
    default:
      return unreachable(view);
  }
}

function factsOverTime(view: CostOverTimeView): string[] {
  const stack = stackSeries(view, SERIES_MAX);
  const total = sumAtoms(view.points.map((point) => point.amount));
  const several = stack.series.length > 1;
  const parts = stack.series.map((part) => ({ label: part.label, text: amountAndShare(part.atoms, total, view) }));
  return [
    `Total ${moneyLabel(total, view.currency)} by ${view.grain}, ${span(stack.starts, view.grain)}`,
    several ? list(parts) : "",
    peak(stack.starts, stack.totals, view),
    stack.provisionalIndex === null
      ? ""
      : `Provisional from ${view.provisionalFrom === null ? "" : bucketLabel(view.provisionalFrom, "day", true)}`,
  ];
}

function factsOfBreakdown(view: BreakdownView): string[] {
  const total = sumAtoms(view.bars.map((bar) => bar.amount));
  const parts = view.bars.map((bar) => ({
    label: bar.label,
    text: `${moneyLabel(parseAtoms(bar.amount), view.currency)}${bar.share === null ? "" : ` (${percentLabel(bar.share)})`}`,
  }));
  return [`Total ${moneyLabel(total, view.currency)}`, list(parts)];
}

function factsOfComparison(view: ComparisonView): string[] {
  const current = sumAtoms(view.rows.map((row) => row.current));
  const previous = sumAtoms(view.rows.map((row) => row.previous));
  const parts = view.rows.map((row) => ({
    label: row.label,
    text: change(parseAtoms(row.current), parseAtoms(row.previous), view.currency),
  }));
  const now = shorten(view.currentLabel, LABEL_SAID_MAX);
  const before = shorten(view.previousLabel, LABEL_SAID_MAX);
  const total = `Total ${moneyLabel(current, view.currency)} (${now}) against ${moneyLabel(previous, view.currency)} (${before})`;
  return [`${total}, ${difference(current, previous, view.currency)}`, list(parts)];
}

function factsOfBudget(view: BudgetChartView): string[] {
  const budget = parseAtoms(view.budget);
  const spent = parseAtoms(view.actual.at(-1)?.amount ?? "0");
  const end = view.forecast.at(-1);
  const of = (part: bigint): string => {
    const share = shareOf(part, budget);
    return `${moneyLabel(part, view.currency)}${share === null ? "" : ` (${percentLabel(share)})`}`;
  };
  const band =
    view.low === null || view.high === null
      ? ""
      : `, between ${moneyLabel(parseAtoms(view.low), view.currency)} and ${moneyLabel(parseAtoms(view.high), view.currency)}`;
  return [
    `Spent ${of(spent)} of ${moneyLabel(budget, view.currency)}${view.through === null ? "" : `, complete through ${bucketLabel(view.through, "day", true)}`}`,
    end === undefined ? "" : `Expected to end at ${of(parseAtoms(end.amount))}${band}`,
  ];
}

function factsOfSparkline(view: SparklineView): string[] {
  const asDays: CostOverTimeView = {
    ...view,
    kind: "cost-over-time",
    subtitle: "",
    grain: "day",
    form: "line",
    points: view.points.map((point) => ({ ...point, series: "" })),
  };
  return factsOverTime(asDays);
}

function change(current: bigint, previous: bigint, currency: string): string {
  return `${moneyLabel(current, currency)}, ${difference(current, previous, currency)}`;
}

function difference(current: bigint, previous: bigint, currency: string): string {
  if (current === previous) return "no change";
  return `${changeLabel(current - previous, currency)} (${growthLabel(current, previous)})`;
}

function amountAndShare(part: bigint, total: bigint, view: CostOverTimeView): string {
  const share = shareOf(part, total);
  const said = share === null || share < 0 || share > 1 ? "" : ` (${percentLabel(share)})`;
  return `${moneyLabel(part, view.currency)}${said}`;
}

function list(parts: readonly { label: string; text: string }[]): string {
  const said = parts.slice(0, PARTS_SAID_MAX).map((part) => `${shorten(part.label, LABEL_SAID_MAX)} ${part.text}`);
  const rest = parts.length - said.length;
  return `${said.join("; ")}${rest > 0 ? `; and ${rest} more` : ""}`;
}

function span(starts: readonly string[], grain: CostOverTimeView["grain"]): string {
  const [first, last] = [starts[0], starts.at(-1)] as [
    Parameters<typeof bucketLabel>[0],
    Parameters<typeof bucketLabel>[0],
  ];
  if (starts.length === 0) return "no charges";
  const to = bucketLabel(last, grain, true);
  return first === last ? to : `${bucketLabel(first, grain, first.slice(0, 4) !== last.slice(0, 4))} to ${to}`;
}

function peak(
  starts: readonly Parameters<typeof bucketLabel>[0][],
  totals: readonly bigint[],
  view: CostOverTimeView,
): string {
  if (starts.length < 2) return "";
  const best = totals.reduce((top, atoms, index) => (atoms > (totals[top] ?? 0n) ? index : top), 0);
  const start = starts[best];
  if (start === undefined) return "";
  return `Highest ${bucketLabel(start, view.grain)}: ${moneyLabel(totals[best] ?? 0n, view.currency)}`;
}

function shorten(text: string, lengthMax: number): string {
  const clean = drawable(text);
  return clean.length <= lengthMax
    ? clean
    : `${clean
        .slice(0, lengthMax - 1)
        .toWellFormed()
        .trimEnd()}…`;
}
