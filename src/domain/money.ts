import assert from "node:assert/strict";

import { AppError } from "./errors.ts";

/** Decimal places kept everywhere. Real bills carry 14 to 18; anything finer is a counted residual. */
export const MONEY_SCALE = 18;
const ATOMS_PER_UNIT = 10n ** BigInt(MONEY_SCALE);

/**
 * Amounts and their sums stay below this: forty digits before the point. One amount of a bill has twenty at most
 * (DECIMAL(38,18)), but quantities are added up too: a year of byte-seconds has more.
 */
const ATOMS_LIMIT = 10n ** 58n;

/** An exact amount: `atoms` are 10⁻¹⁸ of one `currency` unit (ISO 4217 code, or a virtual unit). */
export type Money = { readonly atoms: bigint; readonly currency: string };

/** 10⁰ … 10¹⁸: answers of thousands of rows parse amounts all the time, and a bigint power costs a microsecond. */
const POWERS_OF_TEN: readonly bigint[] = Array.from({ length: MONEY_SCALE + 1 }, (_, power) => 10n ** BigInt(power));
const powerOfTen = (power: number): bigint => POWERS_OF_TEN[power] ?? 10n ** BigInt(power);

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * Parses a decimal string ("12.5", "-0.000000000000000001", "1.5E-3") to atoms.
 * Throws AppError("bad-input") when it is no number, is finer than 18 places, or has more than 40 whole digits.
 */
export function parseAtoms(text: string): bigint {
  const match = DECIMAL.exec(text.trim());
  const digitsBefore = match?.[2] ?? "";
  const digitsAfter = match?.[3] ?? "";
  if (match === null || (digitsBefore === "" && digitsAfter === "")) {
    throw new AppError("bad-input", `"${text.slice(0, 40)}" is not a decimal number.`);
  }
  const shift = MONEY_SCALE - digitsAfter.length + Number(match[4] ?? 0);
  const digits = BigInt(digitsBefore + digitsAfter);
  const atoms = shift >= 0 ? digits * powerOfTen(shift) : divideExactly(digits, powerOfTen(-shift), text);
  if (atoms >= ATOMS_LIMIT) throw new AppError("bad-input", `"${text.slice(0, 40)}" is too large for an amount.`);
  return match[1] === "-" ? -atoms : atoms;
}

function divideExactly(digits: bigint, divisor: bigint, text: string): bigint {
  if (digits % divisor !== 0n) {
    throw new AppError("bad-input", `"${text.slice(0, 60)}" is finer than ${MONEY_SCALE} decimal places.`);
  }
  return digits / divisor;
}

/** Money from a decimal string and a currency. */
export function money(decimal: string, currency: string): Money {
  return { atoms: parseAtoms(decimal), currency };
}

/** Nothing, in a currency. */
export function zero(currency: string): Money {
  return { atoms: 0n, currency };
}

/** Sum of two amounts of one currency. Mixing currencies is a programmer error. */
export function add(a: Money, b: Money): Money {
  assert(a.currency === b.currency, `cannot add ${b.currency} to ${a.currency}`);
  return { atoms: a.atoms + b.atoms, currency: a.currency };
}

/** a − b, of one currency. */
export function subtract(a: Money, b: Money): Money {
  return add(a, negate(b));
}

/** −a. */
export function negate(a: Money): Money {
  return { atoms: -a.atoms, currency: a.currency };
}

/** |a|. */
export function absolute(a: Money): Money {
  return a.atoms < 0n ? negate(a) : a;
}

/** −1, 0 or 1 as a is below, equal to or above b (one currency). */
export function compare(a: Money, b: Money): -1 | 0 | 1 {
  assert(a.currency === b.currency, `cannot compare ${b.currency} with ${a.currency}`);
  return a.atoms < b.atoms ? -1 : a.atoms > b.atoms ? 1 : 0;
}

/** a × numerator ÷ denominator, rounded half away from zero at the 18th place. `denominator` ≠ 0. */
export function scale(a: Money, numerator: bigint, denominator: bigint): Money {
  return { atoms: divideRounded(a.atoms * numerator, denominator), currency: a.currency };
}

