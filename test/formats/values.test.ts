import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { parseAtoms } from "../../src/domain/money.ts";
import { amountOfTyped, moneySql, residualSql } from "../../src/ingest/formats/sql-money.ts";
import { providerSlug } from "../../src/ingest/formats/sql-provider.ts";
import { cleanJson } from "../../src/ingest/formats/sql-tags.ts";
import { cleanText, quoteText } from "../../src/ingest/formats/sql-text.ts";
import { plausibleSql, timeSql } from "../../src/ingest/formats/sql-time.ts";
import { timesSql } from "../../src/ingest/formats/native-fields.ts";
import { openMapper, plain } from "./map-file.ts";
import type { Mapper } from "./map-file.ts";

let duck: Mapper;
beforeAll(async () => {
  duck = await openMapper();
});
afterAll(() => duck.close());

/** Evaluates an expression over `x` for each text; the answers in order. */
async function evaluate(expression: string, texts: readonly string[], type = "varchar"): Promise<unknown[]> {
  const values = texts.map((text, index) => `(${index}, ${quoteText(text)}::${type})`).join(", ");
  const rows = await duck.sql(`select (${expression})::varchar as v from (values ${values}) t(i, x) order by i`);
  return rows.map((row) => row.v);
}

describe("money", () => {
  test.each([
    ["12.5", "12.5"],
    ["-0.000000000000000001", "-0.000000000000000001"],
    ["0.012264277499950943", "0.012264277499950943"],
    ["2.323760000E-9", "0.00000000232376"],
    ["2.0045e-1", "0.20045"],
    ["1e15", "1000000000000000"],
    ["99999999999999999999.999999999999999999", "99999999999999999999.999999999999999999"],
    ["1234567.89", "1234567.89"],
    ["1234.1234567890123", "1234.1234567890123"],
    ["123456789012", "123456789012"],
    ["0.00 ", "0"],
    ["$50,000.00 ", "50000"],
    ["-$3.5", "-3.5"],
    ["($1,234.50)", "-1234.5"],
    ["1,234.50", "1234.5"],
    ["€1.25", "1.25"],
  ])("%j is %s", async (text, expected) => {
    const [value] = await evaluate(moneySql("x"), [text]);
    expect(plain(value)).toBe(expected);
  });

  test.each([
    ["1e400"],
    ["1e20"],
    ["NaN"],
    ["Infinity"],
    ["abc"],
    ["1.2.3"],
    ["0,075"],
    ["1,234"],
    ["--5"],
    ["=1+1"],
    ["12 EUR x"],
  ])("%j is no amount", async (text) => {
    expect(await evaluate(moneySql("x"), [text])).toEqual([null]);
  });

  test("any decimal of up to 18 places is kept exactly, whichever way it is cast", async () => {
    const decimal = fc
      .tuple(
        fc.boolean(),
        fc.bigInt({ min: 0n, max: 10n ** 19n }),
        fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }),
        fc.nat(18),
      )
      .map(([negative, whole, fraction, places]) => {
        const digits = fraction.toString().padStart(18, "0").slice(0, places);
        return `${negative ? "-" : ""}${whole % 10n ** BigInt(places + 1)}${places === 0 ? "" : `.${digits}`}`;
      });
    const texts = fc.sample(decimal, { numRuns: 2_000, seed: 7 });
    const values = await evaluate(moneySql("x"), texts);
    expect(values.map((value) => parseAtoms(String(value)))).toEqual(texts.map(parseAtoms));
  });

  test("E notation is what DuckDB's own slow cast says, at every length and power", async () => {
    const scientific = fc
      .tuple(
        fc.constantFrom("", "-"),
        fc.nat(99),
        fc.nat(999_999_999),
        fc.integer({ min: -20, max: 12 }),
        fc.constantFrom("e", "E"),
      )
      .map(([sign, whole, broken, power, letter]) => `${sign}${whole}.${broken}${letter}${power}`);
    const texts = [
      ...fc.sample(scientific, { numRuns: 2_000, seed: 11 }),
      "1.911073923110962e-08",
      "5E-1",
      "1e-18",
      "1.23456789012345678E-2",
      "e-5",
      "1e-",
      "1e-5e-5",
    ];
    expect(await evaluate(moneySql("x"), texts)).toEqual(await evaluate("try_cast(x as decimal(38,18))", texts));
  });

  test("what is finer than 18 decimals is flagged, trailing zeros are not", async () => {
    const texts = [
      "0.0000000000000000001",
      "1e-19",
      "10e-19",
      "1.10000000000000000000000",
      "1.911073923110962e-08",
      "1E2",
      "0e-30",
      "12.5",
    ];
    expect(await evaluate(residualSql("x"), texts)).toEqual([
      "true",
      "true",
      "false",
      "false",
      "true",
      "false",
      "false",
      "false",
    ]);
  });

  test("a double is the decimal people read in it", async () => {
    const texts = [
      "0.1",
      "0.30000000000000004",
      "1e-9",
      "1234567.89",
      "1.911073923110962e-08",
      "-3.25",
      "0",
      "123.456789012345",
    ];
    const { sql, residual } = amountOfTyped("x", "DOUBLE");
    expect((await evaluate(sql, texts, "double")).map(plain)).toEqual([
      "0.1",
      "0.30000000000000004",
      "0.000000001",
      "1234567.89",
      "0.000000019110739231",
      "-3.25",
      "0",
      "123.456789012345",
    ]);
    expect(await evaluate(residual, texts, "double")).toEqual([
      "false",
      "false",
      "false",
      "false",
      "true",
      "false",
      "false",
      "false",
    ]);
  });

  test("any double with 15 digits comes through as its text", async () => {
    const doubles = fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), {
      numRuns: 1_000,
      seed: 3,
    });
    const texts = doubles
      .map((value) => Number(value.toPrecision(12)))
      .filter((value) => Math.abs(value) > 1e-5 || value === 0)
      .map(String);
    const values = await evaluate(amountOfTyped("x", "DOUBLE").sql, texts, "double");
    expect(values.map((value) => parseAtoms(String(value)))).toEqual(texts.map(parseAtoms));
  });

  test("price × quantity is exact where DuckDB's own product would overflow", async () => {
    const product = async (price: string, quantity: string): Promise<string> => {
      const x = `(${quoteText(price)}::decimal(38,18))`;
      const [value] = await evaluate(timesSql(x, `(${quoteText(quantity)}::decimal(38,18))`), [""]);
      return plain(value);
    };
    expect(await product("150", "2")).toBe("300");
    expect(await product("0.0000012149", "1222335.5526")).toBe("1.48501546285374");
    expect(await product("10000", "0.0004")).toBe("4");
    expect(await product("-3.25", "1.5")).toBe("-4.875");
    expect(await product("0.000000000000000003", "0.5")).toBe("0.000000000000000001");
    expect(await product("12.123456789012", "7.123456789012345678")).toBe("86.360920569985344296");
    expect(await product("99999999999999999", "99999999999")).toBe("null");
  });
});

