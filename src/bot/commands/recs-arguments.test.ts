import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { day } from "../../domain/period.ts";
import { tokenise } from "../grammar/tokens.ts";
import { quoteArgument } from "../quote-argument.ts";
import { readArguments, revisionOption, untilDay } from "./recs-arguments.ts";

describe("arguments", () => {
  const cases: [text: string, words: string[], options: Record<string, string>][] = [
    ["list", ["list"], {}],
    ["approve a,b  c", ["approve", "a", "b", "c"], {}],
    [
      "reject a --reason still needed, until May --revision 3",
      ["reject", "a"],
      { reason: "still needed, until May", revision: "3" },
    ],
    ['reject a --reason "it is \\"ours\\""', ["reject", "a"], { reason: 'it is "ours"' }],
    ["snooze a --until=7d", ["snooze", "a"], { until: "7d" }],
    ["reject a --reason costs -- and risks", ["reject", "a"], { reason: "costs -- and risks" }],
    ["--verify", [], { verify: "" }],
    ["", [], {}],
  ];
  test.each(cases)("%s", (text, words, options) => {
    const given = readArguments(text, ["verify"]);
    expect(given.words).toEqual(words);
    expect(Object.fromEntries(given.options)).toEqual(options);
  });

  test("any text is read or refused in words", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 80 }), (text) => {
        try {
          return readArguments(text).words.every((word) => word !== "");
        } catch (error) {
          return (error as Error).name === "AppError";
        }
      }),
    );
  });

  test("a revision is a number", () => {
    expect(revisionOption(readArguments("approve a"))).toBeNull();
    expect(revisionOption(readArguments("approve a --revision 12"))).toBe(12);
    expect(() => revisionOption(readArguments("approve a --revision 1.5"))).toThrow(/no revision/);
  });

  test.each([
    ["2026-05-01", "2026-05-01"],
    ["7d", "2026-04-10"],
    ["2w", "2026-04-17"],
    ["soon", null],
    ["2026-02-30", null],
  ])("until %s", (text, want) => expect(untilDay(text, day("2026-04-03"))).toBe(want));
});

describe("quoted values", () => {
  const readers: [name: string, read: (command: string) => string | undefined][] = [
    ["an option", (quoted) => readArguments(`reject a --reason ${quoted} --revision 3`).options.get("reason")],
    ["an option with =", (quoted) => readArguments(`reject a --reason=${quoted}`).options.get("reason")],
    ["a word of the grammar", (quoted) => tokenise(`ack ${quoted} 7d`).tokens[1]?.text],
  ];
  test.each(readers)("%s: any text arrives as exactly that one argument", (_name, read) => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary", maxLength: 60 }),
          fc.constantFrom('" --revision 9', '\\" --resource x', "a\\", '""', "--confirm y", "a\n--to b", "“x”", '\\"'),
        ),
        (text) => {
          expect(read(quoteArgument(text))).toBe(text.replaceAll("\0", ""));
        },
      ),
    );
  });

  test("what stands after it is read as before", () => {
    const given = readArguments(`reject a --reason ${quoteArgument('x" --revision 9')} --revision 3`);
    expect(given.words).toEqual(["reject", "a"]);
    expect(Object.fromEntries(given.options)).toEqual({ reason: 'x" --revision 9', revision: "3" });
  });

  test("a quote inside a word, or one that is never closed, is just a character", () => {
    expect(readArguments('reject a --reason 5" wide --revision 3').options.get("reason")).toBe('5" wide');
    expect(readArguments('reject a --reason "open --revision 3').options.get("revision")).toBe("3");
  });
});
