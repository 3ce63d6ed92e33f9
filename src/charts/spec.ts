import { unreachable } from "../domain/errors.ts";
import { budgetSpec } from "./budget.ts";
import { breakdownSpec } from "./breakdown.ts";
import type { ChartView } from "./chart-view.ts";
import { comparisonSpec } from "./comparison.ts";
import { costOverTimeSpec } from "./cost-over-time.ts";
import type { ChartSpec } from "./frame.ts";
import { sparklineSpec } from "./sparkline.ts";
import { CHART_WIDTH, SPARKLINE_WIDTH, THEMES, WIDTH_MAX, WIDTH_MIN, type ThemeName } from "./theme.ts";

/** The picture of a view as a Vega-Lite specification. Pure: the same view gives the same picture. `width` in CSS px. */
export function chartSpec(view: ChartView, themeName: ThemeName, width?: number): ChartSpec {
  const theme = THEMES[themeName];
  const at = layoutWidth(view, width);
  switch (view.kind) {
    case "cost-over-time":
      return costOverTimeSpec(view, theme, at);
    case "breakdown":
      return breakdownSpec(view, theme, at);
    case "comparison":
      return comparisonSpec(view, theme, at);
    case "budget":
      return budgetSpec(view, theme, at);
    case "sparkline":
      return sparklineSpec(view, theme, at);
    default:
      return unreachable(view);
  }
}

/** Width a view is laid out at: as asked, within bounds, else the kind's own. */
export function layoutWidth(view: ChartView, width: number | undefined): number {
  const own = view.kind === "sparkline" ? SPARKLINE_WIDTH : CHART_WIDTH;
  return Math.round(Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, width ?? own)));
}
