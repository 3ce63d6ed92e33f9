import { csvText, type Cell } from "../domain/csv.ts";
import { unreachable } from "../domain/errors.ts";
import type { ChartView } from "./chart-view.ts";

const text = (value: string): Cell => ({ kind: "text", text: value });
const number = (decimal: string): Cell => ({ kind: "number", decimal });

/** The figures a picture is drawn from, exact, one line each. */
export function chartCsv(view: ChartView): string {
  const currency = text(view.currency);
  switch (view.kind) {
    case "cost-over-time":
      return csvText(
        [view.grain, "series", "amount", "currency"],
        view.points.map(({ start, series, amount }) => [text(start), text(series), number(amount), currency]),
      );
    case "breakdown":
      return csvText(
        ["label", "amount", "currency"],
        view.bars.map(({ label, amount }) => [text(label), number(amount), currency]),
      );
    case "comparison":
      return csvText(
        ["label", view.currentLabel, view.previousLabel, "currency"],
        view.rows.map(({ label, current, previous }) => [text(label), number(current), number(previous), currency]),
      );
    case "sparkline":
      return csvText(
        ["day", "amount", "currency"],
        view.points.map(({ start, amount }) => [text(start), number(amount), currency]),
      );
    case "budget":
      return csvText(
        ["day", "what", "amount", "currency"],
        [
          ...view.actual.map(({ day, amount }) => [text(day), text("spent so far"), number(amount), currency]),
          ...view.forecast.map(({ day, amount }) => [text(day), text("expected"), number(amount), currency]),
          [text(view.to), text("budget"), number(view.budget), currency],
        ],
      );
    default:
      return unreachable(view);
  }
}
