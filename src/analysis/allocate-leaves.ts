import { spread, type Receiver } from "./allocate.ts";

/** A part of a shared amount that is told apart from the others: a day of it, a service of it. */
export type Leaf<Of> = { readonly of: Of; readonly atoms: bigint };

/**
 * A shared amount spread leaf by leaf, exact both ways: every leaf is given away whole, and what each receiver gets of
 * all leaves is what they get of the amount spread at once. A leaf's parts are the difference between what the amounts
 * up to and including it and those before it give (cumulative rounding), so a part may be two atoms off its own
 * proportion and never more. Order matters for that atom alone: callers sort. Nobody to spread over: null.
 */
export function spreadLeaves<Of>(
  leaves: readonly Leaf<Of>[],
  receivers: readonly Receiver[],
): { readonly of: Of; readonly parts: ReadonlyMap<string, bigint> }[] | null {
  let sum = 0n;
  let before = spread(0n, receivers);
  if (before === null) return null;
  const given: { of: Of; parts: ReadonlyMap<string, bigint> }[] = [];
  for (const { of, atoms } of leaves) {
    if (atoms === 0n) continue;
    sum += atoms;
    const after: ReadonlyMap<string, bigint> = spread(sum, receivers) ?? new Map<string, bigint>();
    const told = before;
    given.push({ of, parts: new Map([...after].map(([name, part]) => [name, part - (told.get(name) ?? 0n)])) });
    before = after;
  }
  return given;
}
