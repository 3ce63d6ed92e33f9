import { typed } from "./build-select.ts";
import type { FormatWarning, SourceFile } from "./format.ts";
import { indexHeader } from "./header.ts";
import { quantityWarning } from "./quantity-warning.ts";
import { amountOf } from "./sql-money.ts";
import { textSql } from "./sql-text.ts";

/** Names of FOCUS 0.5 and 1.0-preview that 1.0 replaced. */
const PREVIEW_NAMES = ["ChargeType", "AmortizedCost", "UsageQuantity"];
const STAND_INS = [
  ["effective-cost-missing", "EffectiveCost", "BilledCost"],
  ["list-cost-missing", "ListCost", "ContractedCost or BilledCost"],
  ["contracted-cost-missing", "ContractedCost", "ListCost or BilledCost"],
] as const;
const QUANTITIES = ["ConsumedQuantity", "PricingQuantity", "CommitmentDiscountQuantity"];
const CATEGORIES = "('usage', 'purchase', 'tax', 'credit', 'adjustment')";

/**
 * What is odd in FOCUS rows that are accepted all the same, by cheap conditions: gaps vendors
 * document (reference focus.md §4) and the self-check of its §6 as far as one row can tell.
 * `find` gives the file's spelling of a FOCUS column.
 */
export function focusWarnings(file: SourceFile, find: (focus: string) => string | null): readonly FormatWarning[] {
  const found: FormatWarning[] = [];
  for (const [rule, focus, stand] of STAND_INS) {
    const name = find(focus);
    const when = name === null ? "true" : `not (${amountOf(file, name).present})`;
    found.push({ rule, text: `rows have no ${focus}; ${stand} stands in`, when });
  }
  const quantities = QUANTITIES.flatMap((focus) => {
    const name = find(focus);
    return name === null ? [] : [{ column: name, amount: amountOf(file, name), name: focus }];
  });
  if (quantities.length > 0) found.push(...quantityWarning(file, quantities));
  if (PREVIEW_NAMES.some(indexHeader(file).has)) {
    const text = "rows use column names of FOCUS 0.5 or 1.0-preview; read as their 1.0 successors";
    found.push({ rule: "preview-names", text, when: "true" });
  }
  return [...found, ...categoryWarnings(file, find)];
}

function categoryWarnings(file: SourceFile, find: (focus: string) => string | null): FormatWarning[] {
  const text = (focus: string): string => {
    const name = find(focus);
    return name === null ? "null::varchar" : textSql(file, name);
  };
  const number = (focus: string): string => {
    return find(focus) === null ? "null::double" : typed(focus);
  };
  const category = text("ChargeCategory");
  const commitment = text("CommitmentDiscountId");
  const is = (word: string): string => `coalesce(${category}, '') = '${word}'`;
  return [
    {
      rule: "charge-category-unknown",
      text: "rows have a ChargeCategory FOCUS does not know, or none; counted as usage",
      when: `case when ${is("Usage")} then false else coalesce(lower(trim(${category})) not in ${CATEGORIES}, true) end`,
    },
    {
      rule: "effective-cost-zero",
      text: "rows of usage are billed but have EffectiveCost 0 (Oracle does this): amortised totals understate them",
      when: `${is("Usage")} and coalesce(${number("EffectiveCost")} = 0 and ${number("BilledCost")} <> 0, false)`,
    },
    {
      rule: "list-cost-zero",
      text: "rows of usage cost something but have ListCost 0: left out of savings rates",
      when: `${is("Usage")} and coalesce(${number("ListCost")} = 0 and ${number("EffectiveCost")} > 0, false)`,
    },
    {
      rule: "commitment-status-without-id",
      text: "rows have a CommitmentDiscountStatus without CommitmentDiscountId",
      when: `${text("CommitmentDiscountStatus")} is not null and ${commitment} is null`,
    },
    {
      rule: "commitment-purchase-amortised",
      text: "purchases of a commitment carry EffectiveCost, which its usage carries too: totals may count it twice",
      when: `case when ${is("Purchase")} then ${commitment} is not null and coalesce(${number("EffectiveCost")} <> 0, false) else false end`,
    },
  ];
}
