/**
 * How long a thousand budgets take to judge after a flip. `node bench/budgets.ts [--budgets N] [--rows N]`. Last line: `{ "figures": [...] }`.
 * Bar (issue 3): 1,000 budgets evaluated ≤ 2 s after a flip. A year of day rows, budgets over teams, services, accounts,
 * pairs of them and everything, by month, quarter and year; a tenth of them newly crossed, all with a posted card.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { pino } from "pino";

import { renderBudget } from "../src/bot/views/budget-card.ts";
import type { Budget, BudgetCycle } from "../src/domain/budget.ts";
import { fixedClock } from "../src/domain/clock.ts";
import { money, scale } from "../src/domain/money.ts";
import { addDays } from "../src/domain/period.ts";
import { EVERYTHING, type Condition } from "../src/domain/scope.ts";
import { DEFAULT_SETTINGS } from "../src/domain/settings.ts";
import type { Context } from "../src/service/context.ts";
import { evaluateBudgets } from "../src/service/evaluate-budgets.ts";
import { listBudgets } from "../src/service/list-budgets.ts";
import { insertBudget, updateBudget } from "../src/store/budgets.ts";
import { openStore } from "../src/store/open-store.ts";
import { figure, type Figure } from "./figure.ts";
import { buildEstate, estateSize, THROUGH } from "./questions-estate.ts";

const ROUNDS = 5;
const EVALUATED_MS_MAX = 2_000;
const CYCLES: readonly BudgetCycle[] = ["month", "month", "month", "quarter", "year"];

const after = (word: string, otherwise: number): number => {
  const at = process.argv.indexOf(word);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const count = after("--budgets", 1_000);
const rows = after("--rows", 1_000_000);
const folder = await mkdtemp(join(tmpdir(), "finops-bench-"));
const db = await openStore({ dataDir: folder, databaseUrl: undefined, database: "finops" });
const ctx: Context = {
  db,
  clock: fixedClock(addDays(THROUGH, 2)),
  actor: { kind: "system", id: "bench" },
  scope: EVERYTHING,
  settings: DEFAULT_SETTINGS,
  log: pino({ level: "silent" }),
  dataDir: folder,
};
try {
  await buildEstate(db, estateSize(rows, THROUGH), (text) => void process.stderr.write(`${text}\n`));
  console.log(JSON.stringify({ figures: await measure() }));
} finally {
  await db.close();
  await rm(folder, { recursive: true, force: true });
}

async function measure(): Promise<Figure[]> {
  for (let index = 0; index < count; index += 1) {
    await insertBudget(db.sql, {
      name: `budget ${index}`,
      amount: money("1000000000", "USD"),
      filters: scopeOf(index),
      without: index % 4 === 0 ? ["tax"] : [],
      cycle: CYCLES[index % CYCLES.length] ?? "month",
      metric: "effective",
      thresholds: [50, 80, 100].map((percent) => ({ basis: "actual" as const, percent })),
      channel: "finops",
      access: [],
      origin: "chat",
      createdBy: "bench",
    });
  }
  const evaluate = () => evaluateBudgets({ ctx, input: { render: renderBudget } });
  const firstMs = await time(evaluate);
  const cpuBefore = process.cpuUsage();
  // Nothing crossed: what most flips are. Every row is written anew, as after a flip.
  const quiet: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await db.sql`update budget_period set bills = ${`flip ${round}`}`;
    quiet.push(await time(evaluate));
  }
  const cpu = process.cpuUsage(cpuBefore);
  await agree((index) => (index % 10 === 0 ? 60n : null));
  const crossing = await time(evaluate);
  await agree((index) => (index % 10 === 0 ? null : 60n));
  const storm = await time(evaluate);
  const posted: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    // Every card says another figure: all are edited.
    await db.sql`update budget_period set card_digest = ''`;
    posted.push(await time(evaluate));
  }
  const listMs = await time(() => listBudgets({ ctx, input: {} }));
  const middle = (list: number[]): number => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
  const ms = (name: string, value: number, bar: number | null = null): Figure =>
    figure(`${count.toLocaleString("en-US")} budgets, ${name}`, Math.round(value), "ms", { better: "lower", bar });
  return [
    ms("the first time", firstMs),
    ms("after a flip that crosses nothing", middle(quiet), EVALUATED_MS_MAX),
    // Of this process alone: what the same work takes where nothing else runs, the database's share apart.
    ms("CPU of this process after such a flip", (cpu.user + cpu.system) / 1000 / ROUNDS),
    ms("after a flip that crosses a tenth", crossing, EVALUATED_MS_MAX),
    ms("after a flip that crosses nine tenths", storm),
    ms("every posted card edited", middle(posted)),
    ms("listed", listMs),
  ];
}

/** Teams, services, accounts, pairs, providers; a few that no rollup of two dimensions holds. */
function scopeOf(index: number): Condition[] {
  const is = (dimension: Condition["dimension"], value: string): Condition => ({
    dimension,
    negated: false,
    values: [value],
  });
  const shapes: readonly (() => Condition[])[] = [
    () => [is("team", `team-${index % 20}`)],
    () => [is("service", `aws service ${index % 15}`)],
    () => [is("sub-account", `acct-${index % 60}`)],
    () => [is("service", `aws service ${index % 15}`), is("team", `team-${index % 20}`)],
    () => [is("provider", index % 2 === 0 ? "aws" : "gcp"), { ...is("region", "aws-region-0"), negated: true }],
    () => [is("environment", "prod"), is("team", `team-${index % 20}`)],
    () => [is("sub-account", `acct-${index % 60}`), is("service", `aws service ${index % 15}`)],
    () => [],
    () => [is("team", `team-${index % 20}`)],
    () => [is("sub-account", `acct-${index % 60}`)],
  ];
  // One in a hundred names three dimensions, or a resource.
  if (index % 100 === 99)
    return [is("team", `team-${index % 20}`), is("region", "aws-region-0"), is("environment", "prod")];
  return (shapes[index % shapes.length] ?? (() => []))();
}

/** Amounts as multiples (percent) of what was spent; null leaves a budget as it is. */
async function agree(amountOf: (index: number) => bigint | null): Promise<void> {
  const views = await listBudgets({ ctx, input: {} });
  for (const { budget, row } of views) {
    const percent = amountOf(Number(budget.name.split(" ")[1]));
    if (percent === null || row.spent === null || row.spent.atoms <= 0n) continue;
    const amount =
      percent >= 1_000n ? { ...budget.amount, atoms: percent * 10n ** 18n } : scale(row.spent, 100n, percent);
    const terms: Budget = { ...budget, amount };
    await updateBudget(db.sql, budget.id, terms);
  }
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
