import type { Kind } from "../domain/kind.ts";
import { dimensionText, filterValueText } from "../domain/question-text.ts";
import type { ScopeFilter } from "../domain/scope.ts";

/** Conditions in words, as a receipt states its scope: `team payments; not region eu-west-1; without tax`. */
export function describeFilter(conditions: ScopeFilter, without: readonly Kind[] = []): string {
  const parts = conditions.map((condition) => {
    const values = condition.values.map((value) => filterValueText(condition.dimension, value)).join(" or ");
    return `${condition.negated ? "not " : ""}${dimensionText(condition.dimension)} ${values}`;
  });
  if (without.length > 0) parts.push(`without ${without.join(", ")}`);
  return parts.length === 0 ? "everything" : parts.join("; ");
}
