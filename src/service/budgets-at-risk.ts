import { percentOf } from "../analysis/budget-status.ts";
import type { BudgetState } from "../domain/budget.ts";
import type { Money } from "../domain/money.ts";
import type { Day, Period } from "../domain/period.ts";
import type { Context } from "./context.ts";
import { listBudgets, stateOfView } from "./list-budgets.ts";

/** A budget somebody should look at, for a digest. */
export type BudgetAtRisk = {
  readonly name: string;
  readonly state: BudgetState;
  readonly period: Period;
  readonly amount: Money;
  readonly spent: Money;
  readonly spentPercent: string;
  /** What it is expected to end at; null = too little is known. */
  readonly forecast: Money | null;
  readonly forecastPercent: string | null;
  readonly through: Day | null;
  readonly acknowledgedBy: string | null;
  /** The command that shows it. */
  readonly command: string;
};

/** Budgets over their amount, expected to be, or past a threshold; the worst first. Only what `ctx.scope` lets be seen. */
export async function budgetsAtRisk({ ctx }: { readonly ctx: Context }): Promise<BudgetAtRisk[]> {
  const views = await listBudgets({ ctx, input: {} });
  return views.flatMap((view): BudgetAtRisk[] => {
    const { budget, row } = view;
    const state = stateOfView(view);
    if (row.spent === null || state === "on-track" || state === "unknown") return [];
    return [
      {
        name: budget.name,
        state,
        period: row.period,
        amount: row.amount,
        spent: row.spent,
        spentPercent: percentOf(row.spent, row.amount),
        forecast: row.forecast,
        forecastPercent: row.forecast === null ? null : percentOf(row.forecast, row.amount),
        through: row.through,
        acknowledgedBy: row.acknowledgedBy,
        command: `budget show ${JSON.stringify(budget.name)}`,
      },
    ];
  });
}
