import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { parseQuestion } from "../../src/bot/grammar/parse-question.ts";
import { costCard } from "../../src/bot/views/cost-card.ts";
import { describeChart } from "../../src/charts/describe-chart.ts";
import type { AllocationRule } from "../../src/domain/allocation.ts";
import { costAnswer, type CostAnswer } from "../../src/domain/contract.ts";
import { atomsToDecimal, parseAtoms } from "../../src/domain/money.ts";
import { day } from "../../src/domain/period.ts";
import { DEFAULT_SETTINGS } from "../../src/domain/settings.ts";
import { exportCosts } from "../../src/service/export-costs.ts";
import { showAllocation } from "../../src/service/show-allocation.ts";
import { showCosts } from "../../src/service/show-costs.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { settableClock } from "../support/schedules.ts";
import { smallEstate } from "./estate.ts";
import { seedCharges, type SeedCharge } from "./seed.ts";

let db: TestDatabase;
let golden: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  await seedCharges(db, smallEstate());
  golden = await createTestDatabase();
  await seedCharges(golden, platform());
});
afterAll(async () => {
  await db.close();
  await golden.close();
});

const rule = (name: string, more: Partial<AllocationRule>): AllocationRule => ({
  name,
  scope: [],
  to: "team",
  by: "cost",
  shares: {},
  from: null,
  until: null,
  origin: "config",
  ...more,
});
const only = (dimension: "service" | "team" | "region", ...values: (string | null)[]) => [
  { dimension, negated: false, values },
];

const clock = settableClock("2026-04-03T12:00:00Z");
const contextOf = (store: TestDatabase, allocation: readonly AllocationRule[], scope = {}) => ({
  ...testContext(store, { clock, dataDir: "", settings: { ...DEFAULT_SETTINGS, allocation } }),
  ...scope,
});

function read(question: string) {
  const parsed = parseQuestion(question, { today: day("2026-04-03") });
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.query;
}
async function ask(question: string, rules: readonly AllocationRule[], store = db): Promise<CostAnswer> {
  return costAnswer.parse(await showCosts({ ctx: contextOf(store, rules), input: read(question) }));
}

