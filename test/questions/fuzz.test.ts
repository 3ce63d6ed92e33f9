import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { Card } from "../../src/bot/card.ts";
import { costCommand } from "../../src/bot/commands/cost.ts";
import { dispatch } from "../../src/bot/dispatch.ts";
import { CLAUSES } from "../../src/bot/grammar/clauses.ts";
import { parseQuestion } from "../../src/bot/grammar/parse-question.ts";
import { costAnswer, type CostAnswer } from "../../src/domain/contract.ts";
import { DIMENSIONS } from "../../src/domain/dimension.ts";
import { parseAtoms } from "../../src/domain/money.ts";
import type { Day } from "../../src/domain/period.ts";
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

/** Words of the language, in and out of place. Rates are not loaded: a conversion must say which are missing. */
const WORDS = [
  ...CLAUSES.flatMap((clause) => [...clause.words, ...(clause.whole ?? [])]),
  ...CLAUSES.flatMap((clause) => clause.examples),
  ...DIMENSIONS,
  "tag:owner",
  "tag:cost-center",
  "untagged",
  "none",
  "payments",
  '"Amazon RDS"',
  "AW-2026-03",
  "last month",
  "2026-w12",
  "h1",
  "february to march",
  "90d",
  "per day",
  "USD",
  "EUR",
  ",",
  "3",
  "0",
  "usage",
  "year-ago",
  "fiscal",
  "<script>",
  "\0",
];
/** Clauses that mostly go together; in any order, and now and then with a word too many. */
const PARTS = [
  ["last month", "2026-03", "2026-w10", "90d", "february to march", "billing 2026-03", "invoice AW-2026-03", "h1"],
  [
    "by service",
    "by team,region",
    "by kind",
    "by resource",
    "by tag:owner",
    "by tag:cost-center,service",
    "by invoice",
  ],
  ["for team payments", "for service none", "for sub-account prod", "for region eu-west-1,none", 'for tag:owner "ann"'],
  ["not team search", "not service tax,invoice", "not environment none"],
  ["per day", "per week", "per month"],
  ["vs previous", "vs year-ago", "yoy", "vs 2026-02"],
  ["metric billed", "metric usage", "metric list", "unblended"],
  ["top 1", "top services", "without tax credits", "without purchases", "in USD", "in EUR", "as table", "as pie"],
];
const fitting = fc
  .tuple(
    fc.shuffledSubarray(PARTS, { minLength: 1, maxLength: 4 }),
    fc.infiniteStream(fc.nat()),
    fc.option(fc.constantFrom(...WORDS), { freq: 5 }),
  )
  .map(([parts, picks, extra]) => {
    const words = parts.map((part) => part[(picks.next().value ?? 0) % part.length] ?? "");
    return [...words, ...(extra === null ? [] : [extra])].join(" ");
  });
const typed = fc.oneof(
  fitting,
  fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 9 }).map((words) => words.join(" ")),
  fc.string({ maxLength: 60, unit: "binary" }),
);

/** Buttons of a refusal that would not run as they are; none is right. */
function brokenButtons(card: Card, today: Day): string[] {
  return card.actions.flatMap((action) => {
    const question = action.kind === "button" && action.command.startsWith("cost") ? action.command : null;
    return question === null || parseQuestion(question, { today }).ok ? [] : [question];
  });
}

/** Totals whose rows do not add up to them; none is right. */
function wrongTotals({ rows, total }: CostAnswer): string[] {
  return total.flatMap((line) => {
    const own = rows.filter((row) => (row.currency === null ? row.unit === line.unit : row.currency === line.currency));
    const sum = own.reduce((atoms, row) => atoms + parseAtoms(row.amount), 0n);
    return sum === parseAtoms(line.amount) ? [] : [`${line.amount} ${line.unit ?? line.currency}`];
  });
}

test("whatever is typed is answered, or refused with questions that run", async () => {
  const seen = { answered: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(typed, async (text) => {
      const ctx = testContext(db, { dataDir: "" });
      const { card, data, exitCode } = await dispatch({ ctx, text: `cost ${text}` }, [costCommand]);
      seen[exitCode === 0 ? "answered" : "refused"] += 1;
      const wrong = exitCode === 0 ? wrongTotals(costAnswer.parse(data)) : brokenButtons(card, ctx.clock.today());
      expect({ text, wrong, exit: [0, 2].includes(exitCode) }).toEqual({ text, wrong: [], exit: true });
      expect([card.title, card.summary]).not.toContain("");
    }),
    { numRuns: 400 },
  );
  // A fuzzer that only ever fails to be understood would prove nothing.
  expect(seen.answered).toBeGreaterThan(60);
  expect(seen.refused).toBeGreaterThan(60);
});
