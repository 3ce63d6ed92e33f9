import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { parseQuestion } from "../../src/bot/grammar/parse-question.ts";
import { costAnswer, type CostAnswer } from "../../src/domain/contract.ts";
import { parseAtoms, atomsToDecimal } from "../../src/domain/money.ts";
import { day, eachDay, type Day } from "../../src/domain/period.ts";
import { importFx } from "../../src/service/import-fx.ts";
import type { CostQuery } from "../../src/domain/cost-query.ts";
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
  // What keeps the question (save, subscribe) is a form; the buttons ask on.
  for (const action of card.actions.filter(({ kind }) => kind === "button").flatMap(typedCommands))
    expect(parseQuestion(action.command, { today: scenario.ctx.clock.today() })).toMatchObject({ ok: true });
});

describe("conversion", () => {
  // Every day of the bills has a rate of its own, so that a rate of another day would be seen.
  const rate = (currency: "EUR" | "JPY", index: number): string =>
    currency === "EUR" ? `1.${String(100 + index)}` : `0.00${String(600 + index)}`;
  const days = eachDay({ from: day("2026-01-01"), to: day("2026-04-01") });

  test("a missing rate is named and never 0; with rates every day is converted by its own", async () => {
    const asked = readOf("2026 by provider,team in USD");
    await expect(showCosts({ ctx: scenario.ctx, input: asked })).rejects.toThrow(
      /There is no exchange rate from (EUR|JPY) to USD for 2026-01-01, .* and \d+ more/,
    );
    const file = (currency: "EUR" | "JPY", of: readonly Day[]): string =>
      [
        "date,currency,rate,base",
        ...of.map((one) => `${one},${currency},${rate(currency, days.indexOf(one))},USD`),
      ].join("\n");
    await saveFile("eur.csv", file("EUR", days));
    // One currency is not enough, and the error no longer names the other.
    await expect(showCosts({ ctx: scenario.ctx, input: asked })).rejects.toThrow(/from JPY to USD for 2026-01-01/);
    await saveFile("jpy.csv", file("JPY", days));
    const answer = await showCosts({ ctx: scenario.ctx, input: asked });

    const { ask } = await openBills(fileURLToPath(new URL("../fixtures/scenario/", import.meta.url)));
    const rates = days.flatMap((one, index) =>
      (["EUR", "JPY"] as const).map((currency) => `('${one}'::date, '${currency}', ${rate(currency, index)})`),
    );
    const want =
      await ask(`select p, team, 'USD', sum(eff * coalesce(rate, 1)::decimal(12, 6))::decimal(38, 18) from bills
      left join (values ${rates.join(", ")}) r(day, currency, rate) on r.day = d and r.currency = cur group by all`);
    expect(flat(answer)).toEqual(want);
    expect(answer.receipt.rates?.every((one) => one.carriedFrom === null)).toBe(true);
  });
});

async function saveFile(name: string, text: string): Promise<void> {
  const path = join(scenario.ctx.dataDir, name);
  await writeFile(path, text);
  await importFx({ ctx: scenario.ctx, input: { path } });
}

function readOf(question: string): CostQuery {
  const read = parseQuestion(question, { today: scenario.ctx.clock.today() });
  if (!read.ok) throw new Error(read.message);
  return read.query;
}

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
