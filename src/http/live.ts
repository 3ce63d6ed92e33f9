import type { Logger } from "pino";

import { z } from "zod";

import { CHAT_NOTIFY } from "../store/conversations.ts";
import type { Sql } from "../store/db.ts";
import { READ_NOTIFY, type ReadMark } from "../store/read-marks.ts";

/**
 * Tells open browsers that there is something new. It carries no content: each browser then reads what it may see
 * after the last position it has, so a lost announcement only delays, never loses.
 */
export type LiveHub = {
  readonly subscribe: (wake: () => void) => () => void;
  /** Tells what a person has read, on whatever page: what is lost here is told when a page connects anew. */
  readonly subscribeReads: (personId: string, told: (mark: ReadMark) => void) => () => void;
  readonly wakeAll: () => void;
  /** Whether the service ends: streams end too. */
  readonly isClosed: () => boolean;
  readonly close: () => Promise<void>;
};

const moved = z.object({
  person: z.string(),
  mark: z.object({ channel: z.string(), thread: z.string().nullable(), upTo: z.string() }),
});
type Told = (mark: ReadMark) => void;

/** One listening connection for all browsers of this process, opened with the first. */
export function createLiveHub(sql: Sql, log: Logger): LiveHub {
  const subscribers = new Set<() => void>();
  const wakeAll = (): void => {
    for (const wake of subscribers) wake();
  };
  let closed = false;
  let listening: Promise<{ unlisten: () => Promise<void> } | null> | null = null;
  const readers = new Map<string, Set<Told>>();
  const tellReader = (payload: string): void => {
    const { person, mark } = moved.parse(JSON.parse(payload));
    for (const told of readers.get(person) ?? []) told(mark);
  };
  const listen = (): void => {
    // The second callback runs on every (re)connection: what was announced while it was down is read then.
    listening ??= listenTo(sql, wakeAll, tellReader).catch((error: unknown) => {
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
    subscribeReads: (personId, told) => {
      const own = readers.get(personId) ?? new Set<Told>();
      readers.set(personId, own.add(told));
      listen();
      return () => {
        own.delete(told);
        if (own.size === 0 && readers.get(personId) === own) readers.delete(personId);
      };
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

async function listenTo(
  sql: Sql,
  wakeAll: () => void,
  tellReader: (payload: string) => void,
): Promise<{ unlisten: () => Promise<void> }> {
  const said = await sql.listen(CHAT_NOTIFY, wakeAll, wakeAll);
  const read = await sql.listen(READ_NOTIFY, tellReader);
  return {
    unlisten: async () => {
      await said.unlisten();
      await read.unlisten();
    },
  };
}
