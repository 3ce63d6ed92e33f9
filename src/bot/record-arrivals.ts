import { receiveInbound } from "../store/inbound.ts";
import type { Sql } from "../store/db.ts";
import type { Inbound } from "./inbound.ts";

/** Commits of a burst that run at once: more would take the connections answers need. */
const COMMITS_AT_ONCE = 2;
/** Arrivals of one commit. */
const BATCH_MAX = 64;

type Waiting = {
  readonly sql: Sql;
  readonly inbound: Inbound;
  readonly resolve: (isNew: boolean) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Records what arrives, several at a time in one commit where a burst arrives: two hundred commands at once then wait for
 * a handful of disk writes instead of two hundred. Resolves when it is durable; false: it was here before.
 */
export function createRecorder(): (sql: Sql, inbound: Inbound) => Promise<boolean> {
  const waiting: Waiting[] = [];
  let committing = 0;
  const flush = async (): Promise<void> => {
    if (committing >= COMMITS_AT_ONCE || waiting.length === 0) return;
    const sql = waiting[0]?.sql;
    if (sql === undefined) return;
    // One database at a time: the sample estate has its own.
    const other = waiting.findIndex((one) => one.sql !== sql);
    const batch = waiting.splice(0, Math.min(BATCH_MAX, other < 0 ? waiting.length : other));
    // In one order everywhere: two batches with the same redeliveries never wait for each other in a circle.
    batch.sort((a, b) => (a.inbound.id < b.inbound.id ? -1 : 1));
    committing += 1;
    try {
      const taken = await sql.begin((tx) => Promise.all(batch.map(({ inbound }) => receiveInbound(tx, inbound))));
      batch.forEach(({ resolve }, index) => resolve(taken[index] === true));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      committing -= 1;
      if (waiting.length > 0) setImmediate(() => void flush());
    }
  };
  return (sql, inbound) => {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    waiting.push({ sql, inbound, resolve, reject });
    // What arrives in the same turn of the event loop goes together.
    setImmediate(() => void flush());
    return promise;
  };
}
