import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { drawable, ellipsise, textWidth, wrap } from "./text-fit.ts";

const anyText = fc.string({ unit: "binary", maxLength: 200 });

describe("ellipsise", () => {
  test("keeps what fits", () => expect(ellipsise("BigQuery", 200, 20)).toBe("BigQuery"));
  test("shortens what does not", () =>
    expect(ellipsise("Amazon Elastic Compute Cloud", 165, 20)).toBe("Amazon Elastic…"));
  test("never cuts inside a flag or a family", () => expect(ellipsise("👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 200, 20)).toMatch(/^(👨‍👩‍👧‍👦)+…$/u));

  test("law: fits, or is nothing but the dots", () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 30, max: 600 }), (text, width) => {
        expect(textWidth(ellipsise(text, width, 20), 20)).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe("wrap", () => {
  test("breaks at spaces", () =>
    expect(wrap("cost by service this month", 150, 20, 3)).toEqual(["cost by service", "this month"]));
  test("shortens the last line", () =>
    expect(wrap("one two three four five", 100, 20, 2)).toEqual(["one two", "three fo…"]));

  test("law: no more lines than asked, none too wide", () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 60, max: 600 }), fc.integer({ min: 1, max: 3 }), (text, width, lines) => {
        const wrapped = wrap(text, width, 20, lines);
        expect(wrapped.length).toBeLessThanOrEqual(lines);
        for (const line of wrapped) expect(textWidth(line, 20)).toBeLessThanOrEqual(width);
      }),
    );
  });
});

test("drawable text is well-formed and on one line", () => {
  expect(drawable("a\u0000b\nc\ud800d\u202ee\ufffe")).toBe("a b c�d e");
});
