import { createHash } from "node:crypto";

import { moveThresholds, undoneReason } from "../analysis/budget-status.ts";
import type { Budget, BudgetAlert, BudgetDriver, BudgetPeriod, Threshold } from "../domain/budget.ts";
import { compare, type Money } from "../domain/money.ts";
import type { Day, Period } from "../domain/period.ts";
import type { Owner } from "../domain/person.ts";
import {
  deleteAlerts,
  deletePeriod,
  insertAlerts,
  loadPeriods,
  savePeriods,
  updateAlert,
  type PeriodFigures,
  type PeriodRecord,
} from "../store/budget-periods.ts";
import { loadBudgets, setSnooze } from "../store/budgets.ts";
import { batchesIn } from "../store/cost-read.ts";
import type { ActiveBatch } from "../store/cost-snapshot.ts";
import type { SqlLike } from "../store/db.ts";
import { listOwners } from "../store/people.ts";
import type { BudgetFigures } from "./budget-figures.ts";
import { isSnoozed, isSnoozeOver, sendNews, type Changes, type Moved } from "./budget-news.ts";
import { ownersIn, termsDigest, updateState, type BudgetView, type RenderBudget } from "./budget-view.ts";
import type { Context } from "./context.ts";

export type EvaluateAnswer = {
  readonly evaluated: number;
  /** Thresholds crossed for the first time in their period. */
  readonly fired: readonly (Threshold & { readonly budget: string; readonly notified: boolean })[];
  readonly undone: readonly (Threshold & { readonly budget: string })[];
};

/** What an evaluation knows before it writes anything. */
export type Reading = {
  readonly figures: readonly BudgetFigures[];
  readonly drivers: ReadonlyMap<BudgetFigures, BudgetDriver>;
  readonly billsOf: (period: Period) => string;
};

/** Tells one set of deliveries of a period from another: a flip, a restatement or a rollback changes it. */
export function billsDigest(batches: readonly ActiveBatch[], period: Period): string {
  const ids = batchesIn(batches, { by: "days", period }).map((batch) => batch.id);
  return createHash("sha256").update(ids.sort().join(" ")).digest("hex").slice(0, 16);
}

type Tally = { fired: EvaluateAnswer["fired"][number][]; undone: EvaluateAnswer["undone"][number][] };

/**
 * Writes what an evaluation found, in one transaction: figures, thresholds, cards. Everything is judged again under the
 * rows' locks, so an acknowledgement or another evaluation in between is never overwritten.
 */
export async function settleBudgets(
  tx: SqlLike,
  ctx: Context,
  reading: Reading,
  render: RenderBudget,
): Promise<EvaluateAnswer> {
  const budgets = new Map((await loadBudgets(tx)).map((budget) => [budget.id, budget]));
  const seen = [...new Set(reading.figures.map((one) => one.budget.id))];
  const froms = [...new Set(reading.figures.map((one) => one.period.from))];
  const records = new Map(
    (await loadPeriods(tx, seen, { from: froms, lock: true })).map((one) => [
      `${one.budgetId} ${one.row.period.from}`,
      one,
    ]),
  );
  // Figures of terms that changed meanwhile are of another budget: whoever changed them evaluates.
  const current = reading.figures.filter((one) => {
    const budget = budgets.get(one.budget.id);
    return budget !== undefined && termsDigest(budget) === termsDigest(one.budget);
  });
  const directory = await listOwners(tx);
  const items = current.map((figures): Item => {
    const budget = budgets.get(figures.budget.id) ?? figures.budget;
    const record = records.get(`${budget.id} ${figures.period.from}`) ?? null;
    const bills = reading.billsOf(figures.period);
    const driver = reading.drivers.get(figures) ?? null;
    const next = nextFigures(ctx, budget, figures, record, { bills, driver });
    return { budget, figures, record, next, owners: ownersIn(directory, budget) };
  });
  await savePeriods(
    tx,
    items.flatMap(({ budget, record, next }) =>
      record !== null && sameFigures(record.row, next) ? [] : [{ budgetId: budget.id, figures: next }],
    ),
  );
  const { moving, tally } = await settleAlerts(tx, ctx, items, render);
  await sendNews(tx, ctx, moving, render);
  await endSnoozes(tx, ctx, items);
  return { evaluated: seen.length, ...tally };
}

type Item = {
  readonly budget: Budget;
  readonly figures: BudgetFigures;
  readonly record: PeriodRecord | null;
  readonly next: PeriodFigures;
  readonly owners: readonly Owner[];
};

