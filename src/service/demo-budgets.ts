import type { SampleAnswers } from "../demo/answers.ts";
import type { Provider } from "../demo/estate.ts";
import { DEFAULT_THRESHOLDS } from "../domain/budget.ts";
import { compare, money, parseAtoms, roundAtoms, scale, type Money } from "../domain/money.ts";
import { findBudget } from "../store/budgets.ts";
import type { RenderBudget } from "./budget-view.ts";
import type { Context } from "./context.ts";
import { setBudget } from "./set-budget.ts";

/** Shares of what a provider has cost this month and of all it cost last month; the larger amount is agreed. */
type Agreed = {
  readonly name: string;
  readonly provider: Provider;
  readonly ofThis: readonly [bigint, bigint];
  readonly ofLast: readonly [bigint, bigint];
};

/** One budget that is spent, one that will be, one that holds. */
const AGREED: readonly Agreed[] = [
  { name: "Google Cloud", provider: "gcp", ofThis: [9n, 10n], ofLast: [1n, 3n] },
  { name: "AWS", provider: "aws", ofThis: [20n, 17n], ofLast: [4n, 5n] },
  { name: "Azure", provider: "azure", ofThis: [11n, 5n], ofLast: [13n, 10n] },
];

/** What the sample company agreed to spend: amounts of the size of its bills, so that some are crossed on any day. */
export async function setDemoBudgets(ctx: Context, answers: SampleAnswers, render: RenderBudget): Promise<void> {
  for (const { name, provider, ofThis, ofLast } of AGREED) {
    const bills = answers.bills.filter((bill) => bill.provider === provider);
    const [last, current] = [bills.at(-2), bills.at(-1)].map((bill) =>
      money(bill?.totals.effective ?? "0", bill?.currency ?? "USD"),
    );
    if (last === undefined || current === undefined || (await findBudget(ctx.db.sql, name)) !== null) continue;
    const amount = wholeUnits(larger(scale(current, ...ofThis), scale(last, ...ofLast)));
    const terms = {
      name,
      amount,
      filters: [{ dimension: "provider", negated: false, values: [provider] }] as const,
      without: [],
      cycle: "month",
      metric: "effective",
      thresholds: DEFAULT_THRESHOLDS,
      channel: null,
    } as const;
    await setBudget({ ctx, input: { terms, render } });
  }
}

function larger(a: Money, b: Money): Money {
  return compare(a, b) >= 0 ? a : b;
}

function wholeUnits({ atoms, currency }: Money): Money {
  return { atoms: parseAtoms(roundAtoms(atoms, 0)), currency };
}
