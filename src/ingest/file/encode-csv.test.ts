import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { parseRecord } from "./csv-record.ts";
import { csvEncoder, OddRecord, type ColumnRole, type PieceCounts } from "./encode-csv.ts";

const ROLES: readonly ColumnRole[] = ["skip", "text", "period", "amount"];

type Encoded = { facts: string[][]; texts: Map<string, string[]>; periods: Map<string, string[]>; counts: PieceCounts };

/** Encodes a CSV without header handed over in chunks of `chunk` bytes, as one piece. */
function encode(csv: string, roles: readonly ColumnRole[], chunk = 1 << 20, delimiter = ","): Encoded {
  const parts = { facts: [] as Buffer[], texts: [] as Buffer[], periods: [] as Buffer[] };
  const encoder = csvEncoder(
    { roles, delimiter, seed: 20_260_301 },
    {
      facts: (bytes) => parts.facts.push(Buffer.from(bytes)),
      texts: (bytes) => parts.texts.push(Buffer.from(bytes)),
      periods: (bytes) => parts.periods.push(Buffer.from(bytes)),
    },
  );
  const bytes = Buffer.from(csv);
  let held = Buffer.alloc(0);
  for (let at = 0; at < bytes.length; at += chunk) {
    held = Buffer.concat([held, bytes.subarray(at, at + chunk)]);
    held = held.subarray(encoder.encode(held));
  }
  if (held.length > 0) encoder.encode(Buffer.concat([held, Buffer.from("\n")]));
  const counts = encoder.endPiece();
  const named = (records: string[][]): Map<string, string[]> =>
    new Map(records.map(([number = "", ...fields]) => [number, fields]));
  return {
    facts: recordsOf(parts.facts, delimiter),
    texts: named(recordsOf(parts.texts, delimiter)),
    periods: named(recordsOf(parts.periods, delimiter)),
    counts,
  };
}

/** The records of a CSV, read by the careful reader's own parser. */
function recordsOf(parts: readonly Buffer[] | string, delimiter = ","): string[][] {
  const bytes = typeof parts === "string" ? Buffer.from(parts) : Buffer.concat(parts);
  const records: string[][] = [];
  for (let at = 0; at < bytes.length;) {
    const record = parseRecord(bytes, at, delimiter as ",", true);
    if (record === null) throw new Error("an open quote");
    if (record.end > at) records.push([...record.fields]);
    at = record.next;
  }
  return records;
}

/** What the encoded parts say of each row, column by column; what was skipped is not there. */
function joined({ facts, texts, periods }: Encoded, roles: readonly ColumnRole[]): string[][] {
  return facts.map(([text = "", period = "", ...amounts]) => {
    const rest = { text: [...(texts.get(text) ?? [])], period: [...(periods.get(period) ?? [])], amount: amounts };
    return roles.flatMap((role) => (role === "skip" ? [] : [rest[role].shift() ?? "missing"]));
  });
}

const field = fc.oneof(
  fc.constantFrom("", "a", "aws", "0.25", "-1", "two\nlines", 'say ""so""', "a,b", "Größe", "x".repeat(150)),
  fc.string({ maxLength: 12 }).map((text) => text.replaceAll(/[\r\0]/g, "")),
);
const table = fc.integer({ min: 1, max: 7 }).chain((columns) =>
  fc.record({
    roles: fc.array(fc.constantFrom(...ROLES), { minLength: columns, maxLength: columns }),
    rows: fc.array(fc.array(field, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 30 }),
    lineEnd: fc.constantFrom("\n", "\r\n"),
    quoteAll: fc.boolean(),
    chunk: fc.integer({ min: 1, max: 400 }),
  }),
);

