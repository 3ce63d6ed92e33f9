export type Delimiter = "," | ";" | "\t";

/** One record of a CSV: where it ends, its fields, and what is wrong with it. */
export type CsvRecord = {
  readonly fields: readonly string[];
  /** Offset just after the record, before its line end. */
  readonly end: number;
  /** Offset of the next record. */
  readonly next: number;
  readonly fault: string | null;
  /** The bytes can be handed on as they are: no stray quote, no lone carriage return. */
  readonly clean: boolean;
};

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

/**
 * Reads the record at `start` (RFC 4180; a quote inside an unquoted field is text). null: the record does not end
 * in these bytes (`atEnd` false), or its quote is never closed (`atEnd` true). Text after a closing quote is a fault.
 */
export function parseRecord(bytes: Buffer, start: number, delimiter: Delimiter, atEnd: boolean): CsvRecord | null {
  const separator = delimiter.charCodeAt(0);
  const fields: string[] = [];
  let clean = true;
  let position = start;
  for (;;) {
    const field =
      bytes[position] === QUOTE ? quotedField(bytes, position) : unquotedField(bytes, position, separator, atEnd);
    if (field === null) return null;
    fields.push(field.text);
    clean &&= field.clean;
    position = field.end;
    const byte = bytes[position];
    if (byte === separator) {
      position += 1;
      continue;
    }
    const line = lineEndAt(bytes, position, atEnd);
    if (line === null) return null;
    if (line > 0 || position >= bytes.length)
      return { fields, end: position, next: position + line, fault: null, clean };
    return afterQuote(bytes, position, fields, atEnd);
  }
}

type Field = { text: string; end: number; clean: boolean };

function quotedField(bytes: Buffer, start: number): Field | null {
  let from = start + 1;
  for (;;) {
    const quote = bytes.indexOf(QUOTE, from);
    if (quote === -1) return null;
    if (bytes[quote + 1] === QUOTE) {
      from = quote + 2;
      continue;
    }
    const text = bytes.toString("utf8", start + 1, quote).replaceAll('""', '"');
    return { text, end: quote + 1, clean: true };
  }
}

function unquotedField(bytes: Buffer, start: number, separator: number, atEnd: boolean): Field | null {
  let clean = true;
  for (let index = start; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (byte === separator || byte === LF) return { text: bytes.toString("utf8", start, index), end: index, clean };
    if (byte === QUOTE) clean = false;
    if (byte === CR) {
      if (bytes[index + 1] === LF) return { text: bytes.toString("utf8", start, index), end: index, clean };
      if (index + 1 === bytes.length && !atEnd) return null;
      clean = false;
    }
  }
  return atEnd ? { text: bytes.toString("utf8", start), end: bytes.length, clean } : null;
}

/** Length of the line end at `position`: 0 when something else stands there, null when the bytes end too early. */
function lineEndAt(bytes: Buffer, position: number, atEnd: boolean): number | null {
  if (position >= bytes.length) return atEnd ? 0 : null;
  if (bytes[position] === LF) return 1;
  if (bytes[position] !== CR) return 0;
  if (bytes[position + 1] === LF) return 2;
  return position + 1 >= bytes.length ? (atEnd ? 1 : null) : 0;
}

function afterQuote(bytes: Buffer, position: number, fields: readonly string[], atEnd: boolean): CsvRecord | null {
  const newline = bytes.indexOf(LF, position);
  if (newline === -1 && !atEnd) return null;
  const next = newline === -1 ? bytes.length : newline + 1;
  return { fields, end: next, next, fault: "has text after a closing quote", clean: false };
}
