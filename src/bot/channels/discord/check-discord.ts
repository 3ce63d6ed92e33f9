import {
  Routes,
  type APIApplication,
  type APIGuild,
  type APIGuildChannel,
  type APIGuildMember,
  type ChannelType,
} from "discord-api-types/v10";

import type { DoctorAnswer } from "../../../domain/contract-operations.ts";
import type { DiscordSettings } from "../../../domain/discord.ts";
import type { Command } from "../../command.ts";
import { commandDefinitions } from "./command-definitions.ts";
import { CODE, codeOf, toChannelError } from "./discord-error.ts";
import { createDiscordRest, type DiscordRest } from "./discord-rest.ts";
import { missingPermissions, permissionsIn } from "./permissions.ts";
import { sameCommands } from "./register-commands.ts";

type Check = DoctorAnswer["checks"][number];

/** Beyond it signed requests are taken for old ones (the window is five minutes; clocks drift on). */
const CLOCK_SKEW_SECONDS_MAX = 60;
/** Discord lets a bot begin this many sessions a day; below it a restart loop would lock it out. */
const SESSIONS_LEFT_MIN = 50;
const CLOCK_TIMEOUT_MS = 10_000;
const CHECKED_AT_ONCE = 4;

export type DiscordChecking = {
  readonly settings: DiscordSettings;
  readonly commands: readonly Command[];
  /** Channel ids that get cards. */
  readonly places: readonly string[];
  /** This machine's time, ms. */
  readonly now: () => number;
};

/** What keeps Discord from working, each with the step that mends it. Talks to Discord; changes nothing there. */
export async function checkDiscord(input: DiscordChecking): Promise<Check[]> {
  const rest = createDiscordRest(input.settings);
  let application: APIApplication;
  try {
    application = await rest.get<APIApplication>(Routes.currentApplication());
  } catch (error) {
    return [unreachable(error)];
  }
  const parts = await Promise.all([
    attempt("discord clock", () => checkClock(input)),
    attempt("discord connection", () => checkConnection(rest, input.settings, application)),
    attempt("discord commands", () => checkCommands(rest, input, application.id)),
    attempt("discord servers", () => checkGuilds(rest, input.settings)),
    attempt("discord channels", () => checkPlaces(rest, input, application)),
  ]);
  return [
    ok("discord token", `accepted, the bot is ${application.bot?.username ?? application.name}`),
    ...parts.flat(),
  ];
}

const ok = (check: string, finding: string): Check => ({ check, state: "ok", finding });
const failed = (check: string, finding: string, mend: string): Check => ({ check, state: "failed", finding, mend });

async function attempt(check: string, look: () => Promise<Check[]>): Promise<Check[]> {
  try {
    return await look();
  } catch (error) {
    return [failed(check, toChannelError(error).message, "try again; if it stays, see https://discordstatus.com")];
  }
}

function unreachable(error: unknown): Check {
  const { message } = toChannelError(error);
  if (codeOf(error) === 0 || message.includes("token")) {
    const mend = "developer portal → your application → Bot → Reset Token, and set DISCORD_TOKEN to it";
    return failed("discord token", "Discord does not accept it", mend);
  }
  return failed("discord", message, "check the network, discord.apiUrl, and https://discordstatus.com");
}

async function checkClock({ settings, now }: DiscordChecking): Promise<Check[]> {
  const response = await fetch(`${settings.apiUrl.replace(/\/+$/, "")}/v10/gateway`, {
    method: "HEAD",
    signal: AbortSignal.timeout(CLOCK_TIMEOUT_MS),
  });
  const theirs = Date.parse(response.headers.get("date") ?? "");
  if (Number.isNaN(theirs)) return [];
  const skewSeconds = Math.round(Math.abs(now() - theirs) / 1_000);
  const finding = `${skewSeconds} s from Discord's`;
  if (skewSeconds <= CLOCK_SKEW_SECONDS_MAX) return [ok("discord clock", finding)];
  return [failed("discord clock", finding, "set the clock by NTP: timedatectl set-ntp true")];
}

