import { createHash } from "node:crypto";

import { gravest, moveThresholds, undoneReason } from "../analysis/budget-status.ts";
import type { Budget, BudgetAlert, BudgetDriver, BudgetPeriod, Threshold } from "../domain/budget.ts";
import { compare, type Money } from "../domain/money.ts";
import type { Day, Period } from "../domain/period.ts";
import {
  deleteAlerts,
  deletePeriod,
  insertAlert,
  loadPeriods,
  markPosted,
  savePeriods,
  updateAlert,
  type PeriodFigures,
  type PeriodRecord,
} from "../store/budget-periods.ts";
import { loadBudgets, setSnooze } from "../store/budgets.ts";
import { batchesIn } from "../store/cost-read.ts";
import type { ActiveBatch } from "../store/cost-snapshot.ts";
import type { SqlLike } from "../store/db.ts";
import { enqueuePost, enqueueUpdate } from "../store/outbox.ts";
import { listOwners } from "../store/people.ts";
import type { BudgetFigures } from "./budget-figures.ts";
import {
  ownersIn,
  postState,
  snoozeOverKey,
  termsDigest,
  thresholdCardKey,
  updateState,
  type BudgetView,
  type RenderBudget,
} from "./budget-view.ts";
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
  const tally: Tally = { fired: [], undone: [] };
  for (const item of items) await settleOne(tx, ctx, item, render, tally);
  await endSnoozes(tx, ctx, items);
  return { evaluated: seen.length, ...tally };
}

