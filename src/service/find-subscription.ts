import { isScopeWithin } from "../analysis/scope-within.ts";
import { AppError } from "../domain/errors.ts";
import { nearestWords } from "../domain/nearest.ts";
import type { Schedule } from "../domain/schedule.ts";
import { bothScopes } from "../domain/scope.ts";
import { channelScope, directChannel } from "../store/conversations.ts";
import { loadSchedules, type KnownSchedule } from "../store/schedules.ts";
import type { Context } from "./context.ts";

/**
 * Whether a schedule exists for this person: what it posts into a private talk is its owner's alone, and of what others
 * get, all it shows lies within what the person may see.
 */
export async function isScheduleVisible(ctx: Context, schedule: Pick<Schedule, "channel" | "scope">): Promise<boolean> {
  const { channel, scope } = schedule;
  if (channel === null) return isScopeWithin(scope, ctx.scope);
  if (channel.startsWith("@")) return ctx.actor.kind === "system" || channel === directChannel(ctx.actor.id);
  return isScopeWithin(bothScopes(scope, await channelScope(ctx.db.sql, channel)), ctx.scope);
}

/** A digest schedule of that name, among those the person sees. Throws not-found with the nearest names. */
export async function subscriptionNamed(ctx: Context, word: string): Promise<KnownSchedule> {
  const visible: KnownSchedule[] = [];
  for (const schedule of await loadSchedules(ctx.db.sql))
    if (schedule.job === "digest" && (await isScheduleVisible(ctx, schedule))) visible.push(schedule);
  const name = word.trim().toLowerCase();
  const found = visible.find((schedule) => schedule.name === name);
  if (found !== undefined) return found;
  const names = visible.map((schedule) => schedule.name);
  const [near] = nearestWords(name, names);
  throw new AppError("not-found", `There is no digest "${word.slice(0, 60)}".`, {
    remedy: near === undefined ? "digest list shows them." : `Did you mean ${near}?`,
  });
}
