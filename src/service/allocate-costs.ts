import type { AllocationRule } from "../domain/allocation.ts";
import type { CostQuery } from "../domain/cost-query.ts";
import { isTagAlias, TAG_ALIASES, type TagAlias } from "../domain/dimension.ts";
import { AppError } from "../domain/errors.ts";
import type { Condition } from "../domain/scope.ts";
import type { CostFact } from "../store/cost-read.ts";
import type { Move } from "./allocation-moves.ts";
import type { Context } from "./context.ts";
import { requireWholeScope } from "./whole-scope.ts";
import { loadRules } from "../store/allocation-rules.ts";

/** The rules of finops.yaml first, then those set by command. */
export async function allRules(ctx: Context): Promise<AllocationRule[]> {
  return [...(ctx.settings.allocation ?? []), ...(await loadRules(ctx.db.sql))];
}

/**
 * What an `allocated` question spreads over; null = the question is not allocated. A share of a pool tells of the pool:
 * only for whoever sees everything. Errors: bad-input (what cannot be spread), forbidden.
 */
export function allocationTarget(ctx: Context, query: CostQuery): TagAlias | null {
  if (!query.allocated) return null;
  const [to, ...more] = query.by.filter(isTagAlias);
  if (to === undefined || more.length > 0) {
    throw new AppError("bad-input", `\`allocated\` spreads shared spend over one of ${TAG_ALIASES.join(", ")}.`, {
      remedy: "Say which: cost last month by team allocated",
    });
  }
  if (query.by.includes("resource")) {
    throw new AppError("bad-input", "Shared spend is spread over teams, not over each resource of theirs.", {
      remedy: `Leave out resource: cost last month by ${to} allocated`,
    });
  }
  if (query.metric === "usage") {
    throw new AppError("bad-input", "Quantities are not spread; allocation moves amounts of money.", {
      remedy: "Leave out `metric usage`, or leave out `allocated`.",
    });
  }
  if (query.select.by !== "days") {
    throw new AppError("bad-input", "Allocation goes by the days charges belong to, not by invoices.", {
      remedy: `Say a period instead: cost last month by ${to} allocated`,
    });
  }
  requireWholeScope(ctx, "allocated");
  return to;
}

/** The question as the bills are read for it: who bears a charge is only known once shared spend was spread. */
export function beforeAllocation(query: CostQuery, to: TagAlias | null): CostQuery {
  return to === null ? query : { ...query, filters: query.filters.filter(({ dimension }) => dimension !== to) };
}

/**
 * Costs after the moves: what is given leaves its group, what is taken joins the receiver's, and the sum stays what it
 * was, bucket by bucket. Then the question's own conditions on who bears it hold.
 */
export function withMoves(
  facts: readonly CostFact[],
  moves: readonly Move[],
  query: Pick<CostQuery, "by" | "filters">,
  to: TagAlias,
): CostFact[] {
  const place = query.by.indexOf(to);
  const groups = new Map(facts.map((fact) => [nameOf(fact), { ...fact, moved: 0n }]));
  const change = (at: Pick<CostFact, "key" | "start" | "currency">, atoms: bigint, unallocatable: bigint): void => {
    if (atoms === 0n && unallocatable === 0n) return;
    const name = nameOf(at);
    const fact = groups.get(name) ?? { ...NOTHING, ...at, moved: 0n };
    const moved = (fact.moved ?? 0n) + atoms;
    groups.set(name, {
      ...fact,
      amount: fact.amount + atoms,
      moved,
      unallocatable: fact.unallocatable + unallocatable,
    });
  };
  for (const { key, start, currency, atoms, unallocatable, parts } of moves) {
    change({ key, start, currency }, -atoms, -unallocatable);
    for (const [name, part] of parts) change({ key: key.with(place, name), start, currency }, part, 0n);
  }
  const conditions = query.filters.filter(({ dimension }) => dimension === to);
  return [...groups.values()].filter(({ key }) =>
    conditions.every((condition) => holds(condition, key[place] ?? null)),
  );
}

const NOTHING = {
  unit: null,
  amount: 0n,
  long: 0n,
  unallocatable: 0n,
  sourceRows: 0,
  members: 1,
  other: false,
} as const;

function nameOf({ key, start, currency }: Pick<CostFact, "key" | "start" | "currency">): string {
  return JSON.stringify([key, start, currency]);
}

function holds({ negated, values }: Condition, value: string | null): boolean {
  const spelling = value?.toLowerCase() ?? null;
  return values.some((one) => (one?.toLowerCase() ?? null) === spelling) !== negated;
}
