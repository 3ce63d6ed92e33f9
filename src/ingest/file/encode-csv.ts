import { amountShapes, noteShape, takeShapes, type AmountShape, type AmountShapes } from "./amount-shape.ts";
import { BLOCK_ROWS, factBlock, putAmount, type FactBlock } from "./fact-block.ts";
import { hashRun, numbering, startLanes, type Numbering } from "./number-texts.ts";
import { outBuffer, type OutBuffer } from "./out-buffer.ts";

/**
 * Most of a bill's text repeats: the 24 hours of a resource differ in their times and amounts alone. This takes the bytes
 * of a CSV apart in one pass: distinct combinations of the text columns get a number, so do distinct charge periods, and
 * of each row only the two numbers and the amounts go on: as 64-bit integers while all of them are plain short decimals
 * (fact-block.ts), from the first that is not as text, byte for byte as it stands. DuckDB then parses a twentieth of the
 * file. Nothing else is interpreted here: no date, no null, no number that could be read in two ways.
 */

/**
 * What becomes of a column. `text` and `period` are numbered by distinct combination; `amount` goes on for each row, and
 * so does `raw`, which may be anything.
 */
export type ColumnRole = "skip" | "text" | "period" | "amount" | "raw";

/** A record this reader does not understand: the careful one must look at the file. */
export class OddRecord extends Error {}

/** Where encoded bytes go: CSV without header, in the file's own delimiter. */
export type EncodedOutput = {
  /** Rows as numbers; the block is used again. */
  readonly block: (block: FactBlock) => void;
  /** Rows as text: text number, period number, amounts */
  readonly facts: (bytes: Uint8Array) => void;
  /** number, text columns */
  readonly texts: (bytes: Uint8Array) => void;
  /** number, period columns */
  readonly periods: (bytes: Uint8Array) => void;
};

export type CsvEncoder = {
  /** Encodes the whole records at the start of `bytes`; returns how many bytes they took. Throws OddRecord. */
  readonly encode: (bytes: Uint8Array) => number;
  /** Hands on what is left in the buffers and describes the piece that ends here; the next begins. */
  readonly endPiece: () => PieceCounts;
  readonly rows: () => number;
  /** Bytes of texts of this piece so far. */
  readonly textBytes: () => number;
};

export type PieceCounts = {
  readonly rows: number;
  /** Those of them that went on as text. */
  readonly textRows: number;
  readonly texts: number;
  readonly periods: number;
  /** Of the rows that went on as text. */
  readonly amounts: readonly AmountShape[];
  /** Numbers begin again after this piece: what they named so far is over. */
  readonly forget: boolean;
};

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;
/** Bytes above a comma end no field, unless one is the delimiter. */
const COMMA = 0x2c;
const INCOMPLETE = -1;

/** Numbers in use after which they begin again: bounds the memory of the table. A piece may go beyond. */
const NUMBERS_MAX = 1 << 19;
/** Room for the numbers and separators of a row. */
const ROW_EXTRA_BYTES = 64;

const [SKIP, TEXT, PERIOD, AMOUNT] = [0, 1, 2, 3] as const;
const ROLE_CODES: Readonly<Record<ColumnRole, number>> = {
  skip: SKIP,
  text: TEXT,
  period: PERIOD,
  amount: AMOUNT,
  raw: AMOUNT,
};

/** What the encoder of one file keeps. */
type Encoding = {
  readonly columns: number;
  readonly separator: number;
  readonly seed: number;
  readonly runs: Runs;
  readonly amounts: Int32Array;
  /** Field ends of the record in hand. */
  readonly ends: Int32Array;
  readonly text: Numbered;
  readonly period: Numbered;
  readonly block: FactBlock;
  readonly blockDone: (block: FactBlock) => void;
  /** Rows go on as text: from the first on that cannot be numbers. */
  asText: boolean;
  readonly facts: OutBuffer;
  readonly shapes: AmountShapes;
  rows: number;
  textRows: number;
};

/** One group of columns: its numbers, and where new ones are described. */
type Numbered = { readonly numbers: Numbering; readonly lanes: Int32Array; readonly out: OutBuffer };

/**
 * `seed` must not be guessable: texts are told apart by a 96-bit hash, and nobody shall write two that share one.
 * Among a million honest texts the chance of such a pair is 10⁻¹⁷.
 */
