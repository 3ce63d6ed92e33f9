import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, expect, test } from "vitest";

import { parseQuestion } from "../../src/bot/grammar/parse-question.ts";
import { costAnswer, type CostAnswer } from "../../src/domain/contract.ts";
import { parseAtoms, atomsToDecimal } from "../../src/domain/money.ts";
import { costCard } from "../../src/bot/views/cost-card.ts";
import { showCosts } from "../../src/service/show-costs.ts";
import { openScenario, type Scenario } from "../questions/scenario.ts";
import { openBills, sorted, type GoldenRow } from "./duckdb-bills.ts";
import { typedCommands } from "../../src/bot/typed-command.ts";

type Golden = { readonly question: string; readonly sql: string; readonly rows: readonly GoldenRow[] };
const GOLDEN = JSON.parse(readFileSync(new URL("./questions.golden.json", import.meta.url), "utf8")) as Golden[];

let scenario: Scenario;
beforeAll(async () => {
  scenario = await openScenario();
});
afterAll(() => scenario.close());

test("there are at least 60 questions", () => expect(GOLDEN.length).toBeGreaterThanOrEqual(60));

test("the golden answers are what DuckDB reads from the bills", async () => {
  const { ask } = await openBills(fileURLToPath(new URL("../fixtures/scenario/", import.meta.url)));
  for (const { question, sql, rows } of GOLDEN) expect([question, await ask(sql)]).toEqual([question, rows]);
});

test.each(GOLDEN)("$question", async ({ question, rows }) => {
  const read = parseQuestion(question, { today: scenario.ctx.clock.today() });
  expect(read).toMatchObject({ ok: true });
  if (!read.ok) return;
  const answer = await showCosts({ ctx: scenario.ctx, input: read.query });
  expect(flat(costAnswer.parse(answer))).toEqual(sorted(rows));
  expect(answer.total.map((line) => [line.unit ?? line.currency, line.amount])).toEqual(totals(answer));
  const card = costCard(answer, read.query);
  for (const action of card.actions.flatMap(typedCommands))
    expect(parseQuestion(action.command, { today: scenario.ctx.clock.today() })).toMatchObject({ ok: true });
});

/** Rows as the golden file has them: keys, first day of the period, currency or unit, amount, what it was before. */
function flat(answer: CostAnswer): GoldenRow[] {
  return sorted(
    answer.rows.map((row) => {
      const keys = row.other === true ? ["(other)"] : Object.values(row.key);
      return [
        ...keys,
        ...(row.period === undefined ? [] : [row.period.from]),
        row.currency ?? row.unit ?? null,
        row.amount,
        ...(row.previous === undefined ? [] : [row.previous]),
      ];
    }),
  );
}

function totals(answer: CostAnswer): [string, string][] {
  const sums = new Map<string, bigint>();
  for (const row of answer.rows) {
    const name = row.unit ?? row.currency ?? "";
    sums.set(name, (sums.get(name) ?? 0n) + parseAtoms(row.amount));
  }
  return [...sums].map(([name, sum]) => [name, atomsToDecimal(sum)]);
}
