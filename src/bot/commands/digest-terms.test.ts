import { describe, expect, test } from "vitest";

import { AppError } from "../../domain/errors.ts";
import { day } from "../../domain/period.ts";
import { readDigestTerms } from "./digest-terms.ts";

const TODAY = day("2026-11-22");
const team = (...values: string[]) => ({ dimension: "team", negated: false, values });

const cases: [text: string, want: object][] = [
  ["", { cron: "0 9 * * *", timeZone: null, channel: null, filters: [], cycle: "day", onlyWhen: null, question: null }],
  ["daily at 07:30", { cron: "30 7 * * *" }],
  ["weekly", { cron: "0 9 * * 1", cycle: "week" }],
  ["weekly on tuesday at 8", { cron: "0 8 * * 2" }],
  ["on fri at 5pm", { cron: "0 17 * * 5", cycle: "week" }],
  ["monthly", { cron: "0 9 5 * *", cycle: "month" }],
  ["monthly on last at 18.15", { cron: "15 18 L * *" }],
  ["on 3rd", { cron: "0 9 3 * *", cycle: "month" }],
  ["daily Europe/Berlin", { timeZone: "Europe/Berlin" }],
  ["daily in America/New_York in #payments", { timeZone: "America/New_York", channel: "#payments" }],
  ["to me at 12am", { channel: "me", cron: "0 0 * * *" }],
  ["for team payments,search not region eu-west-1", { filters: [team("payments", "search"), { negated: true }] }],
  ["weekly for team weekly", { filters: [team("weekly")], cycle: "week" }],
  ["for team at at 10:00", { filters: [team("at")], cron: "0 10 * * *" }],
  ["daily only when over 1,500.50 usd", { onlyWhen: { kind: "amount", amount: "1500.50", currency: "USD" } }],
  [
    "only over 2k EUR for team payments",
    { onlyWhen: { amount: "2000", currency: "EUR" }, filters: [team("payments")] },
  ],
  ["only when over 10%", { onlyWhen: { kind: "rise", percent: 10 } }],
  ["only when changed weekly", { cycle: "week", onlyWhen: { kind: "changed" } }],
  ["question burn weekly at 7", { question: { name: "burn", asks: null }, cron: "0 7 * * 1" }],
  [
    'question "team burn" asks "cost last month by team vs previous" daily',
    { question: { name: "team burn", asks: "cost last month by team vs previous" } },
  ],
  // What a form sends: everything quoted, what was left empty too.
  [
    '"weekly" at "08:00" zone "" scope "for team payments" only "over 10%"',
    { cron: "0 8 * * 1", timeZone: null, filters: [team("payments")], onlyWhen: { percent: 10 } },
  ],
  ['"daily" at "" zone "Asia/Tokyo" scope "" only ""', { cron: "0 9 * * *", timeZone: "Asia/Tokyo", filters: [] }],
];
test.each(cases)("digest subscribe %s", (text, want) => {
  expect(readDigestTerms(text, TODAY)).toMatchObject(want);
});

describe("refused, saying why", () => {
  test.each([
    ["at 25:00", "no time of day"],
    ["at noon", "no time of day"],
    ["at 13pm", "no time of day"],
    ["monthly on 31", "Not every month has that day"],
    ["weekly on 3", "comes on a weekday"],
    ["monthly on monday", "day of the month"],
    ["daily on monday", "comes every day"],
    ["weekly monthly", "said twice"],
    ["at 9 at 10", "said twice"],
    ["only when pigs fly", "followed by a condition"],
    ["only when over 0%", "followed by a condition"],
    ["zone Mars/Olympus", "no time zone"],
    ["payments", "no part of the bill"],
    ["for team payments by service", "for and not alone"],
    ['at "9', "quote"],
  ])("digest subscribe %s", (text, says) => {
    expect(() => readDigestTerms(text, TODAY)).toThrow(AppError);
    expect(() => readDigestTerms(text, TODAY)).toThrow(says);
  });
});
