import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, expect, test } from "vitest";

import { digestCard } from "../../src/bot/views/digest-card.ts";
import { day } from "../../src/domain/period.ts";
import type { DigestCycle } from "../../src/domain/report.ts";
import { buildDigest } from "../../src/service/build-digest.ts";
import { openScenario, type Scenario } from "../questions/scenario.ts";
import { openBills } from "./duckdb-bills.ts";

type Golden = {
  readonly cycle: DigestCycle;
  readonly through: string;
  readonly today: string;
  /** Days, ends exclusive: the digest's own, and those it is compared with. */
  readonly period: readonly [string, string];
  readonly against: readonly [string, string];
  readonly title: string;
  /** What somebody reads on a phone: total, direction, cause, next step. Judged by reading it. */
  readonly says: string;
};

/** Digests of the invented company's bills, each as it must read. */
const GOLDEN: readonly Golden[] = [
  {
    cycle: "day",
    through: "2026-03-30",
    today: "2026-04-01",
    period: ["2026-03-30", "2026-03-31"],
    against: ["2026-03-23", "2026-03-24"],
    title: "Monday, 30 March",
    says: "$221.64 + €29.02 + ¥223 on Monday, 30 March. Usage down $5.39 (−2.4%), down ¥14 (−5.9%) on the Monday before, mostly BigQuery, $5.93 less. Next: unused commitment, R1, saves €72.55 a month.",
  },
  {
    cycle: "day",
    through: "2026-03-01",
    today: "2026-03-03",
    period: ["2026-03-01", "2026-03-02"],
    against: ["2026-02-22", "2026-02-23"],
    title: "Sunday, 1 March",
    says: "$301.46 + €206.45 + ¥815 on Sunday, 1 March. Usage up $12.07 (+6.0%), up €0.72 (+2.9%), down ¥2 (−1.1%) on the Sunday before, mostly BigQuery, $10.15 more. Next: see why BigQuery rose in acme-prod.",
  },
  {
    cycle: "week",
    through: "2026-03-29",
    today: "2026-03-30",
    period: ["2026-03-23", "2026-03-30"],
    against: ["2026-03-16", "2026-03-23"],
    title: "Week of 23–29 March 2026",
    says: "$1,561 + €193.59 + ¥1,502 in the week of 23–29 March 2026. Usage up $25.92 (+1.7%), down €2.56 (−1.3%) on the week before, mostly BigQuery, $25.19 more. Next: unused commitment, R1, saves €72.55 a month.",
  },
  {
    cycle: "month",
    through: "2026-02-28",
    today: "2026-03-05",
    period: ["2026-02-01", "2026-03-01"],
    against: ["2026-01-01", "2026-02-01"],
    title: "February 2026",
    says: "$6,197 + €924.92 + ¥6,478 in February 2026. Usage down $557.17 (−8.3%), down €68.30 (−8.2%), down ¥440 (−6.9%) on January, which has 3 days more, mostly BigQuery, $385.83 less. Next: unused commitment, R1, saves €72.55 a month.",
  },
  {
    cycle: "month",
    through: "2026-03-29",
    today: "2026-04-03",
    period: ["2026-03-01", "2026-03-30"],
    against: ["2026-02-01", "2026-03-01"],
    title: "March 2026",
    says: "$6,564 + €984.91 + ¥6,782 in March 2026 (through 29 March). Usage up $359.81 (+5.9%), up €39.54 (+5.2%), up ¥235 (+4.0%) on the same days of February, mostly BigQuery, $207.59 more. Next: see why BigQuery rose in acme-prod.",
  },
];

let scenario: Scenario;
beforeAll(async () => {
  scenario = await openScenario();
});
afterAll(() => scenario.close());

test.each(GOLDEN)("$cycle digest through $through", async (golden) => {
  const { cycle, through, today, period, against } = golden;
  const digest = await buildDigest({ ctx: scenario.ctx, input: { cycle, day: day(through), today: day(today) } });
  expect([digest.period, digest.usage.against]).toEqual([
    { from: period[0], to: period[1] },
    { from: against[0], to: against[1] },
  ]);
  // The figures are what DuckDB reads from the bills, with none of the product's own mapping.
  const { ask } = await openBills(fileURLToPath(new URL("../fixtures/scenario/", import.meta.url)));
  const within = ([from, to]: readonly [string, string]) => `d >= '${from}' and d < '${to}'`;
  const total = await ask(`select cur, sum(eff) from bills where ${within(period)} group by all`);
  const byCode = <Row extends readonly string[]>(rows: readonly Row[]): Row[] =>
    rows.toSorted(([a = ""], [b = ""]) => (a < b ? -1 : 1));
  expect(byCode(digest.total.map(({ currency, amount }) => [currency, amount]))).toEqual(total);
  const usage =
    await ask(`select cur, sum(eff) filter (where ${within(period)}), sum(eff) filter (where ${within(against)})
    from bills where kind = 'usage' and (${within(period)} or ${within(against)}) group by all`);
  expect(byCode(digest.usage.total.map(({ currency, amount, previous }) => [currency, amount, previous]))).toEqual(
    usage,
  );
  const card = digestCard(digest);
  expect([card.title, card.summary]).toEqual([golden.title, golden.says]);
});