export function csvEncoder(
  options: { readonly roles: readonly ColumnRole[]; readonly delimiter: string; readonly seed: number },
  output: EncodedOutput,
): CsvEncoder {
  const { roles, seed } = options;
  const numbered = (handOn: (bytes: Uint8Array) => void): Numbered => ({
    numbers: numbering(),
    lanes: new Int32Array(3),
    out: outBuffer(handOn),
  });
  const encoding: Encoding = {
    columns: roles.length,
    separator: options.delimiter.charCodeAt(0),
    seed,
    runs: runsOf(roles),
    amounts: Int32Array.from(roles.flatMap((each, index) => (each === "amount" || each === "raw" ? [index] : []))),
    ends: new Int32Array(roles.length + 1),
    text: numbered(output.texts),
    period: numbered(output.periods),
    block: factBlock(roles.filter((each) => each === "amount").length),
    blockDone: output.block,
    asText: roles.includes("raw"),
    facts: outBuffer(output.facts),
    shapes: amountShapes(roles.length),
    rows: 0,
    textRows: 0,
  };
  return {
    encode: (bytes) => encodeAll(encoding, bytes),
    endPiece: () => endPiece(encoding),
    rows: () => encoding.rows,
    textBytes: () => encoding.text.out.total(),
  };
}

function encodeAll(encoding: Encoding, bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let position = 0;
  while (position < bytes.length) {
    if (bytes[position] === LF) {
      position += 1; // an empty line is no record
      continue;
    }
    const next = scanRecord(bytes, position, encoding.separator, encoding.ends, encoding.columns);
    if (next === INCOMPLETE) break;
    if (next > position) encodeRecord(encoding, bytes, view, position, next - position);
    position = Math.abs(next);
  }
  return position;
}

function encodeRecord(encoding: Encoding, bytes: Uint8Array, view: DataView, start: number, length: number): void {
  const { runs, ends, text, period } = encoding;
  startLanes(text.lanes, encoding.seed);
  startLanes(period.lanes, encoding.seed);
  let from = start;
  for (let index = 0; index < runs.count; index += 1) {
    const end = ends[runs.last[index] as number] as number;
    const role = runs.role[index];
    if (role === TEXT) hashRun(view, from, end, text.lanes);
    else if (role === PERIOD) hashRun(view, from, end, period.lanes);
    from = end + 1;
  }
  const textNumber = numberOf(encoding, text, TEXT, bytes, start);
  const periodNumber = numberOf(encoding, period, PERIOD, bytes, start);
  if (!encoding.asText && !putRow(encoding, bytes, start, textNumber, periodNumber)) encoding.asText = true;
  if (encoding.asText) writeRow(encoding, bytes, start, length, [textNumber, periodNumber]);
  encoding.rows += 1;
}

/** A row as numbers; false when an amount is none. */
function putRow(encoding: Encoding, bytes: Uint8Array, start: number, text: number, period: number): boolean {
  const { block, amounts, ends } = encoding;
  for (let index = 0; index < amounts.length; index += 1) {
    const column = amounts[index] as number;
    const begin = column === 0 ? start : (ends[column - 1] as number) + 1;
    if (!putAmount(block, index, bytes, begin, ends[column] as number)) return false;
  }
  block.numbers[0][block.rows] = text;
  block.numbers[1][block.rows] = period;
  block.rows += 1;
  if (block.rows === BLOCK_ROWS) endBlock(encoding);
  return true;
}

function endBlock({ block, blockDone }: Encoding): void {
  if (block.rows > 0) blockDone(block);
  block.rows = 0;
}

function writeRow(
  encoding: Encoding,
  bytes: Uint8Array,
  start: number,
  length: number,
  numbers: readonly [number, number],
): void {
  const { ends, facts, amounts, separator } = encoding;
  facts.reserve(length + ROW_EXTRA_BYTES);
  facts.number(numbers[0]);
  facts.byte(separator);
  facts.number(numbers[1]);
  for (let index = 0; index < amounts.length; index += 1) {
    const column = amounts[index] as number;
    const begin = column === 0 ? start : (ends[column - 1] as number) + 1;
    facts.byte(separator);
    facts.copy(bytes, begin, ends[column] as number);
    noteShape(bytes, begin, ends[column] as number, encoding.shapes, column);
  }
  facts.byte(LF);
  encoding.textRows += 1;
}

