import { isScopeWithin } from "../analysis/scope-within.ts";
import type { ScheduleEntry } from "../domain/contract-operations.ts";
import { AppError } from "../domain/errors.ts";
import { appendAudit } from "../store/audit.ts";
import { loadSchedules } from "../store/schedules.ts";
import { findRemoved, pauseSchedule, removeSubscription, resumeSchedule } from "../store/subscriptions.ts";
import { creatorOf } from "./creator-rights.ts";
import type { Context, Verb } from "./context.ts";
import { isScheduleVisible, subscriptionNamed } from "./find-subscription.ts";
import { entryOf } from "./list-schedules.ts";
import { auditOf } from "./manage-people.ts";
import { notifyPerson } from "./notify-person.ts";
import { requireSubscriber } from "./subscribe-digest.ts";

export type StopDigest = {
  readonly name: string;
  /** What whoever subscribed is told when somebody else ends it. */
  readonly render: (entry: ScheduleEntry) => object;
};

/**
 * Ends a subscription, or lets stand still what configuration set up (a restart does not undo that). Whoever made it
 * may, and everybody who might have. Errors: not-found, forbidden.
 */
export async function stopDigest({ ctx, input }: Verb<StopDigest>): Promise<ScheduleEntry> {
  const schedule = await subscriptionNamed(ctx, input.name);
  const { name, channel, origin, creator } = schedule;
  if (creator?.id !== ctx.actor.id) await requireSubscriber(ctx, "digest.off", name, channel);
  const entry = await entryOf(ctx, schedule);
  await ctx.db.sql.begin(async (tx) => {
    if (origin === "chat") await removeSubscription(tx, name);
    else if (!(await pauseSchedule(tx, name, `switched off by ${nameOf(ctx)}`))) return;
    await appendAudit(tx, [auditOf(ctx, "digest.off", name, { origin })]);
    if (creator === null || creator.id === ctx.actor.id) return;
    const key = `off:${name}:${ctx.clock.now()}`;
    await notifyPerson(tx, { personId: creator.id, key, card: input.render(entry), needsThem: false });
  });
  return entry;
}

/**
 * Lets a paused or removed digest run again, from now on and with the rights of whoever says so. Errors: not-found,
 * forbidden (the role, or it would show more than they see), conflict (it runs).
 */
export async function resumeDigest({ ctx, input }: Verb<{ readonly name: string }>): Promise<ScheduleEntry> {
  const name = input.name.trim().toLowerCase();
  const removed = await findRemoved(ctx.db.sql, name);
  const back = removed !== null && (await isScheduleVisible(ctx, removed));
  const known = back ? { ...removed, paused: "removed", origin: "chat" as const } : await subscriptionNamed(ctx, name);
  if (known.paused === null) {
    throw new AppError("conflict", `Digest ${name} runs already.`, { remedy: "digest list says when it comes next." });
  }
  await requireSubscriber(ctx, "digest.on", name, known.channel);
  const own = ctx.actor.kind === "system" ? [] : ctx.actor.scope;
  if (!isScopeWithin(known.scope, own)) {
    throw new AppError("forbidden", `Digest ${name} shows more than you see.`, {
      remedy: "Subscribe to what you see: digest subscribe",
    });
  }
  const creator = await creatorOf(ctx);
  await ctx.db.sql.begin(async (tx) => {
    await resumeSchedule(tx, name, { now: ctx.clock.now(), creator });
    await appendAudit(tx, [auditOf(ctx, "digest.on", name, {})]);
  });
  const schedule = (await loadSchedules(ctx.db.sql)).find((one) => one.name === name);
  if (schedule === undefined) throw new AppError("not-found", `There is no digest "${name.slice(0, 60)}".`);
  return entryOf(ctx, schedule);
}

function nameOf({ actor }: Context): string {
  return actor.kind === "user" ? actor.name : actor.id;
}
