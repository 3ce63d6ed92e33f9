import { z } from "zod";

import { ROLES, type Role } from "../domain/actor.ts";
import type { DiscordSettings } from "../domain/discord.ts";
import type { ConfigProblem } from "./problem.ts";

/** The `discord` section of finops.yaml. Without DISCORD_TOKEN in the environment nothing of it is used. */
const GUILDS_MAX = 100;
const ROLES_MAX = 200;
const API_URL = "https://discord.com/api";

/** Larger than a YAML number holds exactly: without quotes its last digits would be others. */
const snowflake = (what: string, example: string) =>
  z
    .string()
    .regex(/^\d{15,21}$/, "must be the id Discord copies: 15 to 21 digits")
    .meta({ description: what, examples: [example] });

const role = z
  .strictObject({
    id: snowflake("The role's id in Discord, in quotes.", "112233445566778899"),
    role: z.enum(ROLES).meta({ description: "What its members may do.", examples: ["approver" satisfies Role] }),
  })
  .describe("A role of your server and what it means here.");

export const discordSchema = z
  .strictObject({
    mode: z
      .enum(["gateway", "http"])
      .optional()
      .describe(
        "gateway: we connect to Discord (default). http: Discord posts to /discord/interactions; needs DISCORD_PUBLIC_KEY.",
      ),
    apiUrl: z
      .url({ protocol: /^https?$/, hostname: /.+/, error: "must be an http:// or https:// address" })
      .optional()
      .meta({ description: "Discord's API, or what stands in its place.", examples: [API_URL] }),
    guilds: z
      .array(snowflake("A server's id, in quotes.", "998877665544332211"))
      .max(GUILDS_MAX)
      .optional()
      .describe("Servers the bot answers in. In any other it says that it does not."),
    commands: z
      .enum(["global", "guild"])
      .optional()
      .describe(
        "Where commands are registered. global: also in private talks (default). guild: only in these servers.",
      ),
    roles: z.array(role).max(ROLES_MAX).optional().describe("Which of your server's roles may do what."),
  })
  .describe("Discord. Which channels get which cards is said at channels[].also.");

export type DiscordFile = z.output<typeof discordSchema>;

export const discordVariables = {
  DISCORD_TOKEN: z.string().min(50, "must be the bot's token, as the developer portal shows it once").optional(),
  DISCORD_PUBLIC_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, "must be the application's public key: 64 hexadecimal digits")
    .optional(),
  DISCORD_APPLICATION_ID: z
    .string()
    .regex(/^\d{15,21}$/, "must be the application's id: 15 to 21 digits")
    .optional(),
};
type Variables = {
  readonly DISCORD_TOKEN?: string | undefined;
  readonly DISCORD_PUBLIC_KEY?: string | undefined;
  readonly DISCORD_APPLICATION_ID?: string | undefined;
};

/** Roles of our server as groups: what their members may do, whoever they are. */
export function discordGroups(file: DiscordFile = {}): Record<string, Role> {
  return Object.fromEntries((file.roles ?? []).map(({ id, role: given }) => [id, given]));
}

/** null without a token: then Discord is not used. */
export function discordSettings(file: DiscordFile = {}, variables: Variables): DiscordSettings | null {
  const token = variables.DISCORD_TOKEN;
  if (token === undefined) return null;
  return {
    mode: file.mode ?? "gateway",
    apiUrl: file.apiUrl ?? API_URL,
    token,
    publicKey: variables.DISCORD_PUBLIC_KEY ?? null,
    applicationId: variables.DISCORD_APPLICATION_ID ?? null,
    guildIds: file.guilds ?? [],
    commands: file.commands ?? "global",
  };
}

/** What only shows between file and environment. */
export function discordProblems(file: DiscordFile | undefined, variables: Variables): ConfigProblem[] {
  if (variables.DISCORD_TOKEN === undefined || file?.mode !== "http" || variables.DISCORD_PUBLIC_KEY !== undefined) {
    return [];
  }
  return [
    {
      path: "discord.mode",
      line: null,
      message: "`http` needs DISCORD_PUBLIC_KEY: without it nobody could tell Discord's requests from others.",
      remedy: "Set it to the Public Key of the application's General Information page, or use mode: gateway.",
    },
  ];
}
