import {
  CHANNEL_DM,
  isThread,
  PERMISSIONS,
  type FakeChannel,
  type FakeGuild,
  type FakeMessage,
  type FakeUser,
  type World,
} from "./world.ts";

/** What the fake answers and dispatches, in the shapes of discord-api-types. */

export function userPayload(user: FakeUser): object {
  return {
    id: user.id,
    username: user.username,
    discriminator: "0",
    global_name: user.username,
    avatar: null,
    bot: user.bot,
    flags: 0,
    public_flags: 0,
  };
}

export function memberPayload(guild: FakeGuild, user: FakeUser, permissions?: bigint): object {
  return {
    user: userPayload(user),
    roles: guild.members.get(user.id) ?? [],
    joined_at: "2026-01-01T00:00:00.000000+00:00",
    premium_since: null,
    nick: null,
    avatar: null,
    banner: null,
    deaf: false,
    mute: false,
    flags: 0,
    pending: false,
    communication_disabled_until: null,
    ...(permissions === undefined ? {} : { permissions: permissions.toString() }),
  };
}

export function guildPayload(guild: FakeGuild): object {
  return {
    id: guild.id,
    name: guild.name,
    icon: null,
    owner_id: guild.ownerId,
    system_channel_id: guild.systemChannelId,
    roles: guild.roles.map((role, position) => ({
      id: role.id,
      name: role.name,
      permissions: role.permissions.toString(),
      position,
      color: 0,
      colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
      hoist: false,
      managed: false,
      mentionable: false,
      flags: 0,
    })),
    emojis: [],
    stickers: [],
    features: [],
    afk_timeout: 300,
    afk_channel_id: null,
    verification_level: 0,
    default_message_notifications: 1,
    explicit_content_filter: 0,
    mfa_level: 0,
    nsfw_level: 0,
    premium_tier: 0,
    preferred_locale: "en-US",
    system_channel_flags: 0,
    premium_progress_bar_enabled: false,
  };
}

/** What GUILD_CREATE carries besides: every list must be there. */
export function guildCreatePayload(world: World, guild: FakeGuild): object {
  const channels = [...world.channels.values()].filter((channel) => channel.guildId === guild.id);
  return {
    ...guildPayload(guild),
    joined_at: "2026-01-01T00:00:00.000000+00:00",
    large: false,
    unavailable: false,
    member_count: guild.members.size,
    members: [memberPayload(guild, world.bot)],
    channels: channels.filter((channel) => !isThread(channel)).map((channel) => channelPayload(world, channel)),
    threads: channels.filter(isThread).map((channel) => channelPayload(world, channel)),
    presences: [],
    voice_states: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}

export function channelPayload(world: World, channel: FakeChannel): object {
  if (channel.type === CHANNEL_DM) {
    const recipient = world.users.get(channel.recipientId ?? "");
    return {
      id: channel.id,
      type: channel.type,
      recipients: recipient === undefined ? [] : [userPayload(recipient)],
      last_message_id: channel.messages.at(-1)?.id ?? null,
    };
  }
  const overwrites =
    channel.denied === 0n ? [] : [{ id: channel.guildId ?? "", type: 0, allow: "0", deny: channel.denied.toString() }];
  return {
    id: channel.id,
    type: channel.type,
    guild_id: channel.guildId,
    name: channel.name,
    parent_id: channel.parentId,
    position: 0,
    topic: null,
    nsfw: false,
    rate_limit_per_user: 0,
    last_message_id: channel.messages.at(-1)?.id ?? null,
    ...(isThread(channel)
      ? {
          owner_id: world.bot.id,
          message_count: channel.messages.length,
          member_count: 1,
          thread_metadata: {
            archived: channel.archived,
            locked: channel.locked,
            auto_archive_duration: 1440,
            archive_timestamp: "2026-01-01T00:00:00.000000+00:00",
          },
        }
      : { permission_overwrites: overwrites }),
  };
}

const CDN = "https://cdn.discordapp.com/attachments";

export function messagePayload(world: World, message: FakeMessage): object {
  const url = (attachment: { id: string; filename: string }): string =>
    `${CDN}/${message.channelId}/${attachment.id}/${attachment.filename}`;
  const resolve = (address: string | undefined): string | undefined => {
    const name = address?.startsWith("attachment://") === true ? address.slice("attachment://".length) : null;
    const file = message.attachments.find(({ filename }) => filename === name);
    return file === undefined ? address : url(file);
  };
  return {
    id: message.id,
    type: 0,
    channel_id: message.channelId,
    author: userPayload(world.bot),
    application_id: world.applicationId,
    content: message.content,
    timestamp: new Date(message.createdAt).toISOString(),
    edited_timestamp: message.editedAt === null ? null : new Date(message.editedAt).toISOString(),
    tts: false,
    mention_everyone: message.pings.includes("everyone"),
    mentions: [],
    mention_roles: [],
    pinned: false,
    flags: message.flags,
    embeds: message.embeds.map((embed) => ({
      type: "rich",
      ...embed,
      ...(embed.image === undefined
        ? {}
        : { image: { ...embed.image, url: resolve(embed.image.url), width: 1, height: 1 } }),
    })),
    components: message.components,
    attachments: message.attachments.map((attachment) => ({
      id: attachment.id,
      filename: attachment.filename,
      size: attachment.bytes.byteLength,
      url: url(attachment),
      proxy_url: url(attachment),
      content_type: attachment.filename.endsWith(".png") ? "image/png" : "application/octet-stream",
      ...(attachment.description === null ? {} : { description: attachment.description }),
    })),
  };
}

/** Bits named, for tests that take one away. */
export function bits(...names: (keyof typeof PERMISSIONS)[]): bigint {
  return names.reduce((all, name) => all | PERMISSIONS[name], 0n);
}
