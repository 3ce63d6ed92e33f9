import { parseAtoms } from "../domain/money.ts";
import { OTHER_LABEL } from "./theme.ts";

/** "Other", or "Other (12)" where the number of its members is known. */
const OTHER = /^Other(?: \(\d+\))?$/;

export type Part = { readonly label: string; readonly atoms: bigint; readonly other: boolean };

const size = (atoms: bigint): bigint => (atoms < 0n ? -atoms : atoms);

/** Largest first whatever the sign, "Other" last; equal sizes keep the order of their labels. */
export function byRank(a: Part, b: Part): number {
  if (a.other !== b.other) return a.other ? 1 : -1;
  const [sizeA, sizeB] = [size(a.atoms), size(b.atoms)];
  return sizeA > sizeB ? -1 : sizeA < sizeB ? 1 : a.label < b.label ? -1 : a.label > b.label ? 1 : 0;
}

/** Sums amounts of one label. "Other" is the rest, whoever gathered it. */
export function sumByLabel(entries: readonly { readonly label: string; readonly amount: string }[]): Part[] {
  const sums = new Map<string, bigint>();
  for (const { label, amount } of entries) sums.set(label, (sums.get(label) ?? 0n) + parseAtoms(amount));
  return [...sums].map(([label, atoms]) => ({ label, atoms, other: OTHER.test(label) })).sort(byRank);
}

/**
 * At most `countMax` parts: the largest, and one "Other" holding the exact rest. Parts still add up to the whole.
 */
export function topParts(parts: readonly Part[], countMax: number): Part[] {
  const ranked = [...parts].sort(byRank);
  if (ranked.length <= countMax) return ranked;
  const named = ranked.filter((part) => !part.other).slice(0, countMax - 1);
  const kept = new Set(named);
  const rest = ranked.filter((part) => !kept.has(part));
  return [...named, { label: OTHER_LABEL, atoms: rest.reduce((sum, part) => sum + part.atoms, 0n), other: true }];
}
