import { gravest } from "../../analysis/budget-status.ts";
import { BUDGET_CYCLES, BUDGET_NAME_MAX, type Budget, type ThresholdBasis } from "../../domain/budget.ts";
import { toDecimal } from "../../domain/money.ts";
import { addDays, addMonthsToDay, daysBetween } from "../../domain/period.ts";
import type { BudgetView } from "../../service/budget-view.ts";
import type { Action, Field } from "../card.ts";
import { snoozeForm } from "./ask-form.ts";
import { commandName, crossedAlerts, scopeText } from "./budget-words.ts";

const AMOUNT_MAX = 40;
const SCOPE_MAX = 500;
const PERCENTS_MAX = 80;

/** What can be done with a budget from its card; each is a command. */
export function budgetActions(view: BudgetView): Action[] {
  const { budget, row, alerts } = view;
  const name = commandName(budget.name);
  const open = gravest(crossedAlerts(alerts)) !== null && row.closedOn === null;
  return [
    { kind: "button", label: "Why", style: "primary", command: whyCommand(view) },
    ...(open && row.acknowledgedBy === null
      ? [{ kind: "button", label: "Acknowledge", style: "plain", command: `budget ack ${name}` } as const]
      : []),
    ...(open && budget.snoozedUntil === null
      ? [snoozeMenu(view), snoozeForm("Silence until a day", `budget snooze ${name}`)]
      : []),
    ...(row.closedOn === null && (budget.snoozedUntil !== null || row.acknowledgedBy !== null)
      ? [{ kind: "button", label: "Arm again", style: "plain", command: `budget rearm ${name}` } as const]
      : []),
    ...(budget.origin === "config" ? [] : [changeForm(budget)]),
    { kind: "button", label: "Now", style: "plain", command: `budget show ${name}` },
  ];
}

/** A day, a week, or until the budget starts anew. */
function snoozeMenu({ budget, row }: BudgetView): Action {
  const snooze = (label: string, until: string) => ({
    label,
    command: `budget snooze ${commandName(budget.name)} ${until}`,
  });
  const options = [
    snooze("1 day", "1d"),
    snooze("1 week", "7d"),
    snooze(`Until the next ${budget.cycle}`, row.period.to),
  ];
  return { kind: "select", label: "Snooze", options };
}

/**
 * The terms as they are, to be sent back changed. The name stays: it is what the budget is known by. What it counts is said
 * whole, so that somebody who sees more does not widen it by changing the amount.
 */
export function changeForm(budget: Budget): Action {
  return {
    kind: "form",
    label: "Change",
    style: "plain",
    title: "Change the budget",
    fields: termFields({
      amount: `${toDecimal(budget.amount)} ${budget.amount.currency}`,
      scope: scopeText(budget),
      each: budget.cycle,
      at: percents(budget, "actual"),
      forecast: percents(budget, "forecast"),
    }),
    submit: "Change",
    command: [`budget set ${commandName(budget.name)}`, ...termCommand(["amount", "scope", "each", "at", "forecast"])],
  };
}

/** A budget from nothing but a form. */
export function newBudgetForm(): Action {
  const name: Field = { kind: "text", name: "name", label: "Name", required: true, lengthMax: BUDGET_NAME_MAX };
  const [amount, scope, each, at] = termFields({ amount: "", scope: "", each: "month", at: "50,80,100", forecast: "" });
  return {
    kind: "form",
    label: "New budget",
    style: "plain",
    title: "Agree a budget",
    fields: [name, amount, scope, each, at].filter((field) => field !== undefined),
    submit: "Agree",
    command: ["budget set ", { field: "name" }, ...termCommand(["amount", "scope", "each", "at"])],
  };
}

type Terms = Readonly<Record<"amount" | "scope" | "each" | "at" | "forecast", string>>;

function termFields(initial: Terms): Field[] {
  const text = (name: keyof Terms, label: string, placeholder: string, lengthMax: number, required = false): Field => ({
    kind: "text",
    name,
    label,
    placeholder,
    required,
    lengthMax,
    ...(initial[name] === "" ? {} : { initial: initial[name] }),
  });
  return [
    text("amount", "Amount and currency", "3000 USD", AMOUNT_MAX, true),
    text("scope", "What it counts (empty = all)", "for team payments without tax", SCOPE_MAX),
    {
      kind: "choice",
      name: "each",
      label: "Starts anew each",
      options: BUDGET_CYCLES.map((cycle) => ({ label: cycle, value: cycle })),
      required: true,
      initial: initial.each,
    },
    text("at", "Tell at percent spent (none = nobody)", "50,80,100", PERCENTS_MAX),
    text("forecast", "Tell at percent expected (none = nobody)", "100", PERCENTS_MAX),
  ];
}

function termCommand(names: readonly (keyof Terms)[]) {
  return names.flatMap((name) => [` --${name} `, { field: name }]);
}

function percents(budget: Budget, basis: ThresholdBasis): string {
  const own = budget.thresholds.filter((threshold) => threshold.basis === basis).map(({ percent }) => percent);
  return own.length === 0 ? "none" : own.join(",");
}

/** The same days of the period before, by service. */
export function whyCommand({ budget, row, figures }: BudgetView): string {
  const { from, to } = row.period;
  const end =
    figures.through !== null && figures.through >= from && figures.through < to ? addDays(figures.through, 1) : to;
  const months = { month: 1, quarter: 3, year: 12 }[budget.cycle];
  const before = addMonthsToDay(from, -months);
  const beforeEnd = end === to ? from : addDays(before, daysBetween(from, end));
  const until = beforeEnd > from ? from : beforeEnd;
  const scope = scopeText(budget);
  return `cost ${from}..${end} by service${scope === "" ? "" : ` ${scope}`} vs ${before}..${until} in ${budget.amount.currency}`;
}
