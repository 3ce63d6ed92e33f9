import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { pino } from "pino";

import type { Channel } from "../../src/bot/channels/channel.ts";
import { startDiscord, type DiscordSurface } from "../../src/bot/channels/discord/discord-surface.ts";
import { createWebChannel } from "../../src/bot/channels/web/web-channel.ts";
import type { Command } from "../../src/bot/command.ts";
import { COMMANDS } from "../../src/bot/commands.ts";
import { startDeliverer, type Deliverer } from "../../src/bot/deliver-outbox.ts";
import type { InboundBase } from "../../src/bot/handle-inbound.ts";
import type { ChartView } from "../../src/charts/chart-view.ts";
import type { DiscordSettings } from "../../src/domain/discord.ts";
import { createDiscordRoutes } from "../../src/http/discord-routes.ts";
import { configureMirrors } from "../../src/store/outbox.ts";
import { createFakeDiscord, type FakeDiscord } from "./fake/fake-discord.ts";
import type { Person } from "./fake/actors.ts";
import {
  addChannel,
  addGuild,
  addMember,
  addUser,
  type FakeChannel,
  type FakeGuild,
  type FakeInteraction,
  type FakeMessage,
} from "./fake/world.ts";

const PNG = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]);
const FLAG_LOADING = 1 << 7;

/** What somebody got for what they did. */
export type Outcome = {
  /** Seen by them alone. */
  readonly mine: FakeMessage | null;
  /** Seen by everybody. */
  readonly shown: FakeMessage | null;
};

