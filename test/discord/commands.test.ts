import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { COMMANDS } from "../../src/bot/commands.ts";
import { commandDefinitions, definitionsHash } from "../../src/bot/channels/discord/command-definitions.ts";
import { commandText } from "../../src/bot/channels/discord/command-text.ts";
import { usageForms } from "../../src/bot/channels/discord/usage-forms.ts";
import { readArguments } from "../../src/bot/commands/recs-arguments.ts";
import { readQuestion } from "../../src/bot/grammar/read-question.ts";
import { tokenise } from "../../src/bot/grammar/tokens.ts";
import { day } from "../../src/domain/period.ts";
import { requireCommands, whyNotSendable } from "./fake/validate-commands.ts";
import type { Bag } from "./fake/validate.ts";

const TODAY = day("2026-11-22");
const DEFINITIONS = commandDefinitions(COMMANDS);
const option = (name: string, value: string | number | boolean, type = 3) => ({ name, type, value });
const sub = (name: string, ...options: object[]) => ({ name, type: 1, options });
const text = (name: string, ...options: object[]): string => commandText({ name, options: options as never }, COMMANDS);

describe("what Discord offers", () => {
  test("is accepted by it, and holds every command and every clause of the grammar", () => {
    const accepted = requireCommands(JSON.parse(JSON.stringify(DEFINITIONS)));
    expect(accepted.map(({ name }) => name)).toEqual(["finops", ...COMMANDS.map(({ name }) => name)]);
  });

  test("its hash is that of what is registered", () => {
    expect(definitionsHash(DEFINITIONS)).toBe(definitionsHash(commandDefinitions(COMMANDS)));
    expect(definitionsHash(DEFINITIONS.slice(1))).not.toBe(definitionsHash(DEFINITIONS));
  });

  test("every usage line is a form, its verbs are subcommands", () => {
    for (const { name, usage } of COMMANDS.filter((command) => command.name !== "cost")) {
      const forms = usageForms(name, usage);
      const verbs = [...usage.matchAll(new RegExp(String.raw`(?:^|\| )${name} ([a-z]+)\b`, "gm"))].map(
        ([, verb]) => verb,
      );
      for (const verb of new Set(verbs)) expect(forms.map((form) => form.verb)).toContain(verb);
    }
  });
});

describe("options become the command somebody would have typed", () => {
  const cases: [string, string, object[]][] = [
    ["cost", "cost", []],
    [
      "cost last month by service for team payments top 5",
      "cost",
      [option("period", "last month"), option("by", "service"), option("for", "team payments"), option("top", 5, 4)],
    ],
    ["cost by service vs previous", "cost", [option("by", "by service"), option("vs", "previous")]],
    ["cost 7d not environment dev", "cost", [option("period", "7d"), option("more", "not environment dev")]],
    [
      "budget set payments 3000 USD for team payments each quarter",
      "budget",
      [
        sub(
          "set",
          option("currency", "USD"),
          option("name", "payments"),
          option("amount", "3000"),
          option("each", "quarter"),
          option("for", "team payments"),
        ),
      ],
    ],
    [
      'budget set "all of it" 3000 USD',
      "budget",
      [sub("set", option("name", "all of it"), option("amount", "3000"), option("currency", "USD"))],
    ],
    ["budget show all of it", "budget", [sub("show", option("name", "all of it"))]],
    [
      'recs reject waste_1 --reason "still \\"needed\\""',
      "recs",
      [sub("reject", option("id", "waste_1"), option("reason", 'still "needed"'))],
    ],
    ["recs list", "recs", [sub("list")]],
    ["waste", "waste", [sub("show")]],
    [
      "waste verify for provider aws",
      "waste",
      [sub("show", option("choice", "verify"), option("for", "provider aws"))],
    ],
    ["audit --verify", "audit", [sub("verify")]],
    ["audit --export csv", "audit", [sub("export", option("choice", "csv"))]],
    ["people token ada --revoke", "people", [sub("token", option("handle", "ada"), option("revoke", true, 5))]],
    ["people scope tom everything", "people", [sub("scope", option("handle", "tom"), option("more", "everything"))]],
    [
      "owners set #payments for team payments",
      "owners",
      [sub("set", option("person", "#payments"), option("for", "team payments"))],
    ],
    ["settings", "settings", [sub("view")]],
    ["digest now", "digest", [sub("now")]],
    ["digest 2026-11-01", "digest", [sub("show", option("day", "2026-11-01"))]],
    ["link ABC", "link", [option("code", "ABC")]],
    ["help cost", "help", [option("command", "cost")]],
    ["help", "finops", []],
    ["cost last month by service", "finops", [option("command", "cost last month by service")]],
  ];
  test.each(cases)("%s", (typed, name, options) => {
    const definition = DEFINITIONS.find((one) => one.name === name) as unknown as Bag;
    expect(whyNotSendable(definition, options as Bag[])).toBeNull();
    expect(text(name, ...options)).toBe(typed);
  });

  test("clauses chosen in any order read back as one question", () => {
    const clauses: [string, string | number][] = [
      ["period", "last month"],
      ["by", "service,region"],
      ["for", 'service "Amazon RDS"'],
      ["metric", "billed"],
      ["per", "day"],
      ["top", 5],
      ["without", "tax"],
      ["as", "bar"],
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(clauses), (chosen) => {
        const typed = text("cost", ...chosen.map(([name, value]) => option(name, value)));
        const read = readQuestion(typed, { today: TODAY });
        expect(read.ok).toBe(true);
      }),
    );
  });

  test("a value stays one value, whatever is in it", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((value) => value.trim() !== ""),
        (reason) => {
          const typed = text("recs", sub("reject", option("id", "waste_1"), option("reason", reason)));
          const { words, options } = readArguments(typed.replace(/^recs reject /, ""));
          expect([words, options.get("reason")]).toEqual([["waste_1"], reason.trim()]);
          const budget = text(
            "budget",
            sub("set", option("name", reason), option("amount", "1"), option("currency", "USD")),
          );
          expect(
            tokenise(budget)
              .tokens.slice(2)
              .map((token) => token.text),
          ).toContain("USD");
        },
      ),
    );
  });
});
