import type { BudgetForecaster } from "../analysis/budget-forecast.ts";
import { weekdayRunRate } from "../analysis/budget-forecast.ts";
import { budgetPeriodOf } from "../analysis/budget-period.ts";
import { moveThresholds } from "../analysis/budget-status.ts";
import type { Budget, BudgetDriver } from "../domain/budget.ts";
import type { Period } from "../domain/period.ts";
import { loadClosedPeriods, loadPeriods, type PeriodRecord } from "../store/budget-periods.ts";
import { loadBudgets } from "../store/budgets.ts";
import { openSnapshot, type CostSnapshot } from "../store/cost-snapshot.ts";
import type { Sql } from "../store/db.ts";
import { readBudgetDriver } from "./budget-driver.ts";
import { readBills, readBudgetFigures, type BudgetFigures, type WantedFigures } from "./budget-figures.ts";
import { billsDigest, settleBudgets, type EvaluateAnswer, type Reading } from "./settle-budgets.ts";
import { syncConfiguredBudgets } from "./sync-budgets.ts";
import { termsDigest, type RenderBudget } from "./budget-view.ts";
import type { Context, Verb } from "./context.ts";

export type EvaluateInput = {
  readonly render: RenderBudget;
  /** Narrows to one budget; absent = all. */
  readonly only?: string;
  readonly forecaster?: BudgetForecaster;
};

/** Any constant: evaluations take turns, so that none acts on figures older than those another has written. */
const EVALUATE_LOCK = 7_316_217;
/** Reasons looked up in one evaluation: a storm must not hold it up; a card without one still has its button. */
const DRIVERS_MAX = 20;

/**
 * Judges every budget on the bills as they are: new crossings are posted once, what a restatement undid is edited, ended
 * periods are closed. Evaluating twice changes nothing; any number of processes may do it at once.
 */
export async function evaluateBudgets({ ctx, input }: Verb<EvaluateInput>): Promise<EvaluateAnswer> {
  const connection = await ctx.db.sql.reserve();
  // Reserved: lock, snapshot and writes are of one session. The snapshot begins after the lock is held.
  const sql = connection as unknown as Sql;
  try {
    await sql`select pg_advisory_lock(${EVALUATE_LOCK})`;
    try {
      await inTransaction(sql, "begin", () => syncConfiguredBudgets(sql, ctx));
      const reading = await inTransaction(sql, "begin isolation level repeatable read read only", async () => {
        await sql.unsafe(
          "set local jit = off; set local plan_cache_mode = force_custom_plan; set local work_mem = '64MB'",
        );
        return read(ctx, await openSnapshot(sql, ctx.settings.tagAliases), input);
      });
      return await inTransaction(sql, "begin", () => settleBudgets(sql, ctx, reading, input.render));
    } finally {
      await sql`select pg_advisory_unlock(${EVALUATE_LOCK})`;
    }
  } finally {
    connection.release();
  }
}

async function inTransaction<T>(sql: Sql, begin: string, work: () => Promise<T>): Promise<T> {
  await sql.unsafe(begin);
  try {
    const result = await work();
    await sql.unsafe("commit");
    return result;
  } catch (error) {
    await sql.unsafe("rollback").catch(() => undefined);
    throw error;
  }
}

async function read(ctx: Context, snapshot: CostSnapshot, input: EvaluateInput): Promise<Reading> {
  const { sql } = snapshot;
  const budgets = (await loadBudgets(sql)).filter((budget) => input.only === undefined || budget.id === input.only);
  const bills = await readBills(ctx, snapshot);
  const billsOf = (period: Period): string => billsDigest(snapshot.batches, period);
  const stale = (await loadClosedPeriods(sql)).filter((closed) => closed.bills !== billsOf(closed));
  const records = await loadPeriods(
    sql,
    budgets.map((budget) => budget.id),
    { from: [...new Set(stale.map((closed) => closed.from))] },
  );
  const at = bills.newest ?? ctx.clock.today();
  const wanted = budgets.flatMap((budget) => periodsOf(ctx, budget, records, at));
  const figures = await readBudgetFigures(ctx, snapshot, bills, wanted, input.forecaster ?? weekdayRunRate);
  const drivers = new Map<BudgetFigures, BudgetDriver>();
  for (const one of figures) {
    if (drivers.size >= DRIVERS_MAX) break;
    if (!crossesAnew(one, records)) continue;
    const driver = await readBudgetDriver(snapshot, one);
    if (driver !== null) drivers.set(one, driver);
  }
  return { figures, drivers, billsOf };
}

/** The period of the newest complete day, earlier ones that are still open, closed ones whose bills changed since. */
function periodsOf(
  ctx: Context,
  budget: Budget,
  records: readonly PeriodRecord[],
  at: Period["from"],
): WantedFigures[] {
  const current = budgetPeriodOf(budget.cycle, at, ctx.settings.fiscalYearStart);
  const known = records.filter((record) => record.budgetId === budget.id).map(({ row }) => row.period);
  const earlier = known.filter((period) => period.from !== current.from);
  return [current, ...earlier].map((period) => ({ budget, period }));
}

function crossesAnew(figures: BudgetFigures, records: readonly PeriodRecord[]): boolean {
  const { budget, period } = figures;
  const record = records.find((one) => one.budgetId === budget.id && one.row.period.from === period.from);
  const known = record?.row.terms === termsDigest(budget) ? record.alerts : [];
  const reading = { spent: figures.spent, forecast: figures.forecast?.amount ?? null };
  return !figures.final && moveThresholds(budget, reading, known).fire.length > 0;
}
