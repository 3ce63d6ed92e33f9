import { money, subtract } from "../domain/money.ts";
import type { CostTotals } from "../store/batches.ts";
import { combineTotals } from "./claims.ts";
import type { CostName } from "./formats/format.ts";

/** The two sides of a reconciliation: raw control totals of accepted rows, and what was stored of them. */
export type Reconciliation = {
  readonly controlRows: number;
  readonly storedRows: number;
  readonly control: CostTotals;
  readonly stored: CostTotals;
  /** Costs the file itself carries and the mapping keeps: only these have a sum to compare with. */
  readonly compared: readonly CostName[];
};

/** Why source ≠ accepted + rejected, in words; null when they are equal to the last decimal. */
export function reconcileGap(sides: Reconciliation): string | null {
  if (sides.controlRows !== sides.storedRows) {
    return `${sides.controlRows} rows were accepted but ${sides.storedRows} are in the result`;
  }
  const gap = combineTotals(sides.stored, sides.control, subtract);
  for (const [currency, costs] of Object.entries(gap)) {
    for (const name of sides.compared) {
      if (money(costs[name], currency).atoms !== 0n) {
        return `the ${name} cost differs from the file's own sum by ${costs[name]} ${currency || "(no currency)"}`;
      }
    }
  }
  return null;
}
