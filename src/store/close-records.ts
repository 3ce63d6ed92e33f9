import type { Day, Month } from "../domain/period.ts";
import { firstDay, monthOf } from "../domain/period.ts";
import type { ScopeFilter } from "../domain/scope.ts";
import type { SqlLike } from "./db.ts";

/** One invoice (or what is not invoiced yet) of one billing account in one currency. */
export type CloseFigure = {
  readonly invoice: string | null;
  readonly account: string | null;
  readonly currency: string;
  readonly billed: string;
  readonly effective: string;
};
export type CloseRecord = { readonly month: Month; readonly keptOn: Day; readonly figures: readonly CloseFigure[] };

/** Keeps the figures of a month as seen through a scope. */
export async function insertClose(
  sql: SqlLike,
  input: CloseRecord & { readonly scope: ScopeFilter; readonly keptBy: string },
): Promise<void> {
  await sql`
    insert into close_record (billing_month, scope, kept_on, kept_by, figures)
    values (${firstDay(input.month)}, ${scopeText(input.scope)}::text::jsonb, ${input.keptOn}, ${input.keptBy},
      ${JSON.stringify(input.figures)}::text::jsonb)`;
}

/** The latest record of each month kept for exactly this scope, newest month first. */
export async function loadCloses(
  sql: SqlLike,
  scope: ScopeFilter,
  span: { readonly from: Month; readonly to: Month },
): Promise<CloseRecord[]> {
  const rows = await sql<{ month: Day; keptOn: Day; figures: CloseFigure[] }[]>`
    select distinct on (billing_month) billing_month as month, kept_on as "keptOn", figures from close_record
    where scope = ${scopeText(scope)}::text::jsonb and billing_month between ${firstDay(span.from)} and ${firstDay(span.to)}
    order by billing_month desc, id desc`;
  return rows.map((row) => ({ ...row, month: monthOf(row.month) }));
}

/** The same conditions have the same text, in whatever order and case they were said. */
function scopeText(scope: ScopeFilter): string {
  const texts = scope.map(({ dimension, negated, values }) => {
    const spelled = [...new Set(values.map((value) => value?.toLowerCase() ?? null))];
    return JSON.stringify({ dimension, negated, values: spelled.sort((a, b) => ((a ?? "") < (b ?? "") ? -1 : 1)) });
  });
  return `[${[...new Set(texts)].sort().join(",")}]`;
}
