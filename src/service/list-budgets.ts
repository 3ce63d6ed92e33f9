import { budgetPeriodOf } from "../analysis/budget-period.ts";
import { stateOf } from "../analysis/budget-status.ts";
import { isScopeWithin } from "../analysis/scope-within.ts";
import { BUDGET_STATES, type Budget, type BudgetPeriod, type BudgetState } from "../domain/budget.ts";
import { AppError } from "../domain/errors.ts";
import { nearestWords } from "../domain/nearest.ts";
import { ratio } from "../domain/money.ts";
import type { Owner } from "../domain/person.ts";
import { loadPeriods, type PeriodRecord } from "../store/budget-periods.ts";
import { loadBudgets } from "../store/budgets.ts";
import { listOwners } from "../store/people.ts";
import { withCostSnapshot } from "../store/cost-snapshot.ts";
import { readBudgetDriver } from "./budget-driver.ts";
import { readBills, readBudgetFigures, type BudgetFigures } from "./budget-figures.ts";
import { ownersIn, termsDigest, type BudgetView } from "./budget-view.ts";
import type { Context, Verb } from "./context.ts";

/** Whether a budget exists for this person: all it counts lies within what they may see. */
export function isBudgetVisible(ctx: Pick<Context, "scope">, budget: Pick<Budget, "access" | "filters">): boolean {
  return isScopeWithin([...budget.access, ...budget.filters], ctx.scope);
}

/**
 * Budgets as the bills stand at this moment, the worst first. Reads only: nothing is sent or remembered.
 * What lies outside `ctx.scope` is not there.
 */
export async function listBudgets({ ctx }: Verb<object>): Promise<BudgetView[]> {
  const views = await readViews(ctx, (budgets) => budgets.filter((budget) => isBudgetVisible(ctx, budget)), false);
  return views.toSorted((a, b) => rank(a) - rank(b) || used(b) - used(a));
}

export type ShownBudget = {
  readonly view: BudgetView;
  /** Earlier periods, newest first. */
  readonly history: readonly PeriodRecord[];
};

/** One budget with its reason and its earlier periods. Throws not-found, naming what is nearest. */
export async function showBudget({ ctx, input }: Verb<{ readonly name: string }>): Promise<ShownBudget> {
  const [view] = await readViews(ctx, (budgets) => [budgetNamed(ctx, budgets, input.name)], true);
  if (view === undefined) throw new Error("a budget that is there has a view");
  const records = await loadPeriods(ctx.db.sql, [view.budget.id]);
  return { view, history: records.filter(({ row }) => row.period.from !== view.row.period.from) };
}

/** The budget of a name among those the person may see. Throws not-found with the nearest names. */
export function budgetNamed(ctx: Context, budgets: readonly Budget[], name: string): Budget {
  const visible = budgets.filter((budget) => isBudgetVisible(ctx, budget));
  const found = visible.find((budget) => budget.name.toLowerCase() === name.trim().toLowerCase());
  if (found !== undefined) return found;
  const [near] = nearestWords(
    name,
    visible.map((budget) => budget.name),
  );
  throw new AppError("not-found", `There is no budget "${name.slice(0, 100)}".`, {
    remedy: near === undefined ? "budget list shows them all." : `Did you mean "${near}"?`,
  });
}

async function readViews(
  ctx: Context,
  choose: (budgets: Budget[]) => Budget[],
  withReason: boolean,
): Promise<BudgetView[]> {
  return withCostSnapshot(ctx.db, ctx.settings.tagAliases, async (snapshot) => {
    const budgets = choose(await loadBudgets(snapshot.sql));
    const bills = await readBills(ctx, snapshot);
    const at = bills.newest ?? ctx.clock.today();
    const wanted = budgets.map((budget) => ({
      budget,
      period: budgetPeriodOf(budget.cycle, at, ctx.settings.fiscalYearStart),
    }));
    const figures = await readBudgetFigures(ctx, snapshot, bills, wanted);
    const records = await loadPeriods(
      snapshot.sql,
      budgets.map((budget) => budget.id),
      { from: [...new Set(wanted.map(({ period }) => period.from))] },
    );
    const directory = await listOwners(snapshot.sql);
    const byKey = new Map(records.map((record) => [`${record.budgetId} ${record.row.period.from}`, record]));
    const views: BudgetView[] = [];
    for (const one of figures) {
      const record = byKey.get(`${one.budget.id} ${one.period.from}`);
      const view = liveView(one, record, ownersIn(directory, one.budget));
      const driver = withReason ? await readBudgetDriver(snapshot, one) : view.row.driver;
      views.push({ ...view, row: { ...view.row, driver } });
    }
    return views;
  });
}

/** The current period: figures of now, and what was remembered of alerts and acknowledgement. */
function liveView(figures: BudgetFigures, record: PeriodRecord | undefined, owners: readonly Owner[]): BudgetView {
  const { budget, period } = figures;
  const known = record?.row;
  const row: BudgetPeriod =
    known !== undefined && known.closedOn !== null
      ? known
      : {
          period,
          amount: budget.amount,
          spent: figures.spent,
          forecast: figures.forecast?.amount ?? null,
          forecastLow: figures.forecast?.low ?? null,
          forecastHigh: figures.forecast?.high ?? null,
          through: figures.through,
          lastDay: figures.lastDay,
          problem: figures.problem,
          closedOn: null,
          restated: null,
          acknowledgedBy: known?.acknowledgedBy ?? null,
          acknowledgedAt: known?.acknowledgedAt ?? null,
          posted: known?.posted ?? false,
          cardDigest: known?.cardDigest ?? null,
          driver: known?.driver ?? null,
          terms: termsDigest(budget),
          bills: known?.bills ?? "",
        };
  return { budget, row, alerts: record?.alerts ?? [], figures, owners, ended: null };
}

/** How the shown period stands. */
export function stateOfView({ row, alerts }: Pick<BudgetView, "row" | "alerts">): BudgetState {
  return stateOf(row.amount, { spent: row.spent, forecast: row.forecast }, alerts);
}

function rank(view: BudgetView): number {
  return BUDGET_STATES.indexOf(stateOfView(view));
}

function used({ row }: BudgetView): number {
  return row.spent === null ? 0 : (ratio(row.spent, row.amount) ?? 0);
}
