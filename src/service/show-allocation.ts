import { receiversOf, spread } from "../analysis/allocate.ts";
import type { AllocationRule } from "../domain/allocation.ts";
import type { CostAnswer } from "../domain/contract.ts";
import { costQuerySchema, type CostQuery } from "../domain/cost-query.ts";
import type { TagAlias } from "../domain/dimension.ts";
import { EXCLUDABLE_KINDS } from "../domain/kind.ts";
import { atomsToDecimal, parseAtoms } from "../domain/money.ts";
import { eachMonth, intersect, monthPeriod, type Period } from "../domain/period.ts";
import { loadRules } from "../store/allocation-rules.ts";
import { withCostSnapshot } from "../store/cost-snapshot.ts";
import type { Context, Verb } from "./context.ts";
import { showCostsIn } from "./show-costs.ts";
import { requireWholeScope } from "./whole-scope.ts";

export type AllocatedRow = {
  /** null = untagged. */
  readonly name: string | null;
  readonly currency: string;
  /** As the bill tags it, what it gave and took, and what it comes to: tagged − gave + took. */
  readonly tagged: string;
  readonly gave: string;
  readonly took: string;
  readonly after: string;
};
export type Allocation = {
  readonly period: Period;
  readonly to: TagAlias;
  readonly rows: readonly AllocatedRow[];
  /** The same before and after, to the last decimal. */
  readonly total: readonly { readonly amount: string; readonly currency: string }[];
  /** What each rule moved, and what it could not. */
  readonly notes: readonly string[];
};

export type ShowAllocation = {
  readonly period: Period;
  readonly to: TagAlias;
  /** Instead of the rules in force: for looking before a rule is saved. */
  readonly rules?: readonly AllocationRule[];
};

/** The rules of finops.yaml first, then those set by command. */
export async function allRules(ctx: Context): Promise<AllocationRule[]> {
  return [...(ctx.settings.allocation ?? []), ...(await loadRules(ctx.db.sql))];
}

type Key = string;
const keyOf = (name: string | null, currency: string): Key => JSON.stringify([name, currency]);

/**
 * Costs by team, product or environment with shared charges spread over their users. Each rule spreads what its scope
 * holds of each calendar month over whoever has usage of their own in that whole month (what rules spread is nobody's
 * own), in each currency by itself. Totals stay the same to the last decimal. Only for whoever sees everything: a share of
 * a pool tells of the pool.
 */
export async function showAllocation({ ctx, input }: Verb<ShowAllocation>): Promise<Allocation> {
  requireWholeScope(ctx, "allocate");
  const { period, to } = input;
  const rules = (input.rules ?? (await allRules(ctx))).filter((rule) => rule.to === to);
  return withCostSnapshot(ctx.db, ctx.settings.tagAliases, async (snapshot) => {
    const ask = (span: Period, changes: Partial<CostQuery> = {}) =>
      showCostsIn(snapshot, ctx, {
        ...costQuerySchema.parse({ select: { by: "days", ...span } }),
        by: [to],
        ...changes,
      });
    const tagged = await ask(period);
    const gave = new Map<Key, bigint>();
    const took = new Map<Key, bigint>();
    const notes: string[] = [];
    const before: AllocationRule[] = [];
    for (const rule of rules) {
      const span = intersect(period, { from: rule.from ?? period.from, to: rule.until ?? period.to });
      if (span.from >= span.to) continue;
      const clash = await firstOverlap(rule, before, (filters) => ask(span, { filters, by: [] }));
      if (clash !== null) {
        notes.push(`${rule.name} is left out: ${clash} spreads some of the same charges.`);
        continue;
      }
      before.push(rule);
      notes.push(...(await applyRule(rule, span, rules, ask, { gave, took })));
    }
    return { period, to, rows: rowsOf(tagged, to, gave, took), total: totalsOf(tagged), notes };
  });
}

type Ask = (span: Period, changes?: Partial<CostQuery>) => Promise<CostAnswer>;

function filtersOf(rule: AllocationRule): CostQuery["filters"] {
  return rule.scope.map(({ dimension, negated, values }) => ({ dimension, negated, values: [...values] }));
}

