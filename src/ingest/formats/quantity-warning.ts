import { LOST_QUANTITIES } from "../../store/batches.ts";
import { typed } from "./build-select.ts";
import type { FormatWarning, SourceFile } from "./format.ts";
import type { Amount } from "./sql-money.ts";
import { typeOf } from "./sql-text.ts";

/** A quantity from 10¹⁷ on (a petabyte held for a minute, in byte-seconds) is left out: a thousand of them would overflow the sum. */
export const QUANTITY_MAX = "100000000000000000";
const QUANTITY_DIGITS_MAX = 17;

/** A quantity of a format: its name for people, its amount, and the stage-1 value it is in. */
export type Quantity = { readonly column: string; readonly amount: Amount; readonly name: string };

/** What is said of quantities that cannot be kept: how many rows, and where the first of them are. The costs are kept. */
export function quantityWarning(file: SourceFile, quantities: readonly Quantity[]): FormatWarning[] {
  const located = quantities
    .filter(({ amount }) => amount.text !== "null::varchar" && !amount.columns.some((name) => isNarrow(file, name)))
    .map(({ column, amount, name }) => ({
      column,
      value: amount.text,
      when: `(${amount.present} and coalesce(abs(${typed(name)}) >= ${QUANTITY_MAX}, true))`,
    }));
  // The place in the list is what warnings are counted by: it is there for every piece of a file.
  const when = located.length === 0 ? "false" : located.map((each) => each.when).join(" or ");
  const text = `rows have a ${LOST_QUANTITIES} (10^17 and above, or no number); their costs are kept`;
  return [{ rule: "quantity-unreadable", text, when, located }];
}

function isNarrow(file: SourceFile, name: string): boolean {
  const [, width, scale] = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(typeOf(file, name)) ?? [];
  return width !== undefined && Number(width) - Number(scale) <= QUANTITY_DIGITS_MAX;
}
