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
