import { add, money, toDecimal, zero, type Money } from "../domain/money.ts";
import type { CostTotals } from "../store/batches.ts";
import { countOf, textOf, type DuckRow } from "./duck/duck-process.ts";
import { type COST_NAMES, ROW_STATE, WARNINGS_MAX } from "./sql/stage-tables.ts";

/** What one file holds of one delivery key. */
export type Claim = {
  readonly fileNo: number;
  readonly provider: string;
  readonly dataset: string;
  readonly billingAccount: string;
  /** First day of the billing month. */
  readonly billingMonth: string;
  /** The stage's hashes for this key (several when only blanks tell their texts apart). */
  readonly keyHashes: readonly string[];
  readonly accepted: number;
  readonly rejected: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly residuals: number;
  /** Raw sums of accepted rows, by currency, before mapping. */
  readonly control: CostTotals;
  /** Raw sums of rejected and dropped rows. */
  readonly refused: CostTotals;
  readonly warnings: readonly number[];
};

/** A key's account when the file names none. */
export const NO_ACCOUNT = "(none)";
const NO_TOTALS: CostTotals = {};

/** Claims of each file, from the rows of `keysSql`. Rejects whose key cannot be read count with the file's main key. */
export function readClaims(rows: readonly DuckRow[]): Claim[] {
  const files = new Map<number, DuckRow[]>();
  for (const row of rows) {
    const fileNo = countOf(row, "file_no");
    files.set(fileNo, [...(files.get(fileNo) ?? []), row]);
  }
  return [...files].flatMap(([fileNo, fileRows]) => claimsOfFile(fileNo, fileRows));
}

function claimsOfFile(fileNo: number, rows: readonly DuckRow[]): Claim[] {
  const claims = new Map<string, Claim>();
  for (const row of rows.filter((each) => countOf(each, "state") === ROW_STATE.accepted)) {
    const empty = emptyClaim(fileNo, row);
    const key = claimKey(empty);
    claims.set(key, addAccepted(claims.get(key) ?? empty, row));
  }
  const main = [...claims.values()].sort((a, b) => b.accepted - a.accepted || (claimKey(a) < claimKey(b) ? -1 : 1))[0];
  for (const row of rows.filter((each) => countOf(each, "state") !== ROW_STATE.accepted)) {
    const own = emptyClaim(fileNo, row);
    const claim = claims.get(claimKey(own)) ?? main ?? own;
    claims.set(claimKey(claim), addRefused(claim, row));
  }
  return [...claims.values()];
}

/** One text for a claim's key. */
export function claimKey(claim: Pick<Claim, "provider" | "dataset" | "billingAccount" | "billingMonth">): string {
  return JSON.stringify([claim.provider, claim.billingAccount, claim.billingMonth, claim.dataset]);
}

function emptyClaim(fileNo: number, row: DuckRow): Claim {
  return {
    fileNo,
    provider: textOf(row, "provider") ?? "unknown",
    dataset: textOf(row, "dataset") ?? "unknown",
    billingAccount: textOf(row, "account") ?? NO_ACCOUNT,
    billingMonth: textOf(row, "billing_month") ?? "",
    keyHashes: [],
    accepted: 0,
    rejected: 0,
    dropped: {},
    residuals: 0,
    control: NO_TOTALS,
    refused: NO_TOTALS,
    warnings: [],
  };
}

function addAccepted(claim: Claim, row: DuckRow): Claim {
  const hash = textOf(row, "key_h") ?? "";
  return {
    ...claim,
    keyHashes: claim.keyHashes.includes(hash) ? claim.keyHashes : [...claim.keyHashes, hash],
    accepted: claim.accepted + countOf(row, "n"),
    residuals: claim.residuals + countOf(row, "residuals"),
    control: addTotals(claim.control, totalsOf(row)),
    warnings: addWarnings(claim.warnings, row),
  };
}

function addRefused(claim: Claim, row: DuckRow): Claim {
  const n = countOf(row, "n");
  const reason = textOf(row, "dropped_reason");
  const refused = addTotals(claim.refused, totalsOf(row));
  if (countOf(row, "state") === ROW_STATE.rejected) return { ...claim, refused, rejected: claim.rejected + n };
  const key = reason ?? "left out by rule";
  return { ...claim, refused, dropped: { ...claim.dropped, [key]: (claim.dropped[key] ?? 0) + n } };
}

function addWarnings(warnings: readonly number[], row: DuckRow): number[] {
  return Array.from({ length: WARNINGS_MAX }, (_, index) => (warnings[index] ?? 0) + countOf(row, `warning_${index}`));
}

/** Totals of one row of an answer with columns currency, billed, effective, list and contracted. */
export function totalsOf(row: DuckRow): CostTotals {
  const currency = textOf(row, "currency") ?? "";
  const of = (name: string): string => toDecimal(money(textOf(row, name) ?? "0", currency));
  return {
    [currency]: { billed: of("billed"), effective: of("effective"), list: of("list"), contracted: of("contracted") },
  };
}

/** Sum of totals, currency by currency. */
export function addTotals(a: CostTotals, b: CostTotals): CostTotals {
  return combineTotals(a, b, (x, y) => add(x, y));
}

/** Combines two totals cost by cost; a currency one side lacks counts as zero there. */
export function combineTotals(a: CostTotals, b: CostTotals, combine: (x: Money, y: Money) => Money): CostTotals {
  const currencies = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return Object.fromEntries(
    currencies.map((currency) => {
      const of = (totals: CostTotals, name: (typeof COST_NAMES)[number]): Money => {
        const text = totals[currency]?.[name];
        return text === undefined ? zero(currency) : money(text, currency);
      };
      const one = (name: (typeof COST_NAMES)[number]): string => toDecimal(combine(of(a, name), of(b, name)));
      return [
        currency,
        { billed: one("billed"), effective: one("effective"), list: one("list"), contracted: one("contracted") },
      ];
    }),
  );
}