type Sums = Record<string, string>;
/** Amounts by what `keyOf` says, exact. */
function sums(answer: CostAnswer, keyOf: (row: CostAnswer["rows"][number]) => string): Sums {
  const found = new Map<string, bigint>();
  for (const row of answer.rows) found.set(keyOf(row), (found.get(keyOf(row)) ?? 0n) + parseAtoms(row.amount));
  return Object.fromEntries(
    [...found]
      .filter(([, atoms]) => atoms !== 0n)
      .map(([name, atoms]) => [name, atomsToDecimal(atoms)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
const byTeam = (row: CostAnswer["rows"][number]) => `${row.key["team"] ?? "untagged"} ${row.currency}`;

/** Small enough to spread by hand: a platform of 300 and a support plan of 100 a month, three teams of 100, 200 and 300. */
function platform(): SeedCharge[] {
  const charge = (on: string, team: string | null, cost: string, service = "Amazon EC2"): SeedCharge => ({
    day: on,
    service,
    serviceCategory: "Compute",
    subAccount: "1",
    region: "eu-west-1",
    cost,
    ...(team === null ? {} : { tags: { team } }),
  });
  return ["2026-02", "2026-03"].flatMap((month) => [
    charge(`${month}-03`, "a", "100"),
    charge(`${month}-04`, "b", "200"),
    charge(`${month}-05`, "c", "300"),
    charge(`${month}-06`, "platform", "120", "Amazon EKS"),
    charge(`${month}-07`, "platform", "180", "Amazon VPC"),
    charge(`${month}-08`, null, "100", "Support"),
  ]);
}
const SPREAD = rule("platform", { scope: only("team", "platform") });
const SUPPORT = rule("support", { scope: only("service", "Support"), by: "even" });

describe("golden: spread by hand", () => {
  const cases: [question: string, rules: AllocationRule[], want: Sums][] = [
    // 300 in proportion to 100 : 200 : 300.
    ["2026-03 by team allocated", [SPREAD], { "a USD": "150", "b USD": "300", "c USD": "450", "untagged USD": "100" }],
    // And 100 evenly over the three: nobody of them is `platform`, whose cost is all shared.
    [
      "2026-03 by team allocated",
      [SPREAD, SUPPORT],
      { "a USD": "183.333333333333333334", "b USD": "333.333333333333333333", "c USD": "483.333333333333333333" },
    ],
    [
      "2026-03 by team allocated",
      [rule("fixed", { scope: only("team", "platform"), by: "fixed", shares: { a: "3", z: "1" } })],
      { "a USD": "325", "b USD": "200", "c USD": "300", "untagged USD": "100", "z USD": "75" },
    ],
    ["2026-03 by team allocated for team a,z", [SPREAD], { "a USD": "150" }],
    ["2026-03 by team allocated not team c,untagged", [SPREAD], { "a USD": "150", "b USD": "300" }],
    ['2026-03 by team allocated for service "Amazon EKS"', [SPREAD], { "a USD": "20", "b USD": "40", "c USD": "60" }],
    [
      "2026-03 by team",
      [SPREAD],
      { "a USD": "100", "b USD": "200", "c USD": "300", "platform USD": "300", "untagged USD": "100" },
    ],
    // It began to hold in March.
    [
      "2026-02 by team allocated",
      [{ ...SPREAD, from: day("2026-03-01") }],
      { "a USD": "100", "b USD": "200", "c USD": "300", "platform USD": "300", "untagged USD": "100" },
    ],
    // A rule that was changed: each version in its own days, and none is left out for the other.
    [
      "2026-02-01..2026-04-01 by team allocated",
      [
        { ...SPREAD, until: day("2026-03-01") },
        { ...SPREAD, by: "even", from: day("2026-03-01") },
      ],
      { "a USD": "350", "b USD": "600", "c USD": "850", "untagged USD": "200" },
    ],
    // What was shared until March 6 (120) is nobody's own and taken off once; what came after (180) is platform's own.
    [
      "2026-03 by team allocated for service Support",
      [
        { ...SUPPORT, by: "cost" },
        { ...SPREAD, name: "early", until: day("2026-03-07") },
        { ...SPREAD, name: "early too", from: day("2026-03-02"), until: day("2026-03-07") },
      ],
      {
        "a USD": "12.820512820512820513",
        "b USD": "25.641025641025641026",
        "c USD": "38.461538461538461538",
        "platform USD": "23.076923076923076923",
      },
    ],
  ];
  test.each(cases)("%s", async (question, rules, want) => {
    expect(sums(await ask(question, rules, golden), byTeam)).toEqual(want);
  });

  test("each service of what is shared goes with it, day by day too", async () => {
    const answer = await ask("2026-03 by team,service allocated per day", [SPREAD], golden);
    expect(sums(answer, (row) => `${row.key["team"]} ${row.key["service"]} ${row.period?.from}`)).toMatchObject({
      "a Amazon EC2 2026-03-03": "100",
      "a Amazon EKS 2026-03-06": "20",
      "b Amazon VPC 2026-03-07": "60",
      "c Amazon VPC 2026-03-07": "90",
    });
  });

  test("compared: each side by the rules of its own days", async () => {
    const answer = await ask("2026-03 by team allocated vs previous", [{ ...SPREAD, from: day("2026-03-01") }], golden);
    const row = answer.rows.find(({ key }) => key["team"] === "a");
    expect([row?.amount, row?.previous, row?.change?.amount]).toEqual(["150", "100", "50"]);
    expect(answer.total).toMatchObject([{ amount: "1000", previous: "1000" }]);
  });

  test("the receipt says allocated and by which rules; card, picture and file show what moved", async () => {
    const question = "2026-03 by team allocated";
    const answer = await ask(question, [SPREAD, SUPPORT], golden);
    expect(answer.receipt.allocation).toEqual({
      to: "team",
      rules: [
        { name: "platform", method: "cost", moved: [{ amount: "300", currency: "USD" }], left: [], leftOutFor: null },
        { name: "support", method: "even", moved: [{ amount: "100", currency: "USD" }], left: [], leftOutFor: null },
      ],
    });
    expect(answer.receipt.notes.slice(0, 3)).toEqual([
      "Allocated: shared spend is spread over team by rules platform, support; the total is the same without.",
      "platform spread $300.00 in proportion to own usage.",
      "support spread $100.00 evenly.",
    ]);
    expect(read(answer.receipt.question)).toMatchObject({ allocated: true, by: ["team"] });
    const card = costCard(answer, read(question));
    expect(card.title).toBe("Cost by team, allocated, March 2026");
    const table = card.blocks.find(({ kind }) => kind === "table");
    expect(table).toMatchObject({
      columns: [{ header: "team" }, { header: "Cost" }, { header: "Of it shared" }, { header: "Share" }],
      rows: [
        ["c", "$483.33", "+$183.33", "48.3%"],
        ["b", "$333.33", "+$133.33", "33.3%"],
        ["a", "$183.33", "+$83.33", "18.3%"],
        ["platform", "$0", "−$300.00", "0.0%"],
        ["untagged", "$0", "−$100.00", "0.0%"],
      ],
    });
    const chart = card.blocks.find(({ kind }) => kind === "chart");
    expect(chart?.kind === "chart" ? chart.chart : null).toMatchObject({
      title: "Cost by team, allocated",
      bars: [{ label: "c", amount: "483.333333333333333333" }, { label: "b" }, { label: "a" }, {}, {}],
    });
    expect(chart?.kind === "chart" ? describeChart(chart.chart) : "").toContain("c");
    const csv = new TextDecoder().decode(
      await exportCosts({ ctx: contextOf(golden, []), input: { answer, format: "csv" } }),
    );
    expect(csv.split(/\r?\n/).slice(0, 2)).toEqual([
      "team,amount,currency,of it shared,source rows",
      "c,483.333333333333333333,USD,183.333333333333333333,1",
    ]);
  });
});

const RULES: readonly AllocationRule[] = [
  rule("support", { scope: only("service", "AWS Support (Business)") }),
  rule("tax", { scope: only("service", "Tax"), by: "fixed", shares: { payments: "0.6", web: "0.4" } }),
  rule("buckets", { scope: [...only("team", null), ...only("service", "Amazon S3")], by: "even" }),
  rule("search", { scope: only("team", "search"), from: day("2026-02-20"), until: day("2026-03-10") }),
  // Clashes with `buckets` wherever both hold.
  rule("region", { scope: only("region", "eu-west-1"), by: "even" }),
];
const question = fc
  .record({
    period: fc.constantFrom("2026-02", "2026-03", "2026-02-10..2026-03-17", "2026-q1", "2026-03-05"),
    by: fc.constantFrom("by team", "by team,service", "by region,team", "by team,provider"),
    filter: fc.constantFrom("", "for provider aws", "not service Tax", 'for region none,"eu-west-1"'),
    per: fc.constantFrom("", "per day", "per week", "per month"),
    rest: fc.constantFrom("", "metric billed", "without tax", "without credits,purchases"),
  })
  .map(({ period, by, filter, per, rest }) => ({ period, by, filter, per, rest }));
const text = ({ period, by, filter, per, rest }: Record<"period" | "by" | "filter" | "per" | "rest", string>) =>
  [period, by, filter, per, rest].filter((part) => part !== "").join(" ");
const rules = fc.subarray([...RULES]);

describe("laws", () => {
  test(
    "the total is the same with and without, and so is every bucket and every other dimension",
    { timeout: 120_000 },
    () =>
      fc.assert(
        fc.asyncProperty(question, rules, async (parts, by) => {
          const asked = text(parts);
          const plain = await ask(asked, by);
          const spread = await ask(`${asked} allocated`.replace(" environment", " region"), by).catch(() => null);
          const other = parts.by.includes("environment") ? null : spread;
          if (other === null) return;
          expect(other.total).toEqual(plain.total);
          const rest = (row: CostAnswer["rows"][number]) =>
            JSON.stringify([row.key["service"], row.key["region"], row.key["provider"], row.period, row.currency]);
          expect(sums(other, rest)).toEqual(sums(plain, rest));
          expect(other.receipt.sourceRows).toBe(plain.receipt.sourceRows);
        }),
        { numRuns: 25 },
      ),
  );

  test("however finely it is told, a team bears the same", { timeout: 120_000 }, () =>
    fc.assert(
      fc.asyncProperty(question, rules, async ({ period, filter, per, rest }, by) => {
        const whole = sums(
          await ask(text({ period, by: "by team", filter, per: "", rest: `${rest} allocated` }), by),
          byTeam,
        );
        const fine = await ask(text({ period, by: "by team,service", filter, per, rest: `${rest} allocated` }), by);
        expect(sums(fine, byTeam)).toEqual(whole);
      }),
      { numRuns: 20 },
    ),
  );

  test("months add up to the quarter, whatever rules hold when and clash where", { timeout: 120_000 }, () =>
    fc.assert(
      fc.asyncProperty(rules, async (by) => {
        const months = await Promise.all(
          ["2026-01", "2026-02", "2026-03"].map((month) => ask(`${month} by team allocated`, by)),
        );
        const [first] = months;
        if (first === undefined) return;
        const all = { ...first, rows: months.flatMap(({ rows }) => rows) };
        expect(sums(all, byTeam)).toEqual(sums(await ask("2026-q1 by team allocated", by), byTeam));
      }),
      { numRuns: 5 },
    ),
  );

  test("what moved is the difference to what is tagged; the same as `allocate show` says", { timeout: 120_000 }, () =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom("2026-02", "2026-03", "2026-q1"), rules, async (period, by) => {
        const answer = await ask(`${period} by team allocated`, by);
        const tagged = sums(await ask(`${period} by team`, by), byTeam);
        const back = answer.rows.map((row) => ({
          ...row,
          amount: atomsToDecimal(parseAtoms(row.amount) - parseAtoms(row.moved ?? "0")),
        }));
        expect(sums({ ...answer, rows: back }, byTeam)).toEqual(tagged);
        const { select } = read(period);
        if (select.by !== "days") return;
        const shown = await showAllocation({ ctx: contextOf(db, by), input: { period: select, to: "team" } });
        const after = shown.rows.map(({ name, currency, after: amount }) => {
          return { key: { team: name }, currency, amount, sourceRows: 0 };
        });
        expect(sums(answer, byTeam)).toEqual(sums({ ...answer, rows: after }, byTeam));
      }),
      { numRuns: 12 },
    ),
  );

  test("`top` cuts what comes out, and the rows still add up", async () => {
    const answer = await ask("2026-03 by team allocated top 1", [SPREAD, SUPPORT], golden);
    expect(answer.rows.map(({ key, amount, other }) => [other ?? key["team"], amount])).toEqual([
      ["c", "483.333333333333333333"],
      [true, "516.666666666666666667"],
    ]);
  });
});

describe("what cannot be spread is said", () => {
  test.each([
    ["2026-03 by service allocated", "one of team, product, environment"],
    ["2026-03 by team,environment allocated", "one of team, product, environment"],
    ["2026-03 by team,resource allocated", "each resource"],
    ["2026-03 by team allocated metric usage", "Quantities are not spread"],
    ["billing 2026-03 by team allocated", "not by invoices"],
  ])("%s", async (asked, why) => {
    await expect(ask(asked, [SPREAD])).rejects.toThrow(why);
  });

  test("whoever sees a part is told of no pool", async () => {
    const scope = only("team", "payments");
    const ctx = contextOf(db, [SPREAD], { scope });
    await expect(showCosts({ ctx, input: read("2026-03 by team allocated") })).rejects.toThrow(
      "shows more than the part of the bills",
    );
  });

  test("without a rule it is the tagged answer, and says how a rule is made", async () => {
    const answer = await ask("2026-03 by product allocated", [SPREAD]);
    expect(answer.rows).toEqual((await ask("2026-03 by product", [SPREAD])).rows);
    expect(answer.receipt.notes[0]).toContain("no rule spreads anything over product");
    const card = costCard(answer, read("2026-03 by product allocated"));
    expect(JSON.stringify(card.blocks)).toContain("these are the amounts as tagged");
    expect(JSON.stringify(card.blocks)).not.toContain("Of it shared");
  });
});

describe("the words", () => {
  test.each([
    ["last month allocated", "last month by team allocated"],
    ["allocated by product last month", "last month by product allocated"],
    ["last month by team fully loaded", "last month by team allocated"],
    ["last month by team with shared costs", "last month by team allocated"],
    ["cost by team allocated for product shop top 5", "this month by team allocated for product shop top 5"],
  ])("%s", (said, want) => {
    expect(read(said)).toEqual(read(want));
  });

  test.each(["alocated", "allocatd", "allocate"])("%s is nearly right", (word) => {
    const parsed = parseQuestion(`last month by team ${word}`, { today: day("2026-04-03") });
    expect(parsed).toMatchObject({ ok: false });
    expect(parsed.ok ? [] : parsed.suggestions).toContain("cost last month by team allocated");
  });
});
