import { setTimeout as wait } from "node:timers/promises";

import { LogLevel, SocketModeReceiver, type App, type Receiver } from "@slack/bolt";
import type { Logger } from "pino";

import { acknowledgeWhenTaken } from "./acknowledge.ts";
import { slackLogger } from "./slack-logger.ts";

/** Pauses between two tries to connect: quickly at first, then patiently. */
const RECONNECT_FIRST_MS = 250;
const RECONNECT_MAX_MS = 30_000;
const OPEN_TIMEOUT_MS = 10_000;
const GOODBYE_MS = 1_000;

export type SocketState = "connecting" | "connected" | "down";
export type SocketReceiver = Receiver & { readonly state: () => SocketState };

/**
 * Bolt's way in by a socket that we open, kept open by ourselves: the library's own reconnection ends the process when
 * Slack cannot be reached (its retry rejects where nobody listens), and waits five seconds after each routine
 * `disconnect`. `start` returns at once; `stop` waits for what is being handled.
 */
export function createSocketReceiver(input: {
  readonly appToken: string;
  readonly apiUrl: string;
  readonly log: Logger;
}): SocketReceiver {
  const { log } = input;
  const inner = new SocketModeReceiver({
    appToken: input.appToken,
    logger: slackLogger(log),
    logLevel: LogLevel.INFO,
    autoReconnectEnabled: false,
    installerOptions: {
      clientOptions: {
        slackApiUrl: input.apiUrl,
        timeout: OPEN_TIMEOUT_MS,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
      },
    },
  });
  const { client } = inner;
  const inFlight = new Set<Promise<unknown>>();
  let state: SocketState = "down";
  let stopped = true;
  let failures = 0;
  let timer: NodeJS.Timeout | null = null;

  const again = (): void => {
    state = "down";
    if (stopped || timer !== null) return;
    const pause = failures === 0 ? 0 : Math.min(RECONNECT_MAX_MS, RECONNECT_FIRST_MS * 2 ** (failures - 1));
    timer = setTimeout(() => {
      timer = null;
      void connect();
    }, pause);
  };
  const connect = async (): Promise<void> => {
    state = "connecting";
    try {
      await client.start();
      failures = 0;
      // Stopped while connecting.
      if (stopped) {
        await client.disconnect();
        return;
      }
      state = "connected";
      log.info("slack: connected by socket");
    } catch (error) {
      failures += 1;
      if (failures === 1) log.warn({ err: error }, "slack: cannot be reached, trying again");
      again();
    }
  };
  client.on("disconnected", again);

  return {
    state: () => state,
    init: (app) => inner.init(tracked(app, inFlight)),
    start: () => {
      stopped = false;
      void connect();
      return Promise.resolve();
    },
    stop: async () => {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      // What is being handled still acknowledges on this socket.
      await Promise.allSettled(inFlight);
      // A peer that never says goodbye would hold the stop up for half a minute.
      await Promise.race([client.disconnect(), wait(GOODBYE_MS, undefined, { ref: false })]);
      state = "down";
    },
  };
}

/** The same app, whose work is known while it lasts. */
function tracked(app: App, inFlight: Set<Promise<unknown>>): App {
  const known: App = Object.create(app) as App;
  known.processEvent = (event) => {
    const work = acknowledgeWhenTaken(app, event).finally(() => inFlight.delete(work));
    inFlight.add(work);
    return work;
  };
  return known;
}
