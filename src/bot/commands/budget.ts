import { AppError } from "../../domain/errors.ts";
import { formatMoney } from "../../domain/money.ts";
import { nearestWords } from "../../domain/nearest.ts";
import type { Context } from "../../service/context.ts";
import { evaluateBudgets } from "../../service/evaluate-budgets.ts";
import { listBudgets, showBudget, type ShownBudget } from "../../service/list-budgets.ts";
import { acknowledgeBudget, rearmBudget, removeBudget, setBudget, snoozeBudget } from "../../service/set-budget.ts";
import { percentOf } from "../../analysis/budget-status.ts";
import type { Block, Card } from "../card.ts";
import { effectByWord, type Command, type CommandAnswer } from "../command.ts";
import { tokenise } from "../grammar/tokens.ts";
import { budgetCard, renderBudget } from "../views/budget-card.ts";
import { budgetData, periodData } from "../views/budget-data.ts";
import { budgetListCard } from "../views/budget-list-card.ts";
import { cycleWords, thresholdWords } from "../views/budget-words.ts";
import { readBudgetTerms } from "./budget-terms.ts";
import { untilDay } from "./recs-arguments.ts";

const HISTORY_SHOWN_MAX = 12;

/** Budgets: agreed amounts, watched after every load. The same words on every surface. */
export const budgetCommand: Command = {
  name: "budget",
  summary: "agree an amount for a scope and be told before it is spent",
  usage: [
    "budget set NAME AMOUNT CURRENCY {for|not DIM VALUE[,VALUE]} [without KIND[,KIND]] [each month|quarter|year]",
    "           [at 50,80,100] [forecast 100] [metric effective|billed|list|contracted] [to CHANNEL]",
    "budget list",
    "budget show NAME",
    "budget check",
    "budget ack NAME",
    "budget snooze NAME [until] DAY|7d",
    "budget rearm NAME",
    "budget remove NAME",
  ].join("\n"),
  examples: ["budget list", "budget set payments 3000 USD for team payments at 80,100", "budget show payments"],
  role: "viewer",
  effect: effectByWord({
    set: "shared",
    ack: "shared",
    acknowledge: "shared",
    snooze: "shared",
    rearm: "shared",
    "re-arm": "shared",
    remove: "shared",
  }),
  run: async ({ ctx, text }) => {
    const [, word = "list", rest = ""] = /^\s*(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
    const verb = VERBS[word.toLowerCase()];
    if (verb !== undefined) return verb(ctx, rest);
    const [nearest] = nearestWords(word, Object.keys(VERBS));
    throw new AppError("bad-input", `budget knows no "${word.slice(0, 40)}".`, {
      remedy:
        nearest === undefined ? `There are: ${Object.keys(VERBS).join(", ")}.` : `Did you mean "budget ${nearest}"?`,
    });
  },
};

type BudgetVerb = (ctx: Context, text: string) => Promise<CommandAnswer>;

const VERBS: Readonly<Record<string, BudgetVerb>> = {
  list,
  show,
  set,
  check,
  ack,
  acknowledge: ack,
  snooze,
  rearm,
  "re-arm": rearm,
  remove,
};

async function list(ctx: Context): Promise<CommandAnswer> {
  const views = await listBudgets({ ctx, input: {} });
  return { card: budgetListCard(views), data: { budgets: views.map(budgetData) }, exitCode: 0 };
}

async function show(ctx: Context, text: string): Promise<CommandAnswer> {
  const shown = await showBudget({ ctx, input: { name: nameOf(text) } });
  const history = shown.history.map(({ row }) => periodData(row));
  return { card: shownCard(shown), data: { budget: budgetData(shown.view), history }, exitCode: 0 };
}

async function set(ctx: Context, text: string): Promise<CommandAnswer> {
  const terms = readBudgetTerms(text, ctx.clock.today());
  const { change, shown } = await setBudget({ ctx, input: { terms, render: renderBudget } });
  const { budget } = shown.view;
  const told = budget.thresholds.map(thresholdWords).join(", ");
  const status = `${change === "created" ? "Set" : "Changed"}: ${told === "" ? "nobody is told" : `#${budget.channel} is told at ${told}`}`;
  return { card: { ...shownCard(shown), status }, data: { change, budget: budgetData(shown.view) }, exitCode: 0 };
}

async function check(ctx: Context): Promise<CommandAnswer> {
  const system: Context = { ...ctx, actor: { kind: "system", id: "budgets" }, scope: [] };
  const done = await evaluateBudgets({ ctx: system, input: { render: renderBudget } });
  const views = await listBudgets({ ctx, input: {} });
  // What one may not see does not exist for them, in counts either.
  const names = new Set(views.map(({ budget }) => budget.name));
  const fired = done.fired.filter(({ budget }) => names.has(budget));
  const undone = done.undone.filter(({ budget }) => names.has(budget));
  const card = budgetListCard(views);
  const news = `${fired.length} newly crossed, ${undone.length} undone.`;
  const data = { evaluated: views.length, fired, undone, budgets: views.map(budgetData) };
  return { card: { ...card, summary: `${news} ${card.summary}` }, data, exitCode: 0 };
}

async function ack(ctx: Context, text: string): Promise<CommandAnswer> {
  return answer(await acknowledgeBudget({ ctx, input: { name: nameOf(text), render: renderBudget } }));
}

async function snooze(ctx: Context, text: string): Promise<CommandAnswer> {
  const words = tokenise(text).tokens.filter((token) => token.kind !== "comma");
  const last = words.at(-1)?.text ?? "";
  const until = words.length < 2 ? null : untilDay(last, ctx.clock.today());
  if (until === null) {
    throw new AppError("bad-input", "Say until when: a day, or days and weeks from today.", {
      remedy: "budget snooze NAME 2026-12-01 · budget snooze NAME 7d",
    });
  }
  const named = words.slice(0, -1).filter((token, index) => index === 0 || token.text.toLowerCase() !== "until");
  const name = named.map((token) => token.text).join(" ");
  return answer(await snoozeBudget({ ctx, input: { name, until, render: renderBudget } }));
}

async function rearm(ctx: Context, text: string): Promise<CommandAnswer> {
  return answer(await rearmBudget({ ctx, input: { name: nameOf(text), render: renderBudget } }));
}

async function remove(ctx: Context, text: string): Promise<CommandAnswer> {
  const budget = await removeBudget({ ctx, input: { name: nameOf(text), render: renderBudget } });
  const card: Card = {
    title: `Budget ${budget.name} is removed`,
    summary: `Nobody is told about ${budget.name} (${formatMoney(budget.amount)} each ${budget.cycle}) any more.`,
    tone: "neutral",
    blocks: [],
    actions: [{ kind: "button", label: "Budgets", style: "plain", command: "budget list" }],
    footer: [],
  };
  return { card, data: { removed: budget.name }, exitCode: 0 };
}

function answer(shown: ShownBudget): CommandAnswer {
  return { card: budgetCard(shown.view), data: { budget: budgetData(shown.view) }, exitCode: 0 };
}

function shownCard({ view, history }: ShownBudget): Card {
  if (history.length === 0) return budgetCard(view);
  const rows = history
    .slice(0, HISTORY_SHOWN_MAX)
    .map(({ row }) => [
      cycleWords(view.budget.cycle, row.period),
      row.spent === null ? "?" : formatMoney(row.spent),
      row.spent === null ? "?" : percentOf(row.spent, row.amount),
      row.closedOn === null
        ? "open"
        : row.restated === null
          ? "closed"
          : `closed; the bills say ${formatMoney(row.restated)} now`,
    ]);
  const earlier: Block = {
    kind: "table",
    caption: "Earlier",
    columns: [
      { header: "Period", align: "left" },
      { header: "Spent", align: "right" },
      { header: "Used", align: "right" },
      { header: "State", align: "left" },
    ],
    rows,
  };
  return budgetCard(view, { blocks: [earlier] });
}

/** A name as typed: quoted, or all words that follow. */
function nameOf(text: string): string {
  const name = tokenise(text)
    .tokens.map((token) => token.text)
    .join(" ");
  if (name !== "") return name;
  throw new AppError("bad-input", "Say which budget: its name follows the word.", {
    remedy: "budget list shows them.",
  });
}
