/**
 * The kinds of charge: disjoint by precedence, so that parts always add up to the whole.
 * tax > credits > refunds (Correction, negative) > corrections (other) > adjustments > purchases > usage.
 */
export const KINDS = ["usage", "tax", "credits", "refunds", "corrections", "adjustments", "purchases"] as const;
export type Kind = (typeof KINDS)[number];

/** The kinds a question may leave out (`without tax,credits`). */
export const EXCLUDABLE_KINDS = KINDS.filter((kind) => kind !== "usage");

/**
 * The kind of one charge, from its FOCUS columns. `amount` is any of its costs that is not zero
 * (BilledCost, else EffectiveCost), as atoms.
 */
export function kindOf(charge: { chargeCategory: string; chargeClass: string | null; amount: bigint }): Kind {
  if (charge.chargeCategory === "Tax") return "tax";
  if (charge.chargeCategory === "Credit") return "credits";
  if (charge.chargeClass === "Correction") return charge.amount < 0n ? "refunds" : "corrections";
  if (charge.chargeCategory === "Adjustment") return "adjustments";
  if (charge.chargeCategory === "Purchase") return "purchases";
  return "usage";
}

/** The same law in SQL (DuckDB and Postgres), over columns of the given names. */
export function kindSql(column: { category: string; chargeClass: string; billed: string; effective: string }): string {
  const { category, chargeClass, billed, effective } = column;
  return `case when ${category} = 'Tax' then 'tax'
    when ${category} = 'Credit' then 'credits'
    when ${chargeClass} = 'Correction' then
      case when (case when ${billed} <> 0 then ${billed} else ${effective} end) < 0 then 'refunds' else 'corrections' end
    when ${category} = 'Adjustment' then 'adjustments'
    when ${category} = 'Purchase' then 'purchases'
    else 'usage' end`;
}
