import type { Comparison } from "../analysis/compare.ts";
import type { CostQuery } from "../domain/cost-query.ts";
import type { Day, Period } from "../domain/period.ts";
import type { CostFilter } from "../store/cost-filter.ts";
import type { CostSpan } from "../store/cost-plan.ts";
import type { CostSnapshot } from "../store/cost-snapshot.ts";
import type { DataThrough } from "../store/data-through.ts";
import type { Context } from "./context.ts";
import type { Conversion } from "./cost-conversion.ts";

/** Both sides of an answer as spans the store reads. */
export type Sides = {
  readonly current: CostSpan;
  readonly previous: CostSpan | null;
  readonly compared: Comparison | null;
  readonly period: Period;
};

/** What every part of an answer is made from. */
export type Asking = {
  readonly ctx: Context;
  readonly snapshot: CostSnapshot;
  readonly query: CostQuery;
  readonly filter: CostFilter;
  readonly through: DataThrough;
  readonly sides: Sides;
  readonly conversion: Conversion | null;
  /** The first day there are bills of, from any source that is asked about. */
  readonly begins: Day | null;
};
