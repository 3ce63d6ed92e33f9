import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { parseRecord } from "./csv-record.ts";
import { csvEncoder, OddRecord, type ColumnRole, type EncodedOutput, type PieceCounts } from "./encode-csv.ts";
import { AMOUNT_DECIMALS, BLOCK_ROWS, type FactBlock } from "./fact-block.ts";

const ROLES: readonly ColumnRole[] = ["skip", "text", "period", "amount", "raw"];

/** Rows as numbers: text number, period number, amounts as decimal text, null where there is none. */
type NumberRow = (string | null)[];
type Encoded = {
  numbers: NumberRow[];
  facts: string[][];
  texts: Map<string, string[]>;
  periods: Map<string, string[]>;
  counts: PieceCounts;
};

/** Encodes a CSV without header handed over in chunks of `chunk` bytes, as one piece. */
function encode(csv: string, roles: readonly ColumnRole[], chunk = 1 << 20, delimiter = ","): Encoded {
  const parts = { facts: [] as Buffer[], texts: [] as Buffer[], periods: [] as Buffer[] };
  const numbers: NumberRow[] = [];
  const encoder = csvEncoder(
    { roles, delimiter, seed: 20_260_301 },
    {
      block: (block) => numbers.push(...rowsOf(block)),
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
    numbers,
    facts: recordsOf(parts.facts, delimiter),
    texts: named(recordsOf(parts.texts, delimiter)),
    periods: named(recordsOf(parts.periods, delimiter)),
    counts,
  };
}

function rowsOf({ numbers: [texts, periods], amounts, absent, rows }: FactBlock): NumberRow[] {
  const decimal = (atoms: bigint): string => {
    const digits = String(atoms < 0n ? -atoms : atoms).padStart(AMOUNT_DECIMALS + 1, "0");
    return `${atoms < 0n ? "-" : ""}${digits.slice(0, -AMOUNT_DECIMALS)}.${digits.slice(-AMOUNT_DECIMALS)}`;
  };
  return Array.from({ length: rows }, (_, row) => [
    String(texts[row]),
    String(periods[row]),
    ...amounts.map((words, column) =>
      absent[column]?.[row] === 1 ? null : decimal(new BigInt64Array(words.buffer)[row] ?? 0n),
    ),
  ]);
}

const NOWHERE: EncodedOutput = {
  block: () => undefined,
  facts: () => undefined,
  texts: () => undefined,
  periods: () => undefined,
};

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
    const own = amounts;
    const rest = {
      text: [...(texts.get(text) ?? [])],
      period: [...(periods.get(period) ?? [])],
      amount: own,
      raw: own,
    };
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
        const asText: ColumnRole[] = [...roles, "raw"];
        const csv = csvOf(
          rows.map((row) => [...row, ""]),
          lineEnd,
          quoteAll,
        );
        const encoded = encode(csv, asText, chunk);
        const kept = rows.map((row) => [...row.filter((_, index) => roles[index] !== "skip"), ""]);
        expect(joined(encoded, asText)).toEqual(kept);
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
    expect(encode("a,1\n\n\r\nb,2", ["text", "raw"]).facts).toEqual([
      ["1", "1", "1"],
      ["2", "1", "2"],
    ]);
  });

  test("semicolons and tabs", () => {
    expect(encode("a;1,5\nb;2,5\n", ["text", "raw"], 3, ";").facts[1]).toEqual(["2", "1", "2,5"]);
    expect(encode("a\t1\n", ["text", "amount"], 3, "\t").texts.get("1")).toEqual(["a"]);
  });

  test("numbers begin again when there are too many; what was numbered before is described again", () => {
    const encoder = csvEncoder({ roles: ["text", "amount"], delimiter: ",", seed: 1 }, NOWHERE);
    const lines = (from: number, to: number): Buffer =>
      Buffer.from(Array.from({ length: to - from }, (_, index) => `t${from + index},1\n`).join(""));
    for (let at = 0; at < 530_000; at += 53_000) encoder.encode(lines(at, at + 53_000));
    expect(encoder.endPiece()).toMatchObject({ texts: 530_000, forget: true });
    encoder.encode(lines(0, 10));
    expect(encoder.endPiece()).toMatchObject({ rows: 10, texts: 10, forget: false });
  });
});

describe("amounts that are plain and short go on as numbers", () => {
  const digits = (maxLength: number): fc.Arbitrary<string> =>
    fc.string({ unit: fc.constantFrom(..."0123456789"), maxLength });
  const amount = fc
    .record({ sign: fc.constantFrom("", "-"), whole: digits(6), decimals: fc.option(digits(12), { nil: null }) })
    .map(({ sign, whole, decimals }) => `${sign}${whole}${decimals === null ? "" : `.${decimals}`}`)
    .filter((text) => /\d/.test(text));

  test("and say what they said, quoted or not, to the last decimal", () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(amount, { nil: "" }), { minLength: 1, maxLength: 50 }),
        fc.boolean(),
        (rows, quoted) => {
          const csv = csvOf(
            rows.map((text) => ["t", text]),
            "\n",
            quoted,
          );
          const { numbers, facts } = encode(csv, ["text", "amount"], 7);
          const exact = (text: string | null): bigint | null => {
            if (text === null || text === "") return null;
            const [whole = "", decimals = ""] = text.replace("-", "").split(".");
            const atoms = BigInt(whole + decimals.padEnd(AMOUNT_DECIMALS, "0"));
            return text.startsWith("-") ? -atoms : atoms;
          };
          expect(facts).toEqual([]);
          expect(numbers.map(([, , text]) => exact(text ?? null))).toEqual(rows.map(exact));
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each([
    "1e5",
    "$5",
    "1.2.3",
    "1-",
    "--1",
    ".",
    "-",
    "NULL",
    " 1",
    "1 ",
    "+1",
    "1234567",
    "0.1234567890123",
    '"""1"""',
  ])("%s and what comes after it in the file goes on as text", (odd) => {
    const roles: ColumnRole[] = ["text", "amount", "amount"];
    const { numbers, facts, counts } = encode(`a,1,2\nb,3,${odd}\nc,5,6\n`, roles);
    expect(numbers).toEqual([["1", "1", "1.000000000000", "2.000000000000"]]);
    expect(facts.map(([text, , first]) => [text, first])).toEqual([
      ["2", "3"],
      ["3", "5"],
    ]);
    expect(counts).toMatchObject({ rows: 3, textRows: 2 });
  });

  test("blocks follow each other", () => {
    const rows = BLOCK_ROWS + 10;
    const { numbers } = encode(Array.from({ length: rows }, (_, index) => `t,-${index % 1000}.5\n`).join(""), [
      "text",
      "amount",
    ]);
    expect(numbers.length).toBe(rows);
    expect(numbers[BLOCK_ROWS + 3]).toEqual(["1", "1", `-${(BLOCK_ROWS + 3) % 1000}.500000000000`]);
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
    const [seen] = encode(csv.replaceAll("\n", ",x,\n"), ["amount", "text", "raw"]).counts.amounts;
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
    const encoder = csvEncoder({ roles: ["text", "amount"], delimiter: ",", seed: 1 }, NOWHERE);
    expect(encoder.encode(Buffer.from('a,1\n"b,1\nc,1\n'))).toBe(4);
  });
});
