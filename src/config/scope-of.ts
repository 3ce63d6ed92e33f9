import { normaliseTagKey, type Dimension } from "../domain/dimension.ts";
import type { Condition, ScopeFilter } from "../domain/scope.ts";
import type { ConfigFile } from "./file-schema.ts";

type Conditions = NonNullable<NonNullable<ConfigFile["channels"]>[number]["only"]>;

/** `only` and `except` of the file as conditions. */
export function scopeOf({
  only,
  except,
}: {
  only?: Conditions | undefined;
  except?: Conditions | undefined;
}): ScopeFilter {
  const conditions = (given: Conditions | undefined, negated: boolean) =>
    Object.entries(given ?? {}).map(([dimension, values]): Condition => ({
      dimension: normaliseDimension(dimension),
      negated,
      values: Array.isArray(values) ? values : [values],
    }));
  return [...conditions(only, false), ...conditions(except, true)];
}

/** The schema has checked that it is one. */
function normaliseDimension(text: string): Dimension {
  return (text.startsWith("tag:") ? `tag:${normaliseTagKey(text.slice(4))}` : text) as Dimension;
}

/** One or several, as a list. */
export function listOf(value: string | readonly string[]): string[] {
  return typeof value === "string" ? [value] : [...value];
}
