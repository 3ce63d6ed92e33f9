import { afterEach, beforeEach, expect, test } from "vitest";

import { budgetCommand } from "../../src/bot/commands/budget.ts";
import { dispatch } from "../../src/bot/dispatch.ts";
import type { Role } from "../../src/domain/actor.ts";
import { budgetListAnswer, budgetSetAnswer, budgetShowAnswer } from "../../src/domain/budget-answer.ts";
import { day } from "../../src/domain/period.ts";
import type { ScopeFilter } from "../../src/domain/scope.ts";
import { DEFAULT_SETTINGS } from "../../src/domain/settings.ts";
import type { Context } from "../../src/service/context.ts";
import { budgetsAtRisk } from "../../src/service/budgets-at-risk.ts";
import { saveRates } from "../../src/store/fx.ts";
import { openBudgets, type BudgetEstate } from "./support.ts";

let estate: BudgetEstate;
beforeEach(async () => {
  estate = await openBudgets();
});
afterEach(() => estate.close());

const say = (ctx: Context, text: string) => dispatch({ ctx, text: `budget ${text}` }, [budgetCommand]);

test("several currencies become the budget's with dated rates; a missing rate is said, never 0, and judges nothing", async () => {
  await estate.load({ month: "2026-09", through: "2026-09-10", cost: "10" });
  await estate.load({
    month: "2026-09",
    through: "2026-09-10",
    cost: "10",
    row: { provider: "Azure", account: "enrolment", currency: "EUR" },
  });
  const ctx = estate.at("2026-09-12");
  const set = await say(ctx, "set all 300 USD at 50 forecast none");
  const unknown = budgetSetAnswer.parse(set.data).budget;
  expect(unknown).toMatchObject({
    spent: null,
    state: "unknown",
    problem: "no exchange rate from EUR to USD for 2026-09-01 and 9 more",
  });
  expect(JSON.stringify(set.card.blocks)).toContain("No exchange rate from EUR to USD");
  expect(await estate.posted()).toEqual([]);
  // A scope of one currency needs none.
  expect(budgetSetAnswer.parse((await say(ctx, "set aws 3000 USD for provider aws")).data).budget.spent?.amount).toBe(
    "100",
  );

  await saveRates(
    estate.db,
    [
      { day: day("2026-09-01"), base: "EUR", quote: "USD", rate: "1.1" },
      { day: day("2026-09-08"), base: "USD", quote: "EUR", rate: "0.8" },
    ],
    "test",
  );
  await estate.evaluate("2026-09-12");
  const known = budgetShowAnswer.parse((await say(ctx, "show all")).data).budget;
  // 7 days at 1.1, 3 at 1 ÷ 0.8, on top of 100 USD.
  expect(known.spent).toEqual({ amount: "214.5", currency: "USD", ratio: "0.715" });
  expect(known.rates.map(({ from, day: at, rate }) => `${from} ${at} ${rate}`)).toEqual([
    "EUR 2026-09-01 1.1",
    "EUR 2026-09-08 1.25",
  ]);
  expect((await estate.posted()).map(({ card }) => card.title)).toEqual(["Budget all: 71% of $300.00"]);
  // The reason counts every day, carried rates included.
  expect((await estate.posted())[0]?.card.summary).toMatch(/Most of it is Amazon EC2.*\$214\.50/);
});

function person(role: Role, scope: ScopeFilter = []): Context {
  const actor = { kind: "user", id: role, name: role, role, scope } as const;
  return estate.at("2026-09-12", { actor, scope });
}

test("analysts set and remove, viewers look; refusals are in the audit trail", async () => {
  await estate.load({ month: "2026-09", through: "2026-09-10", cost: "10" });
  const refused = await say(person("viewer"), "set all 300 USD");
  expect([refused.exitCode, refused.card.title]).toEqual([2, "Not allowed"]);
  expect((await say(person("analyst"), "set all 150 USD at 50")).exitCode).toBe(0);
  expect((await say(person("viewer"), "show all")).exitCode).toBe(0);
  expect((await say(person("viewer"), "ack all")).exitCode).toBe(0);
  for (const text of ["remove all", "snooze all 7d"]) expect((await say(person("viewer"), text)).exitCode).toBe(2);
  const trail = await estate.db.sql`select action, actor_id, outcome from audit_event order by id`;
  expect(trail.map((row) => Object.values(row).join(" "))).toEqual([
    "budget.set viewer refused",
    "budget.set analyst done",
    "budget.acknowledge viewer done",
    "budget.remove viewer refused",
    "budget.snooze viewer refused",
  ]);
});

