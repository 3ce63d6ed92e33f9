import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { TextDecoder } from "node:util";
import { createGunzip } from "node:zlib";

import { AppError } from "../../domain/errors.ts";
import type { SourceFile } from "../formats/format.ts";
import { parseRecord, type Delimiter } from "./csv-record.ts";

/** A CSV as found, before its format is known. Parquet has its header read by DuckDB. */
export type InspectedFile =
  | { readonly container: "parquet" }
  | (Pick<SourceFile, "header" | "delimiter" | "encoding"> & {
      readonly container: "csv";
      readonly gzip: boolean;
      /** DuckDB can read the file as it is. */
      readonly plain: boolean;
    });

const SAMPLE_BYTES = 4 << 20;
const GZIP = 0x1f8b;
const DELIMITERS: readonly Delimiter[] = [",", ";", "\t"];
const HEADER_FIELDS_MIN = 3;

/** Container, encoding, delimiter and header of a file, from its first bytes. Throws AppError naming what is wrong. */
export async function inspectFile(path: string): Promise<InspectedFile> {
  const magic = await readMagic(path);
  const name = basename(path);
  if (magic.length === 0) throw refusal(name, "is empty");
  if (magic.toString("latin1", 0, 4) === "PAR1") return { container: "parquet" };
  if (magic.toString("latin1", 0, 2) === "PK")
    throw refusal(name, "is a zip archive", "Unpack it and name the files inside.");
  const gzip = magic.length >= 2 && magic.readUInt16BE(0) === GZIP;
  const sample = await readSample(path, gzip, name);
  const encoding = detectEncoding(sample);
  const text = encoding === "utf-8" ? sample : Buffer.from(decode(sample, encoding), "utf8");
  const start = text.length >= 3 && text.readUIntBE(0, 3) === 0xefbbbf ? 3 : 0;
  const { header, delimiter } = readHeader(text.subarray(start), name);
  return { container: "csv", gzip, encoding, plain: encoding === "utf-8", header, delimiter };
}

async function readMagic(path: string): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Whole lines of the beginning of a CSV, as UTF-8. */
export async function readBeginning(
  file: Pick<SourceFile, "path" | "encoding"> & { readonly gzip: boolean },
  bytes: number,
): Promise<Buffer> {
  const sample = await readSample(file.path, file.gzip, basename(file.path), bytes);
  const text = file.encoding === "utf-8" ? sample : Buffer.from(decode(sample, file.encoding), "utf8");
  return sample.length < bytes ? text : text.subarray(0, text.lastIndexOf("\n") + 1);
}

async function readSample(path: string, gzip: boolean, name: string, bytesMax = SAMPLE_BYTES): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  const raw = createReadStream(path, { highWaterMark: 1 << 18 });
  const take = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of chunks) {
      parts.push(chunk);
      bytes += chunk.length;
      if (bytes >= bytesMax) break;
    }
  };
  try {
    if (gzip) await pipeline(raw, createGunzip(), take);
    else await pipeline(raw, take);
  } catch (error) {
    // Leaving the loop early closes the streams before their end; what was read is what we wanted.
    if (bytes === 0)
      throw refusal(
        name,
        `cannot be unpacked (${error instanceof Error ? error.message : "bad data"})`,
        "Fetch the file again.",
      );
  }
  return Buffer.concat(parts).subarray(0, bytesMax);
}

/** UTF-16 by byte order mark or by its zero bytes, UTF-8 when every byte sequence is, else Latin-1. */
export function detectEncoding(sample: Buffer): SourceFile["encoding"] {
  if (sample.length >= 2 && (sample.readUInt16BE(0) === 0xfffe || sample.readUInt16BE(0) === 0xfeff)) return "utf-16";
  const head = sample.subarray(0, 400);
  const zeros = head.filter((byte) => byte === 0).length;
  if (zeros > head.length / 4) return "utf-16";
  return isUtf8(withoutCutTail(sample)) ? "utf-8" : mostlyUtf8(sample) ? "utf-8" : "latin-1";
}

/** The sample may end inside a character: up to three bytes from the last lead byte on are left out. */
function withoutCutTail(sample: Buffer): Buffer {
  for (let back = 1; back <= 3 && back <= sample.length; back += 1) {
    const byte = sample[sample.length - back] ?? 0;
    if (byte >= 0xc0) return sample.subarray(0, sample.length - back);
    if (byte < 0x80) break;
  }
  return sample;
}

/** Some valid multi-byte characters beside a few broken bytes: UTF-8 with damage, whose lines become rejects. */
function mostlyUtf8(sample: Buffer): boolean {
  const text = sample.toString("utf8");
  let broken = 0;
  let wide = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 0xfffd) broken += 1;
    else if (code > 0x7f) wide += 1;
  }
  return wide > broken;
}

/** The decoder for a file that is not UTF-8. Latin-1 is read as Windows-1252, as browsers do. */
export function decoderFor(sample: Buffer, encoding: SourceFile["encoding"]): TextDecoder {
  if (encoding === "latin-1") return new TextDecoder("windows-1252");
  const bigEndian = sample.length >= 2 && (sample.readUInt16BE(0) === 0xfeff || (sample[0] === 0 && sample[1] !== 0));
  return new TextDecoder(bigEndian ? "utf-16be" : "utf-16le");
}

function decode(sample: Buffer, encoding: SourceFile["encoding"]): string {
  return decoderFor(sample, encoding).decode(sample);
}

function readHeader(text: Buffer, name: string): { header: string[]; delimiter: Delimiter } {
  const best = DELIMITERS.map((delimiter) => ({ delimiter, record: parseRecord(text, 0, delimiter, true) }))
    .filter((each) => each.record?.fault === null)
    .sort((a, b) => (b.record?.fields.length ?? 0) - (a.record?.fields.length ?? 0))[0];
  const fields = best?.record?.fields ?? [];
  if (best === undefined || fields.length < HEADER_FIELDS_MIN) {
    throw refusal(
      name,
      "has no header line of columns",
      "Bills are CSV (comma, semicolon or tab), CSV.gz or Parquet files.",
    );
  }
  return { header: uniqueNames(fields.map((field) => field.replace(/^\uFEFF/, ""))), delimiter: best.delimiter };
}

/** DuckDB compares column names without case: a repeated name gets a number. */
export function uniqueNames(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.map((given, index) => {
    const base = given.replaceAll("\0", "").trim() === "" ? `column_${index + 1}` : given.replaceAll("\0", "");
    let name = base;
    for (let count = 2; seen.has(name.toLowerCase()); count += 1) name = `${base}_${count}`;
    seen.add(name.toLowerCase());
    return name;
  });
}

function refusal(name: string, what: string, remedy?: string): AppError {
  return new AppError("bad-input", `${name} ${what}.`, remedy === undefined ? {} : { remedy });
}
