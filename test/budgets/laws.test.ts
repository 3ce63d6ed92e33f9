import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { renderBudget } from "../../src/bot/views/budget-card.ts";
import { budgetQuestion } from "../../src/bot/views/budget-words.ts";
import { parseQuestion } from "../../src/bot/grammar/parse-question.ts";
import type { BudgetTerms } from "../../src/domain/budget.ts";
import { money, toDecimal } from "../../src/domain/money.ts";
import { day } from "../../src/domain/period.ts";
import type { Condition } from "../../src/domain/scope.ts";
import { evaluateBudgets } from "../../src/service/evaluate-budgets.ts";
import { listBudgets } from "../../src/service/list-budgets.ts";
import { showCosts } from "../../src/service/show-costs.ts";
import { insertBudget } from "../../src/store/budgets.ts";
import { openDatabase } from "../../src/store/db.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { seedCharges, type SeedCharge } from "../questions/seed.ts";

const TODAY = "2026-04-03";

const terms = (changes: Partial<BudgetTerms> = {}): BudgetTerms => ({
  name: "all",
  amount: money("100", "USD"),
  filters: [],
  without: [],
  cycle: "month",
  metric: "effective",
  thresholds: [
    { basis: "actual", percent: 50 },
    { basis: "actual", percent: 100 },
  ],
  channel: "finops",
  ...changes,
});

/** Three months of four teams in two accounts and two clouds, tax and a credit among them. */
function estate(): SeedCharge[] {
  const charges: SeedCharge[] = [];
  for (let index = 0; index < 89; index += 1) {
    const at = new Date(Date.UTC(2026, 0, 2 + index)).toISOString().slice(0, 10);
    for (const [team, service, region, account] of [
      ["payments", "Amazon EC2", "eu-west-1", "111"],
      ["Search", "Amazon S3", "us-east-1", "222"],
      [null, "BigQuery", "europe-west4", "333"],
      ["ışık", "Amazon EC2", "us-east-1", "111"],
    ] as const) {
      charges.push({
        day: at,
        provider: service === "BigQuery" ? "gcp" : "aws",
        service,
        region,
        subAccount: account,
        subAccountName: account === "111" ? "Prod" : null,
        tags: team === null ? null : { team, "cost-center": `cc-${account}` },
        cost: `${1 + (index % 7)}.${index}07`,
        billed: `${index}.5`,
        resource: `${team}-${index % 3}`,
      });
    }
    if (index % 30 === 0) charges.push({ day: at, provider: "aws", service: "Tax", category: "Tax", cost: "3.33" });
    if (index % 45 === 0)
      charges.push({ day: at, provider: "aws", service: "Amazon EC2", category: "Credit", cost: "-7" });
  }
  return charges;
}

describe("a budget counts what the question counts", () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase();
    await seedCharges(db, estate());
  });
  afterAll(() => db.close());

  const values: Record<string, readonly (string | null)[]> = {
    team: ["payments", "search", "SEARCH", "nobody", null, "ışık", "IŞIK"],
    service: ["Amazon EC2", "amazon s3", "BigQuery", "x"],
    region: ["eu-west-1", "us-east-1"],
    provider: ["aws", "gcp"],
    "sub-account": ["111", "prod", "222", null],
    "tag:cost-center": ["cc-111", "CC-222", null],
    "tag:unknown": ["a", null],
    kind: ["usage", "tax"],
    resource: ["payments-1", null],
  };
  const condition: fc.Arbitrary<Condition> = fc.constantFrom(...Object.keys(values)).chain((dimension) =>
    fc.record({
      dimension: fc.constant(dimension as Condition["dimension"]),
      negated: fc.boolean(),
      values: fc.subarray([...(values[dimension] ?? [])], { minLength: 1 }),
    }),
  );
  const anyTerms = fc.record({
    filters: fc.uniqueArray(condition, { maxLength: 3, selector: (one) => `${one.dimension} ${one.negated}` }),
    without: fc.subarray(["tax", "credits"] as const, { maxLength: 2 }),
    cycle: fc.constantFrom("month" as const, "quarter" as const, "year" as const),
    metric: fc.constantFrom("effective" as const, "billed" as const),
  });

  test("whatever its scope, kinds, metric and cycle: to the last digit", async () => {
    const ctx = testContext(db, { today: TODAY, dataDir: "/tmp" });
    await fc.assert(
      fc.asyncProperty(fc.array(anyTerms, { minLength: 4, maxLength: 8 }), async (many) => {
        await db.sql`truncate budget, budget_period, budget_alert`;
        for (const [index, one] of many.entries()) {
          const fresh = {
            ...terms({ ...one, name: `b${index}` }),
            access: [],
            origin: "chat",
            createdBy: "t",
          } as const;
          await insertBudget(db.sql, fresh);
        }
        for (const { budget, row } of await listBudgets({ ctx, input: {} })) {
          const read = parseQuestion(budgetQuestion(budget, row.period), { today: day(TODAY) });
          if (!read.ok) throw new Error(`${budgetQuestion(budget, row.period)}: ${read.message}`);
          const answer = await showCosts({ ctx, input: read.query });
          expect([budgetQuestion(budget, row.period), row.spent === null ? null : toDecimal(row.spent)]).toEqual([
            budgetQuestion(budget, row.period),
            answer.total[0]?.amount ?? "0",
          ]);
        }
      }),
      { numRuns: 12 },
    );
  });
});

