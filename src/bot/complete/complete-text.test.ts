import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { COMMANDS } from "../commands.ts";
import { parseQuestion } from "../grammar/parse-question.ts";
import { day } from "../../domain/period.ts";
import { completeText, valueSuggestions } from "./complete-text.ts";

const labels = (text: string): string[] => completeText(text, COMMANDS).options.map(({ label }) => label);
const dimension = (text: string) => completeText(text, COMMANDS).values?.dimension ?? null;

describe("what may come next", () => {
  const cases: [text: string, offered: string[]][] = [
    ["whoa", ["whoami"]],
    ["/co", ["cost"]],
    ["cost l", ["last month"]],
    ["cost last ", ["month", "quarter"]],
    ["cost last month ", ["by", "for", "vs"]],
    ["cost last month by ", ["service", "team"]],
    ["cost last month by service,re", ["region", "resource"]],
    ["cost last month for ", ["provider", "team"]],
    ["cost last month by service vs ", ["previous", "year-ago"]],
    ["cost last month metric ", ["effective", "billed"]],
    ["cost last month as ", ["table", "pie"]],
    ["cost last month without ", ["tax", "credits"]],
    ["cost last month without tax,", ["credits"]],
    ["cost last month per ", ["day", "week", "service"]],
    ["budget ", ["set", "list"]],
    ["budget set p 10 USD for ", ["team"]],
    ["settings ", ["timezone", "theme"]],
  ];
  test.each(cases)("%j offers", (text, offered) => expect(labels(text)).toEqual(expect.arrayContaining(offered)));

  const filters: [text: string, want: string | null][] = [
    ["cost last month for team ", "team"],
    ["cost last month for team pay", "team"],
    ['cost last month for service "Amazon El', "service"],
    ["cost last month for team payments,", "team"],
    ["cost for sub account ", "sub-account"],
    ["cost last month not environment dev,", "environment"],
    ["budget set p 10 USD for team ", "team"],
    ["cost for team payments by service,", null],
    ["cost last month for team payments ", null],
    ["cost last month by ", null],
  ];
  test.each(filters)("%j asks for values of %j", (text, want) => expect(dimension(text)).toBe(want));

  test("nothing is offered before anything is typed, and never what is there already", () => {
    expect(labels("")).toEqual([]);
    expect(labels("   ")).toEqual([]);
    expect(labels("whoami")).toEqual([]);
  });

  test("a role sees its own commands", () => {
    const viewer = COMMANDS.filter(({ role }) => role === "viewer");
    expect(completeText("peo", viewer).options).toEqual([]);
  });
});

describe("values", () => {
  test("a value is quoted where it must be, and reads back as itself", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 30 }), (value) => {
        const before = "cost last month for service ";
        const [option] = valueSuggestions({ dimension: "service", typed: "", before }, [value]);
        if (option === undefined) return;
        const read = parseQuestion(option.text, { today: day("2026-04-03") });
        expect(read.ok && read.query.filters[0]?.values).toEqual([value]);
      }),
    );
  });

  test("what begins so comes first; what is typed whole is not offered again", () => {
    const open = { dimension: "team" as const, typed: "pay", before: "cost for team " };
    expect(valueSuggestions(open, ["repay", "payments", "pay", "web"]).map(({ text }) => text)).toEqual([
      "cost for team payments ",
      "cost for team repay ",
    ]);
  });
});

test("any text is taken: nothing throws, every suggestion goes on from what is typed", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => `cost ${text}`),
      ),
      (text) => {
        const { options } = completeText(text, COMMANDS);
        expect(options.every((option) => option.text.length > 0)).toBe(true);
      },
    ),
  );
});
