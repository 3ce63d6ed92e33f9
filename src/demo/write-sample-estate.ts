import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";

import { atomsToDecimal } from "../domain/money.ts";
import { addDays, eachMonth, type Day, type Month } from "../domain/period.ts";
import { awsEstate } from "./aws-estate.ts";
import { azureEstate } from "./azure-estate.ts";
import { billOf, type Bill } from "./bill.ts";
import type { Estate, PlantedWaste, Provider } from "./estate.ts";
import { fileName, headerLine, type Costs } from "./focus-csv.ts";
import { gcpEstate } from "./gcp-estate.ts";
import type { Span } from "./quantity.ts";
import type { Line } from "./use-line.ts";

export const SAMPLE_DAYS_DEFAULT = 75;
export const SAMPLE_SEED_DEFAULT = 1;
/** Two dozen bills of a few lines and a decade of a large company are both nonsense for a sample. */
export const SAMPLE_DAYS_MAX = 1_100;
export const SAMPLE_ROWS_PER_DAY_MAX = 200_000;

/** Level 4 packs as fast as the rows are made; the files are read once. */
const GZIP_LEVEL = 4;
/** Lines handed to the compressor at a time. */
const CHUNK_LINES = 500;

export type SampleEstate = { readonly files: readonly string[]; readonly answers: SampleAnswers };

/** What is known about the estate, exactly: what any answer about it must equal. */
export type SampleAnswers = {
  readonly company: string;
  readonly seed: number;
  readonly from: Day;
  /** Exclusive. The day before has only partly arrived. */
  readonly until: Day;
  readonly lateDay: Day;
  readonly bills: readonly {
    readonly file: string;
    readonly provider: Provider;
    readonly month: Month;
    readonly currency: string;
    readonly rows: number;
    readonly totals: {
      readonly billed: string;
      readonly effective: string;
      readonly list: string;
      readonly contracted: string;
    };
  }[];
  readonly planted: readonly (PlantedWaste & { readonly provider: Provider })[];
  readonly costJump: {
    readonly provider: Provider;
    readonly service: string;
    readonly resource: string;
    readonly from: Day;
  };
};

type Input = { directory: string; until: Day; days: number; rowsPerDay?: number; seed: number };

/**
 * Writes the bills of an invented company on three clouds: FOCUS 1.2 as CSV.gz, a file a provider and month, up to the
 * day before `until`, and `answers.json` beside them. The same input gives the same bytes. Costs are unit price ×
 * quantity to the last decimal. `rowsPerDay` enlarges the groups of machines; fewer than the base estate has no effect.
 */
export async function writeSampleEstate(input: Input): Promise<SampleEstate> {
  const span: Span = { first: addDays(input.until, -input.days), end: input.until, seed: input.seed };
  const estates = sampleEstates(input.rowsPerDay);
  await mkdir(input.directory, { recursive: true });
  const bills = await Promise.all(estates.map((estate) => writeBills(estate, span, input.directory)));
  const written = bills.flat();
  const answers: SampleAnswers = {
    company: estates[0]?.billingAccount.name ?? "",
    seed: input.seed,
    from: span.first,
    until: span.end,
    lateDay: addDays(span.end, -1),
    bills: written,
    planted: estates.flatMap((estate) => estate.planted.map((each) => ({ ...each, provider: estate.provider }))),
    costJump: costJump(estates, span),
  };
  await writeFile(join(input.directory, "answers.json"), `${JSON.stringify(answers, null, 2)}\n`);
  return { files: written.map(({ file }) => join(input.directory, file)), answers };
}

/** The three bills of the company; machines are added until a day has about `rowsPerDay` lines. */
export function sampleEstates(rowsPerDay = 0): Estate[] {
  const base = [awsEstate(0), azureEstate(0), gcpEstate(0)];
  const lines = base.reduce((sum, estate) => sum + linesPerDay(estate), 0);
  const missing = Math.max(0, Math.min(rowsPerDay, SAMPLE_ROWS_PER_DAY_MAX) - lines);
  if (missing === 0) return base;
  // A machine is two lines a day on AWS and Google Cloud, one on Azure: half the lines, a quarter, a quarter.
  const quarter = Math.floor(missing / 4);
  return [awsEstate(Math.ceil((missing - 2 * quarter) / 2)), azureEstate(quarter), gcpEstate(Math.floor(quarter / 2))];
}

function linesPerDay(estate: Estate): number {
  return estate.resources.reduce((sum, resource) => sum + resource.uses.length, 0) + estate.commitments.length * 2;
}

async function writeBills(estate: Estate, span: Span, directory: string): Promise<SampleAnswers["bills"][number][]> {
  const bill = billOf(estate, span);
  const written: SampleAnswers["bills"][number][] = [];
  for (const month of eachMonth({ from: span.first, to: span.end })) {
    const file = fileName(estate, month);
    const { rows, totals } = await writeMonth(estate, bill, month, join(directory, file));
    written.push({ file, provider: estate.provider, month, currency: estate.currency, rows, totals });
  }
  return written;
}

async function writeMonth(estate: Estate, bill: Bill, month: Month, path: string) {
  let rows = 0;
  const sums = { billed: 0n, effective: 0n, list: 0n, contracted: 0n };
  const count = (line: Line): void => {
    rows += 1;
    for (const cost of COSTS) sums[cost] += line.costs[cost];
  };
  function* chunks(): Generator<string> {
    let chunk = `${headerLine(estate)}\n`;
    let held = 0;
    for (const line of bill.linesOf(month)) {
      count(line);
      chunk += `${line.text}\n`;
      held += 1;
      if (held < CHUNK_LINES) continue;
      yield chunk;
      [chunk, held] = ["", 0];
    }
    yield chunk;
  }
  await pipeline(Readable.from(chunks()), createGzip({ level: GZIP_LEVEL }), createWriteStream(path));
  const [billed, effective, list, contracted] = COSTS.map((cost) => atomsToDecimal(sums[cost])) as [
    string,
    string,
    string,
    string,
  ];
  return { rows, totals: { billed, effective, list, contracted } };
}

const COSTS = ["billed", "effective", "list", "contracted"] as const satisfies readonly (keyof Costs)[];

function costJump(estates: readonly Estate[], span: Span): SampleAnswers["costJump"] {
  for (const { provider, resources } of estates) {
    for (const resource of resources) {
      const jump = resource.uses.find((use) => use.jump !== undefined);
      if (jump?.jump === undefined) continue;
      return {
        provider,
        service: jump.meter.service,
        resource: resource.id,
        from: addDays(span.end, -jump.jump.daysBeforeEnd),
      };
    }
  }
  throw new Error("the estate has lost its cost jump");
}
