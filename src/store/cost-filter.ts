import type { CostQuery } from "../domain/cost-query.ts";
import type { Dimension } from "../domain/dimension.ts";
import { KINDS, type Kind } from "../domain/kind.ts";
import type { Condition, ScopeFilter } from "../domain/scope.ts";

/** Values of one statement, numbered as they are added. Text never enters SQL any other way. */
export type Params = { readonly values: unknown[]; readonly add: (value: unknown) => string };

export function createParams(): Params {
  const values: unknown[] = [];
  return {
    values,
    add: (value) => {
      // Postgres text cannot hold NUL; such a value matches nothing.
      values.push(typeof value === "string" ? value.replaceAll("\0", "\uFFFD") : value);
      return `$${values.length}`;
    },
  };
}

/** What a read may see: every condition holds and none of the kinds. */
export type CostFilter = { readonly conditions: readonly Condition[]; readonly without: readonly Kind[] };

/**
 * The one place where access scope meets a question: both apply, so a scope can only narrow.
 * An invoice is a condition like any other.
 */
export function costFilter(scope: ScopeFilter, query: Pick<CostQuery, "filters" | "without" | "select">): CostFilter {
  const invoice: Condition[] =
    query.select.by === "invoice" ? [{ dimension: "invoice", negated: false, values: [query.select.invoice] }] : [];
  return { conditions: [...scope, ...query.filters, ...invoice], without: query.without };
}

/** How one dimension reads in SQL: its value, and everything a filter value may match (id, name). */
export type DimensionSql = {
  readonly value: string;
  readonly matches: readonly string[];
  /** A test of the values' names, where names live elsewhere; given the list of lowered values. */
  readonly named?: (list: string) => string;
};

/** A condition over a dimension's SQL: never null, case-insensitive. Kinds are a closed list: literals, so that partial indexes match. */
export function conditionSql(
  condition: Condition,
  { value, matches, named: byName }: DimensionSql,
  params: Params,
): string {
  const named = condition.values.filter((one) => one !== null);
  const kinds =
    condition.dimension === "kind" ? KINDS.filter((kind) => named.some((one) => one.toLowerCase() === kind)) : [];
  if (condition.dimension === "kind" && kinds.length > 0) return kindsSql(condition, kinds, value);
  const list = named.map((one) => `lower(${params.add(one)}::text)`).join(", ");
  const parts = named.length === 0 ? [] : matches.map((match) => `coalesce(lower(${match}) in (${list}), false)`);
  if (named.length > 0 && byName !== undefined) parts.push(byName(list));
  if (condition.values.includes(null)) parts.push(`${value} is null`);
  const either = parts.length === 0 ? "false" : `(${parts.join(" or ")})`;
  return condition.negated ? `not ${either}` : either;
}

function kindsSql(condition: Condition, kinds: readonly Kind[], column: string): string {
  const [only] = kinds;
  const is =
    kinds.length === 1 ? `${column} = '${only}'` : `${column} in (${kinds.map((kind) => `'${kind}'`).join(", ")})`;
  return condition.negated ? `not (${is})` : is;
}

/** Whether a charge that lacks the dimension altogether passes. */
export function acceptsMissing(condition: Condition): boolean {
  return condition.values.includes(null) !== condition.negated;
}

/** `kind not in (…)`, or null when nothing is left out. Kinds are a closed list, not user text. */
export function withoutSql(without: readonly Kind[], kindColumn: string): string | null {
  return without.length === 0 ? null : `${kindColumn} not in (${without.map((kind) => `'${kind}'`).join(", ")})`;
}

/** The dimensions conditions look at. */
export function conditionDimensions(filter: CostFilter): Dimension[] {
  return [...new Set(filter.conditions.map((condition) => condition.dimension))];
}
