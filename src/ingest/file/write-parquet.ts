import { closeSync, openSync, writeSync } from "node:fs";

import { AMOUNT_DECIMALS, type FactBlock } from "./fact-block.ts";

/**
 * Blocks of numbers as a Parquet file, as plain as the format allows: no compression, no dictionary, one page a column
 * and block, so that writing is copying and DuckDB reads it as it lies. Columns: `text`, `period` (INT32), and amounts
 * `a0`, `a1`, … (INT64, DECIMAL(18,12), nulls left out).
 * Format: github.com/apache/parquet-format (parquet.thrift), Thrift's compact protocol.
 */
export type ParquetFile = {
  readonly add: (block: FactBlock) => void;
  /** Writes what makes it a file. */
  readonly end: () => void;
  /** Closes it as it is, unless it has its end. */
  readonly abandon: () => void;
};

const MAGIC = Buffer.from("PAR1");
const AMOUNT_PRECISION = 18;
/** parquet.thrift: Type, FieldRepetitionType, ConvertedType, Encoding. */
const INT32 = 1;
const INT64 = 2;
const REQUIRED = 0;
const OPTIONAL = 1;
const DECIMAL = 5;
const PLAIN = 0;
const RLE = 3;

type Column = { readonly name: string; readonly isAmount: boolean };
/** Where the page of a column of a block is, and how long. */
type Chunk = { readonly column: Column; readonly offset: number; readonly bytes: number };

export function writeParquet(path: string, amounts: number): ParquetFile {
  const columns = columnsOf(amounts);
  const handle = openSync(path, "w", 0o600);
  const groups: { readonly rows: number; readonly chunks: readonly Chunk[] }[] = [];
  let at = 0;
  let isOpen = true;
  const close = (): void => {
    if (isOpen) closeSync(handle);
    isOpen = false;
  };
  const write = (bytes: Uint8Array): void => {
    for (let done = 0; done < bytes.length;) done += writeSync(handle, bytes, done);
    at += bytes.length;
  };
  write(MAGIC);
  return {
    add: (block) => {
      const chunks = columns.map((column, index) => {
        const offset = at;
        const { levels, values } = column.isAmount
          ? amountPage(block, index - block.numbers.length)
          : { levels: Buffer.alloc(0), values: bytesOf(block.numbers[index as 0 | 1], block.rows) };
        write(pageHeader(block.rows, levels.length + values.length));
        write(levels);
        write(values);
        return { column, offset, bytes: at - offset };
      });
      groups.push({ rows: block.rows, chunks });
    },
    end: () => {
      const footer = fileMetaData(columns, groups);
      write(footer);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(footer.length);
      write(length);
      write(MAGIC);
      close();
    },
    abandon: close,
  };
}

function columnsOf(amounts: number): Column[] {
  const numbers = ["text", "period"].map((name) => ({ name, isAmount: false }));
  return [...numbers, ...Array.from({ length: amounts }, (_, index) => ({ name: `a${index}`, isAmount: true }))];
}

function bytesOf(words: Int32Array, count: number): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, count * words.BYTES_PER_ELEMENT);
}

/** Which rows have an amount (RLE / bit-packed hybrid of one bit, its length before it), and the amounts there are. */
function amountPage({ amounts, absent, rows }: FactBlock, index: number): { levels: Buffer; values: Uint8Array } {
  const values = amounts[index] as Int32Array;
  const missing = (absent[index] as Uint8Array).subarray(0, rows);
  if (!missing.includes(1))
    return { levels: lengthFirst([...varint(rows << 1), 1]), values: bytesOf(values, 2 * rows) };
  const bits = new Uint8Array(Math.ceil(rows / 8));
  let kept = 0;
  for (let row = 0; row < rows; row += 1) {
    if (missing[row] === 1) continue;
    bits[row >> 3] = (bits[row >> 3] as number) | (1 << (row & 7));
    values.copyWithin(2 * kept, 2 * row, 2 * row + 2);
    kept += 1;
  }
  return { levels: lengthFirst([...varint((bits.length << 1) | 1), ...bits]), values: bytesOf(values, 2 * kept) };
}

