import type { Logger } from "pino";

/** What was opened, closed in reverse. Closing twice closes once. */
export type Stack = {
  readonly add: <T>(name: string, thing: T, close: (thing: T) => Promise<void> | void) => T;
  readonly closeAll: (log: Logger) => Promise<void>;
};

export function createStack(): Stack {
  const opened: { name: string; close: () => Promise<void> | void }[] = [];
  return {
    add: (name, thing, close) => {
      opened.push({ name, close: () => close(thing) });
      return thing;
    },
    closeAll: async (log) => {
      for (let last = opened.pop(); last !== undefined; last = opened.pop()) {
        try {
          await last.close();
        } catch (error) {
          log.warn({ err: error }, `closing ${last.name} failed`);
        }
      }
    },
  };
}

/** Longest time an orderly stop may take before the process ends anyway; orchestrators kill after 30 s. */
const STOP_TIMEOUT_MS = 25_000;
const EXIT_INTERRUPTED = 130;

/**
 * SIGINT and SIGTERM: the first stops in order (work in hand is finished, nothing new is taken), the second at once.
 * What nobody caught is logged and ends the process: a restart is safe at any point, going on is not.
 */
export function stopOnSignals(input: { stack: Stack; log: Logger; say: (text: string) => void }): {
  readonly stopping: () => boolean;
} {
  const { stack, log, say } = input;
  let stopping = false;
  const end = (code: number): void => {
    log.flush();
    process.exit(code);
  };
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return end(EXIT_INTERRUPTED);
    stopping = true;
    say(`Stopping (${signal}); again to stop at once.`);
    log.info({ signal }, "stopping");
    setTimeout(() => end(1), STOP_TIMEOUT_MS).unref();
    void stack.closeAll(log).then(() => end(0));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => {
      log.fatal({ err: error }, `${event}: the process ends`);
      process.stderr.write(`finops ends: ${String((error as Error)?.stack ?? error)}\n`);
      end(1);
    });
  }
  return { stopping: () => stopping };
}

const PROBE_EVERY_MS = 2_000;
const PROBE_TIMEOUT_MS = 5_000;
/** One missed probe is a busy machine; three in a row are a server that is gone. */
const PROBES_MISSED_MAX = 3;

/**
 * Watches the built-in database, which nobody else restarts: `onLost` is called once when it has gone.
 * A server of the user's comes back by itself, and the clients find it again.
 */
export function watchDatabase(probe: () => Promise<unknown>, onLost: () => void): { readonly stop: () => void } {
  let missed = 0;
  let stopped = false;
  let timer: NodeJS.Timeout;
  const look = async (): Promise<void> => {
    const answered = await Promise.race([
      probe().then(
        () => true,
        () => false,
      ),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), PROBE_TIMEOUT_MS).unref()),
    ]);
    if (stopped) return;
    missed = answered ? 0 : missed + 1;
    if (missed >= PROBES_MISSED_MAX) {
      stopped = true;
      return onLost();
    }
    timer = setTimeout(() => void look(), PROBE_EVERY_MS);
  };
  timer = setTimeout(() => void look(), PROBE_EVERY_MS);
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
