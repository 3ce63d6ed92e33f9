import { renderBudget } from "../bot/views/budget-card.ts";
import type { Context } from "../service/context.ts";
import { evaluateBudgets } from "../service/evaluate-budgets.ts";

/** Postgres channel on which ingest announces that readers see new data. */
const FLIP_NOTIFY = "finops_flip";
/** Flips come in bursts (one a month of bills): one evaluation when the burst is over, but never later than the second. */
const SETTLE_MS = 1_000;
const SETTLE_MAX_MS = 20_000;
/** A new day ends snoozes and closes periods without any new bill. */
const EVERY_MS = 30 * 60_000;

export type BudgetWatch = { readonly stop: () => Promise<void> };

/**
 * Evaluates budgets when it starts, after every flip (within seconds), and every half hour. Any number of processes may
 * watch one database: evaluations take turns and each threshold is told once. A failure is logged and made up for next time.
 */
export async function watchBudgets(ctx: Context): Promise<BudgetWatch> {
  let timer: NodeJS.Timeout | null = null;
  let firstWaiting: number | null = null;
  let stopped = false;
  let evaluating: Promise<void> = Promise.resolve();
  const evaluate = async (): Promise<void> => {
    if (stopped) return;
    try {
      const done = await evaluateBudgets({ ctx, input: { render: renderBudget } });
      if (done.fired.length + done.undone.length > 0) ctx.log.info({ done }, "budgets evaluated");
    } catch (error) {
      if (!stopped) ctx.log.warn({ err: error }, "budgets could not be evaluated, trying again after the next load");
    }
  };
  const soon = (pauseMs: number): void => {
    if (timer !== null) clearTimeout(timer);
    const now = performance.now();
    firstWaiting ??= now;
    const latest = firstWaiting + SETTLE_MAX_MS - now;
    timer = setTimeout(
      () => {
        firstWaiting = null;
        timer = null;
        evaluating = evaluating.then(evaluate);
      },
      Math.max(0, Math.min(pauseMs, latest)),
    );
  };
  const listening = await ctx.db.sql.listen(
    FLIP_NOTIFY,
    () => soon(SETTLE_MS),
    () => soon(SETTLE_MS),
  );
  const regularly = setInterval(() => soon(0), EVERY_MS);
  return {
    stop: async () => {
      stopped = true;
      clearInterval(regularly);
      if (timer !== null) clearTimeout(timer);
      await listening.unlisten().catch(() => undefined);
      await evaluating;
    },
  };
}
