import type { APIApplicationCommand, APIMessage, APIModalInteractionResponseCallbackData } from "discord-api-types/v10";

/** Permission bits the fake knows: https://discord.com/developers/docs/topics/permissions */
export const PERMISSIONS = {
  viewChannel: 1n << 10n,
  sendMessages: 1n << 11n,
  embedLinks: 1n << 14n,
  attachFiles: 1n << 15n,
  readMessageHistory: 1n << 16n,
  createPublicThreads: 1n << 35n,
  sendMessagesInThreads: 1n << 38n,
} as const;
export const EVERY_PERMISSION = Object.values(PERMISSIONS).reduce((all, bit) => all | bit, 0n);

export const CHANNEL_TEXT = 0;
export const CHANNEL_DM = 1;
export const CHANNEL_PUBLIC_THREAD = 11;
export const CHANNEL_PRIVATE_THREAD = 12;

export type FakeUser = { readonly id: string; readonly username: string; readonly bot: boolean };

export type FakeRole = { readonly id: string; readonly name: string; permissions: bigint };

export type FakeGuild = {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
  readonly roles: FakeRole[];
  /** Members and the ids of their roles. */
  readonly members: Map<string, string[]>;
  systemChannelId: string | null;
};

export type FakeAttachment = {
  readonly id: string;
  readonly filename: string;
  readonly description: string | null;
  readonly bytes: Uint8Array;
};

/** A message as stored: the payload Discord would answer with, and what only the fake knows. */
export type FakeMessage = {
  readonly id: string;
  readonly channelId: string;
  readonly createdAt: number;
  readonly nonce: string | null;
  /** Who sees it; null = everybody in the channel. */
  readonly onlyFor: string | null;
  content: string;
  embeds: NonNullable<APIMessage["embeds"]>;
  components: NonNullable<APIMessage["components"]>;
  attachments: FakeAttachment[];
  flags: number;
  editedAt: number | null;
  edits: number;
  /** People and roles (`everyone`) this message notified. */
  pings: string[];
};

export type FakeChannel = {
  readonly id: string;
  readonly type: number;
  readonly guildId: string | null;
  readonly name: string;
  readonly parentId: string | null;
  readonly recipientId: string | null;
  /** Bits taken from the bot in this channel. */
  denied: bigint;
  archived: boolean;
  locked: boolean;
  readonly messages: FakeMessage[];
};

export type Callback =
  | { readonly type: 1 }
  | { readonly type: 4 | 5 | 6 | 7; readonly data: Record<string, unknown> }
  | { readonly type: 8; readonly choices: readonly { readonly name: string; readonly value: string | number }[] }
  | { readonly type: 9; readonly modal: APIModalInteractionResponseCallbackData };

export type FakeInteraction = {
  readonly id: string;
  readonly token: string;
  readonly type: number;
  readonly createdAt: number;
  readonly channelId: string;
  readonly userId: string;
  /** The message whose component was pressed. */
  readonly sourceId: string | null;
  callback: Callback | null;
  callbackAt: number | null;
  /** The message it was answered with. */
  original: FakeMessage | null;
  readonly followUps: FakeMessage[];
};

/** What a request was, for tests that count them. */
export type SeenRequest = {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly at: number;
  readonly body: unknown;
};

/** Something that goes wrong on purpose, as long as `times` lasts. */
export type Fault = {
  readonly method?: string;
  readonly path: RegExp;
  /** `status` answers instead of doing it; `lost` does it and drops the connection before answering. */
  readonly how:
    | { readonly status: number; readonly body?: object; readonly headers?: Record<string, string> }
    | "lost"
    | "hang";
  times: number;
};

export type World = {
  readonly applicationId: string;
  readonly token: string;
  readonly bot: FakeUser;
  readonly publicKeyHex: string;
  /** As set in the developer portal. */
  interactionsEndpoint: string | null;
  readonly users: Map<string, FakeUser>;
  readonly guilds: Map<string, FakeGuild>;
  readonly channels: Map<string, FakeChannel>;
  readonly interactions: Map<string, FakeInteraction>;
  globalCommands: APIApplicationCommand[];
  readonly guildCommands: Map<string, APIApplicationCommand[]>;
  readonly requests: SeenRequest[];
  /** What the real platform would let pass and we do not: must stay empty. */
  readonly violations: string[];
  readonly faults: Fault[];
  /** Users who take no direct messages. */
  readonly closedTo: Set<string>;
  /** Real time, moved forward by `advance`. */
  readonly now: () => number;
  readonly advance: (ms: number) => void;
  readonly snowflake: () => string;
  /** Called after every change of a message or an answer to an interaction. */
  readonly onChange: Set<() => void>;
};