describe("evaluation", () => {
  let db: TestDatabase;
  beforeEach(async () => {
    db = await createTestDatabase();
  });
  afterEach(() => db.close());

  const alerts = async () => [
    ...(await db.sql`select b.name, a.basis, a.percent, a.state from budget_alert a join budget b on b.id = a.budget_id order by 1, 2, 3`),
  ];
  const cards = async () =>
    (await db.sql<{ key: string }[]>`select key from outbox order by key`).map((row) => row.key);

  test("many evaluators at once: each threshold is told once, and nobody waits for ever", async () => {
    await seedCharges(db, estate());
    for (const name of ["a", "b", "c"]) {
      await insertBudget(db.sql, { ...terms({ name }), access: [], origin: "chat", createdBy: "t" });
    }
    // Processes of their own: few connections each, all evaluating.
    const processes = Array.from({ length: 4 }, () => openDatabase(db.url, { connectionsMax: 2 }));
    const done = await Promise.all(
      processes.flatMap((own) =>
        [1, 2, 3].map(() =>
          evaluateBudgets({
            ctx: testContext(own, { today: TODAY, dataDir: "/tmp" }),
            input: { render: renderBudget },
          }),
        ),
      ),
    );
    await Promise.all(processes.map((own) => own.close()));
    expect(
      done
        .flatMap(({ fired }) => fired)
        .map(({ budget, percent }) => `${budget} ${percent}`)
        .sort(),
    ).toEqual(["a 100", "a 50", "b 100", "b 50", "c 100", "c 50"]);
    expect(await cards()).toEqual(["budget:1:2026-03-01", "budget:2:2026-03-01", "budget:3:2026-03-01"]);
  });

  test("evaluating again changes nothing; the order budgets were made in never matters", async () => {
    await seedCharges(db, estate());
    const some = fc.array(
      fc.record({
        amount: fc.integer({ min: 1, max: 3000 }),
        percents: fc.uniqueArray(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 }),
        team: fc.constantFrom("payments", "search"),
      }),
      { minLength: 1, maxLength: 5 },
    );
    const ctx = testContext(db, { today: TODAY, dataDir: "/tmp" });
    const outcome = async (many: readonly { name: string; amount: number; percents: number[]; team: string }[]) => {
      await db.sql`truncate budget, budget_period, budget_alert, outbox restart identity`;
      for (const { name, amount, percents, team } of many) {
        const thresholds = percents.map((percent) => ({ basis: "actual" as const, percent }));
        const filters = [{ dimension: "team" as const, negated: false, values: [team] }];
        const given = terms({ name, amount: money(String(amount), "USD"), thresholds, filters });
        await insertBudget(db.sql, { ...given, access: [], origin: "chat", createdBy: "t" });
      }
      await evaluateBudgets({ ctx, input: { render: renderBudget } });
      const first = [await alerts(), await db.sql`select revision from outbox order by id`];
      expect(await evaluateBudgets({ ctx, input: { render: renderBudget } })).toMatchObject({ fired: [], undone: [] });
      expect([await alerts(), await db.sql`select revision from outbox order by id`]).toEqual(first);
      return alerts();
    };
    await fc.assert(
      fc.asyncProperty(some, async (many) => {
        const named = many.map((one, index) => ({ ...one, name: `b${index}` }));
        expect(await outcome(named)).toEqual(await outcome(named.toReversed()));
      }),
      { numRuns: 10 },
    );
  });
});
