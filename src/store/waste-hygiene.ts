import { COMMITMENT_CATEGORIES, type UsageShare } from "../analysis/waste/hygiene.ts";
import type { Dimension } from "../domain/dimension.ts";
import { EXCLUDABLE_KINDS } from "../domain/kind.ts";
import type { Period } from "../domain/period.ts";
import type { Condition } from "../domain/scope.ts";
import { chooseCover, type CostRead } from "./cost-plan.ts";
import { readCosts } from "./cost-read.ts";
import type { CostSnapshot } from "./cost-snapshot.ts";

export type HygieneShares = {
  readonly team: readonly UsageShare[];
  readonly environment: readonly UsageShare[];
  /** Compute and database usage by pricing category. */
  readonly pricing: readonly UsageShare[];
};

/** Usage of a period by what order in the bills is judged by. Only from the rollups: what they do not hold is left out. */
export async function loadHygieneShares(
  snapshot: CostSnapshot,
  input: { readonly period: Period; readonly conditions: readonly Condition[] },
): Promise<HygieneShares> {
  const eligible: Condition = { dimension: "service-category", negated: false, values: [...COMMITMENT_CATEGORIES] };
  return {
    team: await sharesBy(snapshot, input, "team"),
    environment: await sharesBy(snapshot, input, "environment"),
    pricing: await sharesBy(snapshot, { ...input, conditions: [...input.conditions, eligible] }, "pricing-category"),
  };
}

async function sharesBy(
  snapshot: CostSnapshot,
  input: { readonly period: Period; readonly conditions: readonly Condition[] },
  dimension: Dimension,
): Promise<readonly UsageShare[]> {
  const read: CostRead = {
    span: { by: "days", period: input.period },
    by: [dimension],
    filter: { conditions: input.conditions, without: EXCLUDABLE_KINDS },
    metric: "effective",
    per: null,
    rates: null,
    rowsMax: null,
  };
  // A side note is not worth a scan of the charges.
  if (chooseCover(read, snapshot.rollups).from === "charge") return [];
  const facts = await readCosts(snapshot, read);
  return facts.map(({ key, amount, currency }) => ({
    value: key[0] ?? null,
    cost: { atoms: amount, currency: currency ?? "" },
  }));
}