function lengthFirst(bytes: readonly number[]): Buffer {
  const levels = Buffer.alloc(4 + bytes.length);
  levels.writeUInt32LE(bytes.length);
  levels.set(bytes, 4);
  return levels;
}

/** PageHeader: type, sizes, DataPageHeader. */
function pageHeader(rows: number, bytes: number): Buffer {
  return struct([
    [1, int(0)],
    [2, int(bytes)],
    [3, int(bytes)],
    [
      5,
      record(
        struct([
          [1, int(rows)],
          [2, int(PLAIN)],
          [3, int(RLE)],
          [4, int(RLE)],
        ]),
      ),
    ],
  ]);
}

function fileMetaData(
  columns: readonly Column[],
  groups: readonly { readonly rows: number; readonly chunks: readonly Chunk[] }[],
): Buffer {
  const root = struct([
    [4, text("facts")],
    [5, int(columns.length)],
  ]);
  const rowGroups = groups.map(({ rows, chunks }) => {
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
    return struct([
      [1, list(chunks.map((chunk) => columnChunk(chunk, rows)))],
      [2, long(bytes)],
      [3, long(rows)],
    ]);
  });
  return struct([
    [1, int(1)],
    [2, list([root, ...columns.map(schemaElement)])],
    [3, long(groups.reduce((sum, group) => sum + group.rows, 0))],
    [4, list(rowGroups)],
  ]);
}

function schemaElement({ name, isAmount }: Column): Buffer {
  if (!isAmount)
    return struct([
      [1, int(INT32)],
      [3, int(REQUIRED)],
      [4, text(name)],
    ]);
  return struct([
    [1, int(INT64)],
    [3, int(OPTIONAL)],
    [4, text(name)],
    [6, int(DECIMAL)],
    [7, int(AMOUNT_DECIMALS)],
    [8, int(AMOUNT_PRECISION)],
  ]);
}

function columnChunk({ column, offset, bytes }: Chunk, rows: number): Buffer {
  const metaData = struct([
    [1, int(column.isAmount ? INT64 : INT32)],
    [2, numbers([PLAIN, RLE])],
    [3, names([column.name])],
    [4, int(0)],
    [5, long(rows)],
    [6, long(bytes)],
    [7, long(bytes)],
    [9, long(offset)],
  ]);
  return struct([
    [2, long(offset)],
    [3, record(metaData)],
  ]);
}

/** A value of Thrift's compact protocol: its type and its bytes. */
type Value = { readonly type: number; readonly bytes: Uint8Array };

function struct(fields: readonly (readonly [number, Value])[]): Buffer {
  let last = 0;
  const parts = fields.flatMap(([id, { type, bytes }]) => {
    const head = Uint8Array.of(((id - last) << 4) | type);
    last = id;
    return [head, bytes];
  });
  return Buffer.concat([...parts, Uint8Array.of(0)]);
}

const [T_INT, T_LONG, T_TEXT, T_LIST, T_STRUCT] = [5, 6, 8, 9, 12] as const;

function int(value: number): Value {
  return { type: T_INT, bytes: Uint8Array.from(varint(value * 2)) };
}

function long(value: number): Value {
  return { type: T_LONG, bytes: Uint8Array.from(varint(value * 2)) };
}

function text(value: string): Value {
  return { type: T_TEXT, bytes: lengthBefore(value) };
}

function record(bytes: Buffer): Value {
  return { type: T_STRUCT, bytes };
}

function list(structs: readonly Buffer[]): Value {
  return listOf(T_STRUCT, structs);
}

function numbers(values: readonly number[]): Value {
  return listOf(
    T_INT,
    values.map((value) => int(value).bytes),
  );
}

function names(values: readonly string[]): Value {
  return listOf(T_TEXT, values.map(lengthBefore));
}

function listOf(type: number, items: readonly Uint8Array[]): Value {
  const head = Uint8Array.from([0xf0 | type, ...varint(items.length)]);
  return { type: T_LIST, bytes: Buffer.concat([head, ...items]) };
}

function lengthBefore(value: string): Uint8Array {
  const bytes = Buffer.from(value);
  return Buffer.concat([Uint8Array.from(varint(bytes.length)), bytes]);
}

/** Seven bits a byte, the lowest first. Of a number from 0; not by bit operations, which end at 2³¹. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return [...bytes, rest];
}
