import { parseOnlyWhen, type Report } from "../domain/report.ts";
import type { Schedule } from "../domain/schedule.ts";
import { bothScopes, type ScopeFilter } from "../domain/scope.ts";
import type { ConfigFile } from "./file-schema.ts";
import { DEFAULT_CHANNEL } from "./read-file.ts";
import { listOf, scopeOf } from "./scope-of.ts";

export type ChannelConfig = {
  readonly name: string;
  readonly title: string;
  readonly scope: ScopeFilter;
  readonly also: readonly string[];
};

const DEFAULT_SOURCE_CRON = "*/15 * * * *";

/** What happens without any configuration. Hours in the configured zone. */
const BUILT_IN_SCHEDULES = [
  { name: "daily-digest", job: "digest", cron: "0 9 * * *", channel: DEFAULT_CHANNEL },
  { name: "detection", job: "detection", cron: "20 * * * *", channel: DEFAULT_CHANNEL },
  { name: "recommendations", job: "recommendations", cron: "30 6 * * *", channel: DEFAULT_CHANNEL },
  { name: "audit", job: "audit", cron: "5 0 * * *", channel: null },
  { name: "rollups", job: "rollups", cron: "40 3 * * *", channel: null },
  { name: "reap", job: "reap", cron: "10 3 * * *", channel: null },
] as const;

/** Channels as configured, the one that is always there among them. */
export function channelsOf(file: ConfigFile): ChannelConfig[] {
  const given = (file.channels ?? []).map((channel) => ({
    name: channel.name,
    title: channel.title ?? "",
    scope: scopeOf(channel),
    also: listOf(channel.also ?? []),
  }));
  const hasDefault = given.some(({ name }) => name === DEFAULT_CHANNEL);
  return hasDefault
    ? given
    : [{ name: DEFAULT_CHANNEL, title: "Everything the clouds cost", scope: [], also: [] }, ...given];
}

/** A configured schedule takes the place of the built-in one of its name, and shows no more than its channel may. */
export function schedulesOf(file: ConfigFile, timeZone: string, channels: readonly ChannelConfig[]): Schedule[] {
  const configured = file.schedules ?? [];
  const scopeOfChannel = (name: string | null) => channels.find((channel) => channel.name === name)?.scope ?? [];
  const builtIn = BUILT_IN_SCHEDULES.filter(({ name }) => !configured.some((schedule) => schedule.name === name)).map(
    (schedule): Schedule => ({ ...schedule, timeZone, scope: scopeOfChannel(schedule.channel), origin: "built-in" }),
  );
  const given = configured
    .filter(({ enabled }) => enabled !== false)
    .map((schedule): Schedule => ({
      name: schedule.name,
      job: schedule.job as Schedule["job"],
      cron: schedule.cron,
      timeZone: schedule.timeZone ?? timeZone,
      channel: schedule.channel ?? DEFAULT_CHANNEL,
      scope: bothScopes(scopeOfChannel(schedule.channel ?? DEFAULT_CHANNEL), scopeOf(schedule)),
      origin: "config",
      ...(schedule.job === "digest" ? { report: reportOf(schedule) } : {}),
    }));
  return [...builtIn, ...given, ...sourceSchedules(file, timeZone)];
}

function reportOf({ report, every, onlyWhen }: NonNullable<ConfigFile["schedules"]>[number]): Report {
  if (report === "hygiene") return { kind: "hygiene", onlyWhen: null };
  return { kind: "digest", cycle: every ?? "day", onlyWhen: onlyWhen === undefined ? null : parseOnlyWhen(onlyWhen) };
}

/** Each watched source is looked at on its own schedule. */
function sourceSchedules(file: ConfigFile, timeZone: string): Schedule[] {
  return (file.sources ?? []).map((source): Schedule => ({
    name: `ingest:${source.name}`,
    job: "ingest",
    cron: source.schedule ?? DEFAULT_SOURCE_CRON,
    timeZone: source.timeZone ?? timeZone,
    channel: DEFAULT_CHANNEL,
    scope: [],
    origin: "config",
  }));
}
