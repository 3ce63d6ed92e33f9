import type { APIInteraction } from "discord-api-types/v10";
import type { Client } from "discord.js";
import type { Logger } from "pino";

/** Pause before logging in again: doubles up to the most. A wrong token is asked about rarely: logins are counted. */
const RETRY_FIRST_MS = 1_000;
const RETRY_MOST_MS = 60_000;
const RETRY_TOKEN_MS = 300_000;
const LOOK_EVERY_MS = 5_000;
/** Discord asks for a heartbeat every 41 s: two that were not answered are a dead line. */
const SILENT_MS_MAX = 100_000;
/** The client reconnects by itself; one that has not managed for this long is replaced. */
const RECONNECT_MS_MAX = 180_000;
/** A client that is closed while it connects may never say that it has (discord.js 14). */
const CLOSE_MS_MAX = 5_000;
/** https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes */
const CLOSES: Readonly<Record<number, string>> = {
  4004: "Discord does not accept the token: check DISCORD_TOKEN",
  4013: "Discord knows no such intents",
  4014: "Discord has not granted the intents asked for: check the bot's page in the developer portal",
};

export type GatewayState = {
  readonly connected: boolean;
  /** Why not, or since when nothing was heard; empty when all is well. */
  readonly finding: string;
};
export type Gateway = { readonly state: () => GatewayState; readonly stop: () => Promise<void> };

export type GatewayOptions = {
  readonly apiUrl: string;
  readonly token: string;
  readonly log: Logger;
  /** Every interaction, raw: the same payload a signed POST carries. */
  readonly onInteraction: (interaction: APIInteraction) => void;
  /** The bot was invited somewhere while it was running. */
  readonly onInvited: (guild: { readonly id: string; readonly systemChannelId: string | null }) => void;
  /** Tests make waiting short. */
  readonly retryFirstMs?: number;
  readonly lookEveryMs?: number;
  readonly silentMsMax?: number;
  readonly reconnectMsMax?: number;
};

type Line = { connected: boolean; since: number; finding: string; ack: number | null; ackAt: number };

/**
 * A connection to Discord's gateway that is kept up: logging in is tried until it works, a line that is dead is noticed by
 * its heartbeats (the client itself believes it is ready), and a client that cannot find its way back is replaced.
 * Starts nothing that can throw; `state` says how it stands. Loads discord.js only when it is used.
 */
