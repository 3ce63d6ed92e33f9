import type { BudgetAlert, BudgetPeriod, Threshold } from "../domain/budget.ts";
import { money, toDecimal, type Money } from "../domain/money.ts";
import type { Day, Period } from "../domain/period.ts";
import type { SqlLike } from "./db.ts";

/** A period of a budget and its alerts. */
export type PeriodRecord = {
  readonly budgetId: string;
  readonly row: BudgetPeriod;
  readonly alerts: readonly BudgetAlert[];
};

type PeriodRow = {
  budgetId: string;
  from: Day;
  to: Day;
  amount: string;
  currency: string;
  spent: string | null;
  forecast: string | null;
  low: string | null;
  high: string | null;
  through: Day | null;
  lastDay: Day | null;
  problem: string | null;
  closedOn: Day | null;
  restated: string | null;
  acknowledgedBy: string | null;
  acknowledgedAt: string | null;
  posted: boolean;
  cardDigest: string | null;
  driver: BudgetPeriod["driver"];
  terms: string;
  bills: string;
};

type AlertRow = Omit<BudgetAlert, "spent" | "forecast"> & {
  budgetId: string;
  from: Day;
  spent: string;
  forecast: string | null;
};

/**
 * Periods of budgets with their alerts, newest first. `from` leaves out closed ones that began on other days; `lock` holds
 * the rows, so that an evaluation and an acknowledgement take turns.
 */
export async function loadPeriods(
  sql: SqlLike,
  budgetIds: readonly string[],
  options: { readonly from?: readonly Day[]; readonly lock?: boolean } = {},
): Promise<PeriodRecord[]> {
  if (budgetIds.length === 0) return [];
  const ids = [...budgetIds];
  const rows = await sql<PeriodRow[]>`
    select budget_id::text as "budgetId", period_from as "from", period_to as "to", amount::text as amount, currency,
      spent::text as spent, forecast::text as forecast, forecast_low::text as low, forecast_high::text as high, through,
      last_day as "lastDay", problem, closed_on as "closedOn", restated::text as restated, acknowledged_by as "acknowledgedBy",
      to_char(acknowledged_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "acknowledgedAt", posted,
      card_digest as "cardDigest", driver, terms, bills
    from budget_period where budget_id = any(${ids}::bigint[])
      ${options.from === undefined ? sql`` : sql`and (closed_on is null or period_from = any(${[...options.from]}::date[]))`}
    order by budget_id, period_from desc ${options.lock === true ? sql`for update` : sql``}`;
  const alerts = await sql<AlertRow[]>`
    select budget_id::text as "budgetId", period_from as "from", basis, percent, state, crossed_on as "crossedOn", through,
      last_day as "lastDay", spent::text as spent, forecast::text as forecast, notified, undone_on as "undoneOn",
      undone_reason as "undoneReason"
    from budget_alert where budget_id = any(${ids}::bigint[]) order by basis, percent`;
  const currencies = new Map(rows.map((row) => [`${row.budgetId} ${row.from}`, row.currency]));
  const byPeriod = Map.groupBy(alerts, (alert) => `${alert.budgetId} ${alert.from}`);
  return rows.map((row) => {
    const key = `${row.budgetId} ${row.from}`;
    const currency = currencies.get(key) ?? row.currency;
    return {
      budgetId: row.budgetId,
      row: toPeriod(row),
      alerts: (byPeriod.get(key) ?? []).map((one) => toAlert(one, currency)),
    };
  });
}

/** Closed periods and the deliveries each was last read from: few, whatever the number of budgets. */
export async function loadClosedPeriods(sql: SqlLike): Promise<{ from: Day; to: Day; bills: string }[]> {
  const rows = await sql<{ from: Day; to: Day; bills: string }[]>`
    select distinct p.period_from as "from", p.period_to as "to", p.bills
    from budget_period p join budget b on b.id = p.budget_id where p.closed_on is not null and b.removed_at is null`;
  return [...rows];
}

export type PeriodFigures = Omit<BudgetPeriod, "acknowledgedBy" | "acknowledgedAt" | "posted" | "cardDigest">;

