import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { addDays, daysBetween, eachMonth, monthOf, type Day } from "../domain/period.ts";
import { provable, type SampleAnswers, type SampleBill } from "./answers.ts";
import { awsEstate } from "./aws-estate.ts";
import { mistakenAddress } from "./aws-history.ts";
import { azureEstate } from "./azure-estate.ts";
import type { Estate } from "./estate.ts";
import { HOURS_PER_DAY } from "./fleet.ts";
import { gcpEstate } from "./gcp-estate.ts";
import type { Span } from "./quantity.ts";
import { RATES_FILE, ratesCsv } from "./rates.ts";
import { DECISIONS, hasStory } from "./story.ts";
import { writeBill } from "./write-bill.ts";

export const SAMPLE_SEED_DEFAULT = 1;
/** Three years of days, and the hourly lines of 800,000 machines: more is nonsense for a sample. */
export const SAMPLE_DAYS_MAX = 1_100;
export const SAMPLE_ROWS_PER_DAY_MAX = 20_000_000;
/** Deliveries that were restated lie in a folder of their own: loading the others alone gives the true figures. */
const EARLIER = "earlier";

export type SampleEstate = {
  readonly files: readonly string[];
  /** Deliveries before some of them; empty when the span is too short for a history. */
  readonly earlier: readonly string[];
  readonly rates: string;
  readonly answers: SampleAnswers;
};

type Input = { directory: string; until: Day; days: number; rowsPerDay?: number; seed: number };

/**
 * Writes the bills of an invented company on three clouds: FOCUS 1.2 as CSV.gz, a file a provider and month, up to the
 * day before `until`; dated exchange rates, and `answers.json` beside them. The same input gives the same bytes. Costs
 * are unit price × quantity to the last decimal. `rowsPerDay` adds machines billed by the hour until a day has about that
 * many lines; fewer than the base estate has no effect. A span of whole months from 59 days on has a history.
 */
export async function writeSampleEstate(input: Input): Promise<SampleEstate> {
  const { directory } = input;
  const span: Span = { first: addDays(input.until, -input.days), end: input.until, seed: input.seed };
  const estates = sampleEstates(hasStory(span));
  const machines = fleetSizes(estates, input.rowsPerDay ?? 0);
  await mkdir(directory, { recursive: true });
  const bills: SampleBill[] = [];
  for (const [index, estate] of estates.entries()) {
    for (const month of eachMonth({ from: span.first, to: span.end })) {
      bills.push(await writeBill({ estate, span, month, machines: machines[index] ?? 0, directory }));
    }
  }
  const restated = hasStory(span) ? await writeRestated(estates, span, directory) : [];
  await writeFile(join(directory, RATES_FILE), ratesCsv(span));
  const answers = answersOf(estates, span, bills, restated);
  await writeFile(join(directory, "answers.json"), `${JSON.stringify(answers, null, 2)}\n`);
  return {
    files: bills.map(({ file }) => join(directory, file)),
    earlier: restated.map(({ file }) => join(directory, file)),
    rates: join(directory, RATES_FILE),
    answers,
  };
}

/** The three bills of the company; with a history, AWS has waste that is over. */
export function sampleEstates(withStory = false): Estate[] {
  return [awsEstate(withStory), azureEstate(), gcpEstate()];
}

/** Machines each estate is enlarged with: half of them on AWS, a quarter on each of the others. */
function fleetSizes(estates: readonly Estate[], rowsPerDay: number): number[] {
  const lines = estates.reduce((sum, estate) => sum + linesPerDay(estate), 0);
  const machines = Math.max(0, Math.ceil((rowsPerDay - lines) / HOURS_PER_DAY));
  const quarter = Math.floor(machines / 4);
  return [machines - 2 * quarter, quarter, quarter];
}

function linesPerDay(estate: Estate): number {
  return estate.resources.reduce((sum, resource) => sum + resource.uses.length, 0) + estate.commitments.length * 2;
}

/** The first month of AWS as it was delivered first, with something metered by mistake. */
async function writeRestated(estates: readonly Estate[], span: Span, directory: string): Promise<SampleBill[]> {
  const [aws] = estates;
  if (aws === undefined) return [];
  await mkdir(join(directory, EARLIER), { recursive: true });
  const month = monthOf(span.first);
  const mistaken = { ...aws, resources: [...aws.resources, mistakenAddress()] };
  const name = `${EARLIER}/aws_${month}.first.csv.gz`;
  return [await writeBill({ estate: mistaken, span, month, machines: 0, directory, name })];
}

function answersOf(
  estates: readonly Estate[],
  span: Span,
  bills: readonly SampleBill[],
  restated: SampleAnswers["restated"],
): SampleAnswers {
  const named = [...estates.flatMap(({ resources, commitments }) => [...resources, ...commitments]), mistakenAddress()];
  const decided = named.flatMap(({ id, name }) => {
    const decision = DECISIONS[name];
    return decision === undefined ? [] : [{ resource: id, ...decision }];
  });
  return {
    company: estates[0]?.billingAccount.name ?? "",
    seed: span.seed,
    from: span.first,
    until: span.end,
    lateDay: addDays(span.end, -1),
    bills,
    restated,
    ...provable(
      estates.flatMap(({ planted, provider }) => planted.map((each) => ({ ...each, provider }))),
      daysBetween(span.first, span.end),
    ),
    decided: hasStory(span) ? decided : [],
    costJump: costJump(estates, span),
    rates: RATES_FILE,
  };
}

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
