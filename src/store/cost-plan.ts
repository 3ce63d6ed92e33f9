import type { CostQuery, Grain } from "../domain/cost-query.ts";
import type { Dimension } from "../domain/dimension.ts";
import { monthOf, firstDay, type Period } from "../domain/period.ts";
import { readsTags } from "./cost-dimension.ts";
import { conditionDimensions, type CostFilter } from "./cost-filter.ts";
import { cubeFor } from "./cube-names.ts";

/** Which charges a read covers: days they belong to, an invoice month, or all (an invoice is a condition). */
export type CostSpan =
  | { readonly by: "days"; readonly period: Period }
  | { readonly by: "billing-month"; readonly month: string }
  | { readonly by: "all" };

export type CostRead = {
  readonly span: CostSpan;
  /** Amounts are what lies in `span` less what lies in this one: a change, read at once. Rows without a change stay. */
  readonly less?: CostSpan;
  readonly by: readonly Dimension[];
  readonly filter: CostFilter;
  readonly metric: CostQuery["metric"];
  readonly per: Grain | null;
  /** Convert: charge day and currency → units of the target for one unit. null = each currency apart. */
  readonly rates: readonly DayRate[] | null;
  /** Keep this many groups of each currency, the rest as one. Only without `per`. null = all. */
  readonly rowsMax: number | null;
  /** Set apart what was charged by another issuer under the same invoice number. */
  readonly byIssuer?: boolean;
};
export type DayRate = { readonly day: string; readonly currency: string; readonly factor: string };

/** The relations a read may use, cheapest first. */
export type Cover =
  | { readonly from: "cube"; readonly cube: string }
  | { readonly from: "daily" }
  | { readonly from: "resource-month" }
  | { readonly from: "charge" };

/** What is known of the rollups in the snapshot. */
export type Rollups = {
  readonly promoted: readonly string[];
  /** Every active batch was rolled up with today's tag settings and layout. */
  readonly current: boolean;
  /** Every active batch was rolled up with today's layout: what is not about tags is right even when `current` is not. */
  readonly sameLayout: boolean;
};

/** The cheapest relation that holds everything the read needs. Pure; the answer is the same from any that does. */
export function chooseCover(read: CostRead, rollups: Rollups): Cover {
  const dimensions = [...new Set([...read.by, ...conditionDimensions(read.filter)])];
  const inSlices = dimensions.every((dimension) => isInSlices(dimension, rollups));
  if (read.metric === "usage" || read.byIssuer === true || !inSlices) return { from: "charge" };
  const monthly = needsOnlyMonths(read);
  if (dimensions.includes("resource")) return { from: monthly ? "resource-month" : "charge" };
  const usable = rollups.current || (rollups.sameLayout && !dimensions.some(readsTags));
  const cube = usable ? cubeFor(dimensions, monthly ? "month" : "day", rollups.promoted) : null;
  return cube === null ? { from: "daily" } : { from: "cube", cube };
}

function isInSlices(dimension: Dimension, rollups: Rollups): boolean {
  if (!readsTags(dimension)) return true;
  if (!rollups.current) return false;
  return !dimension.startsWith("tag:") || rollups.promoted.includes(dimension.slice(4));
}

/** Whether calendar months of the charge are fine enough: nothing asks for a day inside one. */
export function needsOnlyMonths(read: Pick<CostRead, "span" | "less" | "per" | "rates">): boolean {
  if (read.rates !== null || read.per === "day" || read.per === "week") return false;
  const spans = read.less === undefined ? [read.span] : [read.span, read.less];
  return spans.every((span) => span.by !== "days" || isMonthAligned(span.period));
}

export function isMonthAligned({ from, to }: Period): boolean {
  return from === firstDay(monthOf(from)) && to === firstDay(monthOf(to));
}
