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

/** One way to group the leaves: which group each leaf is in, and what the leaves not named yet changed each group by. */
type Grouping = { readonly dimensions: readonly number[]; readonly groupOf: Int32Array; readonly sums: bigint[] };
/** One group: its number in a grouping, any of its leaves, and what they changed by. */
type Candidate = { readonly grouping: Grouping; readonly group: number; readonly member: number; readonly sum: bigint };

/**
 * Why an amount changed: the groups that moved it most, each as narrow as the data allows, disjoint, and a rest.
 * Greedy: take the widest group with the largest change, narrow it while it keeps most of that change, remove it, repeat.
 * The contributions add up to the whole change exactly. The first dimension (the service) is always named.
 */
export function explainChange(dimensions: readonly string[], leaves: readonly Leaf[], currency: string): Driver[] {
  const total = leaves.reduce((sum, leaf) => sum + leaf.change, 0n);
  const values = dimensions.map((_, index) => numberValues(leaves, index));
  const groupings = subsetsWithFirst(varying(dimensions, values)).map((subset) => groupBy(leaves, values, subset));
  let remaining = [...leaves.keys()].filter((index) => leaves[index]?.change !== 0n);
  const drivers: Driver[] = [];
  let named = 0n;
  let largest = 0n;
  while (drivers.length < DRIVERS_MAX && remaining.length > 0) {
    const found = narrowest(leaves, remaining, groupings);
    if (found === null || size(found.sum) * 100n < largest * NAMED_SHARE) break;
    if (largest === 0n) largest = size(found.sum);
    const key = leaves[found.member]?.key ?? [];
    drivers.push(
      driverOf(
        Object.fromEntries(found.grouping.dimensions.map((index) => [dimensions[index] ?? "", key[index] ?? null])),
        found.sum,
        total,
        currency,
      ),
    );
    named += found.sum;
    const isNamed = (index: number): boolean => found.grouping.groupOf[index] === found.group;
    for (const grouping of groupings) takeOut(leaves, remaining.filter(isNamed), grouping);
    remaining = remaining.filter((index) => !isNamed(index));
  }
  drivers.sort((a, b) => larger(a, b));
  const rest = total - named;
  if (rest !== 0n) drivers.push({ ...driverOf({}, rest, total, currency), rest: true });
  return drivers;
}

/** Indexes of the dimensions that take more than one value: the others explain nothing. The first one always stays. */
function varying(dimensions: readonly string[], values: readonly Int32Array[]): number[] {
  return [...dimensions.keys()].filter((index) => index === 0 || values[index]?.some((value) => value > 0) === true);
}

/** A number for each value of a dimension, from 0 in the order they are met; by leaf. */
function numberValues(leaves: readonly Leaf[], dimension: number): Int32Array {
  const known = new Map<string | null, number>();
  return Int32Array.from(leaves, (leaf) => numberOf(known, leaf.key[dimension] ?? null));
}

function subsetsWithFirst(indexes: readonly number[]): number[][] {
  const [first, ...others] = indexes;
  if (first === undefined) return [];
  return others.reduce<number[][]>(
    (subsets, index) => [...subsets, ...subsets.map((subset) => [...subset, index])],
    [[first]],
  );
}

/** Numbers the groups of some dimensions: a group of the first ones and a value of the next make a finer one. */
function groupBy(leaves: readonly Leaf[], values: readonly Int32Array[], dimensions: readonly number[]): Grouping {
  const groupOf = new Int32Array(leaves.length);
  let count = 1;
  for (const dimension of dimensions) {
    const finer = new Map<number, number>();
    for (let index = 0; index < groupOf.length; index += 1) {
      const pair = (groupOf[index] ?? 0) + count * (values[dimension]?.[index] ?? 0);
      groupOf[index] = numberOf(finer, pair);
    }
    count = finer.size;
  }
  const sums: bigint[] = Array.from({ length: count }, () => 0n);
  for (const [index, leaf] of leaves.entries()) {
    const group = groupOf[index] ?? 0;
    sums[group] = (sums[group] ?? 0n) + leaf.change;
  }
  return { dimensions, groupOf, sums };
}

function takeOut(leaves: readonly Leaf[], named: readonly number[], { groupOf, sums }: Grouping): void {
  for (const index of named) {
    const group = groupOf[index] ?? 0;
    sums[group] = (sums[group] ?? 0n) - (leaves[index]?.change ?? 0n);
  }
}

function numberOf<Value>(known: Map<Value, number>, value: Value): number {
  const number = known.get(value) ?? known.size;
  known.set(value, number);
  return number;
}

function narrowest(
  leaves: readonly Leaf[],
  among: readonly number[],
  groupings: readonly Grouping[],
): Candidate | null {
  let widest: Candidate | null = null;
  for (const grouping of groupings) {
    const one = largestOf(leaves, among, grouping);
    if (one !== null && (widest === null || size(one.sum) > size(widest.sum))) widest = one;
  }
  if (widest === null) return null;
  const { grouping: wide, group, sum } = widest;
  const inside = among.filter((index) => wide.groupOf[index] === group);
  let chosen = widest;
  for (const grouping of groupings) {
    const { dimensions } = grouping;
    if (dimensions.length <= chosen.grouping.dimensions.length) continue;
    if (!wide.dimensions.every((one) => dimensions.includes(one))) continue;
    // A finer group lies within one wider group whole, so its sum needs no other leaves.
    const narrow = largestOf(leaves, inside, grouping);
    const keeps =
      narrow !== null && narrow.sum > 0n === sum > 0n && size(narrow.sum) * 100n >= size(sum) * NARROW_SHARE;
    if (narrow !== null && keeps) chosen = narrow;
  }
  return chosen;
}

/** The group that changed most among those of some leaves. */
function largestOf(leaves: readonly Leaf[], among: readonly number[], grouping: Grouping): Candidate | null {
  let best: Candidate | null = null;
  let bestSize = 0n;
  for (const member of among) {
    const group = grouping.groupOf[member] ?? 0;
    if (group === best?.group) continue;
    const sum = grouping.sums[group] ?? 0n;
    const sumSize = size(sum);
    if (sumSize < bestSize || sumSize === 0n) continue;
    const one: Candidate = { grouping, group, member, sum };
    if (best !== null && sumSize === bestSize && keyText(leaves, one) >= keyText(leaves, best)) continue;
    best = one;
    bestSize = sumSize;
  }
  return best;
}

/** Decides between groups of one size, so that the order of the leaves never matters. */
function keyText(leaves: readonly Leaf[], { grouping, member }: Candidate): string {
  return JSON.stringify(grouping.dimensions.map((index) => leaves[member]?.key[index] ?? null));
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