async function checkConnection(
  rest: DiscordRest,
  settings: DiscordSettings,
  application: APIApplication,
): Promise<Check[]> {
  if (settings.mode === "http") {
    const same = application.verify_key.toLowerCase() === settings.publicKey?.toLowerCase();
    if (!same) {
      const mend = "set DISCORD_PUBLIC_KEY to the Public Key of the application's General Information page";
      return [failed("discord connection", "DISCORD_PUBLIC_KEY is not this application's key", mend)];
    }
    const url = application.interactions_endpoint_url ?? null;
    if (url !== null) return [ok("discord connection", `Discord posts to ${url}`)];
    const mend = "developer portal → General Information → Interactions Endpoint URL: PUBLIC-URL/discord/interactions";
    return [failed("discord connection", "mode is http, and Discord has no address to post to", mend)];
  }
  if ((application.interactions_endpoint_url ?? null) !== null) {
    const mend = "clear the Interactions Endpoint URL in the developer portal, or set discord.mode to http";
    return [failed("discord connection", "Discord posts interactions to an address instead of the gateway", mend)];
  }
  const { session_start_limit: limit } = await rest.get<{ session_start_limit: { remaining: number; total: number } }>(
    Routes.gatewayBot(),
  );
  const finding = `gateway, no privileged intents, ${limit.remaining} of ${limit.total} sessions left today`;
  if (limit.remaining >= SESSIONS_LEFT_MIN) return [ok("discord connection", finding)];
  return [
    { check: "discord connection", state: "warning", finding, mend: "find what restarts the service again and again" },
  ];
}

async function checkCommands(rest: DiscordRest, { settings, commands }: DiscordChecking, id: string): Promise<Check[]> {
  const wanted = commandDefinitions(commands);
  const routes =
    settings.commands === "global"
      ? [Routes.applicationCommands(id)]
      : settings.guildIds.map((guild) => Routes.applicationGuildCommands(id, guild));
  const listed = await Promise.all(routes.map((route) => rest.get<unknown[]>(route)));
  if (listed.every((there) => sameCommands(there, wanted))) {
    return [ok("discord commands", `${wanted.length} registered`)];
  }
  return [
    failed("discord commands", "what is registered is not what there is", "start the service: it registers them"),
  ];
}

async function checkGuilds(rest: DiscordRest, { guildIds }: DiscordSettings): Promise<Check[]> {
  if (guildIds.length === 0) {
    const mend = "add your server's id to discord.guilds of finops.yaml (Server menu → Copy Server ID)";
    return [failed("discord servers", "none is named: the bot answers nowhere", mend)];
  }
  const checks = await Promise.all(
    guildIds.map(async (id): Promise<Check> => {
      try {
        const guild = await rest.get<APIGuild>(Routes.guild(id));
        return ok("discord servers", `in ${guild.name}`);
      } catch (error) {
        if (toChannelError(error).kind === "unavailable") throw error;
        return failed(
          "discord servers",
          `not in the server ${id}`,
          "finops discord invite prints the address that invites it",
        );
      }
    }),
  );
  return checks;
}

async function checkPlaces(
  rest: DiscordRest,
  { places }: DiscordChecking,
  application: APIApplication,
): Promise<Check[]> {
  if (places.length === 0) {
    const mend = "name one in finops.yaml: channels: [{ name: finops, also: [discord:CHANNEL_ID] }]";
    return [{ check: "discord channels", state: "warning", finding: "no channel gets cards by itself", mend }];
  }
  const botId = application.bot?.id ?? application.id;
  const checks: Check[] = [];
  for (let at = 0; at < places.length; at += CHECKED_AT_ONCE) {
    const some = places.slice(at, at + CHECKED_AT_ONCE);
    checks.push(...(await Promise.all(some.map((place) => checkPlace(rest, place, botId)))));
  }
  const good = checks.filter(({ state }) => state === "ok");
  const bad = checks.filter(({ state }) => state !== "ok");
  return good.length === 0 ? bad : [ok("discord channels", `${good.length} can be posted to`), ...bad];
}

async function checkPlace(rest: DiscordRest, id: string, botId: string): Promise<Check> {
  try {
    const channel = await rest.get<APIGuildChannel<ChannelType.GuildText>>(Routes.channel(id));
    const guildId = channel.guild_id ?? "";
    const [guild, member] = await Promise.all([
      rest.get<APIGuild>(Routes.guild(guildId)),
      rest.get<APIGuildMember>(Routes.guildMember(guildId, botId)),
    ]);
    const missing = missingPermissions(permissionsIn(guild, { id: botId, roles: member.roles }, channel));
    if (missing.length === 0) return ok("discord channels", `#${channel.name}`);
    const names = missing.map(({ name, why }) => `${name} (${why})`).join(", ");
    return failed(
      "discord channels",
      `#${channel.name} lacks ${names}`,
      "channel settings → Permissions → the bot's role",
    );
  } catch (error) {
    if (toChannelError(error).kind === "unavailable") throw error;
    const hidden = codeOf(error) === CODE.missingAccess || codeOf(error) === CODE.missingPermissions;
    const finding = hidden ? `the bot may not see the channel ${id}` : `there is no channel ${id}`;
    const mend = hidden
      ? "channel settings → Permissions → the bot's role: View Channel"
      : "correct channels[].also in finops.yaml (channel menu → Copy Channel ID)";
    return failed("discord channels", finding, mend);
  }
}
