import { isScopeWithin } from "../analysis/scope-within.ts";
import { hasRole } from "../domain/actor.ts";
import type { AuditAction, Json } from "../domain/audit-event.ts";
import type { ScheduleEntry } from "../domain/contract-operations.ts";
import { AppError } from "../domain/errors.ts";
import type { Report } from "../domain/report.ts";
import type { Schedule } from "../domain/schedule.ts";
import { bothScopes, type ScopeFilter } from "../domain/scope.ts";
import { appendAudit } from "../store/audit.ts";
import { channelScope, directChannel, ensureDirectChannel, isPostable } from "../store/conversations.ts";
import { findPerson } from "../store/people.ts";
import { loadSchedules, type KnownSchedule } from "../store/schedules.ts";
import { namesInUse, saveSubscription } from "../store/subscriptions.ts";
import { creatorOf, roleToSubscribe } from "./creator-rights.ts";
import type { Context, Verb } from "./context.ts";
import { entryOf } from "./list-schedules.ts";
import { auditOf } from "./manage-people.ts";

/** Most subscriptions of one installation, and of one channel: more would be noise nobody reads. */
const SUBSCRIPTIONS_MAX = 1_000;
const PER_CHANNEL_MAX = 20;
/** Any constant: two people who subscribe at once take turns, so that names differ. */
const NAME_LOCK = 7_316_230;
const DEFAULT_CHANNEL = "finops";
const SLUG_MAX = 40;

export type Subscribe = {
  readonly report: Report;
  readonly cron: string;
  /** null: the person's own zone, else the installation's. */
  readonly timeZone: string | null;
  /** What it shows, on top of what channel and creator may see. */
  readonly filters: ScopeFilter;
  /** null: where it was asked, else the person's default channel, else the installation's. `me`: the own talk. */
  readonly channel: string | null;
};
export type Subscribed = { readonly change: "created" | "changed"; readonly subscription: ScheduleEntry };

/**
 * Subscribes a channel (or one's own talk) to a report. It shows channel ∩ creator ∩ `filters`, judged at every run.
 * The same report to the same channel again changes its times. Needs the role analyst where others read it.
 * Errors: forbidden, not-found (channel), limit.
 */
export async function subscribeDigest({ ctx, input }: Verb<Subscribe>): Promise<Subscribed> {
  const channel = await placeOf(ctx, input.channel);
  await requireSubscriber(ctx, "digest.subscribe", channel, channel);
  const creator = await creatorOf(ctx);
  const own = ctx.actor.kind === "system" ? [] : ctx.actor.scope;
  const scope = bothScopes(own, input.filters);
  const person = await findPerson(ctx.db.sql, ctx.actor.id);
  const timeZone = input.timeZone ?? person?.preferences.timeZone ?? ctx.settings.timeZone;
  const { change, name } = await ctx.db.sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${NAME_LOCK})`;
    const mine = (await loadSchedules(tx)).filter(({ origin }) => origin === "chat");
    const same = mine.find((one) => isSame(one, { channel, scope, report: input.report }));
    if (same === undefined) requireRoom(mine, channel);
    const name = same?.name ?? freeName(nameOf(input.report, channel), await namesInUse(tx));
    const when = { cron: input.cron, timeZone };
    const schedule: Schedule = { name, job: "digest", ...when, channel, scope, origin: "chat", report: input.report };
    await saveSubscription(tx, { ...schedule, creator, countsFrom: ctx.clock.now() });
    const details = { channel, ...when, scope: scope as unknown as Json, report: input.report as unknown as Json };
    await appendAudit(tx, [auditOf(ctx, "digest.subscribe", name, details)]);
    return { change: same === undefined ? ("created" as const) : ("changed" as const), name };
  });
  const saved = (await loadSchedules(ctx.db.sql)).find((schedule) => schedule.name === name);
  if (saved === undefined) throw new AppError("conflict", "The subscription was removed at this moment.");
  return { change, subscription: await entryOf(ctx, saved) };
}

/** Where it is posted, as the outbox addresses it. */
async function placeOf(ctx: Context, said: string | null): Promise<string> {
  const own = directChannel(ctx.actor.id);
  const word = said?.replace(/^#/, "").toLowerCase();
  const here = ctx.channel ?? (await findPerson(ctx.db.sql, ctx.actor.id))?.preferences.channel ?? DEFAULT_CHANNEL;
  const channel = word === undefined || word === "here" ? here : word === "me" ? own : word;
  if (channel.startsWith("@")) {
    if (channel !== own) throw noSuchChannel(channel);
    await ensureDirectChannel(ctx.db.sql, ctx.actor.id);
    return channel;
  }
  const found = await isPostable(ctx.db.sql, channel, ctx.channel);
  const readable = isScopeWithin(await channelScope(ctx.db.sql, channel), ctx.scope);
  if (!found || !readable) throw noSuchChannel(channel);
  return channel;
}

function noSuchChannel(channel: string): AppError {
  return new AppError("not-found", `There is no channel #${channel.slice(0, 60)} here.`, {
    remedy: "Leave it out to subscribe the channel you are in, or say: in me, for your own talk.",
  });
}

/** Refuses, and writes down that it did, whoever may not have something posted there. */
export async function requireSubscriber(
  ctx: Context,
  action: AuditAction,
  subject: string,
  channel: string | null,
): Promise<void> {
  const needed = roleToSubscribe(channel);
  if (hasRole(ctx.actor, needed)) return;
  const refused = { ...auditOf(ctx, action, subject.slice(0, 200), {}), outcome: "refused", reason: "role" } as const;
  await appendAudit(ctx.db.sql, [refused]);
  throw new AppError("forbidden", `Digests of a channel are set by people with the role ${needed}.`, {
    remedy: "Ask an admin for that role, or subscribe for yourself: digest subscribe in me",
  });
}

type Terms = Pick<Schedule, "channel" | "scope"> & { readonly report: Report };

/** The same report for the same readers: other times are a change of it, not a second one. */
function isSame(one: KnownSchedule, { channel, scope, report }: Terms): boolean {
  if (one.channel !== channel || one.report === undefined) return false;
  const of = (told: Report): string =>
    told.kind === "question" ? told.saved : told.kind === "hygiene" ? "hygiene" : told.cycle;
  const same = one.report.kind === report.kind && of(one.report) === of(report);
  return same && JSON.stringify(one.scope) === JSON.stringify(scope);
}

function requireRoom(mine: readonly KnownSchedule[], channel: string): void {
  const there = mine.filter((one) => one.channel === channel).length;
  if (mine.length < SUBSCRIPTIONS_MAX && there < PER_CHANNEL_MAX) return;
  throw new AppError("limit", `There are ${there} subscriptions here; ${PER_CHANNEL_MAX} is the most.`, {
    remedy: "Switch some off: digest list shows them.",
  });
}

const CYCLE_WORDS = { day: "daily", week: "weekly", month: "monthly" } as const;

/** `daily-payments`; of a private talk without saying whose. */
function nameOf(report: Report, channel: string): string {
  const kind =
    report.kind === "question"
      ? slug(report.name) || "question"
      : report.kind === "hygiene"
        ? "hygiene"
        : CYCLE_WORDS[report.cycle];
  return `${kind}-${channel.startsWith("@") ? "private" : slug(channel)}`;
}

function slug(text: string): string {
  const plain = text.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return plain.slice(0, SLUG_MAX).replace(/^-+|-+$/g, "");
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let count = 2; taken.has(name); count += 1) name = `${wanted}-${count}`;
  return name;
}
