import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { CHART_FORMS, costQuerySchema, GRAINS, METRICS, type CostQuery } from "../../domain/cost-query.ts";
import { DIMENSIONS, type Dimension } from "../../domain/dimension.ts";
import { EXCLUDABLE_KINDS } from "../../domain/kind.ts";
import { clauseText } from "../../domain/question-text.ts";
import { addDays, day, type Day } from "../../domain/period.ts";
import { CLAUSES } from "./clauses.ts";
import { formatQuestion } from "./format-question.ts";
import { parseQuestion } from "./parse-question.ts";
import { readQuestion } from "./read-question.ts";

const TODAY = day("2026-11-22");
const ENV = { today: TODAY, tagKeys: ["cost-center", "owner"] };

/** The canonical text of what a question was read as. */
function canonical(text: string): string {
  const read = parseQuestion(text, ENV);
  return read.ok ? formatQuestion(read.query) : `? ${read.message}`;
}

const READ: [text: string, canonical: string][] = [
  ["", "this month"],
  ["cost", "this month"],
  ["last month by service for team payments vs previous", "last month by service for team payments vs previous"],
  ["VS previous BY Service LAST month", "last month by service vs previous"],
  ["group by team and environment last 30 days", "30d by team,environment"],
  ["for the last 7 days by env", "7d by environment"],
  ["top 5 services in september", "2026-09 by service top 5"],
  ["december by day", "2025-12 per day"],
  ["q1 2026 by clouds in usd", "2026-q1 by provider in USD"],
  ["month to date per week", "this month per week"],
  ["this month vs last month", "this month vs previous"],
  ["2026-03 vs 2026-01", "2026-03 vs 2026-01-01..2026-02-01"],
  ["2026-07..2026-10 by region", "2026-07-01..2026-10-01 by region"],
  ["since 2026-09 excluding tax and credits", "since 2026-09-01 without tax,credits"],
  ["excluding provider Amazon", "this month not provider aws"],
  ["in region eu-west-1 yesterday", "yesterday for region eu-west-1"],
  ['for tag:Owner untagged by tag:"Cost Center"', 'this month by tag:"cost center" for tag:owner untagged'],
  ["for team a,b and environment prod", "this month for team a,b for environment prod"],
  ['for service "none", none', 'this month for service "none",none'],
  ["billing last month metric billed", "billing 2026-10 metric billed"],
  ["invoice AW-202603 by service", "invoice AW-202603 by service"],
  ["amortized cost by accounts as pie chart", "this month by sub-account as pie"],
  ["unblended cost by clouds", "this month by provider metric billed"],
  ["week 12", "2026-w12"],
  ["w48", "2025-w48"],
  ["2020-w53 per day", "2020-w53 per day"],
  ["week of 2026-03-05", "2026-w10"],
  ["h1 by team", "2026-h1 by team"],
  ["h2 2025 vs previous", "2025-h2 vs previous"],
  ["january to march", "2026-01-01..2026-04-01"],
  ["from november to february 2026 by team", "2025-11-01..2026-03-01 by team"],
  ["between 2026-01 and 2026-03", "2026-01-01..2026-04-01"],
  ["last month by service yoy", "last month by service vs year-ago"],
  ["september month over month", "2026-09 vs previous"],
  ["last month vs the same month last year", "last month vs year-ago"],
  ["top services", "this month by service top 10"],
  ["most expensive resources last month", "last month by resource top 10"],
  ["last month without tax credits and refunds", "last month without tax,credits,refunds"],
  ["by service without team search", "this month by service not team search"],
  ["invoice month 2026-02 by team", "billing 2026-02 by team"],
  ["bill for february", "billing 2026-02"],
  ["for team a not service b not region none", "this month for team a not service b not region none"],
];
test.each(READ)("%s", (text, want) => expect(canonical(text)).toBe(want));

