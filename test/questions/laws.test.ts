import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { costQuerySchema, type CostQuery } from "../../src/domain/cost-query.ts";
import { DEFAULT_TAG_ALIAS_KEYS, DIMENSIONS, type Dimension } from "../../src/domain/dimension.ts";
import { EXCLUDABLE_KINDS, KINDS } from "../../src/domain/kind.ts";
import { parseAtoms } from "../../src/domain/money.ts";
import { day } from "../../src/domain/period.ts";
import type { Condition } from "../../src/domain/scope.ts";
import { showCosts } from "../../src/service/show-costs.ts";
import { chooseCover, needsOnlyMonths, type CostRead, type Cover } from "../../src/store/cost-plan.ts";
import { readCosts, type CostFact } from "../../src/store/cost-read.ts";
import { withCostSnapshot } from "../../src/store/cost-snapshot.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { smallEstate } from "./estate.ts";
import { seedCharges } from "./seed.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  await seedCharges(db, smallEstate());
});
afterAll(() => db.close());

const ctx = (scope: readonly Condition[] = []) => testContext(db, { dataDir: "", scope });

const ALL: readonly Dimension[] = [...DIMENSIONS, "tag:cost-center", "tag:owner"];
const VALUES: Partial<Record<Dimension, readonly string[]>> = {
  provider: ["aws", "AZURE"],
  "billing-account": ["aws-payer", "azure-payer name"],
  "sub-account": ["111", "Dev", "shop"],
  "service-category": ["databases", "Other"],
  service: ["amazon s3", "Tax"],
  region: ["EU-WEST-1", "westeurope"],
  resource: ["db-1", "ORDERS", "vm-1"],
  "charge-category": ["Usage", "Credit"],
  "charge-class": ["correction"],
  kind: ["usage", "purchases", "refunds"],
  commitment: ["ri-1"],
  invoice: ["AW-2026-03"],
  team: ["payments", "search"],
  environment: ["dev"],
  "tag:cost-center": ["42"],
  "tag:owner": ["ann"],
};
const condition: fc.Arbitrary<Condition> = fc
  .tuple(fc.constantFrom(...ALL), fc.boolean(), fc.nat(3))
  .chain(([dimension, negated]) =>
    fc
      .uniqueArray(fc.option(fc.constantFrom(...(VALUES[dimension] ?? ["nothing"])), { nil: null, freq: 3 }), {
        minLength: 1,
        maxLength: 2,
      })
      .map((values) => ({ dimension, negated, values })),
  );
const PERIODS = [
  { by: "days", from: "2026-02-01", to: "2026-04-01" },
  { by: "days", from: "2026-03-01", to: "2026-04-01" },
  { by: "days", from: "2026-02-10", to: "2026-03-05" },
  { by: "billing-month", month: "2026-03" },
];
const query: fc.Arbitrary<CostQuery> = fc
  .record({
    select: fc.constantFrom(...PERIODS),
    by: fc.uniqueArray(fc.constantFrom(...ALL), { maxLength: 3 }),
    filters: fc.array(condition, { maxLength: 2 }),
    metric: fc.constantFrom("effective", "billed"),
    per: fc.option(fc.constantFrom("day", "week", "month"), { freq: 3 }),
    without: fc.uniqueArray(fc.constantFrom(...EXCLUDABLE_KINDS), { maxLength: 2 }),
  })
  .map((parts) => costQuerySchema.parse(parts));

const ask = (input: CostQuery, scope: readonly Condition[] = []) => showCosts({ ctx: ctx(scope), input });
const RUNS = { numRuns: 60 };

function readOf(asked: CostQuery): CostRead {
  const span =
    asked.select.by === "days"
      ? { by: "days" as const, period: asked.select }
      : asked.select.by === "billing-month"
        ? asked.select
        : { by: "all" as const };
  return {
    span,
    by: asked.by,
    filter: { conditions: asked.filters, without: asked.without },
    metric: asked.metric,
    per: asked.per,
    rates: null,
    rowsMax: null,
  };
}

