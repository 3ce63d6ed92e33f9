import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";

import { atomsToDecimal } from "../domain/money.ts";
import type { Month } from "../domain/period.ts";
import type { SampleBill } from "./answers.ts";
import { billOf } from "./bill.ts";
import type { Estate } from "./estate.ts";
import { fileName, headerLine, type Costs } from "./focus-csv.ts";
import type { Span } from "./quantity.ts";

/** Level 4 packs as fast as the rows are made; the files are read once. */
const GZIP_LEVEL = 4;
/** Lines handed to the compressor at a time. */
const CHUNK_LINES = 500;

const COSTS = ["billed", "effective", "list", "contracted"] as const satisfies readonly (keyof Costs)[];

type Input = {
  readonly estate: Estate;
  readonly span: Span;
  readonly month: Month;
  /** Machines billed by the hour beside the estate. */
  readonly machines: number;
  readonly directory: string;
  /** Path below the directory; absent = by provider and month. */
  readonly name?: string;
};

/** Writes one month of one provider, a chunk at a time, and adds it up. */
export async function writeBill({ estate, span, month, machines, directory, name }: Input): Promise<SampleBill> {
  const file = name ?? fileName(estate, month);
  const bill = billOf(estate, span, machines);
  let rows = 0;
  const sums = { billed: 0n, effective: 0n, list: 0n, contracted: 0n };
  function* chunks(): Generator<string> {
    let chunk = `${headerLine(estate)}\n`;
    let held = 0;
    for (const line of bill.linesOf(month)) {
      rows += 1;
      for (const cost of COSTS) sums[cost] += line.costs[cost];
      chunk += `${line.text}\n`;
      held += 1;
      if (held < CHUNK_LINES) continue;
      yield chunk;
      [chunk, held] = ["", 0];
    }
    yield chunk;
  }
  await pipeline(Readable.from(chunks()), createGzip({ level: GZIP_LEVEL }), createWriteStream(join(directory, file)));
  const totals = {
    billed: atomsToDecimal(sums.billed),
    effective: atomsToDecimal(sums.effective),
    list: atomsToDecimal(sums.list),
    contracted: atomsToDecimal(sums.contracted),
  };
  return { file, provider: estate.provider, month, currency: estate.currency, rows, totals };
}