const REFUSED: [text: string, firstSuggestion: string][] = [
  ["las month by servce", "cost last month by service"],
  ["by tag:owner per dya", "cost this month by tag:owner per day"],
  ["by cost-centre", "cost this month by tag:cost-center"],
  ["for service Amazon Elastic Compute Cloud last month", 'cost last month for service "Amazon Elastic Compute Cloud"'],
  ['for service "Amazon', "cost this month"],
  ["2026-02-30", "cost 2026-02"],
  ["2026-9-1", "cost 2026-09-01"],
  ["2026-09-10..2026-09-01", "cost 2026-09-01..2026-09-10"],
  ["last month top 0", "cost last month top 10"],
  ["last month top 5000", "cost last month top 1000"],
  ["without taxs", "cost this month without tax"],
  ["this month 7d", "cost this month vs 2026-11-16..2026-11-23"],
  ["by service,team,region,provider", "cost this month by service,team,region"],
  ["vs", "cost this month vs previous"],
  ["last fiscal quarter by service", "cost last quarter by service"],
  ["fy2026", "cost this year"],
  ["fiscal year 2025 by team", "cost this year by team"],
  ["next month", "cost this month"],
  ["2026-w60", "cost 2026-w47"],
  ["from 2026-01-01 to 2026-02-01 by team", "cost 2026-01-01..2026-02-02 by team"],
  ["from 2026-01-01 to 2026-02-01 by team", "cost 2026-01-01..2026-02-01 by team"],
  ["2026-03 to 2026-01", "cost 2026-01-01..2026-04-01"],
  ["by tag:owner untagged", "cost this month by tag:owner for tag:owner untagged"],
  ["aws last month", "cost last month for provider aws"],
  ["for google by service", "cost this month by service for provider gcp"],
  ["for team not search", "cost this month not team search"],
  ["last month per hour", "cost last month per day"],
  ["how much did we spend on s3 last month", "cost last month"],
];
test.each(REFUSED)("%s is refused with a suggestion", (text, want) => {
  const read = parseQuestion(text, ENV);
  expect(read).toMatchObject({ ok: false });
  expect(read.ok ? [] : read.suggestions).toContain(want);
});

test("every example of every clause runs and uses its clause", () => {
  for (const clause of CLAUSES) {
    for (const example of clause.examples) {
      const read = parseQuestion(example, ENV);
      expect([example, read.ok && clauseText(read.query, clause.id)]).toEqual([example, expect.any(String)]);
    }
  }
});

const anyDay = fc.integer({ min: 0, max: 20_000 }).map((offset): Day => addDays(day("2004-01-01"), offset));
const value = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 30, unit: "binary" }),
    fc.constantFrom("none", "by", "is", "not", "last month", 'a "b" \\', "x,y"),
  )
  .map((text) => text.replaceAll("\0", "") || "x");
