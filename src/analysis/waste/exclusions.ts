import type { Day } from "../../domain/period.ts";
import type { WasteExclusion } from "../../domain/waste.ts";
import { shortId } from "./remedy.ts";
import type { BilledResource } from "./rule.ts";
import { canonicalTagKey } from "./tags.ts";

/** Whether an exclusion still holds on a day. */
export function holdsOn(exclusion: WasteExclusion, today: Day): boolean {
  return exclusion.until === null || today < exclusion.until;
}

/** The first exclusion that takes a resource out of a rule; null = none. Everything it names must hold. */
export function exclusionOf(
  exclusions: readonly WasteExclusion[],
  rule: string,
  resource: BilledResource,
): WasteExclusion | null {
  return exclusions.find((one) => covers(one, rule, resource)) ?? null;
}

function covers(exclusion: WasteExclusion, rule: string, resource: BilledResource): boolean {
  const { tag } = exclusion;
  if (exclusion.rule !== null && exclusion.rule !== rule) return false;
  if (exclusion.account !== null && !same(exclusion.account, resource.account)) return false;
  if (exclusion.resource !== null && !namesOf(resource).some((name) => same(exclusion.resource, name))) return false;
  if (tag === null) return true;
  const value = resource.tags.get(canonicalTagKey(tag.key));
  return value !== undefined && (tag.value === null || same(tag.value, value));
}

/** Ids compare case-insensitively; people type the last part of an ARN or path, or the name. */
function namesOf(resource: BilledResource): readonly (string | null)[] {
  return [resource.id, shortId(resource.id), resource.name];
}

function same(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && a.trim().toLowerCase() === b.trim().toLowerCase();
}
