import type { Condition, ScopeFilter } from "../domain/scope.ts";

/** Dimensions whose charges have one spelling: of the others a name and an id may mean the same. */
const TWO_SPELLINGS: ReadonlySet<string> = new Set(["sub-account", "billing-account", "resource"]);

/**
 * Whether everything `inner` lets through is certainly let through by `outer`, judged by their conditions alone.
 * Where that cannot be seen the answer is no: what a person may not see does not exist for them.
 */
export function isScopeWithin(inner: ScopeFilter, outer: ScopeFilter): boolean {
  return outer.every((wide) => inner.some((narrow) => implies(narrow, wide)));
}

function implies(narrow: Condition, wide: Condition): boolean {
  if (narrow.dimension !== wide.dimension) return false;
  const named = new Set(wide.values.map(spelling));
  const inside = (value: string | null): boolean => named.has(spelling(value));
  if (!wide.negated) return !narrow.negated && narrow.values.every(inside);
  if (narrow.negated) {
    const left = new Set(narrow.values.map(spelling));
    return wide.values.every((value) => left.has(spelling(value)));
  }
  return !TWO_SPELLINGS.has(narrow.dimension) && !narrow.values.some(inside);
}

function spelling(value: string | null): string {
  return value === null ? "missing" : `=${value.toLowerCase()}`;
}