const tagKey = fc.stringMatching(/^[a-z][a-z0-9 ,"\\.-]{0,12}[a-z0-9]$/).filter((key) => !/^user[:_]/.test(key));
const dimension: fc.Arbitrary<Dimension> = fc.oneof(
  fc.constantFrom(...DIMENSIONS),
  tagKey.map((key): Dimension => `tag:${key}`),
);
const SAID = [
  "2026-w12",
  "2025-h2",
  "today",
  "yesterday",
  "30d",
  "4w",
  "3m",
  "this month",
  "last month",
  "this week",
  "last quarter",
  "this year",
  "2026",
  "2026-q3",
  "2026-09",
  "2026-09-01",
  "since 2026-09-01",
];

const selection = fc.oneof(
  fc.constantFrom(...SAID).map((said) => {
    const read = readQuestion(said, ENV);
    return read.ok ? { select: read.query.select, said: read.query.said } : expect.fail(said);
  }),
  fc
    .tuple(anyDay, fc.integer({ min: 1, max: 900 }))
    .map(([from, length]) => ({ select: { by: "days", from, to: addDays(from, length) }, said: null })),
  fc.constantFrom("2026-01", "2025-12").map((month) => ({ select: { by: "billing-month", month }, said: null })),
  value.map((invoice) => ({ select: { by: "invoice", invoice }, said: null })),
);
const query: fc.Arbitrary<CostQuery> = fc
  .record({
    selection,
    by: fc.uniqueArray(dimension, { maxLength: 3 }),
    filters: fc.array(
      fc.record({
        dimension,
        negated: fc.boolean(),
        values: fc.array(fc.option(value), { minLength: 1, maxLength: 3 }),
      }),
      { maxLength: 3 },
    ),
    metric: fc.constantFrom(...METRICS),
    per: fc.option(fc.constantFrom(...GRAINS)),
    versus: fc.option(
      fc.oneof(
        fc.constantFrom({ with: "previous" }, { with: "year-ago" }),
        fc
          .tuple(anyDay, fc.integer({ min: 1, max: 90 }))
          .map(([from, n]) => ({ with: "period", from, to: addDays(from, n) })),
      ),
    ),
    top: fc.option(fc.integer({ min: 1, max: 1000 })),
    without: fc.uniqueArray(fc.constantFrom(...EXCLUDABLE_KINDS)),
    currency: fc.option(fc.constantFrom("USD", "EUR", "JPY")),
    form: fc.option(fc.constantFrom(...CHART_FORMS)),
  })
  .map(({ selection, filters, ...rest }) => {
    // Canonical order: what must hold before what must not.
    const ordered = [...filters.filter((f) => !f.negated), ...filters.filter((f) => f.negated)];
    const slugged = ordered.map((f) => (f.dimension === "provider" ? { ...f, values: f.values.map(() => "aws") } : f));
    return costQuerySchema.parse({ ...selection, filters: slugged, ...rest });
  });

describe("laws", () => {
  test("parse(format(q)) = q", () => {
    fc.assert(
      fc.property(query, (q) => {
        expect(parseQuestion(formatQuestion(q), ENV)).toEqual({ ok: true, query: q });
      }),
      { numRuns: 1500 },
    );
  });

  const words = [
    ...DIMENSIONS,
    ...CLAUSES.flatMap((clause) => clause.words),
    ...SAID,
    ",",
    '"',
    "tag:",
    "tag:x",
    "2026-13",
    "..",
    "A..B",
    "top",
    "10",
    "-1",
    "1e9",
    "USD",
    "servce",
    "untagged",
    "=",
    "\0",
    "__proto__",
    "constructor",
    "9".repeat(30),
  ];
  const text = fc.oneof(
    fc.string({ maxLength: 80, unit: "binary" }),
    fc
      .array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 8 })), { maxLength: 12 })
      .map((parts) => parts.join(" ")),
    query
      .map(formatQuestion)
      .chain((base) =>
        fc
          .tuple(fc.nat(base.length), fc.string({ maxLength: 3 }))
          .map(([at, insert]) => base.slice(0, at) + insert + base.slice(at + 1)),
      ),
  );
  test("any text is read or answered with suggestions that run", () => {
    fc.assert(
      fc.property(text, (typed) => {
        const read = parseQuestion(typed, ENV);
        if (read.ok) return;
        expect(read.message).not.toBe("");
        expect(read.suggestions.length).toBeGreaterThan(0);
        for (const suggestion of read.suggestions) expect(parseQuestion(suggestion, ENV)).toMatchObject({ ok: true });
      }),
      { numRuns: 3000 },
    );
  });

  test("clauses may come in any order", () => {
    fc.assert(
      fc.property(query, fc.infiniteStream(fc.nat()), (q, order) => {
        const clauses = CLAUSES.map((clause) => clauseText(q, clause.id)).filter((part) => part !== null);
        const shuffled = clauses
          .map((part) => ({ part, rank: order.next().value ?? 0 }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ part }) => part);
        expect(parseQuestion(shuffled.join(" "), ENV)).toEqual({ ok: true, query: q });
      }),
      { numRuns: 500 },
    );
  });

  test("a text of any length is answered in bounded time", () => {
    const read = parseQuestion("by servce ".repeat(1_999), ENV);
    expect(read.ok).toBe(false);
    expect(parseQuestion("x".repeat(200_000), ENV)).toMatchObject({ ok: false });
  });
});
