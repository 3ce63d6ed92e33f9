import { explainChange, type Leaf } from "../analysis/drivers.ts";
import type { Driver } from "../domain/contract.ts";
import type { Dimension } from "../domain/dimension.ts";
import type { CostSpan } from "../store/cost-plan.ts";
import { readCosts, type CostFact } from "../store/cost-read.ts";
import { loadNames } from "../store/dimension-values.ts";
import type { Asking } from "./cost-asking.ts";

/** What a change is explained by, the first always named. */
const DIMENSIONS: readonly Dimension[] = ["service", "region", "sub-account", "team"];

/** Why the amount changed, for each currency apart in the order of the answer: contributions and a rest that add up to the change exactly. */
export async function readDrivers(asking: Asking, before: CostSpan, order: readonly string[]): Promise<Driver[]> {
  const { snapshot, filter, query, sides, conversion } = asking;
  // A driver says who was tagged; where shared spend was spread, that is not who bears it.
  const by = DIMENSIONS.filter((dimension) => dimension !== "team" || (snapshot.rollups.current && !query.allocated));
  const rates = conversion?.rates ?? null;
  const changes = await readCosts(
    snapshot,
    { span: sides.current, less: before, by, filter, metric: query.metric, per: null, rates, rowsMax: null },
    conversion?.target ?? null,
  );
  const others = new Set(changes.map((fact) => fact.currency ?? "").filter((one) => !order.includes(one)));
  const drivers = [...order, ...[...others].sort()].flatMap((currency) =>
    explainChange(by, leavesOf(changes, currency), currency),
  );
  const accounts = await loadNames(
    snapshot,
    "sub-account",
    drivers.flatMap((driver) => driver.key["sub-account"] ?? []),
    asking.ctx.scope,
  );
  return drivers.map((driver) => {
    const name = accounts.get(driver.key["sub-account"] ?? "");
    return name === undefined ? driver : { ...driver, names: { "sub-account": name } };
  });
}

function leavesOf(changes: readonly CostFact[], currency: string): Leaf[] {
  return changes
    .filter((fact) => (fact.currency ?? "") === currency)
    .map((fact) => ({ key: fact.key, change: fact.amount }));
}
