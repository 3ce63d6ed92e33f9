import { transition, type LifecycleEvent } from "../analysis/lifecycle.ts";
import type { Recommendation } from "../domain/recommendation.ts";
import { sealPending } from "../store/audit-chain.ts";
import { listRecommendations, readRecommendation } from "../store/recommendations.ts";
import { applyMove } from "./apply-move.ts";
import type { Context, Verb } from "./context.ts";
import { happening, rerender, type RenderRecommendation } from "./recommendation-view.ts";

/** Ends what nobody decided in time, and wakes what was put off until today. Returns the ids each happened to. */
export async function expireRecommendations({
  ctx,
  input,
}: Verb<{ readonly render: RenderRecommendation }>): Promise<{ readonly expired: string[]; readonly woken: string[] }> {
  const expired: string[] = [];
  const woken: string[] = [];
  const waiting = await listRecommendations(ctx.db.sql, { states: ["proposed", "partly-approved", "snoozed"] });
  for (const candidate of waiting) {
    const event = dueEvent(ctx, candidate);
    if (event === null || !(await moveDue(ctx, candidate.id, input.render))) continue;
    (event === "wake" ? woken : expired).push(candidate.id);
  }
  await sealPending(ctx.db.sql);
  return { expired, woken };
}

async function moveDue(ctx: Context, id: string, render: RenderRecommendation): Promise<boolean> {
  return ctx.db.sql.begin<boolean>(async (tx) => {
    const locked = await readRecommendation(tx, id, { lock: true });
    const event = locked === null ? null : dueEvent(ctx, locked);
    if (locked === null || event === null) return false;
    const next = transition(locked.state, event, new Set(["snooze-over", "expiry-day-reached"]));
    if (!next.ok) return false;
    const system: Context = { ...ctx, actor: { kind: "system", id: "calendar" } };
    const after = await applyMove(tx, system, locked, next);
    await rerender(tx, ctx.settings, after, render, [happening(event)]);
    return true;
  });
}

function dueEvent(ctx: Context, current: Recommendation): (LifecycleEvent & ("wake" | "expire")) | null {
  const today = ctx.clock.today();
  if (current.state === "snoozed")
    return current.snoozedUntil !== null && today >= current.snoozedUntil ? "wake" : null;
  const open = current.state === "proposed" || current.state === "partly-approved";
  return open && today >= current.expiresOn ? "expire" : null;
}
