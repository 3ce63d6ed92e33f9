import { describeFilter } from "../analysis/describe-filter.ts";
import { isProvisional } from "../analysis/provider-calendar.ts";
import { restatedSince } from "../analysis/restatement.ts";
import { hasRole } from "../domain/actor.ts";
import type { CostAnswer, CostRow } from "../domain/contract.ts";
import type { CloseAnswer } from "../domain/contract-operations.ts";
import { costQuerySchema, type CostQuery } from "../domain/cost-query.ts";
import { dearestFirst, type CurrencyWorth } from "../domain/currency-order.ts";
import { AppError } from "../domain/errors.ts";
import { atomsToDecimal, money, parseAtoms } from "../domain/money.ts";
import { addMonths, monthOf, type Month } from "../domain/period.ts";
import { appendAudit } from "../store/audit.ts";
import { insertClose, loadCloses, type CloseFigure } from "../store/close-records.ts";
import { withCostSnapshot, type ActiveBatch, type CostSnapshot } from "../store/cost-snapshot.ts";
import { withinScope } from "../store/cost-sources.ts";
import type { SqlLike } from "../store/db.ts";
import { loadCurrencyWorth } from "../store/fx.ts";
import type { Context, Verb } from "./context.ts";
import { auditOf } from "./manage-people.ts";
import { showCostsIn } from "./show-costs.ts";

/** Months before this one whose kept figures are compared again. */
const EARLIER_MONTHS = 12;

type Ask = (changes: Partial<CostQuery>, of?: Month) => Promise<CostAnswer>;

/**
 * What a billing month came to, for comparing with invoices: billed and effective cost per invoice and billing account,
 * by kind of charge, what is final, and what changed since it was kept. Each currency by itself: an invoice is not
 * converted. Read in one moment, within `ctx.scope`. Errors: not-found when the month has no bills.
 */
export async function buildClose({ ctx, input }: Verb<{ readonly month?: Month }>): Promise<CloseAnswer> {
  const month = input.month ?? addMonths(monthOf(ctx.clock.today()), -1);
  return withCostSnapshot(ctx.db, ctx.settings.tagAliases, async (snapshot) => {
    const seen = await withinScope(snapshot, ctx.scope);
    const ask: Ask = (changes, of = month) =>
      showCostsIn(snapshot, ctx, {
        ...costQuerySchema.parse({ select: { by: "billing-month", month: of } }),
        ...changes,
      });
    const billed = await ask({ by: ["invoice", "billing-account", "kind"], metric: "billed" });
    const effective = await ask({ by: ["invoice", "billing-account"] });
    if (billed.rows.length === 0 && effective.rows.length === 0) throw noBills(month);
    const accounts = accountsOf(ctx, seen.batches, month);
    const worth = await loadCurrencyWorth(snapshot.sql, ctx.settings.currency);
    const unordered = invoicesOf(billed.rows, effective.rows, accounts);
    const invoices = dearestFirst(unordered, (one) => money(one.billed, one.currency), worth);
    const bought = await ask({ by: ["commitment"], metric: "billed", filters: PURCHASES });
    return {
      month,
      scope: describeFilter(ctx.scope),
      partial: ctx.scope.length > 0,
      invoices,
      total: totalsOf(invoices, worth),
      commitments: bought.rows.flatMap(({ key, amount, currency }) =>
        parseAtoms(amount) === 0n ? [] : [{ commitment: key["commitment"] ?? null, amount, currency: currency ?? "" }],
      ),
      accounts,
      ...(await sinceKept(ctx, snapshot, ask, month, invoices)),
    };
  });
}

const PURCHASES: CostQuery["filters"] = [
  { dimension: "kind", negated: false, values: ["purchases"] },
  { dimension: "commitment", negated: true, values: [null] },
];

function noBills(month: Month): AppError {
  return new AppError("not-found", `There are no bills of ${month}.`, {
    remedy: "Say another month, as in: digest close 2026-10",
  });
}

type Account = CloseAnswer["accounts"][number];

/** Billing accounts with a delivery of the month, and whether their cloud may still change it. */
function accountsOf(ctx: Context, batches: readonly ActiveBatch[], month: Month): Account[] {
  const today = ctx.clock.today();
  const accounts = new Map<string, Account>();
  for (const batch of batches.filter(({ billingMonth }) => monthOf(billingMonth) === month)) {
    const known = accounts.get(batch.billingAccount);
    const final = !isProvisional(batch.provider, batch.billingMonth, today) && batch.incomplete === null;
    accounts.set(batch.billingAccount, {
      account: batch.billingAccount,
      provider: batch.provider,
      final: final && (known?.final ?? true),
      // What is missing of a whole delivery cannot be cut to a part.
      incomplete: ctx.scope.length > 0 ? null : (batch.incomplete ?? known?.incomplete ?? null),
      rejects: ctx.scope.length > 0 ? null : batch.rejects + (known?.rejects ?? 0),
    });
  }
  return [...accounts.values()].sort((a, b) => (a.account < b.account ? -1 : 1));
}

type Invoice = CloseAnswer["invoices"][number];

