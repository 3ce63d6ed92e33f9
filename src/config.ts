import path from "node:path";

import type { Role } from "./domain/actor.ts";
import { DEFAULT_THRESHOLDS, type ConfiguredBudget, type ThresholdBasis } from "./domain/budget.ts";
import type { AllocationRule } from "./domain/allocation.ts";
import { fixedClock, systemClock, type Clock } from "./domain/clock.ts";
import { DEFAULT_TAG_ALIAS_KEYS, normaliseTagKey, type TagAlias } from "./domain/dimension.ts";
import { AppError } from "./domain/errors.ts";
import { money } from "./domain/money.ts";
import type { Day } from "./domain/period.ts";
import { parseHandle, type ConfiguredPerson, type PeopleSettings } from "./domain/person.ts";
import type { Schedule, WatchedSource } from "./domain/schedule.ts";
import { DEFAULT_SETTINGS, type Installation, type Settings } from "./domain/settings.ts";
import { decisionProblems, decisionsOf, secretVariables, withoutSecrets } from "./config/decisions.ts";
import { discordGroups, discordProblems, discordSettings } from "./config/discord-schema.ts";
import { parseEnvironment, secretValues, VARIABLES, type Environment, type Variables } from "./config/environment.ts";
import type { ConfigFile } from "./config/file-schema.ts";
import type { ConfigProblem } from "./config/problem.ts";
import { DEFAULT_CHANNEL, findConfigFile, parseConfigText } from "./config/read-file.ts";
import { REDACTED, redactUrls } from "./config/redact.ts";
import { channelsOf, schedulesOf, type ChannelConfig } from "./config/schedules.ts";
import { listOf, scopeOf } from "./config/scope-of.ts";
import { slackGroups, slackOf, slackProblems, withoutSlackSecrets } from "./config/slack.ts";
import { wasteSettings } from "./config/waste-schema.ts";

export type RoleConfig = {
  readonly default: Role;
  readonly users: Readonly<Record<string, Role>>;
  readonly groups: Readonly<Record<string, Role>>;
};

/** Everything configured, parsed once at the start and frozen. */
export type Config = {
  /** The file read; null = there is none, defaults hold. */
  readonly file: string | null;
  readonly settings: Settings;
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string | null;
  /** What people and scripts log in with beyond this machine; null = loopback only. Secret. */
  readonly token: string | null;
  readonly dataDir: string;
  /** null = the embedded server under dataDir. Secret: carries a password. */
  readonly databaseUrl: string | null;
  readonly databaseConnectionsMax: number;
  readonly today: Day | null;
  /** Whether a machine without bills shows the sample estate. */
  readonly demo: boolean;
  readonly log: { readonly level: NonNullable<Variables["FINOPS_LOG_LEVEL"]>; readonly destination: string };
  readonly channels: readonly ChannelConfig[];
  readonly schedules: readonly Schedule[];
  readonly sources: readonly WatchedSource[];
  readonly roles: RoleConfig;
  readonly uploadBytesMax: number;
  readonly chartWorkers: number;
  /** Values no log, message or error may show. */
  readonly secrets: readonly string[];
};

const DEFAULT_PORT = 3000;
const DEFAULT_HOST = "127.0.0.1";
const BYTES_PER_MEGABYTE = 1024 * 1024;
const UPLOAD_MEGABYTES = 512;
/** Addresses only this machine reaches. */
export const LOOPBACK_HOSTS: readonly string[] = ["127.0.0.1", "::1", "localhost"];

/** The environment of this process. The only place that reads it. */
export function processEnvironment(): Environment {
  return process.env;
}

/** Where the person stands: `npm run` changes the directory and remembers the old one. */
export function workingDirectory(env: Environment): string {
  return env["INIT_CWD"] ?? process.cwd();
}

export type ConfigReading =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly file: string | null; readonly problems: readonly ConfigProblem[] };

/**
 * Reads finops.yaml and the environment in one parse. Without a file every default holds.
 * All problems come back together, each with path, line and remedy; no value of a secret is in them.
 */
