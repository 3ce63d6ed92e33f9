import { PermissionFlagsBits, type APIGuild, type APIGuildMember, type APIOverwrite } from "discord-api-types/v10";

/** What the bot needs, and what for. The invite asks for exactly these; doctor and refusals name what is missing. */
export const NEEDED = [
  { bit: PermissionFlagsBits.ViewChannel, name: "View Channel", why: "to see the channel at all" },
  { bit: PermissionFlagsBits.SendMessages, name: "Send Messages", why: "to post digests, alerts and approvals" },
  { bit: PermissionFlagsBits.EmbedLinks, name: "Embed Links", why: "to show cards: without it only their first line" },
  { bit: PermissionFlagsBits.AttachFiles, name: "Attach Files", why: "to attach charts" },
  { bit: PermissionFlagsBits.CreatePublicThreads, name: "Create Public Threads", why: "to keep an incident together" },
  { bit: PermissionFlagsBits.SendMessagesInThreads, name: "Send Messages in Threads", why: "to write in threads" },
  {
    bit: PermissionFlagsBits.ReadMessageHistory,
    name: "Read Message History",
    why: "to find its own message after a crash; it reads nothing else",
  },
] as const;

export const NEEDED_BITS: bigint = NEEDED.reduce((all, { bit }) => all | bit, 0n);

/** Names of what is missing of what the bot needs. */
export function missingPermissions(held: bigint): readonly (typeof NEEDED)[number][] {
  if ((held & PermissionFlagsBits.Administrator) !== 0n) return [];
  return NEEDED.filter(({ bit }) => (held & bit) === 0n);
}

/**
 * What a member may do in a channel: the roles' bits, then the channel's overwrites of everyone, of roles, of the member.
 * https://discord.com/developers/docs/topics/permissions#permission-overwrites
 */
export function permissionsIn(
  guild: Pick<APIGuild, "id" | "owner_id" | "roles">,
  member: Pick<APIGuildMember, "roles"> & { readonly id: string },
  channel: { readonly permission_overwrites?: readonly APIOverwrite[] },
): bigint {
  const roles = guild.roles.filter(({ id }) => id === guild.id || member.roles.includes(id));
  const base = roles.reduce((all, { permissions }) => all | BigInt(permissions), 0n);
  if (guild.owner_id === member.id || (base & PermissionFlagsBits.Administrator) !== 0n) return ~0n;
  const overwrites = channel.permission_overwrites ?? [];
  const apply = (held: bigint, ids: readonly string[]): bigint => {
    const given = overwrites.filter(({ id }) => ids.includes(id));
    const deny = given.reduce((all, overwrite) => all | BigInt(overwrite.deny), 0n);
    const allow = given.reduce((all, overwrite) => all | BigInt(overwrite.allow), 0n);
    return (held & ~deny) | allow;
  };
  return apply(apply(apply(base, [guild.id]), member.roles), [member.id]);
}

/** The address that invites the bot with what it needs and nothing else. */
export function inviteUrl(applicationId: string, guildId?: string): string {
  const url = new URL("https://discord.com/oauth2/authorize");
  url.searchParams.set("client_id", applicationId);
  url.searchParams.set("scope", "bot applications.commands");
  url.searchParams.set("permissions", NEEDED_BITS.toString());
  if (guildId !== undefined) {
    url.searchParams.set("guild_id", guildId);
    url.searchParams.set("disable_guild_select", "true");
  }
  return url.href;
}
