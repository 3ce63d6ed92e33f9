import { z } from "zod";

import { nearestWords } from "../domain/nearest.ts";
import { parseDay, type Day } from "../domain/period.ts";
import { discordVariables } from "./discord-schema.ts";
import type { ConfigProblem } from "./problem.ts";

/** The process environment as Node gives it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables read, what they are for, and whether their value may be shown. The one list: docs and doctor use it. */
export const VARIABLES = [
  { name: "PORT", secret: false, about: "HTTP port, over server.port", example: "3000" },
  { name: "FINOPS_HOST", secret: false, about: "address to listen on, over server.host", example: "0.0.0.0" },
  {
    name: "FINOPS_TOKEN",
    secret: true,
    about: "token people and scripts log in with",
    example: "(24 characters or more)",
  },
  {
    name: "DATABASE_URL",
    secret: true,
    about: "Postgres 15 or newer; without it one is started here",
    example: "postgres://user:password@host:5432/finops",
  },
  { name: "FINOPS_DATA_DIR", secret: false, about: "where data lives", example: ".finops" },
  { name: "FINOPS_CONFIG", secret: false, about: "configuration file", example: "finops.yaml" },
  { name: "FINOPS_TODAY", secret: false, about: "fixes the business day", example: "2026-11-22" },
  { name: "FINOPS_DEMO", secret: false, about: "off: no sample estate on a fresh machine", example: "off" },
  { name: "FINOPS_LOG", secret: false, about: "stderr, or a file the log is appended to", example: "stderr" },
  {
    name: "FINOPS_LOG_LEVEL",
    secret: false,
    about: "trace, debug, info, warn, error, fatal or silent",
    example: "info",
  },
  {
    name: "DISCORD_TOKEN",
    secret: true,
    about: "the bot's token; without it Discord is not used",
    example: "(from the Bot page of the developer portal)",
  },
  {
    name: "DISCORD_PUBLIC_KEY",
    secret: false,
    about: "the application's public key, for discord.mode http",
    example: "(64 hexadecimal digits of the General Information page)",
  },
  {
    name: "DISCORD_APPLICATION_ID",
    secret: false,
    about: "the application's id; without it Discord is asked",
    example: "123456789012345678",
  },
  { name: "SLACK_BOT_TOKEN", secret: true, about: "Slack: token of the bot in one workspace", example: "xoxb-…" },
  {
    name: "SLACK_SIGNING_SECRET",
    secret: true,
    about: "Slack: what it sends by HTTP is checked with it",
    example: "(32 characters)",
  },
  { name: "SLACK_APP_TOKEN", secret: true, about: "Slack: opens the socket (Socket Mode)", example: "xapp-…" },
  { name: "SLACK_CLIENT_ID", secret: false, about: "Slack: several workspaces by OAuth", example: "1234.5678" },
  { name: "SLACK_CLIENT_SECRET", secret: true, about: "Slack: belongs to SLACK_CLIENT_ID", example: "(32 characters)" },
  {
    name: "SLACK_ENCRYPTION_KEY",
    secret: true,
    about: "Slack: seals the tokens of installed workspaces",
    example: "(openssl rand -hex 32)",
  },
] as const satisfies readonly { name: string; secret: boolean; about: string; example: string }[];

const TOKEN_LENGTH_MIN = 24;
/** Shorter than any of Slack's secrets: a placeholder, or a piece of one. */
const SECRET_LENGTH_MIN = 16;
export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

const variables = {
  PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  FINOPS_HOST: z.string().optional(),
  FINOPS_TOKEN: z.string().min(TOKEN_LENGTH_MIN, `must be at least ${TOKEN_LENGTH_MIN} characters long`).optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, hostname: /.*/, error: "must be a postgres:// URL" }).optional(),
  FINOPS_DATA_DIR: z.string().optional(),
  FINOPS_CONFIG: z.string().optional(),
  FINOPS_TODAY: z
    .string()
    .refine((text) => parseDay(text) !== null, "must be a day, YYYY-MM-DD")
    .transform((text) => text as Day)
    .optional(),
  FINOPS_DEMO: z.enum(["on", "off"], "must be on or off").optional(),
  ...discordVariables,
  FINOPS_LOG: z.string().optional(),
  SLACK_BOT_TOKEN: z.string().startsWith("xox", "must be a bot token: xoxb-…").optional(),
  SLACK_SIGNING_SECRET: z.string().min(SECRET_LENGTH_MIN, "must be the signing secret of the app").optional(),
  SLACK_APP_TOKEN: z.string().startsWith("xapp-", "must be an app-level token: xapp-…").optional(),
  SLACK_CLIENT_ID: z.string().optional(),
  SLACK_CLIENT_SECRET: z.string().min(SECRET_LENGTH_MIN, "must be the client secret of the app").optional(),
  SLACK_ENCRYPTION_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, "must be 64 hexadecimal digits")
    .optional(),
  FINOPS_LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(", ")}`).optional(),
};
const environmentSchema = z.object(variables);
export type Variables = z.output<typeof environmentSchema>;

/** Reads the variables; an empty one counts as not set. Values of secret ones never reach a problem's text. */
export function parseEnvironment(env: Environment): {
  variables: Partial<Variables>;
  problems: ConfigProblem[];
  warnings: ConfigProblem[];
} {
  const given = Object.fromEntries(VARIABLES.map(({ name }) => [name, env[name] === "" ? undefined : env[name]]));
  const parsed = environmentSchema.safeParse(given);
  const problems = (parsed.error?.issues ?? []).map((issue): ConfigProblem => {
    const variable = VARIABLES.find(({ name }) => name === issue.path[0]);
    const value = variable?.secret === false ? `"${given[variable.name] ?? ""}" ` : "";
    const message = issue.message.startsWith("must") ? issue.message : "must be a whole number from 0 to 65535";
    return {
      path: String(issue.path[0]),
      line: null,
      message: `${value}${message}.`,
      remedy: variable === undefined ? "Correct it." : `Set it to for example ${variable.example}, or unset it.`,
    };
  });
  return { variables: parsed.data ?? {}, problems, warnings: unknownVariables(env) };
}

/** A misspelt FINOPS_ variable is otherwise silently without effect. */
function unknownVariables(env: Environment): ConfigProblem[] {
  const known: readonly string[] = VARIABLES.map(({ name }) => name);
  return Object.keys(env)
    .filter((name) => name.startsWith("FINOPS_") && !known.includes(name))
    .map((name) => ({
      path: name,
      line: null,
      message: "is set but not read.",
      remedy: `Did you mean ${nearestWords(name, known, 1)[0] ?? known.filter((word) => word.startsWith("FINOPS_")).join(", ")}?`,
    }));
}

/** Values that must never be shown, with the password inside DATABASE_URL. */
export function secretValues(env: Environment): string[] {
  const values = VARIABLES.filter(({ secret }) => secret).flatMap(({ name }) => env[name] ?? []);
  const passwords = values.flatMap((value) => {
    const password = URL.canParse(value) ? new URL(value).password : "";
    return password === "" ? [] : [password, decodeURIComponent(password)];
  });
  return [...values, ...passwords];
}
