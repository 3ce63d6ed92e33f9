import { receiversOf } from "../analysis/allocate.ts";
import { spreadLeaves } from "../analysis/allocate-leaves.ts";
import type { AllocationMethod, AllocationRule } from "../domain/allocation.ts";
import type { CostAnswer, CostRow } from "../domain/contract.ts";
import type { CostQuery } from "../domain/cost-query.ts";
import type { TagAlias } from "../domain/dimension.ts";
import { EXCLUDABLE_KINDS } from "../domain/kind.ts";
import { formatMoney, parseAtoms } from "../domain/money.ts";
import { eachMonth, intersect, monthOf, monthPeriod, type Day, type Month, type Period } from "../domain/period.ts";

/** Asks what was spent in a span, effective cost unless changed, from the caller's snapshot. */
export type Ask = (span: Period, changes?: Partial<Omit<CostQuery, "select">>) => Promise<CostAnswer>;

/** How finely what moves is told apart: as the question that shows it is. */
export type MoveShape = Pick<CostQuery, "by" | "per" | "filters" | "without" | "metric" | "currency">;

/** One leaf of what is shared, given away: where it stood, and who takes how much of it (adds up to `atoms`). */
export type Move = {
  /** Values in the order of `by`. */
  readonly key: readonly (string | null)[];
  readonly start: Day | null;
  readonly currency: string;
  readonly atoms: bigint;
  /** The part of it that no tag could reach. */
  readonly unallocatable: bigint;
  readonly parts: ReadonlyMap<string, bigint>;
};

/** What one rule did in the period; amounts by currency, atoms. */
export type RuleDone = {
  readonly name: string;
  readonly by: AllocationMethod;
  readonly moved: ReadonlyMap<string, bigint>;
  /** What it could not spread: nobody has usage of their own in that month and currency. */
  readonly left: ReadonlyMap<string, bigint>;
  /** The earlier rule that spreads some of the same charges: this one is left out, in the months `leftOutIn`. */
  readonly clash: string | null;
  readonly leftOutIn: readonly Month[];
};

export type Moves = { readonly moves: readonly Move[]; readonly done: readonly RuleDone[] };

/**
 * What the rules for `to` move in a period. Each rule spreads what its scope holds of each calendar month over whoever has
 * usage of their own in that whole month (effective cost; what rules spread is nobody's own), in each currency by itself.
 * Every month is judged by itself, so months add up to the year; and however finely it is told apart, the parts add up to
 * the same. Rules that do not hold in the period are not named.
 */
export async function readMoves(
  ask: Ask,
  input: {
    readonly rules: readonly AllocationRule[];
    readonly to: TagAlias;
    readonly period: Period;
    readonly shape: MoveShape;
  },
): Promise<Moves> {
  const { period, to, shape } = input;
  const rules = input.rules.filter((rule) => rule.to === to);
  const months = eachMonth(period);
  const left = await leftOut(rules, months, ask);
  const holds = (rule: AllocationRule, month: Month): boolean =>
    !isEmpty(spanOf(rule, monthPeriod(month))) && left.get(rule)?.get(month) === undefined;
  const owned = ownedBy(
    (month) => rules.filter((rule) => holds(rule, month)),
    to,
    (span, changes) => ask(span, { ...changes, currency: shape.currency }),
  );
  const moves: Move[] = [];
  const done: RuleDone[] = [];
  for (const rule of rules) {
    if (isEmpty(spanOf(rule, period))) continue;
    const { name, by } = rule;
    const clashes = left.get(rule) ?? new Map<Month, string>();
    const spans = months.filter((month) => holds(rule, month)).map((month) => intersect(period, monthPeriod(month)));
    const applied = await applyRule(rule, spans, { ask, owned, shape });
    moves.push(...applied.moves);
    const leftOutIn = [...clashes.keys()];
    done.push({ name, by, clash: clashes.get(leftOutIn[0] as Month) ?? null, leftOutIn, ...applied.sums });
  }
  return { moves, done };
}

/** The days of a period in which a rule holds. */
function spanOf(rule: AllocationRule, period: Period): Period {
  return intersect(period, { from: rule.from ?? period.from, to: rule.until ?? period.to });
}

function isEmpty({ from, to }: Period): boolean {
  return from >= to;
}

/** What each rule did, a sentence each. */
export function moveNotes({ done }: Moves): string[] {
  const said = (sums: ReadonlyMap<string, bigint>): string =>
    [...sums].map(([currency, atoms]) => formatMoney({ atoms, currency })).join(" and ");
  return done.flatMap(({ name, by, clash, leftOutIn, moved, left }) => {
    const part = moved.size + left.size > 0;
    const when = part ? ` in ${leftOutIn.join(", ")}` : "";
    return [
      ...(clash === null ? [] : [`${name} is left out${when}: ${clash} spreads some of the same charges.`]),
      ...(moved.size === 0 ? [] : [`${name} spread ${said(moved)} ${METHOD_WORDS[by]}.`]),
      ...(left.size === 0 ? [] : [`${name} left ${said(left)} where it was: nobody has usage to spread it over.`]),
    ];
  });
}

const METHOD_WORDS: Readonly<Record<AllocationMethod, string>> = {
  cost: "in proportion to own usage",
  even: "evenly",
  fixed: "by fixed shares",
};

