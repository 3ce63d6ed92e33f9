import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { ChartView } from "../../src/charts/chart-view.ts";
import { ALT_TEXT_MAX, describeChart } from "../../src/charts/describe-chart.ts";
import { pictureHeight, type Layer } from "../../src/charts/frame.ts";
import { chartSpec } from "../../src/charts/spec.ts";
import { FONT_SIZE } from "../../src/charts/theme.ts";
import { formatMoney, parseAtoms } from "../../src/domain/money.ts";
import { anyView, byService, fortnight, nowAndBefore } from "./views.ts";

type Drawn = { width: number; height: number; layer: Layer[]; background: string };
const specOf = (view: ChartView): Drawn => chartSpec(view, "light") as unknown as Drawn;

/** The texts a picture draws, by the name of their layer. */
function texts(view: ChartView): Record<string, unknown[]> {
  const named: Record<string, unknown[]> = {};
  for (const layer of specOf(view).layer) {
    const words = (layer.data?.values ?? []).flatMap((value) => ("text" in value ? [value["text"]] : []));
    if (words.length > 0 && !layer.name.includes("halo")) named[layer.name] = words;
  }
  return named;
}
const layerNames = (view: ChartView): string[] => specOf(view).layer.map((layer) => layer.name);

describe("cost over time", () => {
  test("says title, total, series with their totals, peak and what is provisional", () => {
    expect(texts(fortnight)).toEqual({
      title: ["Cost by service, 1–14 November"],
      subtitle: ["Effective cost · USD"],
      headline: ["$2,056"],
      "headline-caption": ["total"],
      "provisional-label": ["provisional"],
      peak: ["14 Nov $153.35"],
      "key-label": ["Elastic Compute Cloud", "BigQuery"],
      "key-value": ["$1,495", "$561.40"],
      "key-note": ["73%", "27%"],
    });
  });

  test("stacks the largest series at the bottom, exactly on each other", () => {
    const bars = specOf(fortnight).layer.find((layer) => layer.name === "bars");
    expect(bars?.data?.values.slice(0, 2)).toMatchObject([
      { index: 0, series: "Amazon Elastic Compute Cloud", from: 0, to: 100.25 },
      { index: 0, series: "BigQuery", from: 100.25, to: 140.35 },
    ]);
  });

  test("hatches provisional days only", () => {
    expect(layerNames(fortnight)).toContain("provisional-hatch");
    expect(layerNames({ ...fortnight, provisionalFrom: null })).not.toContain("provisional-hatch");
    expect(layerNames({ ...fortnight, form: "line" })).toContain("lines-provisional");
  });

  test("credits stand below zero, and an area of mixed sign becomes bars", () => {
    const credited: ChartView = {
      ...fortnight,
      form: "area",
      points: [...fortnight.points, { start: fortnight.points[0]!.start, series: "Credits", amount: "-25" }],
    };
    const bars = specOf(credited).layer.find((layer) => layer.name === "bars");
    expect(bars?.data?.values).toContainEqual(expect.objectContaining({ series: "Credits", from: 0, to: -25 }));
    expect(texts(credited)["key-note"]).toBeUndefined();
  });

  test("gathers what is beyond the sixth series, exactly", () => {
    const many: ChartView = {
      ...fortnight,
      points: Array.from({ length: 9 }, (_, index) => ({
        start: fortnight.points[0]!.start,
        series: `s${index}`,
        amount: `${100 - index}`,
      })),
    };
    expect(texts(many)["key-label"]).toEqual(["s0", "s1", "s2", "s3", "s4", "Other"]);
    expect(texts(many)["key-value"]?.at(-1)).toBe("$374.00");
  });
});

describe("breakdown", () => {
  test("says each amount as the table does", () => {
    expect(texts(byService)).toMatchObject({
      headline: ["$1,715"],
      label: ["Amazon Elastic Compute Cloud", "BigQuery", "Other"],
      value: ["$1,235", "$400.00", "$80.00"],
      share: ["72%", "23%", "5%"],
    });
  });

  test("draws a ring only where every part is positive", () => {
    expect(layerNames({ ...byService, form: "pie" })).toContain("ring");
    const credit = { label: "Credit", amount: "-1", share: null, other: false };
    expect(layerNames({ ...byService, form: "pie", bars: [...byService.bars, credit] })).not.toContain("ring");
  });
});

test("comparison says amounts, change and direction in words", () => {
  expect(texts(nowAndBefore)).toMatchObject({
    headline: ["$1,343"],
    "headline-caption": ["▲ +$242.50 (+22%)"],
    "key-label": ["1–14 Nov", "1–14 Oct"],
    label: ["Amazon EC2", "BigQuery", "Cloud Run"],
    change: ["▲ +$240.00 (+24%)", "▼ −$9.50 (−9.5%)", "▲ +$12.00 (new)"],
    values: ["$1,240", "$1,000", "$90.50", "$100.00", "$12.00", "$0"],
  });
});

describe("laws for any view", () => {
  test("text is never smaller than a phone can show", () => {
    fc.assert(
      fc.property(anyView, (view) => {
        const marks = specOf(view).layer.map((layer) => layer.mark);
        const sizes = marks.filter((mark) => mark["type"] === "text").map((mark) => Number(mark["fontSize"]));
        expect(Math.min(FONT_SIZE, ...sizes)).toBe(FONT_SIZE);
        expect(pictureHeight(chartSpec(view, "dark"))).toBeLessThan(1_300);
      }),
    );
  });

  test("the alternative text has the total, and fits", () => {
    fc.assert(
      fc.property(anyView, (view) => {
        const alt = describeChart(view);
        expect(alt).toContain(totalOf(view));
        expect(alt.length).toBeLessThanOrEqual(ALT_TEXT_MAX);
        expect(alt.isWellFormed()).toBe(true);
      }),
    );
  });

  test("the same view gives the same picture, and nothing in it is fetched", () => {
    fc.assert(
      fc.property(anyView, (view) => {
        const text = JSON.stringify(chartSpec(view, "light"));
        expect(JSON.stringify(chartSpec(view, "light"))).toBe(text);
        expect(text).not.toMatch(/"(url|href)":/);
      }),
    );
  });
});

function totalOf(view: ChartView): string {
  const amounts =
    view.kind === "breakdown"
      ? view.bars.map((bar) => bar.amount)
      : view.kind === "comparison"
        ? view.rows.map((row) => row.current)
        : view.kind === "budget"
          ? [view.actual.at(-1)?.amount ?? "0"]
          : view.points.map((point) => point.amount);
  const atoms = amounts.reduce((sum, amount) => sum + parseAtoms(amount), 0n);
  return formatMoney({ atoms, currency: view.currency });
}
