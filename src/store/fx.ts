import type { FxRate } from "../analysis/fx-rates.ts";
import { CARRIED_DAYS_MAX } from "../analysis/fx-rates.ts";
import type { CurrencyWorth } from "../domain/currency-order.ts";
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

/**
 * What currencies are worth in one of them (`first` where it has rates, else the one most rates name), by the latest
 * rate of each pair: enough to order amounts, never to convert one.
 */
export async function loadCurrencyWorth(sql: SqlLike, first: string | null): Promise<CurrencyWorth> {
  const pairs = await sql<{ base: string; quote: string; direct: string; inverse: string }[]>`
    select distinct on (base, quote) base, quote, round(rate, 18)::text as direct, round(1 / rate, 18)::text as inverse
    from fx_rate order by base, quote, day desc`;
  const times = new Map<string, number>();
  for (const one of pairs.flatMap(({ base, quote }) => [base, quote])) times.set(one, (times.get(one) ?? 0) + 1);
  const [common] = [...times].sort(([a, x], [b, y]) =>
    a === first || b === first ? (a === first ? -1 : 1) : y - x || (a < b ? -1 : 1),
  );
  if (common === undefined) return { first, rates: new Map() };
  const rates = new Map([[common[0], "1"]]);
  for (const { base, quote, direct, inverse } of pairs) {
    if (quote === common[0]) rates.set(base, direct);
    else if (base === common[0] && !rates.has(quote)) rates.set(quote, inverse);
  }
  return { first, rates };
}