function filtersOf(rule: AllocationRule): CostQuery["filters"] {
  return rule.scope.map(({ dimension, negated, values }) => ({ dimension, negated, values: [...values] }));
}

/**
 * The months in which a rule would spread a charge a second time, and the earlier rule that does so: only days on which
 * both hold count, so a rule that follows another in time does not clash with it.
 */
async function leftOut(
  rules: readonly AllocationRule[],
  months: readonly Month[],
  ask: Ask,
): Promise<Map<AllocationRule, Map<Month, string>>> {
  const left = new Map<AllocationRule, Map<Month, string>>();
  const [first, last] = [months[0], months.at(-1)];
  if (first === undefined || last === undefined) return left;
  // Whole months, whatever part of them was asked for: a rule's receivers are those of the whole month too.
  const whole = { from: monthPeriod(first).from, to: monthPeriod(last).to };
  for (const [index, rule] of rules.entries()) {
    const mine = new Map<Month, string>();
    for (const earlier of rules.slice(0, index)) {
      const span = spanOf(rule, spanOf(earlier, whole));
      if (isEmpty(span)) continue;
      const filters = [...filtersOf(earlier), ...filtersOf(rule)];
      const { rows } = await ask(span, { filters, by: [], per: "month" });
      for (const { period } of rows) {
        const month = monthOf((period?.from ?? span.from) as Day);
        // What is left out itself spreads nothing that could be spread twice.
        if (left.get(earlier)?.get(month) === undefined && !mine.has(month)) mine.set(month, earlier.name);
      }
    }
    if (mine.size > 0) left.set(rule, new Map([...mine].sort(([a], [b]) => (a < b ? -1 : 1))));
  }
  return left;
}

type Owned = (month: Month) => Promise<ReadonlyMap<string, ReadonlyMap<string, bigint>>>;
type Sums = { readonly moved: Map<string, bigint>; readonly left: Map<string, bigint> };

async function applyRule(
  rule: AllocationRule,
  spans: readonly Period[],
  { ask, owned, shape }: { readonly ask: Ask; readonly owned: Owned; readonly shape: MoveShape },
): Promise<{ moves: Move[]; sums: Sums }> {
  const moves: Move[] = [];
  const sums: Sums = { moved: new Map(), left: new Map() };
  for (const days of spans) {
    const filters = [...filtersOf(rule), ...shape.filters];
    const span = spanOf(rule, days);
    if (isEmpty(span)) continue;
    const pool = await ask(span, { ...shape, filters });
    const own = pool.rows.length === 0 ? new Map<string, Map<string, bigint>>() : await owned(monthOf(days.from));
    for (const [currency, rows] of groupsOf(pool.rows, rule.to)) {
      const receivers = receiversOf(rule.by, own.get(currency) ?? new Map<string, bigint>(), rule.shares);
      const leaves = rows.map((row) => ({ of: row, atoms: parseAtoms(row.amount) }));
      const given = spreadLeaves(leaves, receivers);
      const sum = given === null ? sums.left : sums.moved;
      for (const { atoms } of leaves) sum.set(currency, (sum.get(currency) ?? 0n) + atoms);
      for (const { of, parts } of given ?? []) moves.push(moveOf(of, shape.by, parts));
    }
  }
  return { moves, sums };
}

function moveOf(row: CostRow, by: CostQuery["by"], parts: ReadonlyMap<string, bigint>): Move {
  return {
    key: by.map((dimension) => row.key[dimension] ?? null),
    start: row.period === undefined ? null : (row.period.from as Day),
    currency: row.currency ?? "",
    atoms: parseAtoms(row.amount),
    unallocatable: parseAtoms(row.unallocatable ?? "0"),
    parts,
  };
}

/** Rows that are spread together (one giver, one currency), each group in one order on every machine. */
function groupsOf(rows: readonly CostRow[], to: TagAlias): (readonly [string, CostRow[]])[] {
  const groups = new Map<string, CostRow[]>();
  for (const row of rows) {
    const name = JSON.stringify([row.key[to] ?? null, row.currency]);
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  const text = (row: CostRow): string => JSON.stringify([row.key, row.period?.from]);
  return [...groups.values()].map((group) => [
    group[0]?.currency ?? "",
    group.toSorted((a, b) => (text(a) < text(b) ? -1 : 1)),
  ]);
}

/** Usage of a month by currency and receiver, without what the rules of that month spread and what nobody tagged; once. */
function ownedBy(rulesOf: (month: Month) => readonly AllocationRule[], to: TagAlias, ask: Ask): Owned {
  const known = new Map<Month, ReturnType<Owned>>();
  return (month) => {
    const found = known.get(month) ?? ownCosts(monthPeriod(month), rulesOf(month), to, ask);
    known.set(month, found);
    return found;
  };
}

async function ownCosts(
  month: Period,
  rules: readonly AllocationRule[],
  to: TagAlias,
  ask: Ask,
): Promise<ReadonlyMap<string, ReadonlyMap<string, bigint>>> {
  const usage = { by: [to], without: [...EXCLUDABLE_KINDS] };
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
  // They spread nothing twice, so nothing is taken off twice; and each only of the days on which it holds.
  for (const rule of rules) put(await ask(spanOf(rule, month), { ...usage, filters: filtersOf(rule) }), -1n);
  return costs;
}
