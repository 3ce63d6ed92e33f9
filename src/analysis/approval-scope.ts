import type { ResourceFacet } from "../domain/recommendation.ts";
import type { Condition, ScopeFilter } from "../domain/scope.ts";

/**
 * Whether a scope covers a resource: every kind of charge it has passes every condition. A resource half inside is not
 * covered, and neither is one whose charges are unknown: refusing is the safe mistake. Values compare
 * case-insensitively; a tag the facet does not carry is missing. Conditions on what describes a charge rather than a
 * resource (kind, invoice, commitment …) cover nothing.
 */
export function scopeCovers(scope: ScopeFilter, facets: readonly ResourceFacet[]): boolean {
  if (scope.length === 0) return true;
  return facets.length > 0 && facets.every((facet) => scope.every((condition) => passes(condition, facet)));
}

function passes(condition: Condition, facet: ResourceFacet): boolean {
  const recorded = facet[condition.dimension];
  const isTag = condition.dimension.startsWith("tag:");
  if (recorded === undefined && !isTag) return false;
  const spellings = (recorded ?? [null]).map(fold);
  // The first spelling is the value itself; a missing name beside an id is no missing value.
  const named = condition.values
    .map(fold)
    .some((value) => (value === null ? spellings[0] === null : spellings.includes(value)));
  return named !== condition.negated;
}

function fold(value: string | null): string | null {
  return value === null || value === "" ? null : value.toLowerCase();
}