function csvOf(rows: readonly (readonly string[])[], lineEnd: string, quoteAll: boolean): string {
  const quoted = (text: string): string =>
    quoteAll || text === "" || /[",\n;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  return rows.map((row) => row.map(quoted).join(",") + lineEnd).join("");
}

describe("taking a CSV apart loses nothing", () => {
  test("joined again every row says what it said, whatever the chunks it came in", () => {
    fc.assert(
      fc.property(table, ({ roles, rows, lineEnd, quoteAll, chunk }) => {
        const csv = csvOf(rows, lineEnd, quoteAll);
        const encoded = encode(csv, roles, chunk);
        const kept = rows.map((row) => row.filter((_, index) => roles[index] !== "skip"));
        expect(joined(encoded, roles)).toEqual(kept);
        expect(encoded.counts.rows).toBe(rows.length);
        const distinct = (role: ColumnRole): number =>
          new Set(rows.map((row) => JSON.stringify(row.filter((_, index) => roles[index] === role)))).size;
        expect(encoded.counts.texts).toBe(distinct("text"));
        expect(encoded.counts.periods).toBe(distinct("period"));
      }),
      { numRuns: 300 },
    );
  });

  test("fields that only together are the same text are different texts", () => {
    const encoded = encode("ab,1,c\na,1,bc\nabc,1,\n", ["text", "amount", "text"]);
    expect(encoded.counts.texts).toBe(3);
  });

  test("empty lines are no records, and the last line may lack its end", () => {
    expect(encode("a,1\n\n\r\nb,2", ["text", "amount"]).facts).toEqual([
      ["1", "1", "1"],
      ["2", "1", "2"],
    ]);
  });

  test("semicolons and tabs", () => {
    expect(encode("a;1,5\nb;2,5\n", ["text", "amount"], 3, ";").facts[1]).toEqual(["2", "1", "2,5"]);
    expect(encode("a\t1\n", ["text", "amount"], 3, "\t").texts.get("1")).toEqual(["a"]);
  });

  test("numbers begin again when there are too many; what was numbered before is described again", () => {
    const encoder = csvEncoder(
      { roles: ["text", "amount"], delimiter: ",", seed: 1 },
      { facts: () => undefined, texts: () => undefined, periods: () => undefined },
    );
    const lines = (from: number, to: number): Buffer =>
      Buffer.from(Array.from({ length: to - from }, (_, index) => `t${from + index},1\n`).join(""));
    for (let at = 0; at < 530_000; at += 53_000) encoder.encode(lines(at, at + 53_000));
    expect(encoder.endPiece()).toMatchObject({ texts: 530_000, forget: true });
    encoder.encode(lines(0, 10));
    expect(encoder.endPiece()).toMatchObject({ rows: 10, texts: 10, forget: false });
  });
});

describe("what amounts look like", () => {
  test.each([
    ["1\n-2.50\n\n.5\n12345\n", { plain: true, integerDigits: 5, decimals: 2 }],
    ["1\n1e5\n", { plain: false }],
    ["1\n$5\n", { plain: false }],
    ["1.2.3\n", { plain: false }],
    ["1-\n", { plain: false }],
    ['"0.123456789012345678"\n', { plain: false }],
    ["0.123456789012345678\n", { plain: true, decimals: 18 }],
  ])("%j", (csv, shape) => {
    const [seen] = encode(csv.replaceAll("\n", ",x\n"), ["amount", "text"]).counts.amounts;
    expect(seen).toMatchObject(shape);
  });
});

describe("a record it does not understand goes to the careful reader", () => {
  test.each([
    ["too few fields", "a,1\nb\n"],
    ["too many fields", "a,1\nb,2,3\n"],
    ["text after a closing quote", '"a"b,1\n'],
    ["a carriage return in the middle", "a\rb,1\n"],
  ])("%s", (_, csv) => {
    expect(() => encode(csv, ["text", "amount"])).toThrow(OddRecord);
  });

  test("an open quote takes no bytes", () => {
    const encoder = csvEncoder(
      { roles: ["text", "amount"], delimiter: ",", seed: 1 },
      { facts: () => undefined, texts: () => undefined, periods: () => undefined },
    );
    expect(encoder.encode(Buffer.from('a,1\n"b,1\nc,1\n'))).toBe(4);
  });
});
