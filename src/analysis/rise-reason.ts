import type { CostAnswer, CostRow } from "../domain/contract.ts";
import type { RiseReason } from "../domain/contract-operations.ts";
import { parseAtoms } from "../domain/money.ts";
import { addDays, day, type Day } from "../domain/period.ts";
import { ratioText } from "./ratio-text.ts";

/** A resource is named as the reason when it holds at least this much of the rise (parts in 100). */
const RESOURCE_SHARE_MIN = 50n;
/** One day's step is "since" when it holds at least this much of the rise (parts in 100). */
const STEP_SHARE_MIN = 60n;

/** What was read about one rise: the same question by resource, as quantity, and day by day. */
export type RiseFacts = {
  readonly change: bigint;
  readonly currency: string;
  readonly resources: readonly CostRow[];
  /** Totals of the quantity, one a unit. */
  readonly usage: CostAnswer["total"];
  /** Cost now and before. */
  readonly cost: { readonly now: bigint; readonly before: bigint };
  /** Amounts a day, in order, from the day compared with to the day told of; empty = not asked. */
  readonly days: readonly { readonly day: Day; readonly amount: bigint }[];
  readonly owner: string | null;
};

/**
 * Why a group rose, as far as its bill tells: the resource that holds most of it, how many are new, whether quantity or
 * price moved, and since when. Says nothing it cannot see: several units have no common quantity.
 */
export function reasonOf(facts: RiseFacts): RiseReason {
  return {
    resource: resourceOf(facts),
    newResources: facts.resources.filter((row) => isNew(row) && row.other !== true).length,
    ...effectsOf(facts),
    since: stepOf(facts),
    owner: facts.owner,
  };
}

const changeOf = (row: CostRow): bigint => parseAtoms(row.change?.amount ?? "0");
const isNew = (row: CostRow): boolean => parseAtoms(row.previous ?? "0") === 0n && parseAtoms(row.amount) > 0n;

function resourceOf({ resources, change, currency }: RiseFacts): RiseReason["resource"] {
  let top: CostRow | null = null;
  for (const row of resources) {
    if (row.other === true || row.currency !== currency || row.key["resource"] === null) continue;
    if (top === null || changeOf(row) > changeOf(top)) top = row;
  }
  if (top === null || changeOf(top) * 100n < change * RESOURCE_SHARE_MIN) return null;
  const id = top.key["resource"] ?? "";
  return { name: top.names?.["resource"] ?? id, change: top.change?.amount ?? "0", isNew: isNew(top) };
}

/** Change of the quantity and of what one unit costs; only where there is one unit with something on both sides. */
function effectsOf({ usage, cost }: RiseFacts): Pick<RiseReason, "usage" | "price"> {
  const [only, ...others] = usage;
  const none = { usage: null, price: null };
  if (only === undefined || others.length > 0 || cost.before <= 0n) return none;
  const now = parseAtoms(only.amount);
  const before = parseAtoms(only.previous ?? "0");
  if (now <= 0n || before <= 0n) return none;
  // (cost now ÷ quantity now) ÷ (cost before ÷ quantity before) − 1, without a division that rounds first.
  const dearer = cost.now * before - cost.before * now;
  return { usage: ratioText(now - before, before), price: ratioText(dearer, cost.before * now) };
}

function stepOf({ days, change }: RiseFacts): Day | null {
  let best: { day: Day; step: bigint } | null = null;
  for (const [index, { day: at, amount }] of days.entries()) {
    const before = days[index - 1];
    if (before === undefined) continue;
    const step = amount - before.amount;
    if (best === null || step > best.step) best = { day: at, step };
  }
  return best !== null && best.step * 100n >= change * STEP_SHARE_MIN ? best.day : null;
}

/** Amounts of one currency a day over a period, days without a charge as 0. */
export function dailyAmounts(
  answer: CostAnswer,
  currency: string,
): readonly { readonly day: Day; readonly amount: bigint }[] {
  const { from, to } = answer.receipt.period;
  const sums = new Map<string, bigint>();
  for (const row of answer.rows) {
    if (row.currency !== currency || row.period === undefined) continue;
    sums.set(row.period.from, (sums.get(row.period.from) ?? 0n) + parseAtoms(row.amount));
  }
  const days: { day: Day; amount: bigint }[] = [];
  for (let at = day(from); at < to; at = addDays(at, 1)) days.push({ day: at, amount: sums.get(at) ?? 0n });
  return days;
}