const normal = (facts: readonly CostFact[]) =>
  facts
    .filter((fact) => fact.sourceRows > 0)
    .map((fact) =>
      JSON.stringify([fact.key, fact.start, fact.currency, String(fact.amount), String(fact.long), fact.sourceRows]),
    )
    .sort();

/** Amounts by key and currency, without those that are 0. */
const changes = (facts: readonly CostFact[]) => {
  const sums = new Map<string, bigint>();
  for (const fact of facts) {
    const name = JSON.stringify([fact.key, fact.currency]);
    sums.set(name, (sums.get(name) ?? 0n) + fact.amount);
  }
  return new Map([...sums].filter(([, sum]) => sum !== 0n).sort(([a], [b]) => (a < b ? -1 : 1)));
};

describe("laws of answers", () => {
  test("every relation that can answer a question gives what the charges give", async () => {
    const used = new Set<string>();
    await withCostSnapshot(db, DEFAULT_TAG_ALIAS_KEYS, (snapshot) =>
      fc.assert(
        fc.asyncProperty(query, async (asked) => {
          const read = readOf(asked);
          const want = normal(await readCosts(snapshot, read, null, { from: "charge" }));
          const best = chooseCover(read, snapshot.rollups);
          const covers: Cover[] = [best];
          if (best.from === "cube") covers.push({ from: "daily" });
          if (best.from !== "charge" && needsOnlyMonths(read)) covers.push({ from: "resource-month" });
          for (const cover of covers) {
            used.add(cover.from);
            expect([cover.from, normal(await readCosts(snapshot, read, null, cover))]).toEqual([cover.from, want]);
          }
        }),
        { numRuns: 400 },
      ),
    );
    expect([...used].sort()).toEqual(["charge", "cube", "daily", "resource-month"]);
  });

  test("a change read at once is what the two sides differ by, from every relation", () =>
    withCostSnapshot(db, DEFAULT_TAG_ALIAS_KEYS, (snapshot) =>
      fc.assert(
        fc.asyncProperty(query, query, async (now, then) => {
          const read: CostRead = { ...readOf({ ...now, per: null }), less: readOf(then).span };
          const both = [
            ...(await readCosts(snapshot, { ...readOf(now), per: null })),
            ...(await readCosts(snapshot, { ...readOf(now), per: null, span: readOf(then).span })).map((fact) => ({
              ...fact,
              amount: -fact.amount,
            })),
          ];
          const best = chooseCover(read, snapshot.rollups);
          const covers: Cover[] = best.from === "charge" ? [best] : [best, { from: "charge" }];
          if (best.from === "cube") covers.push({ from: "daily" });
          for (const cover of covers)
            expect([cover.from, changes(await readCosts(snapshot, read, null, cover))]).toEqual([
              cover.from,
              changes(both),
            ]);
        }),
        { numRuns: 150 },
      ),
    ));

  test("parts add up to the whole at every rank, per currency, to the last digit", () =>
    fc.assert(
      fc.asyncProperty(query, async (asked) => {
        const parts = await ask(asked);
        const whole = await ask({ ...asked, by: [], per: null });
        expect(sums(parts.rows)).toEqual(sums(whole.rows));
        expect(sums(parts.total)).toEqual(sums(parts.rows));
        expect(parts.receipt.sourceRows).toBe(whole.receipt.sourceRows);
      }),
      RUNS,
    ));

  test("the kinds are disjoint and add up", () =>
    fc.assert(
      fc.asyncProperty(query, async (asked) => {
        const bare = { ...asked, by: [], per: null, without: [] };
        const parts = await Promise.all(
          KINDS.map((kind) =>
            ask({ ...bare, filters: [...asked.filters, { dimension: "kind", negated: false, values: [kind] }] }),
          ),
        );
        expect(sums(parts.flatMap((part) => part.total))).toEqual(sums((await ask(bare)).total));
        const usage = await ask({ ...bare, without: EXCLUDABLE_KINDS });
        expect(sums(usage.total)).toEqual(sums(parts[0]?.total ?? []));
      }),
      { numRuns: 25 },
    ));

  test("the largest and the rest add up; rows never exceed what was asked for", () =>
    fc.assert(
      fc.asyncProperty(query, fc.integer({ min: 1, max: 4 }), async (asked, top) => {
        const cut = await ask({ ...asked, top });
        expect(sums(cut.rows)).toEqual(sums((await ask(asked)).rows));
        const named = new Map<string, Set<string>>();
        for (const row of cut.rows.filter((one) => one.other !== true)) {
          named.set(row.currency ?? "", (named.get(row.currency ?? "") ?? new Set()).add(JSON.stringify(row.key)));
        }
        for (const keys of named.values()) expect(keys.size).toBeLessThanOrEqual(top);
      }),
      RUNS,
    ));

  test("a scope only narrows, and is the same as a filter", () =>
    fc.assert(
      fc.asyncProperty(query, condition, async (asked, limit) => {
        const free = await ask(asked);
        const limited = await ask(asked, [limit]);
        expect(limited.receipt.sourceRows).toBeLessThanOrEqual(free.receipt.sourceRows);
        const keys = new Set(free.rows.map((row) => JSON.stringify([row.key, row.period, row.currency])));
        expect(limited.rows.filter((row) => !keys.has(JSON.stringify([row.key, row.period, row.currency])))).toEqual(
          [],
        );
        const filtered = await ask({ ...asked, filters: [...asked.filters, { ...limit, values: [...limit.values] }] });
        // A name that only charges outside a scope carry is told to whoever filters, not to whoever is limited.
        const nameless = (rows: typeof limited.rows) => rows.map(({ names: _names, ...row }) => row);
        expect(nameless(limited.rows)).toEqual(nameless(filtered.rows));
        if (limited.receipt.sourceRows === 0) return;
        const names = new Set(free.receipt.sources.map((source) => source.source));
        expect(limited.receipt.sources.every((source) => names.has(source.source))).toBe(true);
      }),
      RUNS,
    ));

  test("drivers and their rest add up to the change", () =>
    fc.assert(
      fc.asyncProperty(query, fc.boolean(), async (asked, first) => {
        const period = first
          ? { from: day("2026-02-01"), to: day("2026-02-20") }
          : { from: day("2026-02-01"), to: day("2026-03-01") };
        const answer = await ask({
          ...asked,
          versus: asked.select.by === "days" ? { with: "period", ...period } : { with: "previous" },
        });
        expect(answer.rows.filter(({ period }) => period !== undefined && period.from > period.to)).toEqual([]);
        for (const line of answer.total) {
          const parts = (answer.drivers ?? []).filter((driver) => driver.currency === line.currency);
          expect(parts.reduce((sum, part) => sum + parseAtoms(part.change), 0n)).toBe(
            parseAtoms(line.change?.amount ?? "x"),
          );
          const rows = answer.rows.filter((row) => row.currency === line.currency);
          expect(rows.reduce((sum, row) => sum + parseAtoms(row.previous ?? "x"), 0n)).toBe(
            parseAtoms(line.previous ?? "x"),
          );
        }
      }),
      RUNS,
    ));

  test("the receipt's question asks the same again", async () => {
    const { parseQuestion } = await import("../../src/bot/grammar/parse-question.ts");
    await fc.assert(
      fc.asyncProperty(query, fc.boolean(), async (asked, compared) => {
        const answer = await ask({ ...asked, versus: compared ? { with: "previous" } : null });
        const again = parseQuestion(answer.receipt.question, { today: day("2026-05-01") });
        const second = again.ok ? await ask(again.query) : null;
        expect([second?.rows, second?.total]).toEqual([answer.rows, answer.total]);
      }),
      RUNS,
    );
  });
});

/** Amounts added up per currency, zero sums left out. */
function sums(rows: readonly { amount: string; currency: string | null }[]): Record<string, string> {
  const found = new Map<string, bigint>();
  for (const row of rows) found.set(row.currency ?? "", (found.get(row.currency ?? "") ?? 0n) + parseAtoms(row.amount));
  return Object.fromEntries(
    [...found].filter(([, sum]) => sum !== 0n).map(([currency, sum]) => [currency, String(sum)]),
  );
}
