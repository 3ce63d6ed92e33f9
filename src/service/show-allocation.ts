import type { AllocationRule } from "../domain/allocation.ts";
import type { CostAnswer } from "../domain/contract.ts";
import { costQuerySchema } from "../domain/cost-query.ts";
import type { TagAlias } from "../domain/dimension.ts";
import { atomsToDecimal, parseAtoms } from "../domain/money.ts";
import type { Period } from "../domain/period.ts";
import { withCostSnapshot } from "../store/cost-snapshot.ts";
import { allRules } from "./allocate-costs.ts";
import { moveNotes, readMoves, type Ask } from "./allocation-moves.ts";
import type { Verb } from "./context.ts";
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

type Key = string;
const keyOf = (name: string | null, currency: string): Key => JSON.stringify([name, currency]);

/**
 * Costs by team, product or environment with shared charges spread over their users (allocation-moves.ts), with what each
 * gave and took. Totals stay the same to the last decimal. Only for whoever sees everything: a share of a pool tells of
 * the pool.
 */
export async function showAllocation({ ctx, input }: Verb<ShowAllocation>): Promise<Allocation> {
  requireWholeScope(ctx, "allocate");
  const { period, to } = input;
  const rules = input.rules ?? (await allRules(ctx));
  return withCostSnapshot(ctx.db, ctx.settings.tagAliases, async (snapshot) => {
    const { select: _period, ...plain } = costQuerySchema.parse({ select: { by: "days", ...period }, by: [to] });
    const ask: Ask = (span, changes = {}) =>
      showCostsIn(snapshot, ctx, { ...plain, ...changes, select: { by: "days", ...span } });
    const tagged = await ask(period);
    const moves = await readMoves(ask, { rules, to, period, shape: plain });
    const gave = new Map<Key, bigint>();
    const took = new Map<Key, bigint>();
    for (const { key, currency, atoms, parts } of moves.moves) {
      add(gave, keyOf(key[0] ?? null, currency), atoms);
      for (const [name, part] of parts) add(took, keyOf(name, currency), part);
    }
    return { period, to, rows: rowsOf(tagged, to, gave, took), total: totalsOf(tagged), notes: moveNotes(moves) };
  });
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
