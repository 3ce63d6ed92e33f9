import { hasRole } from "../domain/actor.ts";
import type { IngestAnswer } from "../domain/contract.ts";
import { AppError } from "../domain/errors.ts";
import type { IngestProgress } from "../ingest/progress.ts";
import { runIngest, tidyUp } from "../ingest/run-ingest.ts";
import type { Context, Verb } from "./context.ts";
import { requireWholeScope } from "./whole-scope.ts";

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
 * Who loads bills, on every surface (terminal, page, schedule): an admin who sees all of them. A load changes everybody's
 * numbers and its answer names the totals of whole months; taking one back and the sources ask for the same.
 */
export function requireBillLoader(ctx: Pick<Context, "actor" | "scope">): void {
  if (!hasRole(ctx.actor, "admin")) {
    throw new AppError("forbidden", "Only an admin may load bills.", {
      remedy: "Ask one, or change the roles in finops.yaml.",
    });
  }
  requireWholeScope(ctx, "ingest");
}

/**
 * Reads bills and makes each complete delivery visible at once. One entry a delivery; refused and held ones say why.
 * Throws AppError when a path names nothing or the store cannot be reached.
 */
export async function ingestBills({ ctx, input }: Verb<IngestBills>): Promise<IngestAnswer> {
  requireBillLoader(ctx);
  const env = { db: ctx.db, settings: ctx.settings, dataDir: ctx.dataDir, today: ctx.clock.today() };
  const answer = await runIngest(env, {
    paths: input.paths,
    cwd: input.cwd ?? process.cwd(),
    source: input.source ?? null,
    parts: input.parts,
    replace: input.replace,
    dryRun: input.dryRun,
    onProgress: input.onProgress ?? (() => undefined),
  });
  if (input.dryRun || answer.batches.every((batch) => batch.status === "unchanged")) return answer;
  try {
    await tidyUp(env);
  } catch (error) {
    // The bills are loaded; what is left to tidy up is tried again after the next load.
    ctx.log.warn({ err: error }, "tidying up after an ingest failed");
  }
  return answer;
}

/** 0: everything stored, replaced, unchanged or incomplete; 2: something was held or refused. */
export function ingestExitCode(answer: IngestAnswer): 0 | 2 {
  return answer.batches.some((batch) => batch.status === "held" || batch.status === "refused") ? 2 : 0;
}
