import { Routes, type APIGuildMember } from "discord-api-types/v10";

import { codeOf } from "./discord-error.ts";
import type { DiscordRest } from "./discord-rest.ts";

/** Somebody who left a server loses what its roles gave within this time. */
const KEPT_MS = 300_000;
const KEPT_MAX = 5_000;
const UNKNOWN_MEMBER = 10_007;
const UNKNOWN_USER = 10_013;

/** A member's roles over our servers; null = a member of none. */
export type Membership = (userId: string) => Promise<readonly string[] | null>;

/**
 * Who may talk to the bot privately: members of our servers, with the roles they have there. Private talks carry no
 * roles, and anybody who shares any server with a bot can write to it.
 */
export function createMembership(rest: DiscordRest, guildIds: readonly string[]): Membership {
  const known = new Map<string, { readonly at: number; readonly roles: readonly string[] | null }>();
  return async (userId) => {
    const before = known.get(userId);
    if (before !== undefined && performance.now() - before.at < KEPT_MS) return before.roles;
    const found = await Promise.all(guildIds.map((guild) => rolesIn(rest, guild, userId)));
    const roles = found.every((one) => one === null) ? null : found.flatMap((one) => one ?? []);
    known.set(userId, { at: performance.now(), roles });
    const [oldest] = known.keys();
    if (known.size > KEPT_MAX && oldest !== undefined) known.delete(oldest);
    return roles;
  };
}

async function rolesIn(rest: DiscordRest, guildId: string, userId: string): Promise<readonly string[] | null> {
  try {
    const member = await rest.get<APIGuildMember>(Routes.guildMember(guildId, userId));
    return member.roles;
  } catch (error) {
    const code = codeOf(error);
    // Not there, or a server the bot was removed from: no membership either way.
    if (code === UNKNOWN_MEMBER || code === UNKNOWN_USER || code === 10_004 || code === 50_001) return null;
    throw error;
  }
}
