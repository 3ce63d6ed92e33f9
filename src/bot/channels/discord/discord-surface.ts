import { Routes, type APIApplication } from "discord-api-types/v10";
import type { Logger } from "pino";

import type { ChartView } from "../../../charts/chart-view.ts";
import type { DiscordSettings } from "../../../domain/discord.ts";
import { checkFirstRun } from "../../../service/check-first-run.ts";
import type { Context } from "../../../service/context.ts";
import { enqueuePost } from "../../../store/outbox.ts";
import { formOfClick } from "../../act-on-card.ts";
import type { Command } from "../../command.ts";
import { contextOf, handleInbound, type InboundBase } from "../../handle-inbound.ts";
import type { InboundAnswer } from "../../inbound.ts";
import type { Placed } from "../../live-cards.ts";
import { DEMO_BANNER_SHORT } from "../../phrases.ts";
import { createRecorder } from "../../record-arrivals.ts";
import { firstRunCard } from "../../views/first-run-card.ts";
import type { Channel } from "../channel.ts";
import { commandDefinitions } from "./command-definitions.ts";
import { deliverCallback } from "./deliver-callback.ts";
import { createDiscordChannel } from "./discord-channel.ts";
import { toChannelError } from "./discord-error.ts";
import { createDiscordRest, type DiscordRest } from "./discord-rest.ts";
import { startGateway, type Gateway } from "./gateway.ts";
import { createHandler, type Handler, type InboundWork } from "./handle-interaction.ts";
import { createMembership } from "./membership.ts";
import { mentionsOf } from "./mentions.ts";
import { registerCommands } from "./register-commands.ts";
import { suggestOption } from "./suggest-options.ts";
import { foreignServerCard } from "./words.ts";

/** Discord, wired: where cards go out and what people do comes in. */
export type DiscordSurface = {
  readonly channel: Channel;
  /** For the signed endpoint; used in mode http. */
  readonly take: Handler["take"];
  /** For probes and `status`: whether people are heard and cards taken. */
  readonly state: () => { readonly ok: boolean; readonly finding: string };
  /** Nothing new is taken, what was taken is answered. */
  readonly stop: () => Promise<void>;
};

export type DiscordDeps = {
  readonly settings: DiscordSettings;
  /** The estate people see now; `sample`: it is not theirs. */
  readonly current: () => Promise<{ readonly base: InboundBase; readonly sample: boolean }>;
  readonly commands: readonly Command[];
  readonly draw: (view: ChartView) => Promise<Uint8Array>;
  readonly log: Logger;
};

/** Registering is tried again at this pace until Discord has answered once. */
const REGISTER_FIRST_MS = 2_000;
const REGISTER_MOST_MS = 60_000;

/** Starts Discord. Whether it can be reached or not, this returns at once and throws nothing. */
export function startDiscord(deps: DiscordDeps): DiscordSurface {
  const { settings, log } = deps;
  const rest = createDiscordRest(settings);
  const stopping = new AbortController();
  const channel = createDiscordChannel({
    rest,
    draw: deps.draw,
    mentionsOf: async (card) => mentionsOf((await deps.current()).base.db.sql, card),
  });
  const handler = createHandler({
    rest,
    channel,
    draw: deps.draw,
    mentionsOf: async (card) => mentionsOf((await deps.current()).base.db.sql, card),
    work: workOf(deps),
    commands: deps.commands,
    guildIds: settings.guildIds,
    membership: createMembership(rest, settings.guildIds),
    log,
  });
  const registering = keepRegistering(deps, rest, stopping.signal);
  const gateway = settings.mode === "gateway" ? listen(deps, rest, handler, channel) : null;
  return {
    channel,
    take: handler.take,
    state: () => {
      const heard = gateway?.state() ?? { connected: true, finding: "" };
      if (!heard.connected) return { ok: false, finding: heard.finding };
      const trouble = rest.trouble();
      return { ok: trouble === null, finding: trouble ?? "connected" };
    },
    stop: async () => {
      stopping.abort();
      await gateway?.stop();
      await registering;
      await handler.drain();
    },
  };
}

