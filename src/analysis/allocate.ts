import type { AllocationMethod } from "../domain/allocation.ts";
import { parseAtoms } from "../domain/money.ts";

/** Somebody a shared amount may be spread over, and what it weighs: atoms of cost, or of a share. */
export type Receiver = { readonly name: string; readonly weight: bigint };

/**
 * An amount spread over receivers in proportion to their weights, exact to the last atom: what proportions leave over
 * goes one atom each to the largest remainders (ties by name), so the parts add up to the amount whatever its sign.
 * Nobody to spread over: null, and the amount stays where it is.
 */
export function spread(atoms: bigint, receivers: readonly Receiver[]): ReadonlyMap<string, bigint> | null {
  const taking = receivers.filter(({ weight }) => weight > 0n);
  const whole = taking.reduce((sum, { weight }) => sum + weight, 0n);
  if (whole === 0n) return null;
  const size = atoms < 0n ? -atoms : atoms;
  const parts = taking.map(({ name, weight }) => ({
    name,
    part: (size * weight) / whole,
    remainder: (size * weight) % whole,
  }));
  let left = size - parts.reduce((sum, { part }) => sum + part, 0n);
  const order = parts.toSorted((a, b) =>
    a.remainder > b.remainder ? -1 : a.remainder < b.remainder ? 1 : a.name < b.name ? -1 : 1,
  );
  for (const one of order) {
    if (left === 0n) break;
    one.part += 1n;
    left -= 1n;
  }
  const sign = atoms < 0n ? -1n : 1n;
  return new Map(parts.map(({ name, part }) => [name, sign * part]));
}

/** Who takes part by a method: in proportion to own cost, evenly over whoever has cost, or by the shares given. */
export function receiversOf(
  method: AllocationMethod,
  costs: ReadonlyMap<string, bigint>,
  shares: Readonly<Record<string, string>>,
): Receiver[] {
  if (method === "fixed") return Object.entries(shares).map(([name, share]) => ({ name, weight: parseAtoms(share) }));
  const owning = [...costs].filter(([, atoms]) => atoms > 0n);
  return owning.map(([name, atoms]) => ({ name, weight: method === "cost" ? atoms : 1n }));
}