const DISCORD_EPOCH = 1_420_070_400_000n;
const TIME_SHIFT = 22n;

export function createWorld(publicKeyHex: string): World {
  let skew = 0;
  let counter = 0n;
  const now = (): number => Date.now() + skew;
  const snowflake = (): string => {
    counter += 1n;
    return (((BigInt(now()) - DISCORD_EPOCH) << TIME_SHIFT) | (counter & 0x3fffffn)).toString();
  };
  const bot: FakeUser = { id: snowflake(), username: "cloud-intelligence", bot: true };
  return {
    applicationId: bot.id,
    token: `${Buffer.from(bot.id).toString("base64url")}.fake.${"x".repeat(27)}`,
    bot,
    publicKeyHex,
    interactionsEndpoint: null,
    users: new Map([[bot.id, bot]]),
    guilds: new Map(),
    channels: new Map(),
    interactions: new Map(),
    globalCommands: [],
    guildCommands: new Map(),
    requests: [],
    violations: [],
    faults: [],
    closedTo: new Set(),
    now,
    advance: (ms) => {
      skew += ms;
    },
    snowflake,
    onChange: new Set(),
  };
}

export function changed(world: World): void {
  for (const listener of world.onChange) listener();
}

export function addUser(world: World, username: string): FakeUser {
  const user: FakeUser = { id: world.snowflake(), username, bot: false };
  world.users.set(user.id, user);
  return user;
}

/** A guild the bot is in, with the roles named. `@everyone` has the guild's own id and all the fake's permissions. */
export function addGuild(world: World, name: string, roles: readonly string[] = []): FakeGuild {
  const id = world.snowflake();
  const guild: FakeGuild = {
    id,
    name,
    ownerId: world.snowflake(),
    roles: [
      { id, name: "@everyone", permissions: EVERY_PERMISSION },
      ...roles.map((role) => ({ id: world.snowflake(), name: role, permissions: 0n })),
    ],
    members: new Map([[world.bot.id, []]]),
    systemChannelId: null,
  };
  world.guilds.set(id, guild);
  return guild;
}

export function addMember(guild: FakeGuild, user: FakeUser, roles: readonly string[] = []): void {
  const ids = roles.map((name) => {
    const role = guild.roles.find((candidate) => candidate.name === name);
    if (role === undefined) throw new Error(`the fake guild has no role ${name}`);
    return role.id;
  });
  guild.members.set(user.id, ids);
}

export function addChannel(
  world: World,
  given: { guild: FakeGuild; name: string; type?: number; parentId?: string; id?: string },
): FakeChannel {
  return keepChannel(world, {
    id: given.id ?? world.snowflake(),
    type: given.type ?? CHANNEL_TEXT,
    guildId: given.guild.id,
    name: given.name,
    parentId: given.parentId ?? null,
    recipientId: null,
    denied: 0n,
    archived: false,
    locked: false,
    messages: [],
  });
}

/** The private talk with a user: made once. */
export function directChannelOf(world: World, userId: string): FakeChannel {
  const known = [...world.channels.values()].find((channel) => channel.recipientId === userId);
  if (known !== undefined) return known;
  return keepChannel(world, {
    id: world.snowflake(),
    type: CHANNEL_DM,
    guildId: null,
    name: "",
    parentId: null,
    recipientId: userId,
    denied: 0n,
    archived: false,
    locked: false,
    messages: [],
  });
}

function keepChannel(world: World, channel: FakeChannel): FakeChannel {
  world.channels.set(channel.id, channel);
  return channel;
}

export function isThread(channel: FakeChannel): boolean {
  return channel.type === CHANNEL_PUBLIC_THREAD || channel.type === CHANNEL_PRIVATE_THREAD;
}

/** What the bot may do in a channel. A thread has its parent's permissions. */
export function permissionsOf(world: World, channel: FakeChannel): bigint {
  if (channel.guildId === null) return EVERY_PERMISSION;
  if (isThread(channel)) {
    const parent = world.channels.get(channel.parentId ?? "");
    return parent === undefined ? 0n : permissionsOf(world, parent);
  }
  const guild = world.guilds.get(channel.guildId);
  const mine = guild?.members.get(world.bot.id);
  if (guild === undefined || mine === undefined) return 0n;
  const granted = guild.roles
    .filter((role) => role.id === guild.id || mine.includes(role.id))
    .reduce((all, role) => all | role.permissions, 0n);
  return granted & ~channel.denied;
}
