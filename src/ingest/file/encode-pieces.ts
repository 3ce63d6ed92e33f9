import { randomInt } from "node:crypto";
import { closeSync, createReadStream, openSync, writeSync, type ReadStream } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";

import { parseRecord, type Delimiter } from "./csv-record.ts";
import type { AmountShape } from "./amount-shape.ts";
import { csvEncoder, OddRecord, type ColumnRole, type CsvEncoder } from "./encode-csv.ts";
import { writeParquet, type ParquetFile } from "./write-parquet.ts";

/** What to take apart. */
export type EncodeOptions = {
  readonly path: string;
  readonly gzip: boolean;
  readonly delimiter: Delimiter;
  readonly hasHeader: boolean;
  readonly roles: readonly ColumnRole[];
  /** Where pieces are written; each stays until the one after the next is asked for. */
  readonly directory: string;
};

/**
 * A part of a CSV, encoded: rows as numbers in a Parquet file (write-parquet.ts), rows that cannot be in a CSV, and two of
 * what the numbers mean; those without header, in the file's own delimiter.
 */
export type EncodedPiece = {
  readonly numbers: string;
  readonly facts: string;
  readonly texts: string;
  readonly periods: string;
  readonly rows: number;
  /** Those of them that are in `facts`. */
  readonly textRows: number;
  /** New texts and periods in this piece. */
  readonly newTexts: number;
  readonly newPeriods: number;
  readonly amounts: readonly AmountShape[];
  /** After this piece numbers begin again. */
  readonly forget: boolean;
};

/** The first piece is small, so that DuckDB begins early; each piece costs it some planning. */
const FIRST_PIECE_ROWS = 1 << 16;
const PIECE_ROWS = 3 << 17;
/** Texts of one piece: what DuckDB has in memory at once. */
const PIECE_TEXT_BYTES = 24 << 20;
const READ_BYTES = 1 << 18;
const UNPACKED_BYTES = 1 << 19;
/** A longer record goes to the careful reader, which refuses it with its line. */
const RECORD_BYTES_MAX = 1_900_000;
const SEED_MAX = 2 ** 31;

/**
 * Takes a UTF-8 CSV apart, piece by piece (each is written when it is asked for). `onBytes` hears how many bytes of the
 * file have been read. Throws OddRecord at a record that only the careful reader can place, and zlib's errors.
 */
export async function* encodePieces(
  options: EncodeOptions,
  onBytes: (bytes: number) => void,
): AsyncGenerator<EncodedPiece> {
  const { raw, input } = inputOf(options);
  const amounts = options.roles.filter((role) => role === "amount").length;
  let files = openPiece(options.directory, 0, amounts);
  const encoder = csvEncoder(
    { roles: options.roles, delimiter: options.delimiter, seed: randomInt(SEED_MAX) },
    {
      block: (block) => files.numbers.add(block),
      facts: (bytes) => writeAll(files, "facts", bytes),
      texts: (bytes) => writeAll(files, "texts", bytes),
      periods: (bytes) => writeAll(files, "periods", bytes),
    },
  );
  try {
    let pieceRows = FIRST_PIECE_ROWS;
    for await (const _ of encodeChunks(input, options, encoder)) {
      onBytes(raw.bytesRead);
      if (encoder.rows() < pieceRows && encoder.textBytes() < PIECE_TEXT_BYTES) continue;
      const piece = endPiece(encoder, files);
      files = openPiece(options.directory, files.number + 1, amounts);
      yield piece;
      pieceRows = PIECE_ROWS;
    }
    if (encoder.rows() > 0) yield endPiece(encoder, files);
  } finally {
    closePiece(files);
    files.numbers.abandon();
    input.destroy();
  }
}

/** Feeds the encoder; yields after each chunk. */
async function* encodeChunks(input: Readable, options: EncodeOptions, encoder: CsvEncoder): AsyncGenerator<void> {
  let work = new Uint8Array(UNPACKED_BYTES * 2);
  let held = 0;
  let headerSeen = !options.hasHeader;
  for await (const chunk of input as AsyncIterable<Buffer>) {
    if (held + chunk.length + 1 > work.length) work = enlarged(work, held, held + chunk.length + 1);
    work.set(chunk, held);
    held += chunk.length;
    let from = 0;
    if (!headerSeen) {
      const header = parseRecord(Buffer.from(work.buffer, 0, held), 0, options.delimiter, false);
      if (header === null && held < RECORD_BYTES_MAX) continue;
      if (header === null) throw new OddRecord("no end of the header");
      headerSeen = true;
      from = header.next;
    }
    from += encoder.encode(work.subarray(from, held));
    work.copyWithin(0, from, held);
    held -= from;
    if (held > RECORD_BYTES_MAX) throw new OddRecord("a record without end");
    yield;
  }
  if (held === 0 || !headerSeen) return;
  work[held] = 0x0a; // the last line may lack its end
  if (encoder.encode(work.subarray(0, held + 1)) !== held + 1) throw new OddRecord("a quote that is never closed");
}

function enlarged(work: Uint8Array, held: number, needed: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(work.length * 2, needed));
  larger.set(work.subarray(0, held));
  return larger;
}

function inputOf({ path, gzip }: EncodeOptions): { raw: ReadStream; input: Readable } {
  const raw = createReadStream(path, { highWaterMark: READ_BYTES });
  if (!gzip) return { raw, input: raw };
  const unpacked = raw.pipe(createGunzip({ chunkSize: UNPACKED_BYTES }));
  raw.on("error", (error) => unpacked.destroy(error));
  unpacked.on("close", () => raw.destroy());
  return { raw, input: unpacked };
}

const KINDS = ["facts", "texts", "periods"] as const;
type PieceFiles = {
  readonly number: number;
  readonly paths: Readonly<Record<(typeof KINDS)[number] | "numbers", string>>;
  readonly numbers: ParquetFile;
  readonly handles: Map<(typeof KINDS)[number], number>;
};

/** Sets of files take turns: one is read, one is ready, one is written. */
function openPiece(directory: string, number: number, amounts: number): PieceFiles {
  const path = (name: string): string => join(directory, `${name}-${number % 3}`);
  const paths = {
    numbers: path("numbers"),
    facts: path("facts"),
    texts: path("texts"),
    periods: path("periods"),
  };
  const numbers = writeParquet(paths.numbers, amounts);
  return { number, paths, numbers, handles: new Map(KINDS.map((kind) => [kind, openSync(paths[kind], "w", 0o600)])) };
}

function writeAll(files: PieceFiles, kind: (typeof KINDS)[number], bytes: Uint8Array): void {
  const handle = files.handles.get(kind) ?? -1;
  for (let done = 0; done < bytes.length;) done += writeSync(handle, bytes, done);
}

function closePiece(files: PieceFiles): void {
  for (const handle of files.handles.values()) closeSync(handle);
  files.handles.clear();
}

/** The encoder hands its last bytes to the files of the piece, which then close. */
function endPiece(encoder: CsvEncoder, files: PieceFiles): EncodedPiece {
  const { rows, textRows, texts, periods, amounts, forget } = encoder.endPiece();
  files.numbers.end();
  closePiece(files);
  return { ...files.paths, rows, textRows, newTexts: texts, newPeriods: periods, amounts, forget };
}
