import type { TagAlias } from "./dimension.ts";
import type { Day } from "./period.ts";
import type { ScopeFilter } from "./scope.ts";

/** In proportion to own usage cost of the calendar month, evenly over whoever has some, or by given shares. */
export const ALLOCATION_METHODS = ["cost", "even", "fixed"] as const;
export type AllocationMethod = (typeof ALLOCATION_METHODS)[number];

export const RULE_NAME_MAX = 63;
export const SHARES_MAX = 100;

/** How shared charges are spread over their users, and from when. */
export type AllocationRule = {
  readonly name: string;
  /** The shared charges. */
  readonly scope: ScopeFilter;
  readonly to: TagAlias;
  readonly by: AllocationMethod;
  /** For `fixed`: receiver → weight, decimal text. */
  readonly shares: Readonly<Record<string, string>>;
  /** First day it holds; null = always. */
  readonly from: Day | null;
  /** Day it holds no more; null = still. */
  readonly until: Day | null;
  readonly origin: "config" | "chat";
};
