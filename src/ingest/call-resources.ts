import { takeLease, type Lease } from "../store/lease.ts";
import { openLoader, type Loader } from "../store/load.ts";
import { openReader } from "../store/rollups.ts";
import type { IngestEnvironment, IngestRun } from "./ingest-run.ts";
import type { Progress } from "./progress.ts";

/** How long a call waits for another ingest of the same source. */
const WAIT_SECONDS = 900;

export type Resources = Pick<IngestRun, "loader" | "secondLoader" | "reader" | "leaseOf"> & {
  readonly close: () => Promise<void>;
};

/** The loading connections and the leases of a call, taken on first use. */
export function openResources(env: IngestEnvironment, progress: Progress): Resources {
  const leases = new Map<string, Lease>();
  let loader: Promise<Loader> | null = null;
  let second: Promise<Loader> | null = null;
  let reader: ReturnType<typeof openReader> | null = null;
  return {
    loader: () => (loader ??= openLoader(env.db.url)),
    secondLoader: () => (second ??= openLoader(env.db.url)),
    reader: () => (reader ??= openReader(env.db.url)),
    leaseOf: async (sourceId) => {
      const held = leases.get(sourceId);
      if (held !== undefined) return held;
      const lease = await takeLease(env.db.sql, sourceId, {
        leaseSeconds: env.settings.ingestLeaseSeconds,
        waitSeconds: WAIT_SECONDS,
        onWait: () => progress.report("waiting", "another ingest of the same source", 0),
      });
      leases.set(sourceId, lease);
      return lease;
    },
    close: async () => {
      await Promise.allSettled([...leases.values()].map((lease) => lease.release()));
      await reader?.then((opened) => opened.end()).catch(() => undefined);
      for (const each of [loader, second]) await each?.then((opened) => opened.close()).catch(() => undefined);
    },
  };
}