export function startGateway(options: GatewayOptions): Gateway {
  const stopping = new AbortController();
  const line: Line = { connected: false, since: performance.now(), finding: "connecting", ack: null, ackAt: 0 };
  const set = (connected: boolean, finding: string): void => {
    if (connected !== line.connected) line.since = performance.now();
    if (connected) line.ackAt = performance.now();
    line.connected = connected;
    line.finding = finding;
  };
  const running = keepConnected(options, line, set, stopping.signal);
  return {
    state: () => {
      const silentMs = performance.now() - line.ackAt;
      if (!line.connected) return { connected: false, finding: line.finding };
      if (silentMs <= (options.silentMsMax ?? SILENT_MS_MAX)) return { connected: true, finding: "" };
      return { connected: false, finding: `nothing heard from Discord for ${Math.round(silentMs / 1_000)} s` };
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

type Set = (connected: boolean, finding: string) => void;

async function keepConnected(options: GatewayOptions, line: Line, set: Set, stopping: AbortSignal): Promise<void> {
  let failures = 0;
  while (!stopping.aborted) {
    const client = await openClient(options, set);
    try {
      await client.login(options.token);
      failures = 0;
      await whileAlive(client, options, line, stopping);
    } catch (error) {
      failures += 1;
      const tokenWrong = isTokenError(error);
      set(false, tokenWrong ? (CLOSES[4004] ?? "") : `Discord cannot be reached: ${reasonOf(error)}`);
      options.log.warn({ reason: reasonOf(error), failures }, "discord: cannot log in, trying again");
      const first = options.retryFirstMs ?? RETRY_FIRST_MS;
      await pause(tokenWrong ? RETRY_TOKEN_MS : Math.min(RETRY_MOST_MS, first * 2 ** (failures - 1)), stopping);
    } finally {
      await closeClient(client);
    }
  }
  set(false, "stopped");
}

/** Returns when the client must be replaced, or everything stops. */
async function whileAlive(client: Client, options: GatewayOptions, line: Line, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    await pause(options.lookEveryMs ?? LOOK_EVERY_MS, stopping);
    const ack = client.ws.shards.first()?.lastPingTimestamp ?? null;
    if (ack !== line.ack) {
      line.ack = ack;
      line.ackAt = performance.now();
    }
    const downMs = line.connected ? 0 : performance.now() - line.since;
    if (downMs > (options.reconnectMsMax ?? RECONNECT_MS_MAX)) {
      options.log.warn({ reason: line.finding }, "discord: the connection does not come back, starting a new one");
      return;
    }
  }
}

async function openClient(options: GatewayOptions, set: Set): Promise<Client> {
  const { Client, Events, GatewayDispatchEvents, GatewayIntentBits, Options } = await import("discord.js");
  const { log } = options;
  const client = new Client({
    // Commands, buttons and forms come without any intent; Guilds tells of invitations.
    intents: [GatewayIntentBits.Guilds],
    rest: { api: options.apiUrl.replace(/\/+$/, ""), version: "10" },
    makeCache: Options.cacheWithLimits({ ...Options.DefaultMakeCacheSettings, MessageManager: 0 }),
  });
  const known = new Set<string>();
  client.ws.on(GatewayDispatchEvents.Ready, (ready: { guilds: { id: string }[] }) => {
    for (const { id } of ready.guilds) known.add(id);
  });
  client.ws.on(GatewayDispatchEvents.GuildCreate, (guild: { id: string; system_channel_id?: string | null }) => {
    if (known.has(guild.id)) return;
    known.add(guild.id);
    options.onInvited({ id: guild.id, systemChannelId: guild.system_channel_id ?? null });
  });
  client.ws.on(GatewayDispatchEvents.GuildDelete, (guild: { id: string; unavailable?: boolean }) => {
    if (guild.unavailable !== true) known.delete(guild.id);
  });
  client.ws.on(GatewayDispatchEvents.InteractionCreate, options.onInteraction);
  client.on(Events.ShardReady, () => set(true, ""));
  client.on(Events.ShardResume, () => set(true, ""));
  client.on(Events.ShardReconnecting, () => set(false, "reconnecting"));
  client.on(Events.ShardDisconnect, ({ code }) =>
    set(false, CLOSES[code] ?? `Discord closed the connection (${code})`),
  );
  client.on(Events.ShardError, (error) => log.warn({ reason: reasonOf(error) }, "discord: connection error"));
  // Without a listener an error ends the process.
  client.on(Events.Error, (error) => log.warn({ reason: reasonOf(error) }, "discord: client error"));
  client.on(Events.Invalidated, () => set(false, "Discord ended the session"));
  return client;
}

async function closeClient(client: Client): Promise<void> {
  // Whatever it still hears is for its successor.
  client.ws.removeAllListeners();
  client.removeAllListeners("shardReady");
  client.removeAllListeners("shardResume");
  client.removeAllListeners("shardReconnecting");
  client.removeAllListeners("shardDisconnect");
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_MS_MAX);
    timer.unref();
  });
  await Promise.race([client.destroy().catch(() => undefined), late]);
  clearTimeout(timer);
}

function isTokenError(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "TokenInvalid";
}

/** Words without addresses or tokens: those of discord.js carry none. */
function reasonOf(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string") return at.code;
  }
  return error instanceof Error ? error.message.slice(0, 200) : String(error);
}

async function pause(ms: number, stopping: AbortSignal): Promise<void> {
  if (stopping.aborted) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      stopping.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    stopping.addEventListener("abort", end);
  });
}
