import type { ConfiguredBudget } from "../domain/budget.ts";
import { toDecimal } from "../domain/money.ts";
import { insertBudget, loadBudgets, removeBudgetRow, updateBudget } from "../store/budgets.ts";
import type { SqlLike } from "../store/db.ts";
import type { Context } from "./context.ts";

const BY = "finops.yaml";

/**
 * Brings the budgets of finops.yaml into the store: new ones in, changed ones changed, those no longer there out. A budget
 * of that name set in chat becomes the file's. Without a file nothing is touched: it says nothing about budgets.
 */
export async function syncConfiguredBudgets(tx: SqlLike, ctx: Context): Promise<void> {
  const configured = ctx.settings.budgets;
  if (configured === undefined) return;
  const known = await loadBudgets(tx);
  for (const budget of configured) {
    const same = known.find(({ name }) => name.toLowerCase() === budget.name.toLowerCase());
    if (same === undefined) await insertBudget(tx, { ...budget, origin: "config", createdBy: BY });
    else if (same.origin !== "config" || termsText(same) !== termsText(budget)) {
      await updateBudget(tx, same.id, { ...budget, origin: "config" });
    }
  }
  const names = new Set(configured.map(({ name }) => name.toLowerCase()));
  for (const budget of known) {
    if (budget.origin === "config" && !names.has(budget.name.toLowerCase())) await removeBudgetRow(tx, budget.id);
  }
}

function termsText(budget: ConfiguredBudget): string {
  const { name, amount, filters, access, without, cycle, metric, thresholds, channel } = budget;
  return JSON.stringify([
    [name, toDecimal(amount), amount.currency, cycle, metric, channel],
    [filters, access].map((scope) => scope.map(({ dimension, negated, values }) => [dimension, negated, values])),
    without,
    thresholds.map(({ basis, percent }) => [basis, percent]),
  ]);
}
