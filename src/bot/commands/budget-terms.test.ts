import { expect, test } from "vitest";

import { day } from "../../domain/period.ts";
import { readBudgetTerms } from "./budget-terms.ts";

test.each([
  [
    '"Payments EU" 10,000.50 eur for team payments not region us-east-1 without tax,credits each quarter at 80 metric billed to #costs',
    "Payments EU|10000.5 EUR|2|tax,credits|quarter|80 100f|billed|costs",
  ],
  ["a 12k usd yearly at none forecast 90,110%", "a|12000 USD|0||year|90f 110f|effective|"],
  ["a 5 USD for service monthly monthly", "a|5 USD|1||month|50 80 100 100f|effective|"],
] as const)("budget set %s", (text, expected) => {
  const { name, amount, filters, without, cycle, thresholds, metric, channel } = readBudgetTerms(
    text,
    day("2026-09-12"),
  );
  const told = thresholds.map(({ basis, percent }) => `${percent}${basis === "forecast" ? "f" : ""}`).join(" ");
  const decimal = Number(amount.atoms / 10n ** 16n) / 100;
  expect(
    [name, `${decimal} ${amount.currency}`, filters.length, without, cycle, told, metric, channel ?? ""].join("|"),
  ).toBe(expected);
});

test.each([
  ["", "A budget needs a name."],
  ["a", '"" is no amount: a number follows the name.'],
  ["a 5", "The currency is missing: three letters, like USD, follow the amount."],
  ["a 5 for team payments", "The currency is missing: three letters, like USD, follow the amount."],
  ["a 5 dollars", '"DOLLARS" is no currency of three letters, like USD: it follows the amount.'],
  ["a 0 USD", "A budget is more than nothing."],
  ["a 5 USD by service", "A budget has no `by`: it counts everything of its scope, each period anew."],
  ["a 5 USD last month", "A budget has no `PERIOD`: it counts everything of its scope, each period anew."],
  ["a 5 USD at 50,x", 'A threshold is a percentage, as in `at 50,80,100`; "x" is not.'],
  ["a 5 USD at 0", "A threshold lies between 1 and 1000 percent."],
  ["a 5 USD each month each year", "`each` is said twice."],
  ["a 5 USD metric usage", "Usage is a quantity; a budget is an amount of money."],
  ["a 5 USD for tem payments", /tem/],
  ['a "5 USD', "A quote is opened and not closed."],
])("budget set %j says what is wrong", (text, message) => {
  expect(() => readBudgetTerms(text, day("2026-09-12"))).toThrow(message);
});
