import { randomUUID } from "node:crypto";

import {
  archivedThread,
  missingAccess,
  missingPermissions,
  noThreadHere,
  threadExists,
  unknownGuild,
  unknownMember,
  invalidForm,
} from "./errors.ts";
import { INTERACTION_ROUTES } from "./interaction-routes.ts";
import { createMessage, editMessage, requireChannel, requireMessageOf } from "./messages.ts";
import { channelPayload, guildPayload, memberPayload, messagePayload, userPayload } from "./payloads.ts";
import type { Answer, Call, Route } from "./rest.ts";
import { requireCommands } from "./validate-commands.ts";
import { asBag, checkInteger, checkKeys, checkText, startCheck } from "./validate.ts";
import {
  addChannel,
  changed,
  CHANNEL_PRIVATE_THREAD,
  CHANNEL_PUBLIC_THREAD,
  directChannelOf,
  PERMISSIONS,
  permissionsOf,
  type FakeChannel,
  type World,
} from "./world.ts";

const ok = (json: unknown): Answer => ({ status: 200, json });
const id = (call: Call, index = 0): string => call.ids[index] ?? "";

export const ROUTES: readonly Route[] = [
  { method: "HEAD", path: /^\/gateway$/, open: true, run: () => ({ status: 200 }) },
  {
    method: "GET",
    path: /^\/gateway\/bot$/,
    run: ({ gatewayUrl }) =>
      ok({
        url: gatewayUrl,
        shards: 1,
        session_start_limit: { total: 1000, remaining: 999, reset_after: 14_400_000, max_concurrency: 1 },
      }),
  },
  { method: "GET", path: /^\/users\/@me$/, run: ({ world }) => ok(userPayload(world.bot)) },
  {
    method: "GET",
    path: /^\/applications\/@me$/,
    run: ({ world }) =>
      ok({
        id: world.applicationId,
        name: world.bot.username,
        description: "",
        bot: userPayload(world.bot),
        flags: 0,
        verify_key: world.publicKeyHex,
        interactions_endpoint_url: world.interactionsEndpoint,
      }),
  },
  {
    method: "GET",
    path: /^\/users\/@me\/guilds$/,
    run: ({ world }) => ok([...world.guilds.values()].map(({ id, name }) => ({ id, name }))),
  },
  {
    method: "POST",
    path: /^\/users\/@me\/channels$/,
    run: ({ world, body }) => {
      const { recipient_id: recipient } = asBag(startCheck(), body.json) as { recipient_id?: unknown };
      const user = world.users.get(String(recipient));
      if (user === undefined || user.bot) throw invalidForm([{ path: ["recipient_id"], message: "Unknown user." }]);
      return ok(channelPayload(world, directChannelOf(world, user.id)));
    },
  },
  { method: "GET", path: /^\/guilds\/(\d+)$/, run: (call) => ok(guildPayload(requireGuild(call))) },
  {
    method: "GET",
    path: /^\/guilds\/(\d+)\/members\/(\d+)$/,
    run: (call) => {
      const guild = requireGuild(call);
      const user = call.world.users.get(id(call, 1));
      if (user === undefined || !guild.members.has(user.id)) throw unknownMember();
      return ok(memberPayload(guild, user));
    },
  },
  { method: "GET", path: /^\/applications\/(\d+)\/commands$/, run: ({ world }) => ok(world.globalCommands) },
  {
    method: "PUT",
    path: /^\/applications\/(\d+)\/commands$/,
    run: ({ world, body }) => {
      world.globalCommands = commandsOf(world, body.json, null);
      return ok(world.globalCommands);
    },
  },
  {
    method: "GET",
    path: /^\/applications\/(\d+)\/guilds\/(\d+)\/commands$/,
    run: (call) => ok(call.world.guildCommands.get(requireGuildAt(call, 1)) ?? []),
  },
  {
    method: "PUT",
    path: /^\/applications\/(\d+)\/guilds\/(\d+)\/commands$/,
    run: (call) => {
      const guild = requireGuildAt(call, 1);
      const commands = commandsOf(call.world, call.body.json, guild);
      call.world.guildCommands.set(guild, commands);
      return ok(commands);
    },
  },
  {
    method: "GET",
    path: /^\/channels\/(\d+)$/,
    run: (call) => ok(channelPayload(call.world, requireChannel(call.world, id(call)))),
  },
  { method: "PATCH", path: /^\/channels\/(\d+)$/, run: changeThread },
  {
    method: "POST",
    path: /^\/channels\/(\d+)\/messages$/,
    run: (call) => {
      const channel = requireChannel(call.world, id(call));
      const message = createMessage(call.world, channel, call.body);
      // Only whoever created it is told the nonce.
      return ok({ ...messagePayload(call.world, message), nonce: message.nonce ?? undefined });
    },
  },
  {
    method: "GET",
    path: /^\/channels\/(\d+)\/messages$/,
    run: (call) => {
      const channel = requireChannel(call.world, id(call));
      if ((permissionsOf(call.world, channel) & PERMISSIONS.readMessageHistory) === 0n) return ok([]);
      const limit = Number(call.query.get("limit") ?? 50);
      const shown = channel.messages.filter(({ onlyFor }) => onlyFor === null).slice(-limit);
      return ok(shown.reverse().map((message) => messagePayload(call.world, message)));
    },
  },
  {
    method: "GET",
    path: /^\/channels\/(\d+)\/messages\/(\d+)$/,
    run: (call) => {
      const channel = requireChannel(call.world, id(call));
      if ((permissionsOf(call.world, channel) & PERMISSIONS.readMessageHistory) === 0n) throw missingAccess();
      return ok(messagePayload(call.world, requireMessageOf(channel, id(call, 1))));
    },
  },
  {
    method: "PATCH",
    path: /^\/channels\/(\d+)\/messages\/(\d+)$/,
    run: (call) => {
      const channel = requireChannel(call.world, id(call));
      const message = requireMessageOf(channel, id(call, 1));
      return ok(messagePayload(call.world, editMessage(call.world, channel, message, call.body)));
    },
  },
  {
    method: "DELETE",
    path: /^\/channels\/(\d+)\/messages\/(\d+)$/,
    run: (call) => {
      const channel = requireChannel(call.world, id(call));
      const message = requireMessageOf(channel, id(call, 1));
      channel.messages.splice(channel.messages.indexOf(message), 1);
      changed(call.world);
      return { status: 204 };
    },
  },
  {
    method: "POST",
    path: /^\/channels\/(\d+)\/messages\/(\d+)\/threads$/,
    run: (call) => {
      const parent = requireChannel(call.world, id(call));
      const message = requireMessageOf(parent, id(call, 1));
      if (call.world.channels.has(message.id)) throw threadExists();
      return startThread(call, parent, message.id, CHANNEL_PUBLIC_THREAD);
    },
  },
  {
    method: "POST",
    path: /^\/channels\/(\d+)\/threads$/,
    run: (call) => {
      const parent = requireChannel(call.world, id(call));
      const { type } = asBag(startCheck(), call.body.json);
      // The real default is a private thread; whoever does not say which kind gets what they did not want.
      return startThread(
        call,
        parent,
        call.world.snowflake(),
        type === undefined ? CHANNEL_PRIVATE_THREAD : Number(type),
      );
    },
  },
  ...INTERACTION_ROUTES,
];