/** The whole bot on Discord: real discord.js against the fake, real Postgres, the outbox at work. */
export type TestBot = {
  readonly fake: FakeDiscord;
  readonly guild: FakeGuild;
  readonly place: FakeChannel;
  /** Another channel that gets the same cards. */
  readonly copy: FakeChannel;
  /** Members: `ada` has the role admin, `ben` and `cid` may approve, `vic` is nobody in particular. */
  readonly ada: Person;
  readonly ben: Person;
  readonly cid: Person;
  readonly vic: Person;
  readonly surface: () => DiscordSurface;
  readonly outcomeOf: (interaction: FakeInteraction) => Promise<Outcome>;
  /** What a message of the channel says, by its title. */
  readonly posted: (title: RegExp, channel?: FakeChannel) => Promise<FakeMessage>;
  /** The same of what the outbox has put there: an answer that everybody sees may have the same title. */
  readonly delivered: (title: RegExp, channel?: FakeChannel) => Promise<FakeMessage>;
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export type BotOptions = {
  readonly base: InboundBase;
  readonly mode?: "gateway" | "http";
  readonly commands?: readonly Command[];
  /** Other surfaces that get the cards of `finops` too, by their address. */
  readonly others?: readonly { readonly channel: Channel; readonly address: string }[];
  readonly draw?: (view: ChartView) => Promise<Uint8Array>;
  readonly fake?: FakeDiscord;
};

export async function startBot(options: BotOptions): Promise<TestBot> {
  const { mode = "gateway", commands = COMMANDS, others = [] } = options;
  const fake = options.fake ?? (await createFakeDiscord());
  const { world } = fake;
  const guild = addGuild(world, "acme", ["admins", "finops"]);
  const place = addChannel(world, { guild, name: "finops" });
  const copy = addChannel(world, { guild, name: "finops-copy" });
  const member = (name: string, roles: string[]) => {
    const user = addUser(world, name);
    addMember(guild, user, roles);
    return user;
  };
  const users = {
    ada: member("ada", ["admins"]),
    ben: member("ben", ["finops"]),
    cid: member("cid", ["finops"]),
    vic: member("vic", []),
  };
  const roleId = (name: string): string => guild.roles.find((role) => role.name === name)?.id ?? "";
  const settings: DiscordSettings = {
    mode,
    apiUrl: fake.apiUrl,
    token: world.token,
    publicKey: fake.key.publicKeyHex,
    applicationId: null,
    guildIds: [guild.id],
    commands: "global",
  };
  const groups = { [roleId("admins")]: "admin", [roleId("finops")]: "approver" } as const;
  const people = { defaultRole: "viewer", people: [], ...options.base.settings.people, groups } as const;
  const base: InboundBase = { ...options.base, settings: { ...options.base.settings, people, discord: settings } };
  const { sql } = base.db;
  const log = pino({ level: "silent" });
  await configureMirrors(sql, [
    { name: "finops", also: [`discord:${place.id}`, `discord:${copy.id}`, ...others.map(({ address }) => address)] },
  ]);

  let surface: DiscordSurface | null = null;
  let deliverer: Deliverer | null = null;
  const endpoint = mode === "http" ? await listen(fake, () => surface) : null;
  const start = async (): Promise<void> => {
    surface = startDiscord({
      settings,
      current: async () => ({ base, sample: false }),
      commands,
      draw: options.draw ?? (async () => PNG),
      log,
    });
    const channels = [createWebChannel(sql), surface.channel, ...others.map(({ channel }) => channel)];
    deliverer = await startDeliverer({ sql, channels, log });
  };
  const stop = async (): Promise<void> => {
    await surface?.stop();
    await deliverer?.stop();
    surface = null;
    deliverer = null;
  };
  await start();
  await fake.until(() => world.globalCommands.length > 0, "registered commands");
  if (mode === "gateway") await fake.until(() => fake.gateway.connected() > 0, "a connection");
  else fake.setInteractionsUrl(endpoint?.url ?? "");
  const see = (channel: FakeChannel, title: RegExp, wanted: (message: FakeMessage) => boolean): Promise<FakeMessage> =>
    fake.until(
      () =>
        channel.messages.findLast(
          (message) =>
            message.onlyFor === null &&
            wanted(message) &&
            title.test((message.embeds[0]?.title ?? "").replaceAll("\\", "")),
        ),
      `a message ${title} in ${channel.name}, where there are ${JSON.stringify(channel.messages.map(({ embeds }) => embeds[0]?.title))}`,
    );
  const started = (): DiscordSurface => {
    if (surface === null) throw new Error("the bot is stopped");
    return surface;
  };
  return {
    fake,
    guild,
    place,
    copy,
    ada: fake.inChannel(users.ada, place),
    ben: fake.inChannel(users.ben, place),
    cid: fake.inChannel(users.cid, place),
    vic: fake.inChannel(users.vic, place),
    surface: started,
    outcomeOf: (interaction) => fake.until(() => outcome(fake, interaction), `an answer to ${interaction.id}`),
    posted: (title, channel = place) => see(channel, title, () => true),
    // Only what comes from the outbox carries a nonce.
    delivered: (title, channel = place) => see(channel, title, ({ nonce }) => nonce !== null),
    stop,
    start,
    close: async () => {
      await stop();
      endpoint?.close();
      await fake.close();
    },
  };
}

/** The bot's own HTTP server, as the service mounts it. */
async function listen(fake: FakeDiscord, surface: () => DiscordSurface | null) {
  const routes = createDiscordRoutes({
    publicKey: fake.key.publicKeyHex,
    now: fake.world.now,
    take: (interaction, deliver) => surface()?.take(interaction, deliver),
  });
  const app = new Hono().route("/discord", routes);
  const server = createServer(getRequestListener((request) => app.fetch(request)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/discord/interactions`, close: () => server.close() };
}

function outcome({ world }: FakeDiscord, interaction: FakeInteraction): Outcome | null {
  const { original, followUps, callback } = interaction;
  if (callback === null) return null;
  const shown = followUps.find(({ onlyFor }) => onlyFor === null) ?? null;
  if (callback.type === 7) {
    const mine = followUps.find(({ onlyFor }) => onlyFor !== null) ?? null;
    return mine === null && shown === null ? null : { mine, shown };
  }
  if (original === null) return null;
  const there = world.channels.get(original.channelId)?.messages.includes(original) === true;
  if (!there) return { mine: null, shown };
  return (original.flags & FLAG_LOADING) === 0 && original.edits + (callback.type === 4 ? 1 : 0) > 0
    ? { mine: original, shown }
    : null;
}
