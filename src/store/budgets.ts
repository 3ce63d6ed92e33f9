import type { Budget, BudgetTerms, Threshold } from "../domain/budget.ts";
import type { Kind } from "../domain/kind.ts";
import { money, toDecimal } from "../domain/money.ts";
import type { Day } from "../domain/period.ts";
import type { ScopeFilter } from "../domain/scope.ts";
import type { SqlLike } from "./db.ts";

type Row = {
  id: string;
  name: string;
  amount: string;
  currency: string;
  filters: ScopeFilter;
  access: ScopeFilter;
  without: Kind[];
  cycle: Budget["cycle"];
  metric: Budget["metric"];
  thresholds: Threshold[];
  channel: string;
  origin: Budget["origin"];
  createdBy: string;
  snoozedUntil: Day | null;
  snoozedBy: string | null;
};

/** The budgets in force, by name. */
export async function loadBudgets(sql: SqlLike): Promise<Budget[]> {
  const rows = await sql<Row[]>`select ${columns(sql)} from budget where removed_at is null order by lower(name), id`;
  return rows.map(toBudget);
}

/** One budget by its name, in any case; `lock` holds its row until the transaction ends. */
export async function findBudget(
  sql: SqlLike,
  name: string,
  options: { readonly lock?: boolean } = {},
): Promise<Budget | null> {
  const [row] = await sql<Row[]>`
    select ${columns(sql)} from budget where removed_at is null and lower(name) = lower(${plain(name)})
    ${options.lock === true ? sql`for update` : sql``}`;
  return row === undefined ? null : toBudget(row);
}

export type NewBudget = BudgetTerms & Pick<Budget, "access" | "origin" | "createdBy">;

/** Writes a budget; null when another of its name was there first. */
export async function insertBudget(sql: SqlLike, fresh: NewBudget): Promise<string | null> {
  const [row] = await sql<{ id: string }[]>`
    insert into budget (name, amount, currency, filters, access, without, cycle, metric, thresholds, channel, origin, created_by)
    values (${plain(fresh.name)}, ${toDecimal(fresh.amount)}::numeric, ${fresh.amount.currency}, ${json(fresh.filters)}::text::jsonb,
      ${json(fresh.access)}::text::jsonb, ${[...fresh.without]}::text[], ${fresh.cycle}, ${fresh.metric},
      ${json(fresh.thresholds)}::text::jsonb, ${plain(fresh.channel)}, ${fresh.origin}, ${plain(fresh.createdBy)})
    on conflict (lower(name)) where removed_at is null do nothing returning id::text as id`;
  return row?.id ?? null;
}

/** Gives a budget other terms; who made it and its snooze stay. */
export async function updateBudget(
  sql: SqlLike,
  id: string,
  terms: BudgetTerms & Pick<Budget, "access" | "origin">,
): Promise<void> {
  await sql`
    update budget set name = ${plain(terms.name)}, amount = ${toDecimal(terms.amount)}::numeric, currency = ${terms.amount.currency},
      filters = ${json(terms.filters)}::text::jsonb, access = ${json(terms.access)}::text::jsonb, without = ${[...terms.without]}::text[],
      cycle = ${terms.cycle}, metric = ${terms.metric}, thresholds = ${json(terms.thresholds)}::text::jsonb,
      channel = ${plain(terms.channel)}, origin = ${terms.origin}, changed_at = now()
    where id = ${id}::bigint`;
}

export async function removeBudgetRow(sql: SqlLike, id: string): Promise<void> {
  await sql`update budget set removed_at = now(), changed_at = now() where id = ${id}::bigint`;
}

/** Silence until a day; null ends it. */
export async function setSnooze(sql: SqlLike, id: string, until: Day | null, by: string | null): Promise<void> {
  await sql`
    update budget set snoozed_until = ${until}, snoozed_by = ${by === null ? null : plain(by)}, changed_at = now()
    where id = ${id}::bigint`;
}

function columns(sql: SqlLike) {
  return sql`id::text as id, name, amount::text as amount, currency, filters, access, without, cycle, metric, thresholds,
    channel, origin, created_by as "createdBy", snoozed_until as "snoozedUntil", snoozed_by as "snoozedBy"`;
}

function toBudget({ amount, currency, ...row }: Row): Budget {
  return { ...row, amount: money(amount, currency) };
}

/** Postgres text holds no NUL. */
function plain(text: string): string {
  return text.replaceAll("\0", "\uFFFD").toWellFormed();
}

function json(value: unknown): string {
  // A lone surrogate or NUL in a value matches nothing and cannot be stored.
  return JSON.stringify(value, (_, part: unknown) => (typeof part === "string" ? plain(part) : part));
}
