import { isScopeWithin } from "../analysis/scope-within.ts";
import { hasRole } from "../domain/actor.ts";
import type { AuditAction, Json } from "../domain/audit-event.ts";
import { BUDGETS_MAX, DEFAULT_BUDGET_CHANNEL, type Budget, type BudgetTerms } from "../domain/budget.ts";
import { AppError } from "../domain/errors.ts";
import { toDecimal } from "../domain/money.ts";
import type { Day } from "../domain/period.ts";
import type { ScopeFilter } from "../domain/scope.ts";
import { loadPeriods, setAcknowledged } from "../store/budget-periods.ts";
import { appendAudit } from "../store/audit.ts";
import { findBudget, insertBudget, loadBudgets, removeBudgetRow, setSnooze, updateBudget } from "../store/budgets.ts";
import { channelScope, isPostable } from "../store/conversations.ts";
import type { SqlLike } from "../store/db.ts";
import { auditActor } from "./apply-move.ts";
import { replyToState, updateState, type BudgetView, type RenderBudget } from "./budget-view.ts";
import type { Context, Verb } from "./context.ts";
import { evaluateBudgets } from "./evaluate-budgets.ts";
import { isBudgetVisible, showBudget, type ShownBudget } from "./list-budgets.ts";

export type SetBudgetInput = {
  /** `channel` null: where it was, else where it is asked, else the default one. */
  readonly terms: Omit<BudgetTerms, "channel"> & { readonly channel: string | null };
  readonly render: RenderBudget;
};
export type SetBudgetAnswer = { readonly change: "created" | "changed"; readonly shown: ShownBudget };

/**
 * Agrees a budget, or gives one of that name other terms, and judges it at once. It counts within what the person may see.
 * Needs the role analyst. Errors: forbidden, conflict (set in finops.yaml, a name one cannot see, a channel that
 * may not show it), limit.
 */
export async function setBudget({ ctx, input }: Verb<SetBudgetInput>): Promise<SetBudgetAnswer> {
  const { terms, render } = input;
  await requireAnalyst(ctx, "budget.set", terms.name);
  const { id, change } = await ctx.db.sql.begin(async (tx) => {
    const before = await findBudget(tx, terms.name, { lock: true });
    if (before !== null) refuseChange(ctx, before);
    const channel = terms.channel ?? before?.channel ?? sharedChannel(ctx) ?? DEFAULT_BUDGET_CHANNEL;
    await requireFitting(tx, ctx, channel, [...ctx.scope, ...terms.filters]);
    const agreed = { ...terms, channel, access: ctx.scope, origin: "chat" as const };
    const id = before === null ? await create(tx, ctx, agreed) : before.id;
    if (before !== null) await updateBudget(tx, before.id, agreed);
    const details = { budget: id, before: before === null ? null : termsJson(before), after: termsJson(agreed) };
    await audit(tx, ctx, "budget.set", terms.name, details);
    return { id, change: before === null ? ("created" as const) : ("changed" as const) };
  });
  await evaluateBudgets({ ctx: asSystem(ctx), input: { render, only: id } });
  return { change, shown: await showBudget({ ctx, input: { name: terms.name } }) };
}

/** Ends a budget: its cards say so, its periods stay for the record. Needs the role analyst. */
export async function removeBudget({
  ctx,
  input,
}: Verb<{ readonly name: string; readonly render: RenderBudget }>): Promise<Budget> {
  await requireAnalyst(ctx, "budget.remove", input.name);
  const { view } = await showBudget({ ctx, input });
  refuseChange(ctx, view.budget);
  await ctx.db.sql.begin(async (tx) => {
    await removeBudgetRow(tx, view.budget.id);
    const records = await loadPeriods(tx, [view.budget.id], { from: [], lock: true });
    const ended = `removed by ${nameOf(ctx)}`;
    for (const { row, alerts } of records.filter((record) => record.row.posted)) {
      const figures = row.period.from === view.row.period.from ? view.figures : { ...view.figures, period: row.period };
      await updateState(tx, { ...view, row, alerts, figures, ended }, input.render);
    }
    await audit(tx, ctx, "budget.remove", view.budget.name, { budget: view.budget.id, before: termsJson(view.budget) });
  });
  return view.budget;
}

