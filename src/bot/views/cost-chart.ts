import type { ChartView } from "../../charts/chart-view.ts";
import type { CostAnswer, CostRow } from "../../domain/contract.ts";
import type { CostQuery } from "../../domain/cost-query.ts";
import { atomsToDecimal, parseAtoms } from "../../domain/money.ts";
import { addDays, type Day } from "../../domain/period.ts";
import { isOfLine, shownRows } from "./cost-rows.ts";
import { periodWords, rowWords } from "./cost-words.ts";

/** Bars, and bands of a stacked picture; more cannot be told apart. */
const BARS_MAX = 10;
const BANDS_MAX = 6;

/** The picture of one currency of an answer; null when a table says it better. */
export function costChart(answer: CostAnswer, query: CostQuery, line: CostAnswer["total"][number]): ChartView | null {
  if (query.form === "table" || query.metric === "usage") return null;
  const title =
    query.by.length === 0 ? "Cost" : `Cost by ${query.by.join(", ")}${query.allocated ? ", allocated" : ""}`;
  const base = {
    title,
    subtitle: `${periodWords(answer.receipt.period as { from: Day; to: Day })}, ${line.currency}`,
    currency: line.currency,
  };
  if (query.per !== null) return overTime(answer, query, line, base);
  if (query.by.length === 0) return null;
  const rows = shownRows(answer, line, BARS_MAX, (row) => [rowWords(row)]);
  const { previousPeriod } = answer.receipt;
  if (previousPeriod !== undefined && query.form !== "pie") {
    return {
      ...base,
      kind: "comparison",
      currentLabel: periodWords(answer.receipt.period as { from: Day; to: Day }),
      previousLabel: periodWords(previousPeriod as { from: Day; to: Day }),
      rows: rows.map((row) => ({
        label: row.label,
        current: atomsToDecimal(row.amount),
        previous: atomsToDecimal(row.previous),
      })),
    };
  }
  return {
    ...base,
    kind: "breakdown",
    form: query.form === "pie" ? "pie" : "bar",
    bars: rows.map((row) => ({
      label: row.label,
      amount: atomsToDecimal(row.amount),
      share: row.share === null ? null : Number(row.share),
      other: row.other,
    })),
  };
}

function overTime(
  answer: CostAnswer,
  query: CostQuery,
  line: CostAnswer["total"][number],
  base: { title: string; subtitle: string; currency: string },
): ChartView {
  const bands = shownRows(answer, line, BANDS_MAX, (row) => [rowWords(row)]);
  const named = new Set(bands.filter((band) => !band.other).map((band) => band.label));
  const other = bands.find((band) => band.other)?.label ?? "Other";
  const labels = new Map<CostRow["key"], string>();
  const seriesOf = (row: CostRow): string => {
    if (query.by.length === 0) return "Cost";
    const label = labels.get(row.key) ?? rowWords(row);
    labels.set(row.key, label);
    return named.has(label) ? label : other;
  };
  // One point a bucket and band: what is drawn together travels together, or a card of a year by team is half a megabyte.
  const sums = new Map<string, Map<Day, bigint>>();
  for (const row of answer.rows) {
    if (row.period === undefined || !isOfLine(row, line)) continue;
    const series = seriesOf(row);
    const buckets = sums.get(series) ?? new Map<Day, bigint>();
    sums.set(series, buckets);
    const start = row.period.from as Day;
    buckets.set(start, (buckets.get(start) ?? 0n) + parseAtoms(row.amount));
  }
  const points = [...sums].flatMap(([series, buckets]) =>
    [...buckets].map(([start, atoms]) => ({ start, series, amount: atomsToDecimal(atoms) })),
  );
  const { dataThrough, period } = answer.receipt;
  const after = dataThrough === null ? null : addDays(dataThrough as Day, 1);
  return {
    ...base,
    kind: "cost-over-time",
    grain: query.per ?? "day",
    form:
      query.form === "line" || query.form === "bar" || query.form === "area"
        ? query.form
        : query.by.length === 0
          ? "bar"
          : "area",
    points,
    provisionalFrom: after !== null && after < period.to ? (after > period.from ? after : (period.from as Day)) : null,
  };
}
