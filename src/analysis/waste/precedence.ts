import { add, scale, zero, type Money } from "../../domain/money.ts";
import {
  ACTIONS,
  CONFIDENCES,
  type Confidence,
  type BilledLine,
  type BilledResource,
  type Proposal,
  type WasteRule,
} from "./rule.ts";
import { monthlyCost } from "./monthly-cost.ts";

export type Ranked = { readonly rule: WasteRule; readonly proposal: Proposal };
export type Counted = Ranked & {
  /** What is left to save after stronger actions; null = no price is known. */
  readonly saving: Money | null;
  /** Rules whose saving was taken off first. */
  readonly after: readonly string[];
};

/** How sure a proposal is: the rule's own confidence, or less. */
export function confidenceOf({ rule, proposal }: Ranked): Confidence {
  return proposal.confidence ?? rule.confidence;
}

/**
 * Makes sure nothing is counted twice: what is proven comes first and is never lessened by what is not; then proposals of
 * one resource are taken in the order delete, stop, schedule, generation,
 * rightsize, storage class, commitment, and each saves only from what the ones before leave of a line. What is left with
 * nothing is dropped, so that the sum never exceeds the resource's cost.
 */
export function withoutDoubleCounting(resource: BilledResource, proposals: readonly Ranked[]): readonly Counted[] {
  const left = new Map<BilledLine, Money>();
  const takenBy = new Map<BilledLine, string[]>();
  const counted: Counted[] = [];
  for (const ranked of [...proposals].sort(byPrecedence)) {
    const result = take(resource, ranked, left, takenBy);
    if (result !== null) counted.push(result);
  }
  return counted;
}

function byPrecedence(a: Ranked, b: Ranked): number {
  const sure = CONFIDENCES.indexOf(confidenceOf(a)) - CONFIDENCES.indexOf(confidenceOf(b));
  if (sure !== 0) return sure;
  const rank = ACTIONS.indexOf(a.rule.action) - ACTIONS.indexOf(b.rule.action);
  return rank !== 0 ? rank : a.rule.id < b.rule.id ? -1 : 1;
}

function take(
  resource: BilledResource,
  { rule, proposal }: Ranked,
  left: Map<BilledLine, Money>,
  takenBy: Map<BilledLine, string[]>,
): Counted | null {
  if (proposal.parts.length === 0) return { rule, proposal, saving: null, after: [] };
  let known = zero(resource.currency);
  let unknown = 0;
  const after = new Set<string>();
  for (const { line, saving } of proposal.parts) {
    const cost = monthlyCost(resource, line);
    const available = left.get(line) ?? cost;
    for (const earlier of takenBy.get(line) ?? []) after.add(earlier);
    if (available.atoms <= 0n) continue;
    if (saving === null) {
      unknown += 1;
      continue;
    }
    if (saving.atoms <= 0n || cost.atoms <= 0n) continue;
    const capped = saving.atoms > cost.atoms ? cost : saving;
    const taken = scale(capped, available.atoms, cost.atoms);
    known = add(known, taken);
    left.set(line, { ...available, atoms: available.atoms - taken.atoms });
    takenBy.set(line, [...(takenBy.get(line) ?? []), rule.id]);
  }
  if (known.atoms > 0n) return { rule, proposal, saving: known, after: [...after].sort() };
  return unknown > 0 ? { rule, proposal, saving: null, after: [...after].sort() } : null;
}