function invoicesOf(
  billed: readonly CostRow[],
  effective: readonly CostRow[],
  accounts: readonly Account[],
): Invoice[] {
  const invoices = new Map<string, Invoice>();
  const lineOf = (row: CostRow): Invoice => {
    const [invoice, account] = [row.key["invoice"] ?? null, row.key["billing-account"] ?? null];
    const currency = row.currency ?? "";
    const name = JSON.stringify([invoice, account, currency]);
    const from = accounts.find((one) => one.account === account);
    const line = invoices.get(name) ?? {
      invoice,
      account,
      accountName: row.names?.["billing-account"] ?? null,
      provider: from?.provider ?? null,
      currency,
      billed: "0",
      effective: "0",
      kinds: {},
      state: invoice === null ? "not-invoiced" : from?.final === true ? "final" : "open",
    };
    invoices.set(name, line);
    return line;
  };
  for (const row of billed) {
    const line = lineOf(row);
    line.billed = plus(line.billed, row.amount);
    const kind = row.key["kind"] ?? "usage";
    line.kinds[kind] = plus(line.kinds[kind] ?? "0", row.amount);
  }
  for (const row of effective) {
    const line = lineOf(row);
    line.effective = plus(line.effective, row.amount);
  }
  return [...invoices.values()];
}

function totalsOf(invoices: readonly Invoice[], worth: CurrencyWorth): CloseAnswer["total"] {
  const totals = new Map<string, CloseAnswer["total"][number]>();
  for (const { currency, billed, effective, kinds } of invoices) {
    const total = totals.get(currency) ?? { currency, billed: "0", effective: "0", kinds: {} };
    total.billed = plus(total.billed, billed);
    total.effective = plus(total.effective, effective);
    for (const [kind, amount] of Object.entries(kinds)) total.kinds[kind] = plus(total.kinds[kind] ?? "0", amount);
    totals.set(currency, total);
  }
  return dearestFirst([...totals.values()], (one) => money(one.billed, one.currency), worth);
}

function plus(a: string, b: string): string {
  return atomsToDecimal(parseAtoms(a) + parseAtoms(b));
}

async function sinceKept(
  ctx: Context,
  snapshot: CostSnapshot,
  ask: Ask,
  month: Month,
  invoices: readonly Invoice[],
): Promise<Pick<CloseAnswer, "kept" | "earlier">> {
  const records = await loadCloses(snapshot.sql, ctx.scope, { from: addMonths(month, -EARLIER_MONTHS), to: month });
  const own = records.find((record) => record.month === month);
  const earlier: CloseAnswer["earlier"] = [];
  for (const record of records.filter((one) => one.month !== month)) {
    const now = await ask({ by: ["invoice", "billing-account"], metric: "billed" }, record.month);
    const restated = restatedSince(record.figures, now.rows.map(figureOf));
    if (restated.length > 0) earlier.push({ month: record.month, on: record.keptOn, restated: byCurrency(restated) });
  }
  const kept = own === undefined ? null : { on: own.keptOn, restated: restatedSince(own.figures, invoices) };
  return { kept, earlier };
}

function figureOf({ key, amount, currency }: CostRow): CloseFigure {
  const invoice = key["invoice"] ?? null;
  return { invoice, account: key["billing-account"] ?? null, currency: currency ?? "", billed: amount, effective: "0" };
}

function byCurrency(list: readonly { readonly amount: string; readonly currency: string }[]) {
  const sums = new Map<string, string>();
  for (const { amount, currency } of list) sums.set(currency, plus(sums.get(currency) ?? "0", amount));
  return [...sums].map(([currency, amount]) => ({ currency, amount }));
}

/** Keeps the figures of a close in the caller's transaction, once for each month and scope when a schedule posts it. */
export async function recordClose(
  tx: SqlLike,
  ctx: Context,
  close: CloseAnswer,
  options: { readonly again: boolean },
): Promise<boolean> {
  const month = close.month as Month;
  const known = await loadCloses(tx, ctx.scope, { from: month, to: month });
  if (known.length > 0 && !options.again) return false;
  const figures = close.invoices.map(({ invoice, account, currency, billed, effective }) => ({
    invoice,
    account,
    currency,
    billed,
    effective,
  }));
  await insertClose(tx, { month, scope: ctx.scope, keptOn: ctx.clock.today(), keptBy: ctx.actor.id, figures });
  await appendAudit(tx, [auditOf(ctx, "digest.close", month, { scope: describeFilter(ctx.scope) })]);
  return true;
}

/** Keeps a month as it is now: later differences are told against these figures. Needs the role analyst. */
export async function keepClose({ ctx, input }: Verb<{ readonly month?: Month }>): Promise<CloseAnswer> {
  if (!hasRole(ctx.actor, "analyst")) {
    throw new AppError("forbidden", "A month is closed by people with the role analyst.", {
      remedy: "Ask one of them; to look at it: digest close",
    });
  }
  const close = await buildClose({ ctx, input });
  await ctx.db.sql.begin((tx) => recordClose(tx, ctx, close, { again: true }));
  return buildClose({ ctx, input });
}
