import * as fc from "fast-check";
import { expect, test } from "vitest";

import { BUDGET_CYCLES, BUDGET_METRICS, type Budget } from "../../domain/budget.ts";
import { day } from "../../domain/period.ts";
import type { Form } from "../channels/channel.ts";
import { readBudgetTerms } from "../commands/budget-terms.ts";
import { checkValues, commandOf, type Values } from "../form-values.ts";
import { changeForm, newBudgetForm } from "./budget-actions.ts";

const TODAY = day("2026-09-12");

function initialValues({ fields }: Form): Values {
  return Object.fromEntries(fields.map((field) => [field.name, field.initial ?? ""]));
}

function sent(form: Form, changes: Values = {}) {
  const values = { ...initialValues(form), ...changes };
  expect(checkValues(form, values)).toEqual({});
  const command = commandOf(form, values);
  expect(command.startsWith("budget set ")).toBe(true);
  return readBudgetTerms(command.slice("budget set ".length), TODAY);
}

const word = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
  .filter((text) => text.trim() === text && !text.includes("\0"));
/** Names that look like something else where they stand bare. */
const odd = fc.constantFrom("''", "'a'", "--at", "--x", "-", "is", "none", '"');
const percents = fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 4 });
const budgets = fc.record({
  name: fc.oneof({ arbitrary: word, weight: 3 }, odd),
  atoms: fc.bigInt({ min: 1n, max: 10n ** 30n }),
  team: fc.option(word, { nil: null }),
  negated: fc.boolean(),
  without: fc.subarray(["tax", "credits"] as const),
  cycle: fc.constantFrom(...BUDGET_CYCLES),
  metric: fc.constantFrom(...BUDGET_METRICS),
  at: percents,
  forecast: percents,
});

test("a budget's form sent back as it is changes nothing, whatever is in its names", () => {
  fc.assert(
    fc.property(budgets, ({ name, atoms, team, negated, without, cycle, metric, at, forecast }) => {
      const sorted = (list: number[]) => list.toSorted((a, b) => a - b);
      const budget: Budget = {
        name,
        amount: { atoms, currency: "USD" },
        filters: [{ dimension: "team", negated, values: [team] }],
        access: [],
        without,
        cycle,
        metric,
        thresholds: [
          ...sorted(at).map((percent) => ({ basis: "actual" as const, percent })),
          ...sorted(forecast).map((percent) => ({ basis: "forecast" as const, percent })),
        ],
        channel: "finops",
        id: "1",
        origin: "chat",
        createdBy: "ana",
        snoozedUntil: null,
        snoozedBy: null,
      };
      const { filters, thresholds, amount } = sent(changeForm(budget) as Form);
      expect({ filters, thresholds, amount }).toEqual({
        filters: budget.filters,
        thresholds: budget.thresholds,
        amount: budget.amount,
      });
      expect(sent(changeForm(budget) as Form)).toMatchObject({ name, without, cycle, metric, channel: null });
    }),
  );
});

test("a budget can be agreed by nothing but a form", () => {
  const form = newBudgetForm() as Form;
  expect(sent(form, { name: "Payments EU", amount: "12k eur", scope: "for team payments", at: "none" })).toMatchObject({
    name: "Payments EU",
    amount: { currency: "EUR" },
    cycle: "month",
    thresholds: [{ basis: "forecast", percent: 100 }],
    filters: [{ dimension: "team", values: ["payments"] }],
  });
  expect(sent(form, { name: "all", amount: "10,000.50 USD" })).toMatchObject({ name: "all", filters: [] });
  expect(() => sent(form, { name: "x", amount: "much" })).toThrow(/is no amount/);
  expect(() => sent(form, { name: "x", amount: "5 USD", scope: "by service" })).toThrow(/has no `by`/);
});
