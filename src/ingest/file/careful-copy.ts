import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import type { TextDecoder } from "node:util";
import { createGunzip } from "node:zlib";

import type { SourceFile } from "../formats/format.ts";
import { parseRecord, type CsvRecord, type Delimiter } from "./csv-record.ts";
import { decoderFor } from "./inspect-file.ts";

/** A line that is no record of the file. */
export type LineFault = { readonly line: number; readonly value: string; readonly reason: string };

export type CarefulCopy = {
  readonly rows: number;
  /** The first FAULTS_MAX of them. */
  readonly faults: readonly LineFault[];
  readonly faultCount: number;
};

/** More than any honest row, and what DuckDB reads of one line; what is longer is refused. */
const RECORD_BYTES_MAX = 1_900_000;
/** How many unclosed quotes are worth looking behind before the rest of the file is given up. */
const OPEN_QUOTES_MAX = 50;
export const FAULTS_MAX = 10_000;
const VALUE_SHOWN = 200;
const WRITE_BYTES = 1 << 20;
const LF = 0x0a;

type State = {
  readonly delimiter: Delimiter;
  readonly fieldCount: number;
  rest: Buffer;
  line: number;
  headerSeen: boolean;
  openQuotes: number;
  /** Inside something given up: to the end of the line, or of the file. */
  skipping: "nothing" | "line" | "rest";
  rows: number;
  faults: LineFault[];
  faultCount: number;
  out: (Buffer | string)[];
  outBytes: number;
};

/**
 * Copies a CSV record by record: UTF-8, one line end, the line number of the file before each record, no header.
 * What is no record (ragged, unclosed quote, not UTF-8, longer than 1.9 MB) becomes a fault with its line; an unclosed
 * quote costs its own line only. Memory stays bounded by one record.
 */
export async function writeCarefulCopy(file: SourceFile & { gzip: boolean }, target: string): Promise<CarefulCopy> {
  const state: State = {
    delimiter: file.delimiter,
    fieldCount: file.header.length,
    rest: Buffer.alloc(0),
    line: 1,
    headerSeen: false,
    openQuotes: 0,
    skipping: "nothing",
    rows: 0,
    faults: [],
    faultCount: 0,
    out: [],
    outBytes: 0,
  };
  const output = await open(target, "w", 0o600);
  try {
    const flush = async (): Promise<void> => {
      if (state.outBytes === 0) return;
      await output.write(Buffer.concat(state.out.map((part) => (typeof part === "string" ? Buffer.from(part) : part))));
      state.out = [];
      state.outBytes = 0;
    };
    for await (const chunk of readUtf8(file)) {
      state.rest = state.rest.length === 0 ? chunk : Buffer.concat([state.rest, chunk]);
      consume(state, false);
      if (state.outBytes > WRITE_BYTES) await flush();
    }
    consume(state, true);
    await flush();
  } finally {
    await output.close();
  }
  return { rows: state.rows, faults: state.faults, faultCount: state.faultCount };
}

async function* readUtf8(file: SourceFile & { gzip: boolean }): AsyncGenerator<Buffer> {
  const raw: Readable = createReadStream(file.path, { highWaterMark: 1 << 20 });
  const source = file.gzip ? raw.pipe(createGunzip({ chunkSize: 1 << 20 })) : raw;
  if (file.gzip) raw.on("error", (error) => source.destroy(error));
  let decoder: TextDecoder | null = null;
  let first = true;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    let bytes = chunk;
    if (file.encoding !== "utf-8") {
      decoder ??= decoderFor(chunk, file.encoding);
      bytes = Buffer.from(decoder.decode(chunk, { stream: true }), "utf8");
    }
    if (first && bytes.length >= 3 && bytes.readUIntBE(0, 3) === 0xefbbbf) bytes = bytes.subarray(3);
    first = false;
    yield bytes;
  }
}

function consume(state: State, atEnd: boolean): void {
  let position = skipOn(state);
  while (position < state.rest.length) {
    const record = parseRecord(state.rest, position, state.delimiter, atEnd);
    const tooLong = (record?.next ?? state.rest.length) - position > RECORD_BYTES_MAX;
    if (record === null && !atEnd && !tooLong) break;
    if (record === null || tooLong) {
      position = giveUpLine(state, position, tooLong ? "is longer than 1.9 MB" : "opens a quote that is never closed");
      continue;
    }
    takeRecord(state, position, record);
    state.line += countLines(state.rest, position, record.next);
    position = record.next;
  }
  state.rest = state.rest.subarray(position);
}

/** Passes over what was given up before; offset of the first byte to read. */
function skipOn(state: State): number {
  if (state.skipping === "nothing") return 0;
  const newline = state.skipping === "rest" ? -1 : state.rest.indexOf(LF);
  if (newline === -1) return state.rest.length;
  state.skipping = "nothing";
  state.line += 1;
  return newline + 1;
}

/** One line becomes a fault; offset of the next. After too many of them the rest of the file is the fault. */
function giveUpLine(state: State, position: number, reason: string): number {
  state.openQuotes += 1;
  const gaveUp = state.openQuotes > OPEN_QUOTES_MAX;
  const newline = gaveUp ? -1 : state.rest.indexOf(LF, position);
  const end = newline === -1 ? state.rest.length : newline + 1;
  addFault(
    state,
    state.rest.subarray(position, end),
    gaveUp ? "and all lines after it: too many unclosed quotes" : reason,
  );
  if (newline === -1) state.skipping = gaveUp ? "rest" : "line";
  else state.line += 1;
  return end;
}

function takeRecord(state: State, position: number, record: CsvRecord): void {
  const bytes = state.rest.subarray(position, record.end);
  if (!state.headerSeen) {
    state.headerSeen = true;
    return;
  }
  if (bytes.length === 0) return; // an empty line is no record
  if (record.fault !== null) return addFault(state, bytes, record.fault);
  if (record.fields.length !== state.fieldCount) {
    return addFault(state, bytes, `has ${record.fields.length} fields, the header ${state.fieldCount}`);
  }
  if (!isUtf8(bytes)) return addFault(state, bytes, "is not UTF-8 text");
  state.rows += 1;
  const clean = record.clean ? bytes : Buffer.from(requote(record.fields, state.delimiter));
  state.out.push(`${state.line}${state.delimiter}`, clean, "\n");
  state.outBytes += clean.length + 1;
}

function requote(fields: readonly string[], delimiter: Delimiter): string {
  return fields.map((field) => (field === "" ? "" : `"${field.replaceAll('"', '""')}"`)).join(delimiter);
}

function addFault(state: State, bytes: Buffer, reason: string): void {
  state.faultCount += 1;
  if (state.faults.length >= FAULTS_MAX) return;
  const value = bytes
    .subarray(0, VALUE_SHOWN * 4)
    .toString("utf8")
    .slice(0, VALUE_SHOWN)
    .trimEnd();
  state.faults.push({ line: state.line, value, reason });
}

function countLines(bytes: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = bytes.indexOf(LF, from); at !== -1 && at < to; at = bytes.indexOf(LF, at + 1)) count += 1;
  return count;
}
