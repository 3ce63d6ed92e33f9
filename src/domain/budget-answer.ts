import { z } from "zod";

import { BUDGET_CYCLES, BUDGET_METRICS, BUDGET_STATES, THRESHOLD_BASES } from "./budget.ts";

/** What `budget` answers with `--json`. Money is a decimal string beside its currency, ratios are decimal strings. */
const decimal = z.string().regex(/^-?\d+(\.\d+)?$/);
const dayText = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const amount = z.object({ amount: decimal, currency: z.string() });
const used = amount.extend({ /** Of the budget: 0.83. */ ratio: decimal });
const period = z.object({ from: dayText, to: dayText });

export const budgetAnswer = z.object({
  name: z.string(),
  amount: decimal,
  currency: z.string(),
  /** What it counts, in the words of the language: `for team payments without tax`. */
  scope: z.string(),
  each: z.enum(BUDGET_CYCLES),
  metric: z.enum(BUDGET_METRICS),
  channel: z.string(),
  origin: z.enum(["config", "chat"]),
  period,
  /** Everything billed in the period; null = not known, `problem` says why. */
  spent: used.nullable(),
  /** Negative when overspent. */
  left: amount.nullable(),
  /** What the period is expected to end at; null = too little is known. */
  forecast: used.extend({ low: decimal, high: decimal, method: z.string() }).nullable(),
  state: z.enum(BUDGET_STATES),
  thresholds: z.array(
    z.object({
      basis: z.enum(THRESHOLD_BASES),
      percent: z.number().int(),
      state: z.enum(["armed", "crossed", "undone"]),
      /** Business day it was found crossed. */
      crossedOn: dayText.nullable(),
      note: z.string().nullable(),
    }),
  ),
  /** Last day the bills of its scope are complete through. */
  dataThrough: dayText.nullable(),
  sources: z.array(z.object({ source: z.string(), through: dayText.nullable(), stale: z.boolean() })),
  rates: z.array(z.object({ from: z.string(), to: z.string(), day: dayText, rate: decimal })),
  problem: z.string().nullable(),
  acknowledged: z.object({ by: z.string(), at: z.string().nullable() }).nullable(),
  snoozedUntil: dayText.nullable(),
  /** From when on the figures no longer change; null = open. */
  closedOn: dayText.nullable(),
  /** Closed, and the bills say something else since. */
  restated: amount.nullable(),
});
export type BudgetAnswer = z.infer<typeof budgetAnswer>;

export const budgetListAnswer = z.object({ budgets: z.array(budgetAnswer) });
const firing = z.object({ budget: z.string(), basis: z.enum(THRESHOLD_BASES), percent: z.number().int() });
export const budgetCheckAnswer = z.object({
  evaluated: z.number().int(),
  fired: z.array(firing.extend({ notified: z.boolean() })),
  undone: z.array(firing),
  budgets: z.array(budgetAnswer),
});
export const budgetSetAnswer = z.object({ change: z.enum(["created", "changed"]), budget: budgetAnswer });
export const budgetShowAnswer = z.object({
  budget: budgetAnswer,
  /** Earlier periods, newest first. */
  history: z.array(
    z.object({
      period,
      amount: decimal,
      currency: z.string(),
      spent: used.nullable(),
      closedOn: dayText.nullable(),
      restated: amount.nullable(),
    }),
  ),
});
export const budgetRemoveAnswer = z.object({ removed: z.string() });