describe("time", () => {
  test.each([
    ["2026-03-01T00:00:00Z", "2026-03-01 00:00:00"],
    ["2026-03-01T02:00:00+02:00", "2026-03-01 00:00:00"],
    ["2026-02-28T19:00:00-0500", "2026-03-01 00:00:00"],
    ["2026-03-01 00:00:00 UTC", "2026-03-01 00:00:00"],
    ["2026-03-01T00:00:00.0000000Z", "2026-03-01 00:00:00"],
    ["2023-11-01T00:00:00.000Z", "2023-11-01 00:00:00"],
    ["2024-09-18 23:00:00", "2024-09-18 23:00:00"],
    ["2026-03-01 00:00+01", "2026-02-28 23:00:00"],
    ["2023-11-13T07:00Z", "2023-11-13 07:00:00"],
    ["2023-11-13T07:00+02:00", "2023-11-13 05:00:00"],
    ["2026-03-01", "2026-03-01 00:00:00"],
    ["4/1/25", "2025-04-01 00:00:00"],
    ["09/30/2023", "2023-09-30 00:00:00"],
    ["9/5/2023 3:04:05 PM", "2023-09-05 15:04:05"],
    ["20260131", "2026-01-31 00:00:00"],
    ["30.09.2023", "2023-09-30 00:00:00"],
    [" 2026-03-01T00:00:00Z ", "2026-03-01 00:00:00"],
  ])("%j is %s", async (text, expected) => {
    expect(await evaluate(timeSql("x"), [text])).toEqual([expected]);
  });

  test("day-first reads the same slashes the other way round", async () => {
    expect(await evaluate(timeSql("x", "day-first"), ["04/01/2025", "30/09/2023", "1/4/25"])).toEqual([
      "2025-01-04 00:00:00",
      "2023-09-30 00:00:00",
      "2025-04-01 00:00:00",
    ]);
  });

  test("what is no time, or lies outside 2000 to 2100, is refused", async () => {
    const texts = [
      "infinity",
      "-infinity",
      "epoch",
      "nonsense",
      "2026-02-30",
      "13/13/2023",
      "0004-01-25",
      "99999-01-01",
      "25-04-01",
    ];
    expect(await evaluate(`coalesce(${plausibleSql(timeSql("x"))}, false)`, texts)).toEqual(texts.map(() => "false"));
  });
});

