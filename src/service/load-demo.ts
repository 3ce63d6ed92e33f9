import { join } from "node:path";

import {
  SAMPLE_DAYS_DEFAULT,
  SAMPLE_DAYS_MAX,
  SAMPLE_ROWS_PER_DAY_MAX,
  SAMPLE_SEED_DEFAULT,
  writeSampleEstate,
  type SampleAnswers,
} from "../demo/write-sample-estate.ts";
import type { IngestAnswer } from "../domain/contract.ts";
import { AppError } from "../domain/errors.ts";
import type { IngestProgress } from "../ingest/progress.ts";
import type { Verb } from "./context.ts";
import { ingestBills } from "./ingest-bills.ts";

export type LoadDemo = {
  readonly days?: number;
  /** About how many lines a day holds; the estate is never smaller than its base of about 440. */
  readonly rowsPerDay?: number;
  readonly seed?: number;
  /** Write the bills to this folder and load nothing. */
  readonly out?: string;
  readonly onProgress?: (progress: IngestProgress) => void;
};

export type DemoAnswer = {
  readonly directory: string;
  readonly files: readonly string[];
  readonly answers: SampleAnswers;
  /** null when the bills were only written. */
  readonly ingest: IngestAnswer | null;
};

/**
 * Writes the sample estate up to yesterday and loads it into the database of `ctx`, which must be the demo's.
 * Loading the same day again changes nothing. Throws AppError("bad-input") for numbers out of range.
 */
export async function loadDemo({ ctx, input }: Verb<LoadDemo>): Promise<DemoAnswer> {
  const days = whole("days", input.days ?? SAMPLE_DAYS_DEFAULT, 1, SAMPLE_DAYS_MAX);
  const rowsPerDay = whole("rows per day", input.rowsPerDay ?? 0, 0, SAMPLE_ROWS_PER_DAY_MAX);
  const seed = whole("seed", input.seed ?? SAMPLE_SEED_DEFAULT, 0, Number.MAX_SAFE_INTEGER);
  const directory = input.out ?? join(ctx.dataDir, "demo-bills");
  const { files, answers } = await writeSampleEstate({ directory, until: ctx.clock.today(), days, rowsPerDay, seed });
  if (input.out !== undefined) return { directory, files, answers, ingest: null };
  const ingest = await ingestBills({
    ctx,
    // A later day's estate replaces an earlier one whole, whatever the shrink guard would say.
    input: { paths: files, parts: false, replace: true, dryRun: false, onProgress: input.onProgress },
  });
  return { directory, files, answers, ingest };
}

function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new AppError("bad-input", `The demo's ${name} must be a whole number from ${least} to ${most}, not ${value}.`);
}