/** Writes the figures of periods; acknowledgement and what was posted stay. One statement for all. */
export async function savePeriods(
  sql: SqlLike,
  periods: readonly { readonly budgetId: string; readonly figures: PeriodFigures }[],
): Promise<void> {
  if (periods.length === 0) return;
  const list = <T>(pick: (one: PeriodFigures) => T): T[] => periods.map(({ figures }) => pick(figures));
  await sql`
    insert into budget_period (budget_id, period_from, period_to, amount, currency, spent, forecast, forecast_low,
      forecast_high, through, last_day, problem, closed_on, restated, driver, terms, bills)
    select budget_id, "from", "to", amount, currency, spent, forecast, low, high, through, last_day, problem, closed_on, restated,
      driver::jsonb, terms, bills
    from unnest(${periods.map(({ budgetId }) => budgetId)}::bigint[], ${list((one) => one.period.from)}::date[],
      ${list((one) => one.period.to)}::date[], ${list((one) => toDecimal(one.amount))}::numeric[],
      ${list((one) => one.amount.currency)}::text[], ${list((one) => decimal(one.spent))}::numeric[],
      ${list((one) => decimal(one.forecast))}::numeric[], ${list((one) => decimal(one.forecastLow))}::numeric[],
      ${list((one) => decimal(one.forecastHigh))}::numeric[], ${list((one) => one.through)}::date[],
      ${list((one) => one.lastDay)}::date[], ${list((one) => one.problem)}::text[], ${list((one) => one.closedOn)}::date[],
      ${list((one) => decimal(one.restated))}::numeric[],
      ${list((one) => (one.driver === null ? null : JSON.stringify(one.driver)))}::text[], ${list((one) => one.terms)}::text[], ${list((one) => one.bills)}::text[])
      as given(budget_id, "from", "to", amount, currency, spent, forecast, low, high, through, last_day, problem, closed_on,
        restated, driver, terms, bills)
    on conflict (budget_id, period_from) do update set period_to = excluded.period_to, amount = excluded.amount,
      currency = excluded.currency, spent = excluded.spent, forecast = excluded.forecast,
      forecast_low = excluded.forecast_low, forecast_high = excluded.forecast_high, through = excluded.through,
      last_day = excluded.last_day, problem = excluded.problem, closed_on = excluded.closed_on, restated = excluded.restated,
      driver = excluded.driver, terms = excluded.terms, bills = excluded.bills`;
}

/** An alert and the period of the budget it belongs to. */
export type PlacedAlert = { readonly budgetId: string; readonly from: Day; readonly alert: BudgetAlert };

/** Records thresholds as crossed; returns those that were not there already, by whomever. The primary key is the law. */
export async function insertAlerts(sql: SqlLike, placed: readonly PlacedAlert[]): Promise<readonly PlacedAlert[]> {
  if (placed.length === 0) return [];
  const of = <T>(pick: (one: PlacedAlert) => T): T[] => placed.map(pick);
  const rows = await sql<{ id: string; from: Day; basis: string; percent: number }[]>`
    insert into budget_alert (budget_id, period_from, basis, percent, state, crossed_on, through, last_day, spent, forecast, notified)
    select id, "from", basis, percent, 'crossed', crossed_on, through, last_day, spent, forecast, notified
    from unnest(${of(({ budgetId }) => budgetId)}::bigint[], ${of(({ from }) => from)}::date[],
      ${of(({ alert }) => alert.basis)}::text[], ${of(({ alert }) => alert.percent)}::int[],
      ${of(({ alert }) => alert.crossedOn)}::date[], ${of(({ alert }) => alert.through)}::date[],
      ${of(({ alert }) => alert.lastDay)}::date[], ${of(({ alert }) => toDecimal(alert.spent))}::numeric[],
      ${of(({ alert }) => decimal(alert.forecast))}::numeric[], ${of(({ alert }) => String(alert.notified))}::text[]::boolean[])
      as given(id, "from", basis, percent, crossed_on, through, last_day, spent, forecast, notified)
    on conflict do nothing returning budget_id::text as id, period_from as "from", basis, percent`;
  const written = new Set(rows.map((row) => `${row.id} ${row.from} ${row.basis} ${row.percent}`));
  return placed.filter(({ budgetId, from, alert }) =>
    written.has(`${budgetId} ${from} ${alert.basis} ${alert.percent}`),
  );
}