/** The period as it is to be remembered. A closed one keeps its figures; what the bills say since is noted beside them. */
function nextFigures(
  ctx: Context,
  budget: Budget,
  figures: BudgetFigures,
  record: PeriodRecord | null,
  read: { readonly bills: string; readonly driver: BudgetDriver | null },
): PeriodFigures {
  const row = record?.row;
  if (row !== undefined && row.closedOn !== null) {
    const { spent } = figures;
    const comparable = spent !== null && row.spent !== null && spent.currency === row.spent.currency;
    const differs = comparable && compare(spent, row.spent) !== 0;
    return { ...row, restated: differs ? spent : null, bills: read.bills };
  }
  return {
    period: figures.period,
    amount: budget.amount,
    spent: figures.spent,
    forecast: figures.forecast?.amount ?? null,
    forecastLow: figures.forecast?.low ?? null,
    forecastHigh: figures.forecast?.high ?? null,
    through: figures.through,
    lastDay: figures.lastDay,
    problem: figures.problem,
    closedOn: figures.final && figures.problem === null ? ctx.clock.today() : null,
    restated: null,
    driver: read.driver ?? row?.driver ?? null,
    terms: termsDigest(budget),
    bills: read.bills,
  };
}

function sameFigures(a: PeriodFigures, b: PeriodFigures): boolean {
  const text = (one: PeriodFigures): string =>
    JSON.stringify([
      ...[one.amount, one.spent, one.forecast, one.forecastLow, one.forecastHigh, one.restated].map(atomsText),
      one.period,
      one.through,
      one.lastDay,
      one.problem,
      one.closedOn,
      one.driver,
      one.terms,
      one.bills,
    ]);
  return text(a) === text(b);
}

function atomsText(amount: Money | null): string | null {
  return amount === null ? null : `${amount.atoms} ${amount.currency}`;
}

const NOTHING: Omit<Changes, "alerts"> = { news: [], edited: [], rewritten: [], dropped: [] };

/** Decides and writes the thresholds of every item: the crossings of all of them in one statement. */
async function settleAlerts(
  tx: SqlLike,
  ctx: Context,
  items: readonly Item[],
  render: RenderBudget,
): Promise<{ moving: Moved[]; tally: Tally }> {
  const tally: Tally = { fired: [], undone: [] };
  const open: Item[] = [];
  for (const item of items) {
    if (await endOtherCycle(tx, item, render)) continue;
    open.push(item);
  }
  const placed = open.flatMap((item) => {
    const { budget, next } = item;
    return wasClosed(item)
      ? []
      : fires(ctx, item).map((alert) => ({ budgetId: budget.id, from: next.period.from, alert }));
  });
  const written = Map.groupBy(await insertAlerts(tx, placed), ({ budgetId, from }) => `${budgetId} ${from}`);
  const moving: Moved[] = [];
  for (const item of open) {
    const { budget, figures, record, next, owners } = item;
    const fired = (written.get(`${budget.id} ${next.period.from}`) ?? []).map(({ alert }) => alert);
    const changes = wasClosed(item) ? { ...NOTHING, alerts: record?.alerts ?? [] } : changesOf(ctx, item, fired, tally);
    const at = { budgetId: budget.id, period: next.period };
    await deleteAlerts(tx, at, changes.dropped);
    for (const alert of changes.rewritten) await updateAlert(tx, at, alert);
    const row: BudgetPeriod = {
      ...next,
      acknowledgedBy: record?.row.acknowledgedBy ?? null,
      acknowledgedAt: record?.row.acknowledgedAt ?? null,
      posted: record?.row.posted ?? false,
      cardDigest: record?.row.cardDigest ?? null,
    };
    const view: BudgetView = { budget, row, alerts: changes.alerts, figures, owners, ended: null };
    moving.push({ view, changes, closes: !wasClosed(item) && record !== null && row.closedOn !== null });
  }
  return { moving, tally };
}

function wasClosed({ record }: Item): boolean {
  return record !== null && record.row.closedOn !== null;
}

/** A period of another cycle (the budget was monthly, is yearly now) is none of this budget's any more. */
async function endOtherCycle(
  tx: SqlLike,
  { budget, figures, record, next, owners }: Item,
  render: RenderBudget,
): Promise<boolean> {
  if (record === null || record.row.closedOn !== null || !isOtherCycle(budget, next.period)) return false;
  if (record.row.posted) {
    const ended = `the budget is by ${budget.cycle} now`;
    await updateState(tx, { budget, row: record.row, alerts: record.alerts, figures, owners, ended }, render);
  }
  await deletePeriod(tx, budget.id, next.period.from);
  return true;
}

