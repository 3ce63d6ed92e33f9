import { formatMoney, parseAtoms, ratio } from "../domain/money.ts";

/** Pixels only: the nearest double of an exact amount. Never goes back into money. */
export function toPixelNumber(atoms: bigint): number {
  return Number(atoms) / 1e18;
}

/** The exact sum of decimal texts, atoms. */
export function sumAtoms(amounts: readonly string[]): bigint {
  return amounts.reduce((sum, amount) => sum + parseAtoms(amount), 0n);
}

/** The label of an amount: the same text cards and tables show. */
export function moneyLabel(atoms: bigint, currency: string): string {
  return formatMoney({ atoms, currency });
}

/** A change with its sign: "+$1,240", "−$30". */
export function changeLabel(atoms: bigint, currency: string): string {
  return formatMoney({ atoms, currency }, { sign: true });
}

/** part ÷ whole as a number, null where whole is zero. */
export function shareOf(part: bigint, whole: bigint): number | null {
  return ratio({ atoms: part, currency: "" }, { atoms: whole, currency: "" });
}

/** "42%", "3.4%", "<0.1%"; a share needs no more. */
export function percentLabel(share: number): string {
  const percent = share * 100;
  const size = Math.abs(percent);
  const sign = percent < 0 ? "−" : "";
  if (size > 0 && size < 0.1) return `${sign}<0.1%`;
  return `${sign}${size < 9.95 && size !== Math.round(size) ? size.toFixed(1) : Math.round(size).toFixed(0)}%`;
}

/** What is used of an agreed amount, cut and not rounded, as the card beside it says it: 99.7 % must not read as 100 %. */
export function usedLabel(share: number): string {
  const steps = Math.abs(share) < 0.1 ? 1_000 : 100;
  return percentLabel(Math.trunc(share * steps + Math.sign(share) * 1e-9) / steps);
}

/** "+11%", "−3.4%", "×12": a growth beyond tenfold is said as a multiple. */
export function growthLabel(current: bigint, previous: bigint): string {
  if (previous === 0n) return current === 0n ? "no change" : "new";
  if (current === 0n) return "gone";
  if (current === previous) return "no change";
  const growth = shareOf(current - previous, previous < 0n ? -previous : previous) ?? 0;
  if (growth >= 9) return `×${Math.round(growth + 1).toLocaleString("en-US")}`;
  return growth > 0 ? `+${percentLabel(growth)}` : percentLabel(growth);
}

const SUFFIXES = ["", "k", "M", "B", "T"] as const;

/**
 * Short text of a round axis number: "$0", "$1.2k", "−€3M", "$0.004", "12k Hours".
 * Axis numbers are positions, not amounts of the bill, so they may be short.
 */
export function axisLabel(value: number, currency: string): string {
  const size = Math.abs(value);
  const [prefix, suffix] = unitAround(currency);
  return `${value < 0 ? "−" : ""}${prefix}${shortNumber(size)}${suffix}`;
}

function shortNumber(size: number): string {
  if (size === 0) return "0";
  if (size >= 1e15 || size < 1e-6) return size.toExponential(0).replace("e+", "e");
  const power = Math.min(SUFFIXES.length - 1, Math.max(0, Math.floor(Math.log10(size * (1 + 1e-9)) / 3)));
  const scaled = size / 1000 ** power;
  return `${Number(scaled.toPrecision(3))}${SUFFIXES[power] ?? ""}`;
}

/** What stands before and after a number: a currency's sign, or a short unit. Long units stay in the title. */
function unitAround(currency: string): readonly [string, string] {
  const zero = formatMoney({ atoms: 0n, currency });
  const [before = "", after = ""] = zero.split("0");
  return before === "" && after.length > 5 ? ["", ""] : [before, after];
}
