import type { Hono } from "hono";
import type { Logger } from "pino";

import type { Channel } from "./bot/channels/channel.ts";
import { COMMANDS } from "./bot/commands.ts";
import type { ChartView } from "./charts/chart-view.ts";
import type { Config } from "./config.ts";
import { systemClock } from "./domain/clock.ts";
import type { Estate } from "./http/deps.ts";
import type { SurfaceState } from "./http/health.ts";
import type { Stack } from "./lifecycle.ts";
import { listSources } from "./store/batches-sources.ts";

/** The chat platforms, as far as they are configured. */
export type Surfaces = {
  /** Where cards go besides the page. */
  readonly channels: readonly Channel[];
  /** What platforms send to us, each under its name. */
  readonly routes: Readonly<Record<string, Hono>>;
  /** How each stands: for probes. */
  readonly states: () => readonly SurfaceState[];
};

export type SurfacesInput = {
  readonly config: Config;
  readonly log: Logger;
  readonly stack: Stack;
  readonly real: Estate;
  readonly demo: Estate | null;
  /** Each platform has its own ground: Slack is mostly light, Discord mostly dark. */
  readonly draw: (view: ChartView, theme: "light" | "dark") => Promise<Uint8Array>;
};

const NONE: Surfaces = { channels: [], routes: {}, states: () => [] };

/** Starts what is configured. A platform that cannot be reached keeps nothing else from starting. */
export async function startSurfaces(input: SurfacesInput): Promise<Surfaces> {
  const parts = [await startSlackPart(input), await startDiscordPart(input)];
  return {
    channels: parts.flatMap(({ channels }) => channels),
    routes: Object.assign({}, ...parts.map(({ routes }) => routes)) as Surfaces["routes"],
    states: () => parts.flatMap(({ states }) => states()),
  };
}

async function startSlackPart(input: SurfacesInput): Promise<Surfaces> {
  const { slack = null } = input.config.settings;
  if (slack === null) return NONE;
  // Only who uses it pays for the client's memory.
  const { startSlack } = await import("./bot/channels/slack/slack-surface.ts");
  const { createSlackRoutes } = await import("./http/slack-routes.ts");
  const surface = startSlack({
    settings: slack,
    real: input.real.base,
    current: () => currentEstate(input),
    png: (view) => input.draw(view, "light"),
    publicUrl: input.config.publicUrl,
    now: systemClock.now,
    log: input.log.child({ "labels.surface": "slack" }),
  });
  input.stack.add("slack", surface, (it) => it.stop());
  return {
    channels: [surface.channel],
    routes: { slack: createSlackRoutes(surface) as unknown as Hono },
    states: () => [{ surface: "slack", ...surface.state() }],
  };
}

async function startDiscordPart(input: SurfacesInput): Promise<Surfaces> {
  const { discord = null } = input.config.settings;
  if (discord === null) return NONE;
  const { startDiscord } = await import("./bot/channels/discord/discord-surface.ts");
  const { createDiscordRoutes } = await import("./http/discord-routes.ts");
  const surface = startDiscord({
    settings: discord,
    current: () => currentEstate(input),
    commands: COMMANDS,
    draw: (view) => input.draw(view, "dark"),
    log: input.log.child({ "labels.surface": "discord" }),
  });
  input.stack.add("discord", surface, (it) => it.stop());
  const { mode, publicKey } = discord;
  const signed = mode === "http" && publicKey !== null;
  return {
    channels: [surface.channel],
    routes: signed ? { discord: createDiscordRoutes({ publicKey, now: systemClock.now, take: surface.take }) } : {},
    states: () => [{ surface: "discord", ...surface.state() }],
  };
}

/** The sample estate until real bills have a source, as on the page. */
async function currentEstate({ real, demo }: SurfacesInput): Promise<{ base: Estate["base"]; sample: boolean }> {
  if (demo === null) return { base: real.base, sample: false };
  const sources = await listSources(real.base.db.sql);
  return sources.every(({ removed }) => removed)
    ? { base: demo.base, sample: true }
    : { base: real.base, sample: false };
}
