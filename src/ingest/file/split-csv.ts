import { createReadStream } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";

import type { Delimiter } from "./csv-record.ts";
import { parseRecord } from "./csv-record.ts";

/** Text of one piece: small enough that its scan fits in memory, large enough to keep both cores parsing. */
const PIECE_BYTES = 96 << 20;
/** The first is small: it fills the dictionaries, so that the others carry no text. */
const FIRST_PIECE_BYTES = 24 << 20;
const READ_BYTES = 1 << 20;
const LF = 0x0a;

/** Smaller files are read as they are. */
export const SPLIT_ABOVE_BYTES = { gzip: 3 << 20, plain: 24 << 20 };

/**
 * Unpacks a UTF-8 CSV into header-less pieces cut at line ends, one after the other (the next is written while the
 * caller reads the one before). A cut inside a quoted line break leaves an open quote at the end of a piece, which
 * DuckDB's strict reader refuses: the file then goes through the careful copy.
 */
export async function* splitCsv(
  file: { path: string; gzip: boolean; delimiter: Delimiter },
  directory: string,
): AsyncGenerator<string> {
  const input = inputOf(file);
  const iterator = (input as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let rest: Buffer | null = await skipHeader(iterator, file.delimiter);
  let count = 0;
  const next = async (): Promise<string | null> => {
    if (rest === null) return null;
    count += 1;
    const path = join(directory, `piece-${count % 3}.csv`);
    rest = await writePiece(iterator, rest, path, count === 1 ? FIRST_PIECE_BYTES : PIECE_BYTES);
    return path;
  };
  try {
    let upcoming = next();
    for (;;) {
      const path = await upcoming;
      if (path === null) return;
      upcoming = next();
      upcoming.catch(() => undefined); // awaited in the next round
      yield path;
    }
  } finally {
    input.destroy();
  }
}

function inputOf(file: { path: string; gzip: boolean }): Readable {
  const raw = createReadStream(file.path, { highWaterMark: READ_BYTES });
  if (!file.gzip) return raw;
  const unpacked = raw.pipe(createGunzip({ chunkSize: READ_BYTES }));
  raw.on("error", (error) => unpacked.destroy(error));
  unpacked.on("close", () => raw.destroy());
  return unpacked;
}

async function skipHeader(iterator: AsyncIterator<Buffer>, delimiter: Delimiter): Promise<Buffer | null> {
  let bytes: Buffer = Buffer.alloc(0);
  for (;;) {
    const { value, done } = await iterator.next();
    if (done !== true) bytes = Buffer.concat([bytes, value]);
    const record = parseRecord(bytes, 0, delimiter, done === true);
    if (record !== null) return bytes.subarray(record.next);
    if (done === true) return null;
  }
}

/** Writes one piece; returns the bytes after its last line end, null at the end of the file. */
async function writePiece(
  iterator: AsyncIterator<Buffer>,
  first: Buffer,
  path: string,
  bytes: number,
): Promise<Buffer | null> {
  const target = await open(path, "w", 0o600);
  try {
    return await fillPiece(iterator, first, target, bytes);
  } finally {
    await target.close();
  }
}

async function fillPiece(
  iterator: AsyncIterator<Buffer>,
  first: Buffer,
  target: FileHandle,
  bytes: number,
): Promise<Buffer | null> {
  await target.write(first);
  let written = first.length;
  for (;;) {
    const { value, done } = await iterator.next();
    if (done === true) return null;
    const end = written < bytes ? -1 : value.lastIndexOf(LF);
    if (end === -1) {
      await target.write(value);
      written += value.length;
      continue;
    }
    await target.write(value.subarray(0, end + 1));
    return value.subarray(end + 1);
  }
}
