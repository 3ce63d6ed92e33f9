import { hashRun, numbering, startLanes, type Numbering } from "./number-texts.ts";
import { outBuffer, type OutBuffer } from "./out-buffer.ts";

/**
 * Most of a bill's text repeats: the 24 hours of a resource differ in their times and amounts alone. This takes the bytes
 * of a CSV apart in one pass: distinct combinations of the text columns get a number, so do distinct charge periods, and
 * of each row only the two numbers and the amounts go on, byte for byte as they stand. DuckDB then parses a tenth of the
 * file. Nothing is interpreted here: no number, no date, no null.
 */

/** What becomes of a column. `text` and `period` are numbered by distinct combination, `amount` goes on as it is. */
export type ColumnRole = "skip" | "text" | "period" | "amount";

/** What the amounts of one column look like in one piece: enough to read them without looking at each again. */
export type AmountShape = {
  /** Every value is digits with at most one point and at most a minus before them, or empty. */
  readonly plain: boolean;
  readonly integerDigits: number;
  readonly decimals: number;
};

/** A record this reader does not understand: the careful one must look at the file. */
export class OddRecord extends Error {}

/** Where encoded bytes go: CSV without header, in the file's own delimiter. */
export type EncodedOutput = {
  /** text number, period number, amounts */
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
  readonly texts: number;
  readonly periods: number;
  readonly amounts: readonly AmountShape[];
  /** Numbers begin again after this piece: what they named so far is over. */
  readonly forget: boolean;
};

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;
const MINUS = 0x2d;
const POINT = 0x2e;
const DIGIT_ZERO = 0x30;
const DIGIT_NINE = 0x39;
/** Bytes above a comma end no field, unless one is the delimiter. */
const COMMA = 0x2c;
const INCOMPLETE = -1;

/** Numbers in use after which they begin again: bounds the memory of the table. A piece may go beyond. */
const NUMBERS_MAX = 1 << 19;
/** Room for the numbers and separators of a row. */
const ROW_EXTRA_BYTES = 64;

const [SKIP, TEXT, PERIOD, AMOUNT] = [0, 1, 2, 3] as const;
const ROLE_CODES: Readonly<Record<ColumnRole, number>> = { skip: SKIP, text: TEXT, period: PERIOD, amount: AMOUNT };

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
  readonly facts: OutBuffer;
  readonly shapes: Shapes;
  rows: number;
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
    amounts: Int32Array.from(roles.flatMap((each, index) => (each === "amount" ? [index] : []))),
    ends: new Int32Array(roles.length + 1),
    text: numbered(output.texts),
    period: numbered(output.periods),
    facts: outBuffer(output.facts),
    shapes: {
      odd: new Uint8Array(roles.length),
      integer: new Int32Array(roles.length),
      decimals: new Int32Array(roles.length),
    },
    rows: 0,
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
  const { runs, ends, text, period, facts, amounts, separator } = encoding;
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
  facts.reserve(length + ROW_EXTRA_BYTES);
  facts.number(numberOf(encoding, text, TEXT, bytes, start));
  facts.byte(separator);
  facts.number(numberOf(encoding, period, PERIOD, bytes, start));
  for (let index = 0; index < amounts.length; index += 1) {
    const column = amounts[index] as number;
    const begin = column === 0 ? start : (ends[column - 1] as number) + 1;
    facts.byte(separator);
    facts.copy(bytes, begin, ends[column] as number);
    noteShape(bytes, begin, ends[column] as number, encoding.shapes, column);
  }
  facts.byte(LF);
  encoding.rows += 1;
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
  const counts = {
    rows: encoding.rows,
    texts: text.numbers.takeNew(),
    periods: period.numbers.takeNew(),
    amounts: takeShapes(shapes, amounts),
    forget,
  };
  for (const out of [facts, text.out, period.out]) out.end();
  encoding.rows = 0;
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

type Shapes = { readonly odd: Uint8Array; readonly integer: Int32Array; readonly decimals: Int32Array };

function noteShape(bytes: Uint8Array, start: number, end: number, shapes: Shapes, column: number): void {
  let point = -1;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte >= DIGIT_ZERO && byte <= DIGIT_NINE) continue;
    if (byte === POINT && point === -1) point = at;
    else if (byte !== MINUS || at !== start) shapes.odd[column] = 1;
  }
  const integer = (point === -1 ? end : point) - start;
  const decimals = point === -1 ? 0 : end - point - 1;
  if (integer > (shapes.integer[column] as number)) shapes.integer[column] = integer;
  if (decimals > (shapes.decimals[column] as number)) shapes.decimals[column] = decimals;
}

function takeShapes(shapes: Shapes, columns: Int32Array): AmountShape[] {
  const taken = [...columns].map((column) => ({
    plain: shapes.odd[column] === 0,
    integerDigits: shapes.integer[column] ?? 0,
    decimals: shapes.decimals[column] ?? 0,
  }));
  for (const each of [shapes.odd, shapes.integer, shapes.decimals]) each.fill(0);
  return taken;
}
