import type { Logger } from "pino";

import { CHAT_NOTIFY } from "../store/conversations.ts";
import type { Sql } from "../store/db.ts";

/**
 * Tells open browsers that there is something new. It carries no content: each browser then reads what it may see
 * after the last position it has, so a lost announcement only delays, never loses.
 */
export type LiveHub = {
  readonly subscribe: (wake: () => void) => () => void;
  readonly wakeAll: () => void;
  /** Whether the service ends: streams end too. */
  readonly isClosed: () => boolean;
  readonly close: () => Promise<void>;
};

/** One listening connection for all browsers of this process, opened with the first. */
export function createLiveHub(sql: Sql, log: Logger): LiveHub {
  const subscribers = new Set<() => void>();
  const wakeAll = (): void => {
    for (const wake of subscribers) wake();
  };
  let closed = false;
  let listening: Promise<{ unlisten: () => Promise<void> } | null> | null = null;
  const listen = (): void => {
    // The second callback runs on every (re)connection: what was announced while it was down is read then.
    listening ??= sql.listen(CHAT_NOTIFY, wakeAll, wakeAll).catch((error: unknown) => {
      log.warn({ err: error }, "live updates: cannot listen, browsers look again by themselves");
      listening = null;
      return null;
    });
  };
  return {
    subscribe: (wake) => {
      subscribers.add(wake);
      listen();
      return () => subscribers.delete(wake);
    },
    wakeAll,
    isClosed: () => closed,
    close: async () => {
      closed = true;
      wakeAll();
      const connection = await listening;
      await connection?.unlisten().catch((error: unknown) => log.debug({ err: error }, "unlisten failed"));
    },
  };
}
