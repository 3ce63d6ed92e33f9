import { createHash } from "node:crypto";

import type { ChartView } from "./chart-view.ts";

/** Hex digits of a name: 160 bits, so that two pictures never share one. */
const ID_LENGTH = 40;

const known = new WeakMap<ChartView, string>();

/**
 * The name of what a picture shows: the same content has the same name on every machine, whatever the order of its
 * members (a database that keeps it as jsonb changes that). Views are never changed, so it is worked out once for each.
 */
export function viewId(view: ChartView): string {
  const before = known.get(view);
  if (before !== undefined) return before;
  const id = createHash("sha256")
    .update(JSON.stringify(sorted(view)))
    .digest("hex")
    .slice(0, ID_LENGTH);
  known.set(view, id);
  return id;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