test("a scoped person's budget counts within the scope, and what lies outside it does not exist for them", async () => {
  const rows = ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10"].flatMap((at) => [
    { month: "2026-09", day: `2026-09-${at}`, cost: "10", tags: '{"team":"payments"}', resource: "p" },
    { month: "2026-09", day: `2026-09-${at}`, cost: "90", tags: '{"team":"search"}', resource: "s" },
  ]);
  await estate.loadRows(rows);
  const payments: ScopeFilter = [{ dimension: "team", negated: false, values: ["Payments"] }];
  await say(person("admin"), "set everything 1200 USD at 50");
  await say(person("admin"), "set search 1000 USD for team search at 50");
  const own = await say(person("analyst", payments), "set mine 150 USD at 50");
  expect(budgetSetAnswer.parse(own.data).budget).toMatchObject({
    spent: { amount: "100" },
    scope: "for team Payments",
  });
  const seen = await say(person("analyst", payments), "list");
  expect(budgetListAnswer.parse(seen.data).budgets.map(({ name }) => name)).toEqual(["mine"]);
  expect(JSON.stringify(seen)).not.toMatch(/search|everything|900|1,000/);
  expect((await say(person("analyst", payments), "show search")).exitCode).toBe(2);
  expect((await say(person("analyst", payments), "set search 1 USD")).card.summary).toBe('The name "search" is taken.');
  const checked = await say(person("analyst", payments), "check");
  expect(JSON.stringify(checked)).not.toMatch(/search|everything/);
  const risks = await budgetsAtRisk({ ctx: person("viewer", payments) });
  expect(risks.map(({ name, state, spentPercent }) => `${name} ${state} ${spentPercent}`)).toEqual([
    "mine at-risk 66%",
  ]);
  expect((await budgetsAtRisk({ ctx: person("viewer") })).map(({ name }) => name)).toEqual([
    "search",
    "everything",
    "mine",
  ]);
});

test("a channel that shows less is told nothing of a wider budget", async () => {
  const only = JSON.stringify([{ dimension: "team", negated: false, values: ["payments"] }]);
  await estate.db.sql`insert into channel (name, scope_configured) values ('payments', ${only}::text::jsonb)`;
  const wide = await say(person("admin"), "set all 100 USD to #payments");
  expect(wide.card.summary).toBe("#payments does not show all this budget counts.");
  expect((await say(person("admin"), "set mine 100 USD for team payments to payments")).exitCode).toBe(0);
  expect((await say(person("admin"), "set mine 100 USD to nowhere")).card.summary).toBe(
    "There is no channel #nowhere.",
  );
});

test("days are UTC whatever the zone: the nights clocks change and months of any length end on their own day", async () => {
  const settings = { ...DEFAULT_SETTINGS, timeZone: "America/New_York", fiscalYearStart: 2 };
  const at = (today: string) => estate.at(today, { settings });
  // 8 March 2026: New York loses an hour; 29 March: Berlin; both are days like any other.
  await estate.load({ month: "2026-02", cost: "10" });
  await estate.load({ month: "2026-03", cost: "10" });
  await say(at("2026-04-01"), "set month 1000 USD");
  await say(at("2026-04-01"), "set year 10000 USD each year");
  await say(at("2026-04-01"), "set quarter 10000 USD each quarter");
  const { budgets } = budgetListAnswer.parse((await say(at("2026-04-01"), "list")).data);
  const shown = budgets
    .map(({ name, period, spent }) => `${name} ${period.from} ${period.to} ${spent?.amount}`)
    .toSorted();
  expect(shown).toEqual([
    "month 2026-03-01 2026-04-01 310",
    "quarter 2026-02-01 2026-05-01 590",
    "year 2026-02-01 2027-02-01 590",
  ]);
  // The first of April's bills are not whole yet: March is still the month looked at, then April is.
  await estate.load({ month: "2026-04", through: "2026-04-01", cost: "10" });
  const month = async (today: string) =>
    budgetShowAnswer.parse((await say(at(today), "show month")).data).budget.period.from;
  expect([await month("2026-04-02"), await month("2026-04-03")]).toEqual(["2026-03-01", "2026-04-01"]);
});
