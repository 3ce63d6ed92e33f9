import { money, subtract } from "../domain/money.ts";
import type { CostTotals } from "../store/batches.ts";
import { combineTotals } from "./claims.ts";
import { COST_NAMES } from "./sql/scan-sql.ts";

/** The two sides of a reconciliation: raw control totals of accepted rows, and what was stored of them. */
export type Reconciliation = {
  readonly controlRows: number;
  readonly storedRows: number;
  readonly control: CostTotals;
  readonly stored: CostTotals;
  /** The mapping keeps these sums (else only rows are compared). */
  readonly identical: boolean;
};

/** Why source ≠ accepted + rejected, in words; null when they are equal to the last decimal. */
export function reconcileGap(sides: Reconciliation): string | null {
  if (sides.controlRows !== sides.storedRows) {
    return `${sides.controlRows} rows were accepted but ${sides.storedRows} are in the result`;
  }
  if (!sides.identical) return null;
  const gap = combineTotals(sides.stored, sides.control, subtract);
  for (const [currency, costs] of Object.entries(gap)) {
    for (const name of COST_NAMES) {
      if (money(costs[name], currency).atoms !== 0n) {
        return `the ${name} cost differs from the file's own sum by ${costs[name]} ${currency || "(no currency)"}`;
      }
    }
  }
  return null;
}