function listen(deps: DiscordDeps, rest: DiscordRest, handler: Handler, channel: Channel): Gateway {
  const { settings, log } = deps;
  return startGateway({
    apiUrl: settings.apiUrl,
    token: settings.token,
    log,
    onInteraction: (interaction) => handler.take(interaction, deliverCallback(rest, interaction)),
    onInvited: (guild) => {
      void welcome(deps, channel, guild).catch((error: unknown) => {
        log.warn({ guild: guild.id, reason: toChannelError(error).message }, "discord: no welcome");
      });
    },
  });
}

/** The checklist where people look first; in a server that is not ours, what whoever runs us must do. */
async function welcome(
  deps: DiscordDeps,
  channel: Channel,
  { id, systemChannelId }: { readonly id: string; readonly systemChannelId: string | null },
): Promise<void> {
  if (systemChannelId === null) return;
  const key = `welcome:discord:${id}`;
  if (!deps.settings.guildIds.includes(id)) {
    const card = foreignServerCard(id);
    const once = { revision: 1, generation: 1, maybePosted: false, thread: null, tokens: [] };
    await channel.post({ ...once, channel: systemChannelId, key, card });
    return;
  }
  const { base } = await deps.current();
  const ctx: Context = { ...base, actor: { kind: "system", id: "discord" }, scope: [] };
  const card = firstRunCard(await checkFirstRun({ ctx, input: {} }));
  await enqueuePost(base.db.sql, { channel: `discord:${systemChannelId}`, key, card, priority: "interactive" });
}

function workOf({ current, commands }: DiscordDeps): InboundWork {
  const record = createRecorder();
  return {
    receive: async (inbound) => record((await current()).base.db.sql, inbound),
    handle: async (inbound, show) => {
      const { base, sample } = await current();
      const labelled = async (answer: InboundAnswer): Promise<Placed | null> => {
        if (!sample) return show(answer);
        const placed = await show(asSample(answer));
        return placed === null ? null : { ...placed, footer: [...(placed.footer ?? []), DEMO_BANNER_SHORT] };
      };
      await handleInbound({ base, inbound, commands, show: labelled });
    },
    formOf: async (token) => formOfClick((await current()).base, token),
    suggest: async (base, typing) => {
      const estate = (await current()).base;
      const ctx = await contextOf({ base: estate, inbound: { ...base, act: { kind: "command", text: "" } } });
      return suggestOption({ ctx, typing }, commands);
    },
  };
}

/** Figures of the sample estate must not be taken for somebody's bill. */
function asSample(answer: InboundAnswer): InboundAnswer {
  return { ...answer, card: { ...answer.card, footer: [DEMO_BANNER_SHORT, ...answer.card.footer] } };
}

/** Commands are registered in the background: a service that starts without Discord is none the worse. */
async function keepRegistering(deps: DiscordDeps, rest: DiscordRest, stopping: AbortSignal): Promise<void> {
  const { settings, log } = deps;
  for (let attempt = 0; !stopping.aborted; attempt += 1) {
    try {
      const applicationId = settings.applicationId ?? (await rest.get<APIApplication>(Routes.currentApplication())).id;
      const { guildIds } = settings;
      const scope =
        settings.commands === "global" ? ({ kind: "global" } as const) : ({ kind: "guild", guildIds } as const);
      const definitions = commandDefinitions(deps.commands);
      const done = await registerCommands(rest, { applicationId, scope, guildIds, definitions });
      log.info({ changed: done.filter(({ change }) => change !== "unchanged") }, "discord: commands are registered");
      return;
    } catch (error) {
      const { kind, message } = toChannelError(error);
      log.warn({ reason: message }, "discord: commands could not be registered");
      // What Discord calls wrong does not become right by repeating it.
      if (kind === "invalid") return;
      await pause(Math.min(REGISTER_MOST_MS, REGISTER_FIRST_MS * 2 ** attempt), stopping);
    }
  }
}

async function pause(ms: number, stopping: AbortSignal): Promise<void> {
  if (stopping.aborted) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(end, ms);
    stopping.addEventListener("abort", end, { once: true });
  });
}
