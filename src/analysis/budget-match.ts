import type { Dimension } from "../domain/dimension.ts";
import type { Kind } from "../domain/kind.ts";
import type { Condition } from "../domain/scope.ts";

/** One group of charges: its dimension values, every spelling a filter may name them by, and its kind. */
export type GroupKey = {
  readonly values: ReadonlyMap<Dimension, string | null>;
  readonly kind: Kind;
};

/** Lower case as the database has it, and other spellings of a value (the name of an account). */
export type Spellings = {
  readonly lower: (text: string) => string;
  readonly namesOf: (dimension: Dimension, value: string) => readonly string[];
};

/**
 * Conditions as a test of groups, the same law as conditionSql of src/store/cost-filter.ts: any value, any spelling, any case;
 * null = missing. A property test holds that both count the same.
 */
export function matcherOf(
  conditions: readonly Condition[],
  without: readonly Kind[],
  spellings: Spellings,
): (group: GroupKey) => boolean {
  const left = new Set<Kind>(without);
  const tests = conditions.map((condition) => conditionTest(condition, spellings));
  return (group) => !left.has(group.kind) && tests.every((test) => test(group));
}

function conditionTest(condition: Condition, { lower, namesOf }: Spellings): (group: GroupKey) => boolean {
  const { dimension, negated } = condition;
  const wanted = new Set(condition.values.flatMap((value) => (value === null ? [] : [lower(value)])));
  const missing = condition.values.includes(null);
  return ({ values, kind }) => {
    const value = dimension === "kind" ? kind : (values.get(dimension) ?? null);
    const found =
      value === null
        ? missing
        : wanted.has(lower(value)) || namesOf(dimension, value).some((name) => wanted.has(lower(name)));
    return found !== negated;
  };
}
