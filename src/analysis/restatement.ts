import { atomsToDecimal, parseAtoms } from "../domain/money.ts";

/** An amount somebody kept, by what it is of. */
type Kept = {
  readonly invoice: string | null;
  readonly account: string | null;
  readonly currency: string;
  readonly billed: string;
};
export type Restated = Omit<Kept, "billed"> & { readonly amount: string };

/**
 * What changed since figures were kept: now − then for each invoice, account and currency, only where it is not zero,
 * the largest first. Adds up to the change of the totals exactly.
 */
export function restatedSince(then: readonly Kept[], now: readonly Kept[]): Restated[] {
  const lines = new Map<string, { of: Kept; atoms: bigint }>();
  const add = (one: Kept, sign: bigint): void => {
    const name = JSON.stringify([one.invoice, one.account, one.currency]);
    const line = lines.get(name) ?? { of: one, atoms: 0n };
    line.atoms += sign * parseAtoms(one.billed);
    lines.set(name, line);
  };
  for (const one of now) add(one, 1n);
  for (const one of then) add(one, -1n);
  const size = (atoms: bigint): bigint => (atoms < 0n ? -atoms : atoms);
  return [...lines.values()]
    .filter(({ atoms }) => atoms !== 0n)
    .sort((a, b) => (size(a.atoms) > size(b.atoms) ? -1 : 1))
    .map(({ of: { invoice, account, currency }, atoms }) => ({
      invoice,
      account,
      currency,
      amount: atomsToDecimal(atoms),
    }));
}