type Item = {
  readonly budget: Budget;
  readonly figures: BudgetFigures;
  readonly record: PeriodRecord | null;
  readonly next: PeriodFigures;
  readonly owners: readonly string[];
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

async function settleOne(tx: SqlLike, ctx: Context, item: Item, render: RenderBudget, tally: Tally): Promise<void> {
  const { budget, figures, record, next, owners } = item;
  const at = { budgetId: budget.id, period: next.period };
  const wasClosed = record !== null && record.row.closedOn !== null;
  // A period of another cycle (the budget was monthly, is yearly now) is none of this budget's any more.
  if (record !== null && !wasClosed && isOtherCycle(budget, next.period)) {
    if (record.row.posted) {
      const ended = `the budget is by ${budget.cycle} now`;
      await updateState(tx, { budget, row: record.row, alerts: record.alerts, figures, owners, ended }, render);
    }
    await deletePeriod(tx, budget.id, next.period.from);
    return;
  }
  const before = record?.alerts ?? [];
  const changes = wasClosed ? NOTHING : await moveAlerts(tx, ctx, item, at, before, tally);
  const row: BudgetPeriod = {
    ...next,
    acknowledgedBy: record?.row.acknowledgedBy ?? null,
    acknowledgedAt: record?.row.acknowledgedAt ?? null,
    posted: record?.row.posted ?? false,
    cardDigest: record?.row.cardDigest ?? null,
  };
  const alerts = wasClosed ? before : changes.alerts;
  const view: BudgetView = { budget, row, alerts, figures, owners, ended: null };
  await sendNews(tx, ctx, view, changes, render);
}

const NOTHING = { alerts: [], news: [], edited: [] } as const;
type Changes = {
  readonly alerts: readonly BudgetAlert[];
  /** Of these somebody is told now. */
  readonly news: readonly BudgetAlert[];
  /** Whose own card must say something else. */
  readonly edited: readonly BudgetAlert[];
};

async function moveAlerts(
  tx: SqlLike,
  ctx: Context,
  { budget, figures, record, next }: Item,
  at: { budgetId: string; period: Period },
  before: readonly BudgetAlert[],
  tally: Tally,
): Promise<Changes> {
  const today = ctx.clock.today();
  const reading = { spent: figures.spent, forecast: figures.forecast?.amount ?? null };
  const moves = moveThresholds(budget, reading, before);
  const changed = record !== null && record.row.terms !== next.terms;
  const silent = isSnoozed(budget, today);
  const found = { through: figures.through, lastDay: figures.lastDay, forecast: reading.forecast };
  const fired: BudgetAlert[] = [];
  // A period that was final before anybody looked is history: nobody is alarmed about it.
  for (const threshold of next.closedOn === null ? moves.fire : []) {
    if (reading.spent === null) continue;
    const alert: BudgetAlert = {
      ...threshold,
      ...found,
      spent: reading.spent,
      state: "crossed",
      crossedOn: today,
      notified: !silent,
      undoneOn: null,
      undoneReason: null,
    };
    if (!(await insertAlert(tx, at, alert))) continue;
    fired.push(alert);
    tally.fired.push({ ...threshold, budget: budget.name, notified: alert.notified });
  }
  // Other terms arm anew what they no longer cross; the same terms keep it as undone, so that it fires once.
  await deleteAlerts(tx, at, changed ? [...moves.drop, ...moves.undo] : moves.drop);
  const undone = (changed ? [] : moves.undo).map((alert): BudgetAlert => {
    const sameDays = upTo(figures, alert.lastDay);
    const reason = undoneReason({ ...reading, alert, budgetChanged: false, sameDays, lastDay: figures.lastDay });
    tally.undone.push({ basis: alert.basis, percent: alert.percent, budget: budget.name });
    return { ...alert, state: "undone", undoneOn: today, undoneReason: reason };
  });
  const again = moves.again.map((alert): BudgetAlert => ({
    ...alert,
    ...found,
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
  for (const alert of [...undone, ...again.filter((one) => rest.includes(one)), ...told])
    await updateAlert(tx, at, alert);
  return {
    alerts: [...rest, ...told, ...undone, ...fired].toSorted(byThreshold),
    news: [...told, ...fired.filter((alert) => alert.notified)],
    edited: [...undone, ...again],
  };
}

/** Parent card once, later crossings beside it, every posted copy brought up to date. */
async function sendNews(
  tx: SqlLike,
  ctx: Context,
  view: BudgetView,
  changes: Changes,
  render: RenderBudget,
): Promise<void> {
  const { budget, row } = view;
  const today = ctx.clock.today();
  const newest = gravest(changes.news);
  if (newest !== null && !row.posted) {
    await markPosted(tx, budget.id, row.period.from, await postState(tx, view, render));
    return;
  }
  if (!row.posted) return;
  if (newest !== null) {
    const card = render.event(view, { alert: newest, because: "crossed" });
    const key = thresholdCardKey(budget.id, row.period, newest);
    await enqueuePost(tx, { channel: budget.channel, key, card });
  } else if (isSnoozeOver(budget, today) && row.closedOn === null) {
    const open = gravest(view.alerts.filter((alert) => alert.state === "crossed"));
    const key = snoozeOverKey(budget.id, row.period, budget.snoozedUntil ?? today);
    const card = open === null ? null : render.event(view, { alert: open, because: "snooze-over" });
    if (card !== null) await enqueuePost(tx, { channel: budget.channel, key, card });
  }
  for (const alert of changes.edited) {
    const card = render.event(view, { alert, because: "crossed" });
    await enqueueUpdate(tx, { key: thresholdCardKey(budget.id, row.period, alert), card });
  }
  const digest = await updateState(tx, view, render);
  if (digest !== null) await markPosted(tx, budget.id, row.period.from, digest);
}

async function endSnoozes(tx: SqlLike, ctx: Context, items: readonly Item[]): Promise<void> {
  const today = ctx.clock.today();
  const over = new Set(items.filter(({ budget }) => isSnoozeOver(budget, today)).map(({ budget }) => budget.id));
  for (const id of over) await setSnooze(tx, id, null, null);
}

/** Whether nothing is sent today. */
export function isSnoozed(budget: Pick<Budget, "snoozedUntil">, today: Day): boolean {
  return budget.snoozedUntil !== null && today < budget.snoozedUntil;
}

function isSnoozeOver(budget: Budget, today: Day): boolean {
  return budget.snoozedUntil !== null && today >= budget.snoozedUntil;
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