/** Says that somebody has seen the current alert: the card names who. Anybody who sees the budget may. */
export async function acknowledgeBudget({
  ctx,
  input,
}: Verb<{ readonly name: string; readonly render: RenderBudget }>): Promise<ShownBudget> {
  const { view } = await showBudget({ ctx, input });
  const { budget } = view;
  await ctx.db.sql.begin(async (tx) => {
    const open = await loadPeriods(tx, [budget.id], { from: [view.row.period.from], lock: true });
    // The newest period with something to acknowledge: on the first days of a month that may be the last one.
    const alarmed = open.find(({ alerts }) => alerts.some((alert) => alert.state === "crossed"));
    if (alarmed === undefined) {
      throw new AppError("conflict", `Budget "${budget.name}" has no open alert to acknowledge.`, {
        remedy: `budget show ${budget.name} says how it stands.`,
      });
    }
    // Who was first stays: a second click changes nothing.
    if (alarmed.row.acknowledgedBy === null) {
      await setAcknowledged(tx, budget.id, alarmed.row.period.from, nameOf(ctx));
      const at = { ...view, row: alarmed.row, alerts: alarmed.alerts };
      await replyToState(tx, at, input.render, { because: "acknowledged", by: nameOf(ctx) });
      await audit(tx, ctx, "budget.acknowledge", budget.name, { budget: budget.id, period: alarmed.row.period.from });
    }
  });
  await evaluateBudgets({ ctx: asSystem(ctx), input: { render: input.render, only: budget.id } });
  return showBudget({ ctx, input });
}

/** Silence until a day, which speaks again: whatever is crossed by then is told. Needs the role analyst. */
export async function snoozeBudget({
  ctx,
  input,
}: Verb<{ readonly name: string; readonly until: Day; readonly render: RenderBudget }>): Promise<ShownBudget> {
  await requireAnalyst(ctx, "budget.snooze", input.name);
  const { view } = await showBudget({ ctx, input });
  const { budget } = view;
  if (input.until <= ctx.clock.today()) {
    throw new AppError("bad-input", `${input.until} is not ahead; a snooze ends on a day to come.`, {
      remedy: `budget snooze ${budget.name} 7d`,
    });
  }
  await ctx.db.sql.begin(async (tx) => {
    await setSnooze(tx, budget.id, input.until, nameOf(ctx));
    await replyToState(tx, view, input.render, { because: "snoozed", by: nameOf(ctx), until: input.until });
    await audit(tx, ctx, "budget.snooze", budget.name, { budget: budget.id, until: input.until });
  });
  await evaluateBudgets({ ctx: asSystem(ctx), input: { render: input.render, only: budget.id } });
  return showBudget({ ctx, input });
}

/** Ends a snooze before its day and takes an acknowledgement back: it speaks again, as if nobody had answered. */
export async function rearmBudget({
  ctx,
  input,
}: Verb<{ readonly name: string; readonly render: RenderBudget }>): Promise<ShownBudget> {
  await requireAnalyst(ctx, "budget.rearm", input.name);
  const { view } = await showBudget({ ctx, input });
  const { budget, row } = view;
  if (budget.snoozedUntil === null && row.acknowledgedBy === null) {
    throw new AppError("conflict", `Budget "${budget.name}" is armed: it is neither snoozed nor acknowledged.`, {
      remedy: `budget show ${budget.name} says how it stands.`,
    });
  }
  await ctx.db.sql.begin(async (tx) => {
    await setSnooze(tx, budget.id, null, null);
    await setAcknowledged(tx, budget.id, row.period.from, null);
    const armed: BudgetView = {
      ...view,
      budget: { ...budget, snoozedUntil: null, snoozedBy: null },
      row: { ...row, acknowledgedBy: null, acknowledgedAt: null },
    };
    await replyToState(tx, armed, input.render, { because: "rearmed", by: nameOf(ctx) });
    await audit(tx, ctx, "budget.rearm", budget.name, { budget: budget.id, period: row.period.from });
  });
  await evaluateBudgets({ ctx: asSystem(ctx), input: { render: input.render, only: budget.id } });
  return showBudget({ ctx, input });
}