/** a × a decimal factor given as text, rounded half away from zero at the 18th place. */
export function multiply(a: Money, factor: string): Money {
  return scale(a, parseAtoms(factor), ATOMS_PER_UNIT);
}

/**
 * a ÷ b as a plain number, for shares and percentages only (never for money).
 * null when b is zero.
 */
export function ratio(a: Money, b: Money): number | null {
  assert(a.currency === b.currency, `cannot relate ${a.currency} to ${b.currency}`);
  if (b.atoms === 0n) return null;
  const RATIO_SCALE = 1_000_000_000_000n;
  return Number(divideRounded(a.atoms * RATIO_SCALE, b.atoms)) / Number(RATIO_SCALE);
}

/** Exact decimal text without trailing zeros: "12.5", "-0.003", "0". The form of every boundary. */
export function toDecimal(a: Money): string {
  return atomsToDecimal(a.atoms);
}

/** Exact decimal text of atoms, without trailing zeros. */
export function atomsToDecimal(atoms: bigint): string {
  const sign = atoms < 0n ? "-" : "";
  // Cutting text is several times cheaper than dividing bigints.
  const digits = (atoms < 0n ? -atoms : atoms).toString().padStart(MONEY_SCALE + 1, "0");
  const whole = digits.slice(0, -MONEY_SCALE);
  let end = digits.length;
  while (end > whole.length && digits.charCodeAt(end - 1) === 48) end -= 1;
  return end === whole.length ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(whole.length, end)}`;
}

/** Atoms rounded half away from zero to `places` decimals, as text with exactly that many decimals. */
export function roundAtoms(atoms: bigint, places: number): string {
  const unit = powerOfTen(MONEY_SCALE - places);
  const rounded = divideRounded(atoms, unit);
  const size = rounded < 0n ? -rounded : rounded;
  const digits = size.toString().padStart(places + 1, "0");
  const whole = places === 0 ? digits : digits.slice(0, -places);
  const fraction = places === 0 ? "" : `.${digits.slice(-places)}`;
  return `${rounded < 0n ? "-" : ""}${whole}${fraction}`;
}

/**
 * The one place amounts are rounded for people: "$1,240", "$12.30", "−€0.0031", "¥18,795".
 * From 1,000 on whole units, below that two decimals, below 0.01 up to four significant places.
 * `exact` keeps every decimal.
 */
export function formatMoney(a: Money, options: { sign?: boolean; exact?: boolean } = {}): string {
  const size = a.atoms < 0n ? -a.atoms : a.atoms;
  const text = options.exact === true ? atomsToDecimal(size) : roundAtoms(size, placesShown(size, a.currency));
  const [whole = "0", fraction] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const number = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  const sign = a.atoms < 0n ? "−" : options.sign === true && a.atoms > 0n ? "+" : "";
  const symbol = SYMBOLS[a.currency];
  return symbol === undefined ? `${sign}${number} ${a.currency}` : `${sign}${symbol}${number}`;
}

const SYMBOLS: Readonly<Record<string, string>> = { USD: "$", EUR: "€", GBP: "£", JPY: "¥" };
/** ISO 4217 currencies without minor unit that clouds bill in. */
const NO_MINOR_UNIT: ReadonlySet<string> = new Set(["JPY", "KRW", "CLP", "VND", "ISK"]);

function placesShown(size: bigint, currency: string): number {
  if (size === 0n) return 0;
  if (size >= 1_000n * ATOMS_PER_UNIT) return 0;
  if (size >= ATOMS_PER_UNIT / 100n) return NO_MINOR_UNIT.has(currency) && size >= ATOMS_PER_UNIT ? 0 : 2;
  const digits = size.toString().length;
  return Math.min(MONEY_SCALE, MONEY_SCALE - digits + 2);
}

function divideRounded(numerator: bigint, denominator: bigint): bigint {
  assert(denominator !== 0n, "division by zero");
  const negative = numerator < 0n !== denominator < 0n;
  const n = numerator < 0n ? -numerator : numerator;
  const d = denominator < 0n ? -denominator : denominator;
  const rounded = (n * 2n + d) / (d * 2n);
  return negative ? -rounded : rounded;
}
