import { previousBudgetPeriod } from "../analysis/budget-period.ts";
import { explainChange, type Leaf } from "../analysis/drivers.ts";
import type { BudgetDriver } from "../domain/budget.ts";
import type { Dimension } from "../domain/dimension.ts";
import { addDays, daysBetween, type Period } from "../domain/period.ts";
import type { DayRate } from "../store/cost-plan.ts";
import { readCosts, type CostFact } from "../store/cost-read.ts";
import type { CostSnapshot } from "../store/cost-snapshot.ts";
import type { BudgetFigures } from "./budget-figures.ts";

/** What a reason is looked for in, the first always named. */
const DIMENSIONS: readonly Dimension[] = ["service", "region", "sub-account", "team"];

/** The top driver of a budget's spending, within its own scope; null when there is none. */
export async function readBudgetDriver(snapshot: CostSnapshot, figures: BudgetFigures): Promise<BudgetDriver | null> {
  const { budget, period, through } = figures;
  const to = through !== null && through >= period.from && through < period.to ? addDays(through, 1) : period.to;
  const current: Period = { from: period.from, to };
  const before = previousBudgetPeriod(budget.cycle, period);
  const length = daysBetween(current.from, current.to);
  const whole = to === period.to || length >= daysBetween(before.from, before.to);
  const against: Period = whole ? before : { from: before.from, to: addDays(before.from, length) };
  // Days before may have no rate: then what cost most is said instead of what rose.
  const rates = figures.rates.length === 0 ? null : dayRates(figures, current);
  const now = await read(snapshot, figures, current, rates);
  const then = rates === null ? await read(snapshot, figures, against, null) : [];
  const { currency } = budget.amount;
  const mine = (facts: readonly CostFact[]): CostFact[] => facts.filter((fact) => fact.currency === currency);
  const change = explainChange(DIMENSIONS, leavesOf(mine(now), mine(then)), currency);
  const top = change.find((driver) => driver.rest !== true && !driver.change.startsWith("-") && driver.change !== "0");
  if (top !== undefined) return { driver: top, against: then.length === 0 ? null : against };
  return null;
}

function dayRates({ budget, rates, daily }: BudgetFigures, period: Period): DayRate[] {
  const own = [...daily.keys()]
    .filter((day) => day >= period.from && day < period.to)
    .map((day) => ({ day, currency: budget.amount.currency, factor: "1" }));
  return [...own, ...rates.map((rate) => ({ day: rate.day, currency: rate.from, factor: rate.rate }))];
}

function read(
  snapshot: CostSnapshot,
  { budget }: BudgetFigures,
  period: Period,
  rates: readonly DayRate[] | null,
): Promise<CostFact[]> {
  const by = DIMENSIONS.filter((dimension) => dimension !== "team" || snapshot.rollups.current);
  const filter = { conditions: [...budget.access, ...budget.filters], without: budget.without };
  const span = { by: "days", period } as const;
  const target = rates === null ? null : budget.amount.currency;
  return readCosts(snapshot, { span, by, filter, metric: budget.metric, per: null, rates, rowsMax: null }, target);
}

function leavesOf(now: readonly CostFact[], then: readonly CostFact[]): Leaf[] {
  const leaves = new Map<string, { key: readonly (string | null)[]; change: bigint }>();
  const add = (fact: CostFact, sign: bigint): void => {
    const name = JSON.stringify(fact.key);
    const leaf = leaves.get(name) ?? { key: fact.key, change: 0n };
    leaf.change += sign * fact.amount;
    leaves.set(name, leaf);
  };
  for (const fact of now) add(fact, 1n);
  for (const fact of then) add(fact, -1n);
  return [...leaves.values()];
}