function movesOf({ budget, figures, record }: Item) {
  const reading = { spent: figures.spent, forecast: figures.forecast?.amount ?? null };
  return { reading, moves: moveThresholds(budget, reading, record?.alerts ?? []) };
}

/** Thresholds crossed for the first time. A period that was final before anybody looked is history: nobody is alarmed. */
function fires(ctx: Context, item: Item): BudgetAlert[] {
  const { budget, figures, next } = item;
  const { reading, moves } = movesOf(item);
  const { spent } = reading;
  if (next.closedOn !== null || spent === null) return [];
  const today = ctx.clock.today();
  return moves.fire.map((threshold) => ({
    ...threshold,
    through: figures.through,
    lastDay: figures.lastDay,
    forecast: reading.forecast,
    spent,
    state: "crossed",
    crossedOn: today,
    notified: !isSnoozed(budget, today),
    undoneOn: null,
    undoneReason: null,
  }));
}

function changesOf(ctx: Context, item: Item, fired: readonly BudgetAlert[], tally: Tally): Changes {
  const { budget, figures, record, next } = item;
  const today = ctx.clock.today();
  const before = record?.alerts ?? [];
  const { reading, moves } = movesOf(item);
  const changed = record !== null && record.row.terms !== next.terms;
  const silent = isSnoozed(budget, today);
  for (const { basis, percent, notified } of fired) tally.fired.push({ basis, percent, budget: budget.name, notified });
  // Other terms arm anew what they no longer cross; the same terms keep it as undone, so that it fires once.
  const dropped = changed ? [...moves.drop, ...moves.undo] : moves.drop;
  const undone = (changed ? [] : moves.undo).map((alert): BudgetAlert => {
    const sameDays = upTo(figures, alert.lastDay);
    const reason = undoneReason({ ...reading, alert, budgetChanged: false, sameDays, lastDay: figures.lastDay });
    tally.undone.push({ basis: alert.basis, percent: alert.percent, budget: budget.name });
    return { ...alert, state: "undone", undoneOn: today, undoneReason: reason };
  });
  const again = moves.again.map((alert): BudgetAlert => ({
    ...alert,
    through: figures.through,
    lastDay: figures.lastDay,
    forecast: reading.forecast,
    spent: reading.spent ?? alert.spent,
    state: "crossed",
    undoneOn: null,
    undoneReason: null,
  }));
  const gone = new Set<BudgetAlert>([...moves.drop, ...moves.undo, ...moves.again]);
  const stayed = before.filter((alert) => !gone.has(alert));
  // What was found while it was snoozed and still holds is told when the snooze is over.
  const waiting = silent ? [] : [...stayed, ...again].filter((alert) => alert.state === "crossed" && !alert.notified);
  const told = waiting.map((alert): BudgetAlert => ({ ...alert, notified: true }));
  const rest = [...stayed, ...again].filter((alert) => !waiting.includes(alert));
  return {
    alerts: [...rest, ...told, ...undone, ...fired].toSorted(byThreshold),
    news: [...told, ...fired.filter((alert) => alert.notified)],
    edited: [...undone, ...again],
    rewritten: [...undone, ...again.filter((one) => rest.includes(one)), ...told],
    dropped,
  };
}

async function endSnoozes(tx: SqlLike, ctx: Context, items: readonly Item[]): Promise<void> {
  const today = ctx.clock.today();
  const over = new Set(items.filter(({ budget }) => isSnoozeOver(budget, today)).map(({ budget }) => budget.id));
  for (const id of over) await setSnooze(tx, id, null, null);
}

/** Cost now of the days up to one, within the period. */
function upTo({ daily, period, budget }: BudgetFigures, day: Day | null): Money | null {
  if (day === null) return null;
  let atoms = 0n;
  for (const [at, amount] of daily) if (at >= period.from && at <= day) atoms += amount;
  return { atoms, currency: budget.amount.currency };
}

function isOtherCycle(budget: Budget, period: Period): boolean {
  const months = { month: 1, quarter: 3, year: 12 }[budget.cycle];
  const index = (at: Day): number => Number(at.slice(0, 4)) * 12 + Number(at.slice(5, 7));
  return index(period.to) - index(period.from) !== months;
}

function byThreshold(a: Threshold, b: Threshold): number {
  return a.basis === b.basis ? a.percent - b.percent : a.basis < b.basis ? -1 : 1;
}
