import type { DigestAnswer } from "../domain/contract-operations.ts";
import { compare, money } from "../domain/money.ts";
import { onlyWhenText, type OnlyWhen } from "../domain/report.ts";

/** A change of usage of at least this much is one, whatever single groups did. */
const CHANGE_MIN = 0.01;
const PERCENT = 100;

type Told = Pick<DigestAnswer, "total" | "usage" | "risers" | "budgets">;

/** Why a digest is not worth a post, in words; null = it is. What was chosen decides, and nothing else does. */
export function quietReason(digest: Told, onlyWhen: OnlyWhen | null): string | null {
  if (onlyWhen === null) return null;
  return isWorth(digest, onlyWhen) ? null : `quiet: not ${onlyWhenText(onlyWhen)}`;
}

function isWorth({ total, usage, risers, budgets }: Told, onlyWhen: OnlyWhen): boolean {
  switch (onlyWhen.kind) {
    case "amount": {
      const limit = money(onlyWhen.amount, onlyWhen.currency);
      return total.some(
        ({ amount, currency }) => currency === limit.currency && compare(money(amount, currency), limit) > 0,
      );
    }
    case "rise":
      // What is new has no percentage: it is more than any.
      return usage.total.some(({ change }) =>
        change.ratio === null
          ? !change.amount.startsWith("-") && change.amount !== "0"
          : Number(change.ratio) * PERCENT >= onlyWhen.percent,
      );
    case "changed":
      return (
        risers.length > 0 ||
        budgets.length > 0 ||
        usage.total.some(({ change }) => change.ratio === null || Math.abs(Number(change.ratio)) >= CHANGE_MIN)
      );
  }
}
