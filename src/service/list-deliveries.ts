import type { DigestAnswer } from "../domain/contract-operations.ts";
import { money, subtract, toDecimal } from "../domain/money.ts";
import type { DigestCycle } from "../domain/report.ts";
import { loadDeliveries, type Delivery } from "../store/operations.ts";
import type { Context } from "./context.ts";

const HOURS: Readonly<Record<DigestCycle, number>> = { day: 24, week: 7 * 24, month: 31 * 24 };
const DELIVERIES_MAX = 50;

/** What bills arrived since the digest before, with what they restated; null for whoever sees only a part. */
export async function listDeliveries(ctx: Context, cycle: DigestCycle): Promise<DigestAnswer["deliveries"]> {
  if (ctx.scope.length > 0) return null;
  const rows = await loadDeliveries(ctx.db.sql, HOURS[cycle], DELIVERIES_MAX);
  return rows.map((row) => ({
    batch: row.id,
    source: row.source,
    month: row.billingMonth,
    at: row.at,
    rows: row.rowsStored,
    rejects: row.rejects,
    billed: Object.entries(row.totals).map(([currency, { billed }]) => ({ amount: billed, currency })),
    restated: restatedBy(row),
  }));
}

function restatedBy({ totals, before }: Delivery): { amount: string; currency: string }[] {
  if (before === null) return [];
  const currencies = [...new Set([...Object.keys(totals), ...Object.keys(before)])].sort();
  return currencies.flatMap((currency) => {
    const now = money(totals[currency]?.billed ?? "0", currency);
    const change = subtract(now, money(before[currency]?.billed ?? "0", currency));
    return change.atoms === 0n ? [] : [{ amount: toDecimal(change), currency }];
  });
}
