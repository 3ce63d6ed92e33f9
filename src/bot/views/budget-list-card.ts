import { percentOf } from "../../analysis/budget-status.ts";
import type { BudgetState } from "../../domain/budget.ts";
import { formatMoney } from "../../domain/money.ts";
import type { BudgetView } from "../../service/budget-view.ts";
import { stateOfView } from "../../service/list-budgets.ts";
import type { Card, RichText } from "../card.ts";
import { newBudgetForm } from "./budget-actions.ts";
import { budgetBar, commandName, cycleWords, STATE_WORDS } from "./budget-words.ts";

const LOOK: readonly BudgetState[] = ["over", "at-risk", "warned"];

/** All budgets with bars, the worst first. */
export function budgetListCard(views: readonly BudgetView[]): Card {
  if (views.length === 0) return noBudgets();
  const states = views.map(stateOfView);
  const count = (state: BudgetState): number => states.filter((one) => one === state).length;
  const parts = [
    [count("over"), "over"],
    [count("at-risk"), "expected to go over"],
    [count("warned"), "past a threshold"],
    [count("on-track"), "on track"],
    [count("unknown"), "not known"],
  ] as const;
  const said = parts.filter(([number]) => number > 0).map(([number, words]) => `${number} ${words}`);
  const [worst] = views;
  const first = worst === undefined || !LOOK.includes(stateOfView(worst)) ? null : worst;
  return {
    title: `${views.length} ${views.length === 1 ? "budget" : "budgets"}: ${said[0] ?? ""}`,
    summary: `Of ${views.length} ${views.length === 1 ? "budget" : "budgets"}: ${said.join(", ")}.${first === null ? "" : ` ${worstText(first)}`}`,
    tone: count("over") > 0 ? "bad" : count("at-risk") + count("warned") > 0 ? "warning" : "neutral",
    blocks: [
      {
        kind: "table",
        columns: [
          { header: "Budget", align: "left" },
          { header: "Used", align: "left" },
          { header: "Spent", align: "right" },
          { header: "Of", align: "right" },
          { header: "Expected", align: "right" },
          { header: "State", align: "left" },
        ],
        rows: views.map(rowOf),
      },
    ],
    actions: [
      ...(first === null
        ? []
        : [
            {
              kind: "button",
              label: `Show ${first.budget.name}`,
              style: "primary",
              command: `budget show ${commandName(first.budget.name)}`,
            } as const,
          ]),
      { kind: "button", label: "Check now", style: "plain", command: "budget check" },
      newBudgetForm(),
    ],
    footer: footerOf(views),
  };
}

function worstText({ budget, row }: BudgetView): string {
  const expected = row.forecast === null ? "" : `, expected to end at ${percentOf(row.forecast, row.amount)}`;
  return `${budget.name} first: ${row.spent === null ? "not known" : percentOf(row.spent, row.amount)} of ${formatMoney(row.amount)} used${expected}.`;
}

function rowOf(view: BudgetView): RichText[] {
  const { budget, row } = view;
  return [
    [
      { kind: "strong", text: budget.name },
      { kind: "text", text: ` ${cycleWords(budget.cycle, row.period)}` },
    ],
    budgetBar(row.spent, row.amount),
    row.spent === null ? "?" : formatMoney(row.spent),
    formatMoney(row.amount),
    row.forecast === null ? "–" : `${formatMoney(row.forecast)} (${percentOf(row.forecast, row.amount)})`,
    `${STATE_WORDS[stateOfView(view)]}${budget.snoozedUntil === null ? "" : `, snoozed until ${budget.snoozedUntil}`}`,
  ];
}

function footerOf(views: readonly BudgetView[]): string[] {
  const days = [...new Set(views.flatMap(({ row }) => row.through ?? []))].sort();
  const through = days.length === 0 ? "no day yet" : days.length === 1 ? days[0] : `${days[0]} to ${days.at(-1)}`;
  const problems = views.flatMap(({ budget, row }) =>
    row.problem === null ? [] : [`${budget.name}: ${row.problem}.`],
  );
  return [
    `Everything billed so far; bills complete through ${through}. Amounts of different currencies are not added.`,
    ...problems,
  ];
}

function noBudgets(): Card {
  const example = "budget set everything 10000 USD each month";
  return {
    title: "No budgets yet",
    summary: `Agree an amount and be told before it is spent: ${example}.`,
    tone: "neutral",
    blocks: [
      {
        kind: "list",
        caption: "Others",
        items: [
          "budget set payments 3000 USD for team payments at 50,80,100 forecast 100",
          "budget set aws-2026 120000 USD for provider aws each year",
        ].map((text) => [{ kind: "code", text }]),
      },
    ],
    actions: [newBudgetForm(), { kind: "button", label: "Help", style: "plain", command: "help budget" }],
    footer: [],
  };
}
