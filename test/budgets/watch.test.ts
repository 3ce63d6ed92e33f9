import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { watchBudgets, type BudgetWatch } from "../../src/jobs/watch-budgets.ts";
import { insertBudget } from "../../src/store/budgets.ts";
import { money } from "../../src/domain/money.ts";
import { openBudgets, type BudgetEstate } from "./support.ts";

let estate: BudgetEstate;
let watches: BudgetWatch[] = [];
beforeEach(async () => {
  estate = await openBudgets();
});
afterEach(async () => {
  await Promise.all(watches.map((watch) => watch.stop()));
  watches = [];
  await estate.close();
});

test("two services watch: a load that crosses is told once, seconds later", async () => {
  await insertBudget(estate.db.sql, {
    name: "all",
    amount: money("100", "USD"),
    filters: [],
    access: [],
    without: [],
    cycle: "month",
    metric: "effective",
    thresholds: [{ basis: "actual", percent: 50 }],
    channel: "finops",
    origin: "chat",
    createdBy: "test",
  });
  const ctx = estate.at("2026-09-12");
  watches = [await watchBudgets(ctx), await watchBudgets(ctx)];
  const started = performance.now();
  await estate.load({ month: "2026-09", through: "2026-09-10", cost: "6" });
  await vi.waitFor(async () => expect((await estate.posted()).map(({ key }) => key)).toEqual(["budget:1:2026-09-01"]), {
    timeout: 55_000,
    interval: 50,
  });
  expect(performance.now() - started).toBeLessThan(60_000);
});
