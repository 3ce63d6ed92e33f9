import { Routes } from "discord-api-types/v10";

import type { CommandDefinition } from "./command-definitions.ts";
import { toChannelError } from "./discord-error.ts";
import type { DiscordRest } from "./discord-rest.ts";

/** Where commands are registered: everywhere, or in the guilds named (at once, for trying out). */
export type CommandScope =
  | { readonly kind: "global" }
  | { readonly kind: "guild"; readonly guildIds: readonly string[] };

export type Registered = { readonly place: string; readonly change: "registered" | "unchanged" | "removed" };

/**
 * Brings what is registered to what is wanted, and writes only where it differs: registering is counted. What was
 * registered at the other scope before is taken away, else every command would be there twice.
 */
export async function registerCommands(
  rest: DiscordRest,
  input: {
    readonly applicationId: string;
    readonly scope: CommandScope;
    /** Guilds of ours, for taking away what is left of another scope. */
    readonly guildIds: readonly string[];
    readonly definitions: readonly CommandDefinition[];
  },
): Promise<Registered[]> {
  const { applicationId, scope, definitions } = input;
  const global = Routes.applicationCommands(applicationId);
  const wantedIn = scope.kind === "guild" ? scope.guildIds : [];
  const done = [await bring(rest, global, "everywhere", scope.kind === "global" ? definitions : [])];
  for (const guildId of new Set([...input.guildIds, ...wantedIn])) {
    const route = Routes.applicationGuildCommands(applicationId, guildId);
    const wanted = wantedIn.includes(guildId);
    try {
      done.push(await bring(rest, route, guildId, wanted ? definitions : []));
    } catch (error) {
      // A server the bot is not in yet has nothing to take away.
      if (wanted || toChannelError(error).kind !== "refused") throw error;
    }
  }
  return done;
}

async function bring(
  rest: DiscordRest,
  route: `/${string}`,
  place: string,
  wanted: readonly CommandDefinition[],
): Promise<Registered> {
  const there = await rest.get<unknown[]>(route);
  if (sameCommands(there, wanted)) return { place, change: "unchanged" };
  await rest.put(route, { body: wanted });
  return { place, change: wanted.length === 0 ? "removed" : "registered" };
}

/** Whether what Discord lists is what we would register: it adds ids, versions, translations and defaults. */
export function sameCommands(listed: readonly unknown[], wanted: readonly CommandDefinition[]): boolean {
  const shapes = (commands: readonly unknown[]): string[] =>
    commands.map((command) => JSON.stringify(shapeOf(command))).sort();
  return JSON.stringify(shapes(listed)) === JSON.stringify(shapes(JSON.parse(JSON.stringify(wanted)) as unknown[]));
}

const KEYS = [
  "type",
  "name",
  "description",
  "required",
  "autocomplete",
  "min_value",
  "max_value",
  "max_length",
  "value",
  "contexts",
  "integration_types",
  "choices",
  "options",
] as const;

function shapeOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const given = value as Readonly<Record<string, unknown>>;
  return KEYS.flatMap((key) => {
    const part = given[key];
    // Discord leaves out what is false and fills in what was left out.
    if (part === undefined || part === null || part === false || (key === "type" && part === 1)) return [];
    if (!Array.isArray(part)) return [[key, part]];
    if (part.length === 0) return [];
    return [[key, part.map(shapeOf)]];
  });
}
