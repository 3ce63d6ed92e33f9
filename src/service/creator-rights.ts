import { isScopeWithin } from "../analysis/scope-within.ts";
import { hasRole, roleOf, type Actor, type Role } from "../domain/actor.ts";
import { NO_PEOPLE } from "../domain/person.ts";
import type { Creator, Schedule } from "../domain/schedule.ts";
import { findPerson } from "../store/people.ts";
import type { Context } from "./context.ts";

/** Who subscribes, as it is kept. */
export async function creatorOf(ctx: Context): Promise<Creator> {
  const { actor } = ctx;
  const person = await findPerson(ctx.db.sql, actor.id);
  const ownRole = person !== null && person.id === actor.id && person.roleFrom !== "default";
  return { id: actor.id, name: actor.kind === "user" ? actor.name : actor.id, role: roleOf(actor), ownRole };
}

/** What it takes to have something posted by itself: into one's own talk nothing, to others the role analyst. */
export function roleToSubscribe(channel: string | null): Role {
  return channel?.startsWith("@") === true ? "viewer" : "analyst";
}

/** Ids of people there is an entry for; whoever sits at the machine (`local`, `os:NAME`) may have none. */
const HAS_ENTRY = /^(person_|demo_)/;

/**
 * Why a schedule may not run with the rights of whoever made it, in words; null = it may. They are gone, lost the role,
 * or no longer see all that it shows.
 */
export async function lostRights(
  ctx: Pick<Context, "db" | "settings">,
  schedule: Pick<Schedule, "channel" | "scope"> & { readonly creator: Creator | null },
): Promise<string | null> {
  const { creator } = schedule;
  if (creator === null) return null;
  const found = await findPerson(ctx.db.sql, creator.id);
  const person = found?.id === creator.id ? found : null;
  if (person === null && HAS_ENTRY.test(creator.id))
    return `${creator.name}, who subscribed to it, is not here any more`;
  const { defaultRole } = ctx.settings.people ?? NO_PEOPLE;
  const role = person?.role ?? (creator.ownRole ? defaultRole : creator.role);
  const needed = roleToSubscribe(schedule.channel);
  const acting: Actor = { kind: "schedule", id: creator.id, role, scope: [] };
  if (!hasRole(acting, needed)) return `${creator.name}, who subscribed to it, is ${role} now, and it needs ${needed}`;
  if (person !== null && !isScopeWithin(schedule.scope, person.scope))
    return `${creator.name}, who subscribed to it, no longer sees all that it shows`;
  return null;
}
