import { randomUUID } from "node:crypto";
import { hostname } from "node:os";

import { AppError } from "../domain/errors.ts";
import type { Sql } from "./db.ts";

/**
 * One worker a source at a time. Time is the database's. Whoever takes an expired lease raises the epoch; the flip
 * checks it, so an old holder that wakes can change nothing.
 */
export type Lease = {
  readonly sourceId: string;
  readonly epoch: string;
  /** Throws AppError("conflict") once another worker has taken over. */
  readonly check: () => void;
  readonly release: () => Promise<void>;
};

const POLL_MS = 200;
const HEARTBEATS_PER_LEASE = 4;

/**
 * Takes the lease of a source, waiting while another worker is alive in it (`onWait` once it waits).
 * Batches a dead worker left behind are marked failed. Throws AppError("unavailable") after `waitSeconds`.
 */
export async function takeLease(
  sql: Sql,
  sourceId: string,
  options: { readonly leaseSeconds: number; readonly waitSeconds: number; readonly onWait?: () => void },
): Promise<Lease> {
  const holder = `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`;
  let waitedMs = 0;
  for (;;) {
    const rows = await sql<{ epoch: string }[]>`
      insert into ingest_lease (source_id, epoch, holder, heartbeat_at) values (${sourceId}, 1, ${holder}, now())
      on conflict (source_id) do update set epoch = ingest_lease.epoch + 1, holder = ${holder}, heartbeat_at = now()
        where ingest_lease.holder is null or ingest_lease.heartbeat_at < now() - make_interval(secs => ${options.leaseSeconds})
      returning epoch::text`;
    const [row] = rows;
    if (row !== undefined) {
      await sql`update ingest_batch set status = 'failed', reason = 'the ingest stopped before it was finished'
        where source_id = ${sourceId} and status = 'loading' and epoch < ${row.epoch}`;
      return keepLease(sql, sourceId, row.epoch, holder, options.leaseSeconds);
    }
    if (waitedMs === 0) options.onWait?.();
    if (waitedMs >= options.waitSeconds * 1000) {
      throw new AppError("unavailable", "Another ingest of the same source is running.", {
        remedy: "Wait for it to finish and run this again.",
      });
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    waitedMs += POLL_MS;
  }
}

function keepLease(sql: Sql, sourceId: string, epoch: string, holder: string, leaseSeconds: number): Lease {
  let lost = false;
  const heartbeat = async (): Promise<void> => {
    try {
      const rows = await sql`update ingest_lease set heartbeat_at = now()
        where source_id = ${sourceId} and epoch = ${epoch} and holder = ${holder} returning 1`;
      lost ||= rows.length === 0;
    } catch {
      return; // the database is away: the flip will tell
    }
  };
  const beat = setInterval(() => void heartbeat(), (leaseSeconds * 1000) / HEARTBEATS_PER_LEASE);
  beat.unref();
  return {
    sourceId,
    epoch,
    check: () => {
      if (lost) throw new AppError("conflict", "This ingest was silent for too long and another worker took over.");
    },
    release: async () => {
      clearInterval(beat);
      await sql`update ingest_lease set holder = null where source_id = ${sourceId} and epoch = ${epoch} and holder = ${holder}`;
    },
  };
}
