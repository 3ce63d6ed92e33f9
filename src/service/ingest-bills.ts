import type { IngestAnswer } from "../domain/contract.ts";
import type { IngestProgress } from "../ingest/progress.ts";
import { runIngest } from "../ingest/run-ingest.ts";
import type { Verb } from "./context.ts";

export type IngestBills = {
  /** Files, folders, globs. */
  readonly paths: readonly string[];
  /** Folder relative paths are read from; default: the process's. */
  readonly cwd?: string;
  /** Name of the source; default: one for each provider and billing account. */
  readonly source?: string;
  /** Files of one month belong together. */
  readonly parts: boolean;
  /** Load what the shrink guard would hold. */
  readonly replace: boolean;
  /** Say what would happen; store nothing. */
  readonly dryRun: boolean;
  readonly onProgress?: (progress: IngestProgress) => void;
};

/**
 * Reads bills and makes each complete delivery visible at once. One entry a delivery; refused and held ones say why.
 * Throws AppError when a path names nothing or the store cannot be reached.
 */
export async function ingestBills({ ctx, input }: Verb<IngestBills>): Promise<IngestAnswer> {
  return runIngest(
    { db: ctx.db, settings: ctx.settings, dataDir: ctx.dataDir, today: ctx.clock.today() },
    {
      paths: input.paths,
      cwd: input.cwd ?? process.cwd(),
      source: input.source ?? null,
      parts: input.parts,
      replace: input.replace,
      dryRun: input.dryRun,
      onProgress: input.onProgress ?? (() => undefined),
    },
  );
}

/** 0: everything stored, replaced, unchanged or incomplete; 2: something was held or refused. */
export function ingestExitCode(answer: IngestAnswer): 0 | 2 {
  return answer.batches.some((batch) => batch.status === "held" || batch.status === "refused") ? 2 : 0;
}
