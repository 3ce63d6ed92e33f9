import type { Dimension } from "../domain/dimension.ts";
import { readsTags } from "./cost-dimension.ts";

/**
 * Charges no tag can reach: tax, credits, rounding adjustments, and support plans (a purchase of a service
 * with "support" in its name). They are told apart from what somebody forgot to tag (focus.md §3).
 */
export function unallocatableSql(
  by: readonly Dimension[],
  column: (dimension: Dimension) => string,
  charge: { readonly kind: string; readonly service: string | null },
): string {
  const tags = by.filter(readsTags);
  if (tags.length === 0) return "false";
  const untagged = tags.map((dimension) => `${column(dimension)} is null`).join(" and ");
  const support =
    charge.service === null ? "" : ` or (${charge.kind} = 'purchases' and ${charge.service} ~* '\\ysupport\\y')`;
  return `${untagged} and (${charge.kind} in ('tax', 'credits', 'adjustments')${support})`;
}
