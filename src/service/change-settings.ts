import { hasRole } from "../domain/actor.ts";
import type { ScheduleList } from "../domain/contract-operations.ts";
import { AppError } from "../domain/errors.ts";
import type { Person, Preferences } from "../domain/person.ts";
import type { ScopeFilter } from "../domain/scope.ts";
import { appendAudit } from "../store/audit.ts";
import { channelScope, setChannelScope } from "../store/conversations.ts";
import { findPerson, insertPerson, savePreferences } from "../store/people.ts";
import type { Context, Verb } from "./context.ts";
import { listSchedules } from "./list-schedules.ts";
import { auditOf, requireAdmin } from "./manage-people.ts";

export type SettingsAnswer = {
  readonly mine: Preferences;
  /** null: not asked in a shared channel. */
  readonly channel: {
    readonly name: string;
    readonly scope: ScopeFilter;
    readonly digests: ScheduleList["schedules"];
  } | null;
};

/** What the person set for themselves, and what holds for the channel they stand in. */
export async function showSettings({ ctx }: Verb<Record<string, never>>): Promise<SettingsAnswer> {
  const person = await findPerson(ctx.db.sql, ctx.actor.id);
  const name = ctx.channel;
  if (name === undefined || name.startsWith("@")) return { mine: person?.preferences ?? {}, channel: null };
  const { schedules } = await listSchedules({ ctx, input: {} });
  const digests = schedules.filter(({ job, channel }) => job === "digest" && channel === name);
  return { mine: person?.preferences ?? {}, channel: { name, scope: await channelScope(ctx.db.sql, name), digests } };
}

/** Changes some of the person's own preferences; null takes one back. */
export async function changeSettings({
  ctx,
  input,
}: Verb<{ readonly [Name in keyof Preferences]: Preferences[Name] | null }>): Promise<Preferences> {
  if (ctx.actor.kind !== "user") throw new AppError("bad-input", "Only people have settings.");
  const person = await ownPerson(ctx, ctx.actor.name);
  const merged = Object.entries({ ...person.preferences, ...input }).filter(([, value]) => value !== null);
  const preferences = Object.fromEntries(merged) as Preferences;
  await savePreferences(ctx.db.sql, person.id, preferences);
  return preferences;
}

/** Says what a channel may show. Older messages stay with those who could read them. Admins who see everything. */
export async function changeChannelScope({
  ctx,
  input,
}: Verb<{ readonly channel: string; readonly scope: ScopeFilter }>): Promise<ScopeFilter> {
  // In a channel that shows a part nobody sees everything, so that what it shows is changed from outside.
  if (!hasRole(ctx.actor, "admin")) throw new AppError("forbidden", "Only an admin says what a channel shows.");
  requireAdmin(ctx);
  const scope = await ctx.db.sql.begin(async (tx) => {
    const [row] = await tx`select 1 from channel where name = ${input.channel} and kind = 'shared' for update`;
    if (row === undefined) throw new AppError("not-found", `There is no channel #${input.channel.slice(0, 60)}.`);
    await setChannelScope(tx, input.channel, input.scope);
    const details = { scope: JSON.stringify(input.scope) };
    await appendAudit(tx, [auditOf(ctx, "channel.scope", `#${input.channel}`, details)]);
    return channelScope(tx, input.channel);
  });
  return [...scope];
}

/** Whoever is nobody in particular (this machine, its user) becomes somebody when there is something to remember. */
async function ownPerson(ctx: Context, name: string): Promise<Person> {
  const { sql } = ctx.db;
  const known = await findPerson(sql, ctx.actor.id);
  if (known !== null) return known;
  const { id } = ctx.actor;
  const handle = id.replaceAll(":", "-").toLowerCase();
  await insertPerson(sql, { id, handle, name, role: null, scope: [], origin: "login" });
  const made = await findPerson(sql, id);
  if (made === null) throw new AppError("conflict", `There is somebody called ${handle} already.`);
  return made;
}
