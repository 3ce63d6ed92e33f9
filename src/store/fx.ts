import type { FxRate } from "../analysis/fx-rates.ts";
import { CARRIED_DAYS_MAX } from "../analysis/fx-rates.ts";
import { addDays, type Period } from "../domain/period.ts";
import type { Database, SqlLike } from "./db.ts";

const ROWS_PER_STATEMENT = 5_000;

/** Rates from or to `target` for days of a period, with the week before that may be carried in. */
export async function loadRates(
  sql: SqlLike,
  target: string,
  currencies: readonly string[],
  period: Period,
): Promise<FxRate[]> {
  const rows = await sql<FxRate[]>`
    select day, base, quote, rate::text as rate from fx_rate
    where day >= ${addDays(period.from, -CARRIED_DAYS_MAX)} and day < ${period.to}
      and ((quote = ${target} and base = any(${[...currencies]})) or (base = ${target} and quote = any(${[...currencies]})))
    order by day`;
  return [...rows];
}

/** Stores rates; one given again replaces the old one. All or nothing. Returns how many replaced another value. */
export async function saveRates(db: Database, rates: readonly FxRate[], origin: string): Promise<{ replaced: number }> {
  const replaced = await db.sql.begin(async (sql) => {
    let count = 0;
    for (let at = 0; at < rates.length; at += ROWS_PER_STATEMENT) {
      const part = rates.slice(at, at + ROWS_PER_STATEMENT);
      const rows = await sql<{ changed: boolean }[]>`
        with given as (
          select * from unnest(${part.map((one) => one.day)}::date[], ${part.map((one) => one.base)}::text[],
            ${part.map((one) => one.quote)}::text[], ${part.map((one) => one.rate)}::numeric[]) as given(day, base, quote, rate)
        ), before as (
          select fx_rate.rate <> given.rate as changed from fx_rate join given using (day, base, quote)
        ), stored as (
          insert into fx_rate (day, base, quote, rate, origin) select day, base, quote, rate, ${origin}::text from given
          on conflict (day, base, quote) do update set rate = excluded.rate, origin = excluded.origin
        )
        select changed from before`;
      count += rows.filter((row) => row.changed).length;
    }
    return count;
  });
  return { replaced };
}