/** The earlier rule that would spread a charge a second time; null = none. */
async function firstOverlap(
  rule: AllocationRule,
  before: readonly AllocationRule[],
  ask: (filters: CostQuery["filters"]) => Promise<CostAnswer>,
): Promise<string | null> {
  for (const earlier of before) {
    const { receipt } = await ask([...filtersOf(earlier), ...filtersOf(rule)]);
    if (receipt.sourceRows > 0) return earlier.name;
  }
  return null;
}

async function applyRule(
  rule: AllocationRule,
  span: Period,
  rules: readonly AllocationRule[],
  ask: Ask,
  moved: { gave: Map<Key, bigint>; took: Map<Key, bigint> },
): Promise<string[]> {
  const left = new Map<string, bigint>();
  const spreadSums = new Map<string, bigint>();
  for (const month of eachMonth(span)) {
    const pool = await ask(intersect(span, monthPeriod(month)), { filters: filtersOf(rule) });
    const owned = await ownCosts(monthPeriod(month), rules, rule.to, ask);
    for (const row of pool.rows) {
      const currency = row.currency ?? "";
      const atoms = parseAtoms(row.amount);
      const parts = spread(atoms, receiversOf(rule.by, owned.get(currency) ?? new Map<string, bigint>(), rule.shares));
      const sums = parts === null ? left : spreadSums;
      sums.set(currency, (sums.get(currency) ?? 0n) + atoms);
      if (parts === null) continue;
      add(moved.gave, keyOf(row.key[rule.to] ?? null, currency), atoms);
      for (const [name, part] of parts) add(moved.took, keyOf(name, currency), part);
    }
  }
  const said = (sums: ReadonlyMap<string, bigint>): string =>
    [...sums].map(([currency, atoms]) => `${atomsToDecimal(atoms)} ${currency}`).join(" and ");
  return [
    ...(spreadSums.size === 0 ? [] : [`${rule.name} spread ${said(spreadSums)} by ${rule.by}.`]),
    ...(left.size === 0 ? [] : [`${rule.name} left ${said(left)} where it was: nobody has usage to spread it over.`]),
  ];
}

/** Usage of a month by currency and receiver, without what any rule spreads and what nobody tagged. */
async function ownCosts(
  month: Period,
  rules: readonly AllocationRule[],
  to: TagAlias,
  ask: Ask,
): Promise<Map<string, Map<string, bigint>>> {
  const usage = { without: [...EXCLUDABLE_KINDS] };
  const costs = new Map<string, Map<string, bigint>>();
  const put = (answer: CostAnswer, sign: bigint): void => {
    for (const { key, amount, currency } of answer.rows) {
      const name = key[to] ?? null;
      if (name === null) continue;
      const own = costs.get(currency ?? "") ?? new Map<string, bigint>();
      costs.set(currency ?? "", own.set(name, (own.get(name) ?? 0n) + sign * parseAtoms(amount)));
    }
  };
  put(await ask(month, usage), 1n);
  for (const rule of rules) put(await ask(month, { ...usage, filters: filtersOf(rule) }), -1n);
  return costs;
}

function add(sums: Map<Key, bigint>, key: Key, atoms: bigint): void {
  sums.set(key, (sums.get(key) ?? 0n) + atoms);
}

function rowsOf(
  tagged: CostAnswer,
  to: TagAlias,
  gave: ReadonlyMap<Key, bigint>,
  took: ReadonlyMap<Key, bigint>,
): AllocatedRow[] {
  const own = new Map(
    tagged.rows.map((row) => [keyOf(row.key[to] ?? null, row.currency ?? ""), parseAtoms(row.amount)]),
  );
  const keys = [...new Set([...own.keys(), ...gave.keys(), ...took.keys()])];
  const rows = keys.map((key) => {
    const [name, currency] = JSON.parse(key) as [string | null, string];
    const [was, out, into] = [own.get(key) ?? 0n, gave.get(key) ?? 0n, took.get(key) ?? 0n];
    return { name, currency, was, out, into, after: was - out + into };
  });
  return rows
    .toSorted((a, b) => (a.after > b.after ? -1 : a.after < b.after ? 1 : 0))
    .map(({ name, currency, was, out, into, after }) => ({
      name,
      currency,
      tagged: atomsToDecimal(was),
      gave: atomsToDecimal(out),
      took: atomsToDecimal(into),
      after: atomsToDecimal(after),
    }));
}

function totalsOf(tagged: CostAnswer): Allocation["total"] {
  return tagged.total.map(({ amount, currency }) => ({ amount, currency }));
}