export function readConfig(env: Environment, cwd: string): ConfigReading {
  const { variables, problems, warnings } = parseEnvironment(env);
  const found = findConfigFile(env["FINOPS_CONFIG"] === "" ? undefined : env["FINOPS_CONFIG"], cwd);
  const reading = found === null ? { file: {}, problems: [] } : parseConfigText(found.text);
  const { decisions } = reading.file;
  const secretsMissing = decisionProblems(decisions, env);
  const all = [...problems, ...reading.problems, ...exposureProblems(variables, reading.file), ...secretsMissing];
  all.push(...discordProblems(reading.file.discord, variables));
  all.push(...slackProblems({ slack: reading.file.slack, variables }));
  if (all.length > 0) return { ok: false, file: found?.path ?? null, problems: all };
  const config = build(variables, reading.file, found?.path ?? null, cwd);
  const { schedules, sources } = config;
  const named = secretVariables(decisions);
  const installation: Installation = {
    configFile: config.file,
    warnings: warnings
      .filter(({ path: variable }) => !named.includes(variable))
      .map((warning) => `${warning.path} ${warning.message} ${warning.remedy}`),
    variables: VARIABLES.map(({ name, about }) => ({ name, about, set: (env[name] ?? "") !== "" })),
    sources,
    schedules,
  };
  const approvals = decisions === undefined ? {} : { decisions: decisionsOf(decisions, env) };
  const settings = { ...config.settings, ...approvals, installation };
  const secrets = [...secretValues(env), ...named.flatMap((name) => env[name] ?? [])];
  return { ok: true, config: deepFreeze({ ...config, settings, secrets }) };
}

/** Like readConfig; throws one AppError that lists all problems. */
export function loadConfig(env: Environment, cwd: string): Config {
  const reading = readConfig(env, cwd);
  if (reading.ok) return reading.config;
  throw new AppError("bad-input", formatProblems(reading.problems, reading.file));
}

/** The list people see: one problem a paragraph. */
export function formatProblems(problems: readonly ConfigProblem[], file: string | null): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const lines = problems.map(({ path: at, line, message, remedy }) => {
    const place = line === null ? at : `${at} (line ${line})`;
    return `  ${place}: ${message}\n      ${remedy}`;
  });
  return [`The configuration${file === null ? "" : ` ${file}`} has ${count}:`, ...lines].join("\n");
}

/** Business time as configured: the machine's clock, or the day FINOPS_TODAY fixes. */
export function clockOf(config: Config): Clock {
  return config.today === null ? systemClock : fixedClock(config.today);
}

/** The configuration for people: as data, secrets and passwords replaced. */
export function describeConfig(config: Config): Record<string, unknown> {
  const { secrets: _secrets, token, databaseUrl, ...open } = config;
  const { decisions, discord, slack } = open.settings;
  const shown = decisions === undefined ? {} : { decisions: withoutSecrets(decisions, REDACTED) };
  return {
    ...open,
    settings: {
      ...open.settings,
      ...shown,
      ...(discord === undefined || discord === null ? {} : { discord: { ...discord, token: REDACTED } }),
      ...(slack === undefined || slack === null ? {} : { slack: withoutSlackSecrets(slack) }),
    },
    token: token === null ? null : REDACTED,
    databaseUrl: databaseUrl === null ? null : redactUrls(databaseUrl),
  };
}

/** Costs must not be served to a network without a login. */
function exposureProblems(variables: Partial<Variables>, file: ConfigFile): ConfigProblem[] {
  const host = variables.FINOPS_HOST ?? file.server?.host ?? DEFAULT_HOST;
  if (LOOPBACK_HOSTS.includes(host) || variables.FINOPS_TOKEN !== undefined) return [];
  return [
    {
      path: variables.FINOPS_HOST === undefined ? "server.host" : "FINOPS_HOST",
      line: null,
      message: `"${host}" is reachable from other machines, and there is no FINOPS_TOKEN to log in with.`,
      remedy: "Set FINOPS_TOKEN (openssl rand -hex 24), or listen on 127.0.0.1.",
    },
  ];
}

function build(
  variables: Partial<Variables>,
  file: ConfigFile,
  configPath: string | null,
  cwd: string,
): Omit<Config, "secrets"> {
  const timeZone = file.timeZone ?? DEFAULT_SETTINGS.timeZone;
  const channels = channelsOf(file);
  const base = configPath === null ? cwd : path.dirname(configPath);
  return {
    file: configPath,
    settings: {
      ...settingsOf(file),
      discord: discordSettings(file.discord, variables),
      slack: slackOf({ slack: file.slack, variables }),
      // Without a file nothing is said about budgets: those of the last start stay.
      ...(configPath === null ? {} : { budgets: budgetsOf(file, channels) }),
    },
    host: variables.FINOPS_HOST ?? file.server?.host ?? DEFAULT_HOST,
    port: variables.PORT ?? file.server?.port ?? DEFAULT_PORT,
    publicUrl: file.server?.publicUrl ?? null,
    token: variables.FINOPS_TOKEN ?? null,
    dataDir: path.resolve(cwd, variables.FINOPS_DATA_DIR ?? ".finops"),
    databaseUrl: variables.DATABASE_URL ?? null,
    databaseConnectionsMax: file.limits?.databaseConnectionsMax ?? 10,
    today: variables.FINOPS_TODAY ?? null,
    demo: variables.FINOPS_DEMO !== "off",
    log: { level: variables.FINOPS_LOG_LEVEL ?? "info", destination: variables.FINOPS_LOG ?? "stderr" },
    channels,
    schedules: schedulesOf(file, timeZone, channels),
    sources: (file.sources ?? []).map((source) => ({
      name: source.name,
      paths: listOf(source.path).map((entry) => path.resolve(base, entry)),
      source: source.source ?? null,
      parts: source.parts ?? false,
      staleAfterHours: source.staleAfterHours ?? null,
    })),
    roles: {
      default: file.roles?.default ?? "viewer",
      users: file.roles?.users ?? {},
      groups: file.roles?.groups ?? {},
    },
    uploadBytesMax: (file.limits?.uploadMegabytesMax ?? UPLOAD_MEGABYTES) * BYTES_PER_MEGABYTE,
    chartWorkers: file.limits?.chartWorkers ?? 2,
  };
}

