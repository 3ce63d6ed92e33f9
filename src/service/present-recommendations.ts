import { isExpired } from "../analysis/approval-policy.ts";
import { scopeCovers } from "../analysis/approval-scope.ts";
import { hasRole, type Actor } from "../domain/actor.ts";
import { weekStart } from "../domain/period.ts";
import { NO_PEOPLE, type Person } from "../domain/person.ts";
import { WAITING_STATES, type RecommendationView } from "../domain/recommendation.ts";
import { EVERYTHING, type ScopeFilter } from "../domain/scope.ts";
import type { SqlLike } from "../store/db.ts";
import { enqueuePost } from "../store/outbox.ts";
import { loadPeople } from "../store/people.ts";
import { countShownSince, listRecommendations, markShown } from "../store/recommendations.ts";
import type { Context, Verb } from "./context.ts";
import { waitsForActor } from "./list-recommendations.ts";
import { recommendationKey, viewRecommendations, type RenderRecommendation } from "./recommendation-view.ts";

/** Cards put before people by themselves in one week: few enough to be read; the rest is in `recs list`. */
export const SHOWN_A_WEEK_MAX = 3;
/** Any constant: two runs at once do not both choose. */
const PRESENT_LOCK = 7_316_215;

/**
 * Posts the dearest recommendations nobody was shown yet, at most SHOWN_A_WEEK_MAX a week, each once ever, in the
 * caller's transaction. Only what `scope` covers: what the channel may show. Returns their ids.
 */
export async function presentRecommendations(
  tx: SqlLike,
  ctx: Context,
  input: { readonly channel: string; readonly scope: ScopeFilter; readonly render: RenderRecommendation },
): Promise<string[]> {
  const today = ctx.clock.today();
  await tx`select pg_advisory_xact_lock(${PRESENT_LOCK})`;
  const left = SHOWN_A_WEEK_MAX - (await countShownSince(tx, weekStart(today)));
  if (left <= 0) return [];
  const candidates = await listRecommendations(tx, { states: WAITING_STATES, shown: false });
  const ids = candidates
    .filter((one) => scopeCovers(input.scope, one.facets) && !isExpired(one, today))
    .slice(0, left)
    .map(({ id }) => id);
  // Locked and read again: a decision taken meanwhile waits, finds the card in the outbox, and corrects it.
  const locked = await listRecommendations(tx, { ids, states: WAITING_STATES, lock: true });
  for (const view of await viewRecommendations(tx, ctx.settings, locked)) {
    const { id } = view.recommendation;
    await enqueuePost(tx, { channel: input.channel, key: recommendationKey(id), card: input.render.card(view) });
  }
  const shown = locked.map(({ id }) => id);
  await markShown(tx, shown, today);
  return shown;
}

export type Waiting = {
  readonly actor: Extract<Actor, { kind: "user" }>;
  readonly views: readonly RecommendationView[];
};

/** Who could approve something now, and what: people of the role who do not want to be left alone. */
export async function listWaiting({ ctx }: Verb<Record<string, never>>): Promise<Waiting[]> {
  const rows = await listRecommendations(ctx.db.sql, { states: WAITING_STATES });
  if (rows.length === 0) return [];
  const views = await viewRecommendations(ctx.db.sql, ctx.settings, rows);
  return (await loadPeople(ctx.db.sql)).flatMap((person) => {
    if (person.preferences.notify === "none") return [];
    const own = contextOf(ctx, person);
    if (!hasRole(own.actor, "approver")) return [];
    const mine = views.filter((view) => waitsForActor(own, view));
    return mine.length === 0 ? [] : [{ actor: own.actor, views: mine }];
  });
}

/** One reminder a person and week. */
export function waitingKey(ctx: Context, personId: string): string {
  return `waiting:${personId}:${weekStart(ctx.clock.today())}`;
}

function contextOf(ctx: Context, { id, name, role, scope }: Person): Context & Pick<Waiting, "actor"> {
  const { defaultRole } = ctx.settings.people ?? NO_PEOPLE;
  const actor: Waiting["actor"] = { kind: "user", id, name, role: role ?? defaultRole, scope };
  return { ...ctx, actor, scope: scope.length === 0 ? EVERYTHING : scope };
}
