import { createHash } from "node:crypto";

import type { CostAnswer } from "../domain/contract.ts";
import type { DigestAnswer } from "../domain/contract-operations.ts";
import { atomsToDecimal, parseAtoms } from "../domain/money.ts";

/**
 * What a digest shows, day by day (or week, month): its picture's buckets up to its last day, everything in them, and a
 * mark of every service in each of them. The mark changes if and only if one of these amounts does.
 */
export function shownOf(answer: CostAnswer, currency: string | null): DigestAnswer["shown"] {
  const lines = answer.rows.map((row) => [row.period?.from, row.key["service"] ?? null, row.currency, row.amount]);
  const text = lines.map((line) => JSON.stringify(line)).toSorted();
  const sums = new Map<string, { from: string; to: string; currency: string; atoms: bigint }>();
  for (const { period, currency: one, amount } of answer.rows) {
    if (period === undefined) continue;
    const name = `${period.from} ${one}`;
    const known = sums.get(name) ?? { ...period, currency: one ?? "", atoms: 0n };
    sums.set(name, { ...known, atoms: known.atoms + parseAtoms(amount) });
  }
  return {
    currency,
    mark: createHash("sha256").update(text.join("\n")).digest("hex").slice(0, 32),
    buckets: [...sums]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { atoms, ...bucket }]) => ({
        ...bucket,
        amount: atomsToDecimal(atoms),
      })),
  };
}