/** Writes an alert that is there: its state, and what it was found with. */
export async function updateAlert(
  sql: SqlLike,
  at: { readonly budgetId: string; readonly period: Period },
  alert: BudgetAlert,
): Promise<void> {
  await sql`
    update budget_alert set state = ${alert.state}, notified = ${alert.notified}, undone_on = ${alert.undoneOn},
      undone_reason = ${alert.undoneReason}, through = ${alert.through}, last_day = ${alert.lastDay},
      spent = ${toDecimal(alert.spent)}::numeric, forecast = ${decimal(alert.forecast)}::numeric
    where budget_id = ${at.budgetId}::bigint and period_from = ${at.period.from} and basis = ${alert.basis}
      and percent = ${alert.percent}`;
}

/** Arms thresholds anew: of terms that changed. */
export async function deleteAlerts(
  sql: SqlLike,
  at: { readonly budgetId: string; readonly period: Period },
  thresholds: readonly Threshold[],
): Promise<void> {
  for (const { basis, percent } of thresholds) {
    await sql`
      delete from budget_alert where budget_id = ${at.budgetId}::bigint and period_from = ${at.period.from}
        and basis = ${basis} and percent = ${percent}`;
  }
}

/** Forgets a period that is not of the budget's cycle any more (a month of what became a yearly budget). */
export async function deletePeriod(sql: SqlLike, budgetId: string, from: Day): Promise<void> {
  await sql`delete from budget_alert where budget_id = ${budgetId}::bigint and period_from = ${from}`;
  await sql`delete from budget_period where budget_id = ${budgetId}::bigint and period_from = ${from}`;
}

/** Remembers which cards are wanted, and that there are any. */
export async function markPosted(
  sql: SqlLike,
  cards: readonly { readonly budgetId: string; readonly from: Day; readonly digest: string }[],
): Promise<void> {
  if (cards.length === 0) return;
  await sql`
    update budget_period p set posted = true, card_digest = given.digest
    from unnest(${cards.map(({ budgetId }) => budgetId)}::bigint[], ${cards.map(({ from }) => from)}::date[],
      ${cards.map(({ digest }) => digest)}::text[]) as given(id, "from", digest)
    where p.budget_id = given.id and p.period_from = given."from"`;
}

export async function setAcknowledged(sql: SqlLike, budgetId: string, from: Day, by: string | null): Promise<void> {
  const name = by === null ? null : by.replaceAll("\0", "\uFFFD").toWellFormed();
  await sql`
    update budget_period set acknowledged_by = ${name},
      acknowledged_at = case when ${name}::text is null then null else now() end
    where budget_id = ${budgetId}::bigint and period_from = ${from}`;
}

function toPeriod(row: PeriodRow): BudgetPeriod {
  const amountOf = (text: string | null): Money | null => (text === null ? null : money(text, row.currency));
  return {
    period: { from: row.from, to: row.to },
    amount: money(row.amount, row.currency),
    spent: amountOf(row.spent),
    forecast: amountOf(row.forecast),
    forecastLow: amountOf(row.low),
    forecastHigh: amountOf(row.high),
    through: row.through,
    lastDay: row.lastDay,
    problem: row.problem,
    closedOn: row.closedOn,
    restated: amountOf(row.restated),
    acknowledgedBy: row.acknowledgedBy,
    acknowledgedAt: row.acknowledgedAt,
    posted: row.posted,
    cardDigest: row.cardDigest,
    driver: row.driver,
    terms: row.terms,
    bills: row.bills,
  };
}

function toAlert({ budgetId: _id, from: _from, spent, forecast, ...alert }: AlertRow, currency: string): BudgetAlert {
  return { ...alert, spent: money(spent, currency), forecast: forecast === null ? null : money(forecast, currency) };
}

function decimal(amount: Money | null): string | null {
  return amount === null ? null : toDecimal(amount);
}