function requireGuild(call: Call) {
  const guild = call.world.guilds.get(id(call));
  if (guild === undefined || !guild.members.has(call.world.bot.id)) throw unknownGuild();
  return guild;
}

function requireGuildAt(call: Call, index: number): string {
  const guild = call.world.guilds.get(id(call, index));
  if (guild === undefined || !guild.members.has(call.world.bot.id)) throw missingAccess();
  return guild.id;
}

function commandsOf(world: World, payload: unknown, guildId: string | null): World["globalCommands"] {
  return requireCommands(payload).map((command) => ({
    type: 1,
    contexts: null,
    default_member_permissions: null,
    ...command,
    id: world.snowflake(),
    application_id: world.applicationId,
    version: randomUUID(),
    ...(guildId === null ? {} : { guild_id: guildId }),
  })) as unknown as World["globalCommands"];
}

const THREAD_MINUTES = [60, 1_440, 4_320, 10_080];

function startThread(call: Call, parent: FakeChannel, threadId: string, type: number): Answer {
  const check = startCheck();
  const thread = asBag(check, call.body.json);
  checkKeys(check, thread, ["name", "auto_archive_duration", "type"]);
  checkText(check.at("name"), thread["name"], { min: 1, max: 100 });
  const minutes = thread["auto_archive_duration"];
  if (minutes !== undefined && !THREAD_MINUTES.includes(Number(minutes))) check.at("auto_archive_duration").fail("No.");
  if (check.problems.length > 0) throw invalidForm(check.problems);
  if ((permissionsOf(call.world, parent) & PERMISSIONS.createPublicThreads) === 0n) throw missingPermissions();
  const guild = call.world.guilds.get(parent.guildId ?? "");
  if (guild === undefined || parent.parentId !== null) throw noThreadHere();
  const made = addChannel(call.world, { guild, name: String(thread["name"]), type, parentId: parent.id, id: threadId });
  changed(call.world);
  return { status: 201, json: channelPayload(call.world, made) };
}

function changeThread(call: Call): Answer {
  const channel = requireChannel(call.world, id(call));
  const check = startCheck();
  const change = asBag(check, call.body.json);
  checkKeys(check, change, ["archived", "locked", "name", "auto_archive_duration"]);
  checkInteger(check.at("auto_archive_duration"), change["auto_archive_duration"], { min: 60, max: 10_080 });
  if (channel.parentId === null || check.problems.length > 0) throw missingPermissions();
  if (channel.archived && change["archived"] !== false) throw archivedThread();
  if (channel.locked && (permissionsOf(call.world, channel) & PERMISSIONS.sendMessagesInThreads) === 0n)
    throw missingPermissions();
  if (typeof change["archived"] === "boolean") channel.archived = change["archived"];
  changed(call.world);
  return ok(channelPayload(call.world, channel));
}
