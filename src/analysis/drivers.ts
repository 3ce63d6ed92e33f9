import type { Driver } from "../domain/contract.ts";
import { parseAtoms } from "../domain/money.ts";
import { decimalText, ratioText } from "./ratio-text.ts";

/** What one finest group changed by, in atoms of one currency. `key` in the order of `dimensions`. */
export type Leaf = { readonly key: readonly (string | null)[]; readonly change: bigint };

/** Most causes named; beyond five nobody reads on. */
const DRIVERS_MAX = 5;
/** A narrower group replaces a wider one when it holds at least this much of its change (parts in 100). */
const NARROW_SHARE = 80n;
/** Causes below this part of the largest one are left to the rest (parts in 100). */
const NAMED_SHARE = 5n;

type Candidate = { dimensions: readonly number[]; key: string; sum: bigint };

/**
 * Why an amount changed: the groups that moved it most, each as narrow as the data allows, disjoint, and a rest.
 * Greedy: take the widest group with the largest change, narrow it while it keeps most of that change, remove it, repeat.
 * The contributions add up to the whole change exactly. The first dimension (the service) is always named.
 */
export function explainChange(dimensions: readonly string[], leaves: readonly Leaf[], currency: string): Driver[] {
  const total = leaves.reduce((sum, leaf) => sum + leaf.change, 0n);
  const subsets = subsetsWithFirst(varying(dimensions, leaves));
  let remaining = leaves.filter((leaf) => leaf.change !== 0n);
  const drivers: Driver[] = [];
  let named = 0n;
  let largest = 0n;
  while (drivers.length < DRIVERS_MAX && remaining.length > 0) {
    const found = narrowest(remaining, subsets);
    if (found === null || size(found.sum) * 100n < largest * NAMED_SHARE) break;
    if (largest === 0n) largest = size(found.sum);
    const held = remaining.filter((leaf) => keyOf(leaf, found.dimensions) === found.key);
    const first = held[0];
    if (first === undefined) break;
    drivers.push(
      driverOf(
        Object.fromEntries(found.dimensions.map((index) => [dimensions[index] ?? "", first.key[index] ?? null])),
        found.sum,
        total,
        currency,
      ),
    );
    named += found.sum;
    remaining = remaining.filter((leaf) => keyOf(leaf, found.dimensions) !== found.key);
  }
  drivers.sort((a, b) => larger(a, b));
  const rest = total - named;
  if (rest !== 0n) drivers.push({ ...driverOf({}, rest, total, currency), rest: true });
  return drivers;
}

/** Indexes of the dimensions that take more than one value: the others explain nothing. The first one always stays. */
function varying(dimensions: readonly string[], leaves: readonly Leaf[]): number[] {
  return dimensions
    .map((_, index) => index)
    .filter((index) => index === 0 || new Set(leaves.map((leaf) => leaf.key[index] ?? null)).size > 1);
}

function subsetsWithFirst(indexes: readonly number[]): number[][] {
  const [first, ...others] = indexes;
  if (first === undefined) return [];
  return others.reduce<number[][]>(
    (subsets, index) => [...subsets, ...subsets.map((subset) => [...subset, index])],
    [[first]],
  );
}

function narrowest(leaves: readonly Leaf[], subsets: readonly (readonly number[])[]): Candidate | null {
  const best = subsets.map((dimensions) => largestOf(leaves, dimensions)).filter((one) => one !== null);
  const widest = best.reduce<Candidate | null>(
    (top, one) => (top === null || size(one.sum) > size(top.sum) ? one : top),
    null,
  );
  if (widest === null) return null;
  const inside = leaves.filter((leaf) => keyOf(leaf, widest.dimensions) === widest.key);
  let chosen = widest;
  for (const dimensions of subsets) {
    if (dimensions.length <= chosen.dimensions.length || !widest.dimensions.every((one) => dimensions.includes(one)))
      continue;
    const narrow = largestOf(inside, dimensions);
    const keeps =
      narrow !== null &&
      narrow.sum > 0n === widest.sum > 0n &&
      size(narrow.sum) * 100n >= size(widest.sum) * NARROW_SHARE;
    if (narrow !== null && keeps) chosen = narrow;
  }
  return chosen;
}

function largestOf(leaves: readonly Leaf[], dimensions: readonly number[]): Candidate | null {
  const sums = new Map<string, bigint>();
  for (const leaf of leaves) {
    const key = keyOf(leaf, dimensions);
    sums.set(key, (sums.get(key) ?? 0n) + leaf.change);
  }
  let best: Candidate | null = null;
  for (const [key, sum] of sums) {
    if (sum === 0n) continue;
    if (best === null || size(sum) > size(best.sum) || (size(sum) === size(best.sum) && key < best.key))
      best = { dimensions, key, sum };
  }
  return best;
}

function keyOf(leaf: Leaf, dimensions: readonly number[]): string {
  return JSON.stringify(dimensions.map((index) => leaf.key[index] ?? null));
}

/** By size of the change; equal ones by key, so that the order is always the same. */
function larger(a: Driver, b: Driver): number {
  const [left, right] = [size(parseAtoms(a.change)), size(parseAtoms(b.change))];
  return left > right ? -1 : left < right ? 1 : JSON.stringify(a.key) < JSON.stringify(b.key) ? -1 : 1;
}

function size(atoms: bigint): bigint {
  return atoms < 0n ? -atoms : atoms;
}

function driverOf(key: Driver["key"], change: bigint, total: bigint, currency: string): Driver {
  return { key, change: decimalText(change), currency, share: ratioText(change, total) };
}
