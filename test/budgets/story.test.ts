import { afterEach, beforeEach, expect, test } from "vitest";

import { dispatch } from "../../src/bot/dispatch.ts";
import { budgetCommand } from "../../src/bot/commands/budget.ts";
import {
  budgetCheckAnswer,
  budgetListAnswer,
  budgetRemoveAnswer,
  budgetSetAnswer,
  budgetShowAnswer,
  type BudgetAnswer,
} from "../../src/domain/budget-answer.ts";
import { openBudgets, type BudgetEstate } from "./support.ts";

let estate: BudgetEstate;
beforeEach(async () => {
  estate = await openBudgets();
});
afterEach(() => estate.close());

async function say(
  today: string,
  text: string,
): Promise<{ data: unknown; exitCode: number; title: string; summary: string }> {
  const answer = await dispatch({ ctx: estate.at(today), text: `budget ${text}` }, [budgetCommand]);
  return { data: answer.data, exitCode: answer.exitCode, title: answer.card.title, summary: answer.card.summary };
}

async function shown(today: string, name: string): Promise<BudgetAnswer> {
  const { data } = await say(today, `show ${name}`);
  return budgetShowAnswer.parse(data).budget;
}

const thresholds = (budget: BudgetAnswer): string[] =>
  budget.thresholds.map(({ basis, percent, state }) => `${basis} ${percent} ${state}`);

test("the life of a budget: crossed, told, acknowledged, restated, undone, crossed again, closed, armed anew", async () => {
  await estate.load({ month: "2026-08", cost: "10" });
  await estate.load({ month: "2026-09", through: "2026-09-10", cost: "10" });
  const set = await say("2026-09-12", "set payments 400 USD at 50,80,100 forecast none");
  expect(budgetSetAnswer.parse(set.data).budget).toMatchObject({
    spent: { amount: "100", ratio: "0.25" },
    forecast: { amount: "300" },
    state: "on-track",
    dataThrough: "2026-09-10",
  });
  expect(await estate.posted()).toEqual([]);

  // Crossing: one card, with number, data day and what is expected.
  await estate.load({ month: "2026-09", through: "2026-09-16", cost: (day) => (day > "2026-09-10" ? "20" : "10") });
  expect((await estate.evaluate("2026-09-18")).fired).toEqual([
    { basis: "actual", percent: 50, budget: "payments", notified: true },
  ]);
  const [alert, ...none] = await estate.posted();
  expect(none).toEqual([]);
  expect(alert).toMatchObject({ key: "budget:1:2026-09-01", channel: "finops" });
  expect(alert?.card.title).toBe("Budget payments: 55% of $400.00");
  expect(alert?.card.summary).toContain(
    "$220.00 of its $400.00 for September 2026 (55%, bills complete through 16 September)",
  );
  expect(alert?.card.summary).toMatch(/Up most against 1–16 August 2026: Amazon EC2, \+\$60\.00\./);

  expect((await say("2026-09-18", "ack payments")).exitCode).toBe(0);
  expect((await estate.posted())[0]?.card.status).toMatch(/^Acknowledged by test · /);

  // The next threshold is told beside the parent, which shows the newest state.
  await estate.load({ month: "2026-09", through: "2026-09-22", cost: (day) => (day > "2026-09-10" ? "20" : "10") });
  expect((await estate.evaluate("2026-09-24")).fired.map(({ percent }) => percent)).toEqual([80]);
  expect((await estate.posted()).map(({ key, card }) => [key, card.title])).toEqual([
    ["budget:1:2026-09-01", "Budget payments: 85% of $400.00"],
    ["budget:1:2026-09-01:actual:80", "Budget payments: 80% spent"],
  ]);

  // Restated downwards: both messages are edited and say so, nothing new is posted.
  await estate.load({ month: "2026-09", through: "2026-09-22", cost: "10" });
  expect((await estate.evaluate("2026-09-25")).undone.map(({ percent }) => percent)).toEqual([80]);
  const edited = await estate.posted();
  expect(edited).toHaveLength(2);
  expect(edited[0]?.card.title).toBe("Budget payments: 55% of $400.00");
  const note = edited[0]?.card.blocks.find((block) => block.kind === "note");
  expect(note?.text).toBe(
    "80% spent was told on 24 September and no longer holds: the bills were restated by −$120.00: $220.00 where $340.00 was billed.",
  );
  expect(edited[1]?.card.title).toBe("Budget payments: 80% spent no longer holds");
  expect(thresholds(await shown("2026-09-25", "payments"))).toEqual([
    "actual 50 crossed",
    "actual 80 undone",
    "actual 100 armed",
  ]);

  // Crossed once more in the same period: the same messages say so, each threshold is told once.
  await estate.load({ month: "2026-09", cost: (day) => (day > "2026-09-22" ? "13" : "10") });
  const again = await estate.evaluate("2026-10-02");
  expect(again.fired).toEqual([]);
  expect((await estate.posted()).map(({ card }) => card.title)).toEqual([
    "Budget payments: 81% of $400.00",
    "Budget payments: 80% spent",
  ]);

  // A new period: everything is armed anew, the last one stays as it is.
  await estate.load({ month: "2026-10", through: "2026-10-11", cost: "20" });
  expect((await estate.evaluate("2026-10-13")).fired.map(({ percent }) => percent)).toEqual([50]);
  expect((await estate.posted()).map(({ key }) => key)).toEqual([
    "budget:1:2026-09-01",
    "budget:1:2026-09-01:actual:80",
    "budget:1:2026-10-01",
  ]);
  // One incident is one thread: what happened is said under the card of its period.
  const told = ["Acknowledged by test", "Budget payments: 80% spent"];
  expect(await estate.thread("budget:1:2026-09-01")).toEqual(told);
  expect(await estate.thread("budget:1:2026-10-01")).toEqual([]);
  expect((await shown("2026-10-13", "payments")).acknowledged).toBeNull();

  // Past the provider's own window the period is closed: later restatements are a note beside its figures.
  await estate.evaluate("2026-10-15");
  await estate.load({ month: "2026-09", cost: "9" });
  await estate.evaluate("2026-10-16");
  const { history } = budgetShowAnswer.parse((await say("2026-10-16", "show payments")).data);
  expect(history).toEqual([
    {
      period: { from: "2026-09-01", to: "2026-10-01" },
      amount: "400",
      currency: "USD",
      spent: { amount: "324", currency: "USD", ratio: "0.81" },
      closedOn: "2026-10-15",
      restated: { amount: "270", currency: "USD" },
    },
  ]);
  expect(await estate.thread("budget:1:2026-09-01")).toEqual([...told, "Closed"]);
  const closed = (await estate.posted())[0]?.card;
  expect(closed?.status).toBe("Closed 2026-10-15");
  expect(JSON.stringify(closed?.blocks)).toContain(
    "they say $270.00 now, −$54.00. The figures here stay as they were closed.",
  );
});

