import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { CostAnswer } from "../../src/domain/contract.ts";
import { EXCLUDABLE_KINDS } from "../../src/domain/kind.ts";
import { atomsToDecimal, parseAtoms } from "../../src/domain/money.ts";
import { addDays, day, type Period } from "../../src/domain/period.ts";
import { DIGEST_CYCLES } from "../../src/domain/report.ts";
import type { ScopeFilter } from "../../src/domain/scope.ts";
import { buildDigest, digestShown } from "../../src/service/build-digest.ts";
import { showCosts } from "../../src/service/show-costs.ts";
import { costQuerySchema, type CostQuery } from "../../src/domain/cost-query.ts";
import { smallEstate } from "../questions/estate.ts";
import { seedCharges } from "../questions/seed.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  await seedCharges(db, smallEstate());
});
afterAll(() => db.close());

const SCOPES: readonly ScopeFilter[] = [
  [],
  [{ dimension: "team", negated: false, values: ["payments"] }],
  [{ dimension: "team", negated: false, values: [null] }],
  [{ dimension: "provider", negated: true, values: ["azure"] }],
  [
    { dimension: "sub-account", negated: false, values: ["111"] },
    { dimension: "service", negated: true, values: ["Tax"] },
  ],
];
const asked = fc.record({
  cycle: fc.constantFrom(...DIGEST_CYCLES),
  through: fc.nat(40).map((days) => addDays(day("2026-02-18"), days)),
  later: fc.nat(9),
  scope: fc.constantFrom(...SCOPES),
});

test(
  "total, usage, what is apart, longer spans, services and picture are what `cost` says of the same scope and period",
  { timeout: 180_000 },
  () =>
    fc.assert(
      fc.asyncProperty(asked, async ({ cycle, through, later, scope }) => {
        const ctx = testContext(db, { dataDir: "/tmp", scope });
        const today = addDays(through, later);
        const digest = await buildDigest({ ctx, input: { cycle, day: through, today } });
        const cost = (span: Period, changes: Partial<CostQuery> = {}): Promise<CostAnswer> => {
          const select = { by: "days" as const, ...span };
          return showCosts({ ctx, input: { ...costQuerySchema.parse({ select }), ...changes } });
        };
        const period = digest.period as Period;
        const usage = { without: [...EXCLUDABLE_KINDS] };
        expect(amountsOf(digest.total)).toEqual(amountsOf((await cost(period)).total));
        const versus = { with: "period" as const, ...(digest.usage.against as Period) };
        const compared = await cost(period, { ...usage, versus });
        expect(digest.usage.total).toMatchObject(compared.total);
        // Its change is what moved, line by line, rest included.
        for (const { currency, change } of compared.total)
          expect(sumOf(digest.moves, currency, (move) => move.change)).toBe(change?.amount ?? "0");
        // What is no usage and usage make the whole.
        for (const { currency, amount } of digest.total) {
          const apart = sumOf(digest.apart, currency, (line) => line.amount);
          const used = digest.usage.total.find((line) => line.currency === currency)?.amount ?? "0";
          expect(plus(apart, used)).toBe(amount);
        }
        for (const { period: span, previous, total } of digest.soFar) {
          const answer = await cost(span as Period, { versus: { with: "period", ...(previous as Period) } });
          expect(total).toMatchObject(answer.total);
        }
        for (const { currency, amount } of digest.usage.total)
          expect(sumOf(digest.services, currency, (row) => row.amount)).toBe(amount);
        // The picture is the cost of its span, and what is kept for restatements is that up to the last day.
        const rows = [...digest.chart.rows, ...digest.chartApart.rows];
        const whole = await cost(spanOf(rows, period), { per: cycle });
        for (const { currency, amount } of whole.total) expect(sumOf(rows, currency, (row) => row.amount)).toBe(amount);
        const shown = await cost({ from: digest.shown.buckets[0]?.from ?? period.from, to: period.to } as Period);
        for (const { currency, amount } of shown.total)
          expect(sumOf(digest.shown.buckets, currency, (bucket) => bucket.amount)).toBe(amount);
        const again = await digestShown({ ctx, input: { cycle, day: day(digest.day), today, currency: null } });
        expect(again).toEqual(digest.shown);
      }),
      { numRuns: 40 },
    ),
);

const amountsOf = (lines: readonly { amount: string; currency: string }[]) =>
  lines.map(({ amount, currency }) => `${amount} ${currency}`);

function sumOf<Line extends { readonly currency: string | null }>(
  lines: readonly Line[],
  currency: string,
  of: (line: Line) => string,
): string {
  const own = lines.filter((line) => line.currency === currency);
  return atomsToDecimal(own.reduce((sum, line) => sum + parseAtoms(of(line)), 0n));
}
const plus = (a: string, b: string) => atomsToDecimal(parseAtoms(a) + parseAtoms(b));

/** The days all buckets lie in. */
function spanOf(rows: CostAnswer["rows"], period: Period): Period {
  const starts = rows.flatMap((row) => row.period?.from ?? []).toSorted();
  const ends = rows.flatMap((row) => row.period?.to ?? []).toSorted();
  return { from: day(starts[0] ?? period.from), to: day(ends.at(-1) ?? period.to) };
}
