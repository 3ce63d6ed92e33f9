import type { Dimension } from "./dimension.ts";

/**
 * One condition on a charge: its `dimension` is (or, negated, is not) one of `values`.
 * `null` stands for missing (`untagged`, `none`). Values compare case-insensitively.
 */
export type Condition = {
  readonly dimension: Dimension;
  readonly negated: boolean;
  readonly values: readonly (string | null)[];
};

/** All conditions must hold. Empty = everything. What a person, channel, budget or schedule may see. */
export type ScopeFilter = readonly Condition[];

export const EVERYTHING: ScopeFilter = [];

/** What both allow: actor ∩ channel, channel ∩ creator. */
export function bothScopes(a: ScopeFilter, b: ScopeFilter): ScopeFilter {
  return [...a, ...b];
}