test("armed again: a snooze and an acknowledgement end before their time, once, and the thread says by whom", async () => {
  await estate.load({ month: "2026-09", through: "2026-09-14", cost: "10" });
  await say("2026-09-16", "set payments 400 USD at 30,80 forecast none");
  await estate.evaluate("2026-09-16");
  expect((await say("2026-09-16", "rearm payments")).exitCode).toBe(2);
  await say("2026-09-16", "ack payments");
  await say("2026-09-16", "snooze payments until 2026-09-20");
  expect((await say("2026-09-17", "rearm payments")).exitCode).toBe(0);
  expect(await shown("2026-09-17", "payments")).toMatchObject({ snoozedUntil: null, acknowledged: null });
  expect((await estate.thread("budget:1:2026-09-01")).at(-1)).toBe("Armed again by test");
  expect((await say("2026-09-17", "re-arm payments")).exitCode).toBe(2);
});

test("snoozed: found but not told; told on the day the snooze ends, when it still holds", async () => {
  await estate.load({ month: "2026-09", through: "2026-09-10", cost: "10" });
  await say("2026-09-12", "set payments 400 USD at 30,80 forecast none");
  expect((await say("2026-09-12", "snooze payments until 2026-09-20")).exitCode).toBe(0);
  expect((await say("2026-09-12", "snooze payments 2026-09-12")).exitCode).toBe(2);
  await estate.load({ month: "2026-09", through: "2026-09-14", cost: "10" });
  expect((await estate.evaluate("2026-09-16")).fired).toEqual([
    { basis: "actual", percent: 30, budget: "payments", notified: false },
  ]);
  expect(await estate.posted()).toEqual([]);
  await estate.evaluate("2026-09-19");
  expect(await estate.posted()).toEqual([]);
  await estate.evaluate("2026-09-20");
  expect((await estate.posted()).map(({ key }) => key)).toEqual(["budget:1:2026-09-01"]);
  expect((await shown("2026-09-20", "payments")).snoozedUntil).toBeNull();
  // Snoozed after it was told: the day speaks again.
  await say("2026-09-20", "snooze payments 3d");
  await estate.evaluate("2026-09-23");
  await estate.evaluate("2026-09-23");
  expect((await estate.posted()).map(({ key, card }) => `${key} ${card.title}`)).toEqual([
    "budget:1:2026-09-01 Budget payments: 35% of $400.00",
    "budget:1:2026-09-01:snooze:2026-09-23 Budget payments: still 30% spent",
  ]);
  expect(await estate.thread("budget:1:2026-09-01")).toEqual([
    "Snoozed until 2026-09-23",
    "Budget payments: still 30% spent",
  ]);
});