/** The number of the record's columns of a group; described when it is new. */
function numberOf(
  encoding: Encoding,
  { numbers, lanes, out }: Numbered,
  role: number,
  bytes: Uint8Array,
  start: number,
): number {
  const number = numbers.find(lanes);
  if (number > 0) return number;
  const { runs, ends, columns, separator } = encoding;
  out.reserve((ends[columns - 1] as number) - start + ROW_EXTRA_BYTES);
  out.number(-number);
  let from = start;
  for (let index = 0; index < runs.count; index += 1) {
    const end = ends[runs.last[index] as number] as number;
    if (runs.role[index] === role) {
      out.byte(separator);
      out.copy(bytes, from, end);
    }
    from = end + 1;
  }
  out.byte(LF);
  return -number;
}

function endPiece(encoding: Encoding): PieceCounts {
  const { text, period, facts, shapes, amounts } = encoding;
  const forget = Math.max(text.numbers.used(), period.numbers.used()) > NUMBERS_MAX;
  endBlock(encoding);
  const counts = {
    rows: encoding.rows,
    textRows: encoding.textRows,
    texts: text.numbers.takeNew(),
    periods: period.numbers.takeNew(),
    amounts: takeShapes(shapes, amounts),
    forget,
  };
  for (const out of [facts, text.out, period.out]) out.end();
  encoding.rows = 0;
  encoding.textRows = 0;
  if (forget) for (const { numbers } of [text, period]) numbers.forget();
  return counts;
}

type Runs = { readonly role: Uint8Array; readonly last: Int32Array; readonly count: number };

/** Neighbouring columns of one role: what each is and its last column. */
function runsOf(roles: readonly ColumnRole[]): Runs {
  const ends = roles.flatMap((role, index) => (roles[index + 1] === role ? [] : [index]));
  return {
    role: Uint8Array.from(ends.map((index) => ROLE_CODES[roles[index] ?? "skip"])),
    last: Int32Array.from(ends),
    count: ends.length,
  };
}

/**
 * Finds the field ends of the record at `start`; returns where the next begins, INCOMPLETE when it does not end in these
 * bytes. RFC 4180; a quote inside an unquoted field is text. Anything else is odd.
 */
function scanRecord(bytes: Uint8Array, start: number, separator: number, ends: Int32Array, columns: number): number {
  const plainAbove = Math.max(COMMA, separator);
  const length = bytes.length;
  let position = start;
  let field = 0;
  for (;;) {
    if (position >= length) return INCOMPLETE;
    if (bytes[position] === QUOTE) {
      position = afterQuoted(bytes, position + 1);
      if (position >= length) return INCOMPLETE;
      const after = bytes[position];
      if (after !== separator && after !== LF && after !== CR) throw new OddRecord("text after a closing quote");
    } else {
      position = unquotedEnd(bytes, position, separator, plainAbove);
      if (position >= length) return INCOMPLETE;
    }
    if (field >= columns) throw new OddRecord("too many fields");
    ends[field] = position;
    field += 1;
    if (bytes[position] === separator) {
      position += 1;
      continue;
    }
    if (bytes[position] === CR) {
      position += 1;
      if (position >= length) return INCOMPLETE;
      if (bytes[position] !== LF) throw new OddRecord("a lone carriage return");
      if (field === 1 && position === start + 1) return -(position + 1);
    }
    if (field !== columns) throw new OddRecord("too few fields");
    return position + 1;
  }
}

/** The byte after a quoted field's closing quote; the length when it does not close, or cannot be told to. */
function afterQuoted(bytes: Uint8Array, start: number): number {
  let position = start;
  for (;;) {
    while (position < bytes.length && bytes[position] !== QUOTE) position += 1;
    if (position + 1 >= bytes.length) return bytes.length;
    if (bytes[position + 1] !== QUOTE) return position + 1;
    position += 2;
  }
}

/** The delimiter, line feed or carriage return that ends an unquoted field. Four bytes a turn: most end nothing. */
function unquotedEnd(bytes: Uint8Array, start: number, separator: number, plainAbove: number): number {
  const fours = bytes.length - 3;
  let position = start;
  for (;;) {
    while (position < fours) {
      if ((bytes[position] as number) <= plainAbove) break;
      if ((bytes[position + 1] as number) <= plainAbove) {
        position += 1;
        break;
      }
      if ((bytes[position + 2] as number) <= plainAbove) {
        position += 2;
        break;
      }
      if ((bytes[position + 3] as number) <= plainAbove) {
        position += 3;
        break;
      }
      position += 4;
    }
    if (position >= bytes.length) return bytes.length;
    const byte = bytes[position];
    if (byte === separator || byte === LF || byte === CR) return position;
    position += 1;
  }
}
