import { afterEach, beforeEach, expect, test } from "vitest";

import { renderBudget } from "../../src/bot/views/budget-card.ts";
import { loadConfig } from "../../src/config.ts";
import { evaluateBudgets } from "../../src/service/evaluate-budgets.ts";
import { listBudgets } from "../../src/service/list-budgets.ts";
import type { Context } from "../../src/service/context.ts";
import { openBudgets, type BudgetEstate } from "./support.ts";

let estate: BudgetEstate;
beforeEach(async () => {
  estate = await openBudgets();
});
afterEach(() => estate.close());

/** The context of a service started with this finops.yaml. */
async function configured(yaml: string): Promise<Context> {
  const path = await estate.write("finops.yaml", yaml);
  const { settings } = loadConfig({ FINOPS_CONFIG: path }, estate.folder);
  return estate.at("2026-09-12", { settings });
}

const PAYMENTS = `
channels: [{ name: payments, only: { team: payments } }]
budgets:
  - { name: Payments, amount: "150.5", currency: USD, channel: payments, at: [50], forecast: [] }
  - { name: all, amount: 10000, currency: USD, without: [tax], each: year }
`;

async function names(ctx: Context): Promise<string[]> {
  return (await listBudgets({ ctx, input: {} })).map(
    ({ budget }) => `${budget.name} ${budget.amount.atoms} ${budget.origin}`,
  );
}

test("budgets of finops.yaml are evaluated, changed and removed with it; without a file nothing is touched", async () => {
  await estate.load({ month: "2026-09", through: "2026-09-10", cost: "10", row: { tags: '{"team":"payments"}' } });
  const ctx = await configured(PAYMENTS);
  const evaluate = (given: Context) => evaluateBudgets({ ctx: given, input: { render: renderBudget } });
  expect((await evaluate(ctx)).fired.map(({ budget, percent }) => `${budget} ${percent}`)).toEqual(["Payments 50"]);
  expect((await estate.posted()).map(({ channel, card }) => `#${channel} ${card.title}`)).toEqual([
    "#payments Budget Payments: 66% of $150.50",
  ]);
  expect(await names(ctx)).toEqual([`Payments ${1505n * 10n ** 17n} config`, `all ${10000n * 10n ** 18n} config`]);

  await evaluate(estate.at("2026-09-12"));
  expect(await names(ctx)).toHaveLength(2);
  const smaller = await configured("budgets: [{ name: payments, amount: 300, currency: USD }]");
  await evaluate(smaller);
  expect(await names(smaller)).toEqual([`payments ${300n * 10n ** 18n} config`]);
  await evaluate(await configured("timeZone: Europe/Berlin"));
  expect(await names(smaller)).toEqual([]);
});

test("what is wrong with a budget in the file is said with its line", async () => {
  const config = async (yaml: string) =>
    loadConfig({ FINOPS_CONFIG: await estate.write("bad.yaml", yaml) }, estate.folder);
  const twice =
    "budgets:\n  - { name: a, amount: 1, currency: USD }\n  - { name: A, amount: 1, currency: USD, channel: nowhere }";
  await expect(config(twice)).rejects.toThrow(
    /budgets\[1\].name \(line 3\): "A" is there twice[\s\S]*no channel "nowhere"/,
  );
  await expect(config("budgets: [{ name: a, amount: 0, currency: USD }]")).rejects.toThrow(/budgets\[0\].amount/);
  await expect(config("budgets: [{ name: a, amount: 5, currency: USD, at: [0] }]")).rejects.toThrow(
    /budgets\[0\].at\[0\]/,
  );
});
