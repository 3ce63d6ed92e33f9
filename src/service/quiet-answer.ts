import { quietReason } from "../analysis/quiet-reason.ts";
import type { CostAnswer } from "../domain/contract.ts";
import type { OnlyWhen } from "../domain/report.ts";

/** Why the answer to a saved question is not worth a post, in words; null = it is. Changes are those of its comparison. */
export function quietAnswer({ total }: CostAnswer, onlyWhen: OnlyWhen | null): string | null {
  const compared = total.flatMap(({ amount, currency, previous, change }) =>
    previous === undefined || change === undefined ? [] : [{ amount, currency, previous, change }],
  );
  const usage = { against: { from: "", to: "" }, total: compared };
  return quietReason({ total, usage, risers: [], budgets: [] }, onlyWhen);
}