/** An alert shows its channel no more than the channel may show. */
async function requireFitting(tx: SqlLike, ctx: Context, channel: string, scope: ScopeFilter): Promise<void> {
  if (!(await isPostable(tx, channel, ctx.channel))) {
    throw new AppError("not-found", `There is no channel #${channel.slice(0, 60)}.`, {
      remedy: "Leave out `to`, or name a channel of the chat.",
    });
  }
  if (isScopeWithin(scope, await channelScope(tx, channel))) return;
  throw new AppError("conflict", `#${channel} does not show all this budget counts.`, {
    remedy: "Name another channel (`to CHANNEL`), or let it count less.",
  });
}

/** Where it was asked, when others are there too: an alert is no private talk. */
function sharedChannel({ channel }: Context): string | null {
  return channel === undefined || channel.startsWith("@") ? null : channel;
}

async function create(
  tx: SqlLike,
  ctx: Context,
  agreed: BudgetTerms & Pick<Budget, "access" | "origin">,
): Promise<string> {
  const count = (await loadBudgets(tx)).length;
  if (count >= BUDGETS_MAX) {
    throw new AppError("limit", `There are ${count} budgets; ${BUDGETS_MAX} is the most.`, {
      remedy: "Remove some: budget list shows them.",
    });
  }
  const id = await insertBudget(tx, { ...agreed, createdBy: ctx.actor.id });
  if (id !== null) return id;
  throw new AppError("conflict", `A budget "${agreed.name}" was set at this moment by somebody else.`, {
    remedy: "budget list shows it; say it again to change it.",
  });
}

/** What one may not see or what the file says cannot be changed here. */
function refuseChange(ctx: Context, budget: Budget): void {
  if (!isBudgetVisible(ctx, budget)) {
    throw new AppError("conflict", `The name "${budget.name}" is taken.`, { remedy: "Choose another name." });
  }
  if (budget.origin === "config") {
    throw new AppError("conflict", `Budget "${budget.name}" is set in finops.yaml.`, {
      remedy: "Change it there, under `budgets:`, and restart.",
    });
  }
}

async function requireAnalyst(ctx: Context, action: AuditAction, name: string): Promise<void> {
  if (hasRole(ctx.actor, "analyst")) return;
  await appendAudit(ctx.db.sql, [
    {
      action,
      subject: name.slice(0, 200),
      actor: auditActor(ctx.actor),
      outcome: "refused",
      reason: "role",
      details: {},
    },
  ]);
  const held = ctx.actor.kind === "system" ? "system" : ctx.actor.role;
  throw new AppError("forbidden", `Budgets are set, snoozed and removed by analysts; you are ${held}.`, {
    remedy: "Ask an admin for the role analyst, or somebody who has it.",
  });
}

function audit(
  tx: SqlLike,
  ctx: Context,
  action: AuditAction,
  name: string,
  details: { readonly [key: string]: Json },
): Promise<void> {
  const actor = auditActor(ctx.actor);
  return appendAudit(tx, [{ action, subject: name, actor, outcome: "done", reason: null, details }]);
}

function termsJson(terms: BudgetTerms & Pick<Budget, "access">): Json {
  const scope = (conditions: Budget["filters"]): Json =>
    conditions.map(({ dimension, negated, values }) => ({ dimension, negated, values: [...values] }));
  return {
    amount: toDecimal(terms.amount),
    currency: terms.amount.currency,
    filters: scope(terms.filters),
    access: scope(terms.access),
    without: [...terms.without],
    cycle: terms.cycle,
    metric: terms.metric,
    thresholds: terms.thresholds.map(({ basis, percent }) => ({ basis, percent })),
    channel: terms.channel,
  };
}

function nameOf({ actor }: Context): string {
  return actor.kind === "user" ? actor.name : actor.id;
}

/** Evaluation is the system's: what is posted does not depend on who happened to start it. */
function asSystem(ctx: Context): Context {
  return { ...ctx, actor: { kind: "system", id: "budgets" }, scope: [] };
}
