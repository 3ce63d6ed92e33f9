import type { Dimension } from "../domain/dimension.ts";
import type { Kind } from "../domain/kind.ts";
import type { Condition } from "../domain/scope.ts";

/** One group of charges: for each dimension every spelling its value has, lower case; null = missing. And its kind. */
export type GroupKey = {
  readonly spellings: ReadonlyMap<Dimension, readonly string[] | null>;
  readonly kind: Kind;
};

/**
 * Conditions as a test of groups, the same law as conditionSql of src/store/cost-filter.ts: any value, any spelling, any case;
 * null = missing. `lower` is the database's own lower case. A property test holds that both count the same.
 */
export function matcherOf(
  conditions: readonly Condition[],
  without: readonly Kind[],
  lower: (text: string) => string,
): (group: GroupKey) => boolean {
  const left = new Set<Kind>(without);
  const tests = conditions.map((condition) => conditionTest(condition, lower));
  return (group) => !left.has(group.kind) && tests.every((test) => test(group));
}

function conditionTest(condition: Condition, lower: (text: string) => string): (group: GroupKey) => boolean {
  const { dimension, negated } = condition;
  const wanted = new Set(condition.values.flatMap((value) => (value === null ? [] : [lower(value)])));
  const missing = condition.values.includes(null);
  return ({ spellings, kind }) => {
    if (dimension === "kind") return wanted.has(kind) !== negated;
    const own = spellings.get(dimension) ?? null;
    const found = own === null ? missing : own.some((spelling) => wanted.has(spelling));
    return found !== negated;
  };
}