test("a restatement that undoes all that was told edits the card and says it once in its thread", async () => {
  await estate.load({ month: "2026-09", through: "2026-09-16", cost: "20" });
  await say("2026-09-18", "set payments 400 USD at 50,80 forecast none");
  const parent = "budget:1:2026-09-01";
  expect((await estate.posted()).map(({ key, card }) => [key, card.title])).toEqual([
    [parent, "Budget payments: 80% of $400.00"],
  ]);
  await estate.load({ month: "2026-09", through: "2026-09-16", cost: "5" });
  expect((await estate.evaluate("2026-09-19")).undone.map(({ percent }) => percent)).toEqual([50, 80]);
  const [card] = await estate.posted();
  expect(card?.card.title).toBe("Budget payments: 20% of $400.00");
  expect(card?.card.status).toBe("Back under every threshold");
  expect(await estate.thread(parent)).toEqual(["Budget payments: 80% spent no longer holds"]);
  await estate.evaluate("2026-09-20");
  // Crossed again: the same reply says so; what it replies to shows the figure.
  await estate.load({ month: "2026-09", through: "2026-09-18", cost: "20" });
  await estate.evaluate("2026-09-20");
  expect(await estate.thread(parent)).toEqual(["Budget payments: 80% spent"]);
});

test("forecast: told before the amount is spent; the reason of the band and method is said", async () => {
  await estate.load({ month: "2026-08", cost: "10" });
  await estate.load({ month: "2026-09", through: "2026-09-12", cost: "10" });
  await say("2026-09-14", "set total 290 USD at 100");
  const [card] = await estate.posted();
  expect(card?.card.title).toBe("Budget total: 41% of $290.00");
  expect(card?.card.summary).toContain("expected to end at $300.00 (103%), $10.00 over");
  expect(thresholds(await shown("2026-09-14", "total"))).toEqual(["actual 100 armed", "forecast 100 crossed"]);
  expect((await shown("2026-09-14", "total")).state).toBe("at-risk");
});

test("other terms arm anew what they no longer cross; removing ends the card", async () => {
  await estate.load({ month: "2026-09", through: "2026-09-10", cost: "10" });
  await say("2026-09-12", "set payments 100 USD at 80 forecast none");
  expect((await estate.posted()).map(({ card }) => card.title)).toEqual(["Budget payments: 100% of $100.00"]);
  const changed = await say("2026-09-12", "set payments 200 USD at 80 forecast none");
  expect(budgetSetAnswer.parse(changed.data)).toMatchObject({ change: "changed", budget: { state: "at-risk" } });
  await estate.load({ month: "2026-09", through: "2026-09-17", cost: "10" });
  expect((await estate.evaluate("2026-09-19")).fired).toHaveLength(1);
  expect((await estate.posted()).map(({ card }) => card.title)).toEqual([
    "Budget payments: 85% of $200.00",
    "Budget payments: 80% spent",
  ]);
  expect(budgetCheckAnswer.parse((await say("2026-09-19", "check")).data)).toMatchObject({ evaluated: 1, fired: [] });
  expect(budgetRemoveAnswer.parse((await say("2026-09-19", "remove payments")).data)).toEqual({ removed: "payments" });
  expect((await estate.posted())[0]?.card.status).toBe("Ended: removed by test");
  expect(budgetListAnswer.parse((await say("2026-09-19", "list")).data).budgets).toEqual([]);
  expect((await say("2026-09-19", "show payments")).exitCode).toBe(2);
});