function settingsOf(file: ConfigFile): Settings {
  const keys = (alias: TagAlias) => {
    const given = file.tags?.[alias];
    return given === undefined ? DEFAULT_TAG_ALIAS_KEYS[alias] : listOf(given).map(normaliseTagKey);
  };
  return {
    currency: file.currency ?? DEFAULT_SETTINGS.currency,
    timeZone: file.timeZone ?? DEFAULT_SETTINGS.timeZone,
    tagAliases: { team: keys("team"), product: keys("product"), environment: keys("environment") },
    promotedTags: [...new Set((file.tags?.promoted ?? []).map(normaliseTagKey))].sort(),
    staleAfterHours: file.staleAfterHours ?? DEFAULT_SETTINGS.staleAfterHours,
    ingestLeaseSeconds: file.limits?.ingestLeaseSeconds ?? DEFAULT_SETTINGS.ingestLeaseSeconds,
    ingestMemoryMb: file.limits?.ingestMemoryMb ?? DEFAULT_SETTINGS.ingestMemoryMb,
    installation: DEFAULT_SETTINGS.installation,
    people: peopleOf(file),
    ...(file.fiscalYearStart === undefined ? {} : { fiscalYearStart: file.fiscalYearStart }),
    ...(file.allocation === undefined ? {} : { allocation: file.allocation.map(allocationOf) }),
    ...(file.waste === undefined ? {} : { waste: wasteSettings(file.waste) }),
  };
}

function allocationOf(rule: NonNullable<ConfigFile["allocation"]>[number]): AllocationRule {
  const { name, to, by, shares = {} } = rule;
  return { name, scope: scopeOf(rule), to, by, shares, from: null, until: null, origin: "config" };
}

/** A budget counts no more than the channel it is told in may show. */
function budgetsOf(file: ConfigFile, channels: readonly ChannelConfig[]): ConfiguredBudget[] {
  return (file.budgets ?? []).map((budget): ConfiguredBudget => {
    const channel = budget.channel ?? DEFAULT_CHANNEL;
    const thresholds = (basis: ThresholdBasis, given: readonly number[] | undefined) =>
      given === undefined
        ? DEFAULT_THRESHOLDS.filter((threshold) => threshold.basis === basis)
        : [...new Set(given)].sort((a, b) => a - b).map((percent) => ({ basis, percent }));
    return {
      name: budget.name,
      amount: money(String(budget.amount), budget.currency),
      filters: scopeOf(budget),
      access: channels.find(({ name }) => name === channel)?.scope ?? [],
      without: budget.without ?? [],
      cycle: budget.each ?? "month",
      metric: budget.metric ?? "effective",
      thresholds: [...thresholds("actual", budget.at), ...thresholds("forecast", budget.forecast)],
      channel,
    };
  });
}

/** Everybody named under people, and under roles.users who is not. */
function peopleOf(file: ConfigFile): PeopleSettings {
  const named = (file.people ?? []).map((person): ConfiguredPerson => ({
    handle: person.handle,
    name: person.name ?? person.handle,
    role: person.role ?? file.roles?.users?.[person.handle] ?? null,
    scope: scopeOf(person),
    identities: (["os", "slack", "discord"] as const).flatMap((surface) =>
      listOf(person[surface] ?? []).map((externalId) => ({ surface, externalId })),
    ),
  }));
  const others = Object.entries(file.roles?.users ?? {}).flatMap(([word, role]): ConfiguredPerson[] => {
    const handle = parseHandle(word);
    if (handle === null || named.some((person) => person.handle === handle)) return [];
    return [{ handle, name: word, role, scope: [], identities: [] }];
  });
  return {
    defaultRole: file.roles?.default ?? "viewer",
    people: [...named, ...others],
    // What a platform calls a group means the same wherever it is said.
    groups: { ...file.roles?.groups, ...slackGroups(file.slack), ...discordGroups(file.discord) },
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
