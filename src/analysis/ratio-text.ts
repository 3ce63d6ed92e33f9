import { MONEY_SCALE, atomsToDecimal, roundAtoms, scale } from "../domain/money.ts";

const RATIO_PLACES = 6;
const ONE = 10n ** BigInt(MONEY_SCALE);

/** a ÷ b as decimal text with up to six places; null when b is zero. For shares and changes, never for money. */
export function ratioText(a: bigint, b: bigint): string | null {
  if (b === 0n) return null;
  const quotient = scale({ atoms: a, currency: "" }, ONE, b).atoms;
  const places = roundAtoms(quotient, RATIO_PLACES);
  return places
    .replace(/\.?0+$/, "")
    .replace(/^-?$/, "0")
    .replace(/^-0$/, "0");
}

/** Exact decimal text of atoms. */
export const decimalText = atomsToDecimal;
