import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";

import type { SampleAnswers } from "../demo/answers.ts";
import { usualFirstDay } from "../demo/story.ts";
import {
  SAMPLE_DAYS_MAX,
  SAMPLE_ROWS_PER_DAY_MAX,
  SAMPLE_SEED_DEFAULT,
  writeSampleEstate,
  type SampleEstate,
} from "../demo/write-sample-estate.ts";
import type { IngestAnswer } from "../domain/contract.ts";
import { AppError } from "../domain/errors.ts";
import { daysBetween, type Day } from "../domain/period.ts";
import type { IngestProgress } from "../ingest/progress.ts";
import type { Context, Verb } from "./context.ts";
import { isDemoStoryPlayed, playDemoStory, type DemoRender } from "./demo-story.ts";
import { importFx } from "./import-fx.ts";
import { ingestBills } from "./ingest-bills.ts";

export type DemoSize = {
  /** Absent: what is loaded already is continued, a new estate has two whole months and the one of yesterday. */
  readonly days?: number;
  /** About how many lines a day holds; the estate is never smaller than its base of about 440. */
  readonly rowsPerDay?: number;
  readonly seed?: number;
};

export type LoadDemo = DemoSize & {
  /**
   * Makes the cards of what happens in the estate, which is played before this returns; `later`: it is left to
   * `continueDemoStory`; absent = bills only, nobody decides anything.
   */
  readonly story?: DemoRender | "later";
  readonly onProgress?: (progress: IngestProgress) => void;
};

export type WrittenDemo = {
  readonly directory: string;
  readonly files: readonly string[];
  readonly answers: SampleAnswers;
};
export type DemoAnswer = WrittenDemo & { readonly ingest: IngestAnswer };

/**
 * Writes the sample estate up to yesterday and loads it into the database of `ctx`, which must be the demo's; a new one
 * with its history: bills that were restated, people's decisions, budgets. Loading the same day again changes nothing,
 * a later day extends what is there. Throws AppError("bad-input") for numbers out of range.
 */
export async function loadDemo({ ctx, input }: Verb<LoadDemo>): Promise<DemoAnswer> {
  const { story } = input;
  const directory = join(ctx.dataDir, "demo-bills");
  const firstLoaded = await readFirstDay(ctx);
  const estate = await write(directory, ctx.clock.today(), input, firstLoaded);
  const { files, answers } = estate;
  const isNew = firstLoaded === null && story !== undefined && estate.earlier.length > 0;
  const ingest = await loadBills(ctx, isNew ? asFirstDelivered(estate) : files, input.onProgress);
  await importFx({ ctx, input: { path: estate.rates } });
  if (isNew && story !== "later") await playDemoStory(ctx, estate, story);
  return { directory, files, answers, ingest };
}

/** Plays what has happened in the loaded estate, if it has a history that was not played. Returns whether it did. */
export async function continueDemoStory({ ctx, input }: Verb<{ readonly render: DemoRender }>): Promise<boolean> {
  const directory = join(ctx.dataDir, "demo-bills");
  const text = await readFile(join(directory, "answers.json"), "utf8").catch(() => null);
  const answers = text === null ? null : (JSON.parse(text) as SampleAnswers);
  if (answers === null || answers.restated.length === 0 || (await isDemoStoryPlayed(ctx))) return false;
  await playDemoStory(ctx, { answers, files: answers.bills.map(({ file }) => join(directory, file)) }, input.render);
  return true;
}

/** Writes the bills up to yesterday into a folder and loads nothing; whatever the size, a handful of lines is held. */
export async function writeDemo(input: DemoSize & { directory: string; until: Day }): Promise<WrittenDemo> {
  const { directory, until } = input;
  const { files, answers } = await write(directory, until, input, null);
  return { directory, files, answers };
}

function write(directory: string, until: Day, size: DemoSize, firstLoaded: Day | null): Promise<SampleEstate> {
  const usual = Math.min(SAMPLE_DAYS_MAX, daysBetween(firstLoaded ?? usualFirstDay(until), until));
  const days = whole("days", size.days ?? usual, 1, SAMPLE_DAYS_MAX);
  const rowsPerDay = whole("rows per day", size.rowsPerDay ?? 0, 0, SAMPLE_ROWS_PER_DAY_MAX);
  const seed = whole("seed", size.seed ?? SAMPLE_SEED_DEFAULT, 0, Number.MAX_SAFE_INTEGER);
  return writeSampleEstate({ directory, until, days, rowsPerDay, seed });
}

/** The bills with those deliveries that were restated later in their place. */
function asFirstDelivered({ files, earlier, answers }: SampleEstate): string[] {
  return files.map((file, index) => {
    const bill = answers.bills[index];
    const first = answers.restated.findIndex((one) => one.provider === bill?.provider && one.month === bill.month);
    return earlier[first] ?? file;
  });
}

/** One cloud beside the others: they share nothing, and a load waits for its own steps most of the time. */
async function loadBills(
  ctx: Context,
  files: readonly string[],
  onProgress: LoadDemo["onProgress"],
): Promise<IngestAnswer> {
  const isAws = (file: string): boolean => basename(file).startsWith("aws_");
  const halves = [files.filter(isAws), files.filter((file) => !isAws(file))];
  const percents = halves.map(() => 0);
  const answers = await Promise.all(
    halves.map((paths, half) =>
      ingestBills({
        ctx,
        input: {
          paths,
          parts: false,
          // A later day's estate replaces an earlier one whole, whatever the shrink guard would say.
          replace: true,
          dryRun: false,
          onProgress: (progress) => {
            percents[half] = progress.percent;
            onProgress?.({
              ...progress,
              percent: Math.round(percents.reduce((sum, one) => sum + one, 0) / halves.length),
            });
          },
        },
      }),
    ),
  );
  return { batches: answers.flatMap(({ batches }) => batches) };
}

/** Where the bills that are loaded begin; null = there are none. */
async function readFirstDay(ctx: Context): Promise<Day | null> {
  const [row] = await ctx.db.sql<{ firstDay: Day | null }[]>`
    select min(b.first_day) as "firstDay" from active_batch a join ingest_batch b on b.id = a.batch_id`;
  return row?.firstDay ?? null;
}

function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new AppError("bad-input", `The demo's ${name} must be a whole number from ${least} to ${most}, not ${value}.`);
}
