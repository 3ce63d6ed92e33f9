import type { Client } from "pg";

import type { IngestBatchAnswer } from "../domain/contract.ts";
import type { Day } from "../domain/period.ts";
import type { Settings } from "../domain/settings.ts";
import type { Database } from "../store/db.ts";
import type { Lease } from "../store/lease.ts";
import type { Loader } from "../store/load.ts";
import type { Duck } from "./duck/duck-process.ts";
import type { IngestProgress } from "./progress.ts";
import type { Stage } from "./scan-file.ts";
import type { StagedFile } from "./stage-file.ts";

/** What an ingest is given by the verb. */
export type IngestEnvironment = {
  readonly db: Database;
  readonly settings: Settings;
  readonly dataDir: string;
  readonly today: Day;
  /** Told the highest memory of the DuckDB child, bytes, when it ends (measurements). */
  readonly onChildPeak?: (bytes: number) => void;
};

export type IngestInput = {
  readonly paths: readonly string[];
  /** Folder relative paths are read from. */
  readonly cwd: string;
  readonly source: string | null;
  readonly parts: boolean;
  readonly replace: boolean;
  readonly dryRun: boolean;
  readonly onProgress: (progress: IngestProgress) => void;
};

/** A file of the call, before it is opened. */
export type CallFile = {
  readonly fileNo: number;
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Fingerprint of the files of this call that are one export with it, itself included; null = it stands alone. */
  readonly set: string | null;
};

/** What one call shares between its deliveries. */
export type IngestRun = {
  readonly env: IngestEnvironment;
  readonly input: IngestInput;
  readonly duck: Duck;
  readonly spillDirectory: string;
  readonly files: ReadonlyMap<number, CallFile>;
  readonly staged: ReadonlyMap<number, StagedFile>;
  readonly stage: Stage;
  readonly cube: { readonly version: string; readonly promoted: readonly string[] };
  /** Opens on first use; null in a dry run. */
  readonly loader: () => Promise<Loader>;
  /** A second connection: dictionaries and rollups are stored beside the charges. */
  readonly secondLoader: () => Promise<Loader>;
  /** A connection that reads back what is stored. Opens on first use. */
  readonly reader: () => Promise<Client>;
  /** Settles when the dictionaries of the call are stored (on `secondLoader`). No batch is shown before. */
  readonly dictionaries: Promise<void>;
  readonly leaseOf: (sourceId: string) => Promise<Lease>;
  readonly report: (phase: IngestProgress["phase"], what: string, share: number) => void;
};

/** An answer for what never became a batch. */
export function refusedFile(path: string, reason: string): IngestBatchAnswer {
  return {
    id: null,
    source: "",
    provider: "",
    billingAccount: "",
    dataset: "",
    billingMonth: null,
    status: "refused",
    reason,
    files: [path],
    rowsRead: 0,
    rowsAccepted: 0,
    rejects: 0,
    rowsStored: 0,
    totals: {},
  };
}
