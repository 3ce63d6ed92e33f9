import { dailyAmounts, reasonOf } from "../analysis/rise-reason.ts";
import { isScopeWithin } from "../analysis/scope-within.ts";
import type { CostAnswer, Driver } from "../domain/contract.ts";
import type { RiseReason } from "../domain/contract-operations.ts";
import { costQuerySchema, type CostQuery } from "../domain/cost-query.ts";
import type { Dimension } from "../domain/dimension.ts";
import { EXCLUDABLE_KINDS } from "../domain/kind.ts";
import { parseAtoms } from "../domain/money.ts";
import { periodLength, type Period } from "../domain/period.ts";
import type { Condition } from "../domain/scope.ts";
import { ownersOf } from "../store/people.ts";
import type { Context } from "./context.ts";

/** Resources looked at for one rise: the one that holds most of it is among the largest. */
const RESOURCES_READ = 200;

export type Rise = {
  readonly driver: Driver;
  readonly period: Period;
  readonly against: Period;
  /** The currency everything is converted to; null = each by itself. */
  readonly currency: string | null;
  /** Answers a question from the snapshot the rise was found in. */
  readonly ask: (query: CostQuery) => Promise<CostAnswer>;
};

/**
 * Looks behind a rise of usage: by resource, as quantity, and (where a day is compared with a day) since when; and who
 * owns what rose. Everything read is within `ctx.scope`.
 */
export async function explainRise(ctx: Context, rise: Rise): Promise<RiseReason> {
  const { driver, period, against, currency } = rise;
  const filters = Object.entries(driver.key).map(([dimension, value]) => ({
    dimension: dimension as Dimension,
    negated: false,
    values: [value],
  }));
  const shared: CostQuery = {
    ...costQuerySchema.parse({ select: { by: "days", ...period }, without: EXCLUDABLE_KINDS }),
    filters,
    versus: { with: "period", ...against },
  };
  const resources = await rise.ask({ ...shared, by: ["resource"], currency, top: RESOURCES_READ });
  const usage = await rise.ask({ ...shared, metric: "usage" });
  const span = { by: "days" as const, from: against.from, to: period.to };
  const daily = periodLength(period) === 1;
  const days = daily ? await rise.ask({ ...shared, select: span, versus: null, per: "day", currency }) : null;
  const cost = resources.total.find((line) => line.currency === driver.currency);
  return reasonOf({
    change: parseAtoms(driver.change),
    currency: driver.currency,
    resources: resources.rows,
    // A quantity that was paid in two currencies has no price of one.
    usage: resources.total.length > 1 ? [] : usage.total,
    cost: { now: parseAtoms(cost?.amount ?? "0"), before: parseAtoms(cost?.previous ?? "0") },
    days: days === null ? [] : dailyAmounts(days, driver.currency),
    owner: await ownerName(ctx, filters),
  });
}

/** Whoever owns just this part. Whoever owns everything is asked about everything: no news on a line. */
async function ownerName(ctx: Context, filters: readonly Condition[]): Promise<string | null> {
  const [owner] = await ownersOf(ctx.db.sql, [...ctx.scope, ...filters]);
  if (owner === undefined || owner.scope.length === 0 || !isScopeWithin(owner.scope, ctx.scope)) return null;
  return owner.person?.name ?? `#${owner.channel ?? ""}`;
}
