import type { SparklineView } from "./chart-view.ts";
import { moneyLabel, sumAtoms, toPixelNumber } from "./amounts.ts";
import { label, picture, plotWidth, type ChartSpec, type Layer } from "./frame.ts";
import { parseAtoms } from "../domain/money.ts";
import { ellipsise, textWidth } from "./text-fit.ts";
import { FONT_SIZE, MARGIN, type Theme } from "./theme.ts";
import { buckets, firstProvisional } from "./time-axis.ts";

const LINE_HEIGHT_PX = 72;
const HEADER_HEIGHT = 28;

/** A small line without axes: what it is, its total, and its course; provisional days dotted. */
export function sparklineSpec(view: SparklineView, theme: Theme, width: number): ChartSpec {
  const starts = buckets(
    view.points.map((point) => point.start),
    "day",
  );
  const atoms = starts.map((start) => sumAtoms(view.points.flatMap((p) => (p.start === start ? [p.amount] : []))));
  const total = view.points.reduce((sum, point) => sum + parseAtoms(point.amount), 0n);
  const plot = { left: 0, right: 0, top: 16, bottom: -10, height: LINE_HEIGHT_PX };
  const head = { theme, width, title: [], subtitle: [], headline: null, headerHeight: HEADER_HEIGHT };
  const inner = plotWidth(width, plot);
  const figure = ellipsise(moneyLabel(total, view.currency), inner * 0.6, FONT_SIZE, 600);
  const y = -(HEADER_HEIGHT + plot.top) + FONT_SIZE;
  const name = ellipsise(view.title, inner - textWidth(figure, FONT_SIZE, 600) - MARGIN / 2, FONT_SIZE);
  return picture(head, plot, [
    label("title", name, { x: 0, y, color: theme.muted }),
    label("headline", figure, { x: inner, y, color: theme.text, weight: 600, align: "right" }),
    ...line(atoms, firstProvisional(starts, "day", view.provisionalFrom), theme),
  ]);
}

function line(atoms: readonly bigint[], provisionalIndex: number | null, theme: Theme): Layer[] {
  const values = atoms.map((amount, index) => ({ index, amount: toPixelNumber(amount) }));
  const amounts = values.map((value) => value.amount);
  const domain = amounts.length === 0 ? [0, 1] : spread(Math.min(0, ...amounts), Math.max(0, ...amounts));
  const x = { field: "index", type: "quantitative", axis: null };
  const scaledX = { ...x, scale: { domain: [0, Math.max(1, values.length - 1)], nice: false, zero: false } };
  const y = { field: "amount", type: "quantitative", axis: null, scale: { domain, nice: false } };
  const color = theme.series[0];
  const stroke = { type: "line", strokeWidth: 3.5, strokeJoin: "round", strokeCap: "round", color };
  const final = provisionalIndex ?? values.length;
  return [
    {
      name: "area",
      data: { values },
      mark: { type: "area", color, opacity: 0.14 },
      encoding: { x: scaledX, y: { ...y, stack: null } },
    },
    { name: "line", data: { values: values.slice(0, final) }, mark: stroke, encoding: { x, y } },
    {
      name: "line-provisional",
      data: { values: values.slice(Math.max(0, final - 1)) },
      mark: { ...stroke, strokeDash: [1, 8] },
      encoding: { x, y },
    },
    {
      name: "last",
      data: { values: values.slice(-1) },
      mark: { type: "point", filled: true, opacity: 1, size: 110, color, stroke: theme.background, strokeWidth: 3 },
      encoding: { x, y },
    },
  ];
}

function spread(low: number, high: number): [number, number] {
  return low === high ? [0, 1] : [low, high];
}