describe("text and tags", () => {
  test("NUL goes, blanks are trimmed, null words are null, other control characters stay", async () => {
    const text = cleanText("replace(x, '@', chr(0))");
    expect(await evaluate(text, ["a@b", "  x ", "", " ", "NULL", "null", "@", "a\u0007b"])).toEqual([
      "ab",
      "x",
      null,
      null,
      null,
      null,
      null,
      "a\u0007b",
    ]);
  });

  test.each([
    ['{"team": "search", "n": 1, "f": true, "z": null}', { team: "search", n: 1, f: true, z: null }],
    ['{" org": "trey"}', { org: "trey" }],
    ['"CostCenter": "1234","env": "prod"', { CostCenter: "1234", env: "prod" }],
    ['[{"Key":"a","Value":"b"},{"key":"c","value":null}]', { a: "b", c: null }],
    ['{"a":{"x":[1,2]}}', { a: '{"x":[1,2]}' }],
    ['{"a\\u0000b":"\\u0000"}', { ab: "" }],
    ['{"q":"say \\"hi\\"","u":"\\u00e9"}', { q: 'say "hi"', u: "é" }],
    ['{"a":1,}', { a: 1 }],
    ['{"a":NaN}', { a: "NaN" }],
    ['{"=HYPERLINK(1)":"<script>@everyone"}', { "=HYPERLINK(1)": "<script>@everyone" }],
  ])("%s", async (text, expected) => {
    const [json] = await evaluate(cleanJson("x"), [text]);
    expect(JSON.parse(String(json))).toEqual(expected);
  });

  test("text that is no tags is no tags, and never an error", async () => {
    const texts = [
      "",
      "{}",
      "not json",
      "[1,2]",
      "12",
      '"x"',
      '{"a":1',
      "{'a':1}",
      '{"a":1}{"b":2}',
      '{"a":"\\ud800"}',
    ];
    expect(await evaluate(cleanJson("x"), texts)).toEqual(texts.map(() => null));
  });

  test("whatever tags are, what comes out is strict flat JSON with the same values", async () => {
    const value = fc.oneof(fc.string(), fc.string({ unit: "grapheme" }), fc.integer(), fc.boolean(), fc.constant(null));
    const tags = fc.sample(fc.dictionary(fc.string({ minLength: 1 }), value, { maxKeys: 5 }), {
      numRuns: 400,
      seed: 5,
    });
    const usable = tags.filter((tag) => !/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(tag)) && !("__proto__" in tag));
    const cleaned = await evaluate(
      cleanJson("x"),
      usable.map((tag) => JSON.stringify(tag)),
    );
    usable.forEach((tag, index) => {
      const expected = Object.fromEntries(
        Object.entries(tag).map(([key, item]) => [key.replace(/^ +| +$/g, ""), item]),
      );
      delete expected[""];
      expect(cleaned[index] === null ? {} : JSON.parse(cleaned[index] as string)).toEqual(expected);
    });
  });

  test.each([
    ["AWS", "aws"],
    ["Amazon Web Services, Inc.", "aws"],
    ["Microsoft", "azure"],
    ["microsoft azure ", "azure"],
    ["Google Cloud", "gcp"],
    ["Oracle", "oci"],
    ["Acme Co", "acme-co"],
    ["Ünïcode GmbH & Co.", "ünïcode-gmbh-co"],
    ["!!!", "unknown"],
  ])("provider %j is %s", async (name, slug) => {
    expect(await evaluate(providerSlug("x"), [name])).toEqual([slug]);
  });
});
