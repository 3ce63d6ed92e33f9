import { refuseApproval } from "../analysis/approval-policy.ts";
import { scopeCovers } from "../analysis/approval-scope.ts";
import { hasRole } from "../domain/actor.ts";
import { dearestFirst, type CurrencyWorth } from "../domain/currency-order.ts";
import { AppError } from "../domain/errors.ts";
import { savingMonthly, type RecommendationState, type RecommendationView } from "../domain/recommendation.ts";
import { loadCurrencyWorth } from "../store/fx.ts";
import { listRecommendations as readList, readRecommendation } from "../store/recommendations.ts";
import type { Context, Verb } from "./context.ts";
import { viewRecommendations } from "./recommendation-view.ts";

/** Recommendations whose resource the scope covers, dearest first. */
export async function listRecommendations({
  ctx,
  input,
}: Verb<{
  /** Empty = every state. */
  readonly states: readonly RecommendationState[];
  /** Only what the actor could approve now. */
  readonly mine: boolean;
}>): Promise<RecommendationView[]> {
  const states = input.states.length === 0 ? undefined : input.states;
  const rows = await readList(ctx.db.sql, { states });
  const covered = rows.filter((row) => scopeCovers(ctx.scope, row.facets));
  const visible = dearestFirst(covered, ({ finding }) => savingMonthly(finding), await currencyWorth(ctx));
  const views = await viewRecommendations(ctx.db.sql, ctx.settings, visible);
  return input.mine ? views.filter((view) => waitsForActor(ctx, view)) : views;
}

/** How amounts of several currencies are put in one order here. */
export function currencyWorth({ db, settings }: Context): Promise<CurrencyWorth> {
  return loadCurrencyWorth(db.sql, settings.currency);
}

/** One recommendation. Throws AppError("not-found"): what is not visible does not exist. */
export async function showRecommendation({ ctx, input }: Verb<{ readonly id: string }>): Promise<RecommendationView> {
  const row = await readRecommendation(ctx.db.sql, input.id);
  if (row !== null && scopeCovers(ctx.scope, row.facets)) {
    const [view] = await viewRecommendations(ctx.db.sql, ctx.settings, [row]);
    if (view !== undefined) return view;
  }
  throw new AppError("not-found", `There is no recommendation "${input.id.slice(0, 60)}".`, {
    remedy: "recs list shows what there is.",
  });
}

/** Whether the actor's approval is what it waits for. */
export function waitsForActor(ctx: Context, view: RecommendationView): boolean {
  const { recommendation, decisions } = view;
  if (recommendation.state !== "proposed" && recommendation.state !== "partly-approved") return false;
  if (!hasRole(ctx.actor, "approver") || !scopeCovers(ctx.scope, recommendation.facets)) return false;
  const { tier } = view;
  return refuseApproval({ tier, recommendation, decisions, actor: ctx.actor, today: ctx.clock.today() }) === null;
}
