import { gravest } from "../analysis/budget-status.ts";
import type { Budget, BudgetAlert, Threshold } from "../domain/budget.ts";
import type { Day } from "../domain/period.ts";
import { markPosted } from "../store/budget-periods.ts";
import type { SqlLike } from "../store/db.ts";
import { enqueuePosts, enqueueUpdates, knownKeys, type AlertPost } from "../store/outbox-bulk.ts";
import {
  budgetCardKey,
  cardDigest,
  closedKey,
  snoozeOverKey,
  thresholdCardKey,
  type BudgetNews,
  type BudgetView,
  type RenderBudget,
} from "./budget-view.ts";
import type { Context } from "./context.ts";

/** What became of a period's thresholds. */
export type Changes = {
  readonly alerts: readonly BudgetAlert[];
  /** Of these somebody is told now. */
  readonly news: readonly BudgetAlert[];
  /** Whose own card must say something else. */
  readonly edited: readonly BudgetAlert[];
  /** Written anew though it was there before. */
  readonly rewritten: readonly BudgetAlert[];
  /** Armed anew. */
  readonly dropped: readonly Threshold[];
};

/** An item whose thresholds are decided, and whether its period ended now. */
export type Moved = { readonly view: BudgetView; readonly changes: Changes; readonly closes: boolean };

/**
 * What is posted and edited: the parent card once, events in its thread, every posted copy brought up to date. All of it
 * in three statements, however many budgets a flip has moved.
 */
export async function sendNews(
  tx: SqlLike,
  ctx: Context,
  moving: readonly Moved[],
  render: RenderBudget,
): Promise<void> {
  const edited = moving.flatMap(({ view, changes }) => changes.edited.map((alert) => alertKey(view, alert)));
  const known = await knownKeys(tx, edited);
  const posts: AlertPost[] = [];
  const updates: { key: string; card: object }[] = [];
  const marks: { budgetId: string; from: Day; digest: string }[] = [];
  for (const moved of moving) {
    const { view } = moved;
    const { budget, row } = view;
    const parent = budgetCardKey(budget.id, row.period);
    if (!row.posted && gravest(moved.changes.news) === null) continue;
    const card = render.state(view);
    const digest = cardDigest(card);
    if (digest !== row.cardDigest) marks.push({ budgetId: budget.id, from: row.period.from, digest });
    if (!row.posted) {
      posts.push({ channel: budget.channel, key: parent, card, under: null });
      continue;
    }
    if (digest !== row.cardDigest) updates.push({ key: parent, card });
    for (const { key, news } of newsOf(ctx, moved, known)) {
      const event = render.event(view, news);
      if (known.has(key)) updates.push({ key, card: event });
      else posts.push({ channel: budget.channel, key, card: event, under: parent });
    }
  }
  await enqueuePosts(tx, posts);
  await enqueueUpdates(tx, updates);
  await markPosted(tx, marks);
}

/**
 * Events of one budget, each under its own key: what was said of a threshold before is edited, not said again. Of those
 * only the parent card told, the gravest that no longer holds is said once.
 */
function newsOf(
  ctx: Context,
  { view, changes, closes }: Moved,
  known: ReadonlySet<string>,
): { key: string; news: BudgetNews }[] {
  const { budget, row, alerts } = view;
  const today = ctx.clock.today();
  const newest = gravest(changes.news);
  const list: { key: string; news: BudgetNews }[] = [];
  if (newest !== null) {
    list.push({ key: alertKey(view, newest), news: { alert: newest, because: "crossed" } });
  } else if (isSnoozeOver(budget, today) && row.closedOn === null) {
    const open = gravest(alerts.filter((alert) => alert.state === "crossed"));
    const key = snoozeOverKey(budget.id, row.period, budget.snoozedUntil ?? today);
    if (open !== null) list.push({ key, news: { alert: open, because: "snooze-over" } });
  }
  const isKnown = (alert: BudgetAlert): boolean => known.has(alertKey(view, alert));
  const lifted = gravest(
    changes.edited.filter((alert) => alert.state === "undone" && alert.notified && !isKnown(alert)),
  );
  for (const alert of [...changes.edited.filter(isKnown), ...(lifted === null ? [] : [lifted])]) {
    if (newest !== null && alertKey(view, alert) === alertKey(view, newest)) continue;
    list.push({ key: alertKey(view, alert), news: { alert, because: "crossed" } });
  }
  if (closes) list.push({ key: closedKey(budget.id, row.period), news: { because: "closed" } });
  return list;
}

function alertKey({ budget, row }: BudgetView, alert: BudgetAlert): string {
  return thresholdCardKey(budget.id, row.period, alert);
}

/** Whether nothing is sent today. */
export function isSnoozed(budget: Pick<Budget, "snoozedUntil">, today: Day): boolean {
  return budget.snoozedUntil !== null && today < budget.snoozedUntil;
}

/** Whether the silence ends today. */
export function isSnoozeOver(budget: Budget, today: Day): boolean {
  return budget.snoozedUntil !== null && today >= budget.snoozedUntil;
}
