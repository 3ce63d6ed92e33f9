import { describe, expect, test } from "vitest";

import { AppError } from "../domain/errors.ts";
import { day } from "../domain/period.ts";
import { parseRates } from "./fx-file.ts";
import { resolveRates } from "./fx-rates.ts";

describe("files of rates", () => {
  test("one unit of currency is rate units of base", () => {
    expect(
      parseRates(
        "\uFEFFdate,currency,rate,base\r\n2026-03-02,EUR,1.0921,USD\r\n2026-03-02,jpy,0.0067,usd\r\n",
        "USD",
        "f.csv",
      ),
    ).toEqual([
      { day: "2026-03-02", base: "EUR", quote: "USD", rate: "1.0921" },
      { day: "2026-03-02", base: "JPY", quote: "USD", rate: "0.0067" },
    ]);
  });
  test("without base the default stands; semicolons and quotes are read", () => {
    expect(parseRates('date;currency;rate\n2026-03-02;"EUR";1.1\n', "CHF", "f.csv")).toEqual([
      { day: "2026-03-02", base: "EUR", quote: "CHF", rate: "1.1" },
    ]);
  });
  const BAD: [text: string, message: RegExp][] = [
    ["day;value\n", /must name the columns/],
    ["date,currency,rate\n02/03/2026,EUR,1.1\n", /line 2: "02\/03\/2026" is not a day/],
    ["date,currency,rate\n2026-03-02,EURO,1.1\n", /not a currency/],
    ["date,currency,rate\n2026-03-02,EUR,-1\n", /not a rate/],
    ["date,currency,rate\n2026-03-02,EUR,=1+1\n", /not a rate/],
    ["date,currency,rate\n2026-03-02,EUR,1.1\n2026-03-02,EUR,1.2\n", /line 3.*given on line 2/],
    ["date,currency,rate\n2026-03-02,USD,1\n", /to itself/],
    ["date,currency,rate\n", /no rates/],
  ];
  test.each(BAD)("%j is refused", (text, message) => {
    expect(() => parseRates(text, "USD", "f.csv")).toThrow(AppError);
    expect(() => parseRates(text, "USD", "f.csv")).toThrow(message);
  });
});

describe("rates of days", () => {
  const rate = (on: string, base: string, quote: string, value: string) => ({ day: day(on), base, quote, rate: value });
  const stored = [
    rate("2026-03-06", "EUR", "USD", "1.1"),
    rate("2026-03-09", "USD", "EUR", "0.8"),
    rate("2026-03-06", "USD", "JPY", "150"),
  ];
  const want = (currency: string, on: string) => ({ currency, day: day(on) });

  test("the day's own, else carried over up to seven days and named", () => {
    expect(resolveRates([want("EUR", "2026-03-06"), want("EUR", "2026-03-08")], "USD", stored).used).toEqual([
      { from: "EUR", to: "USD", day: "2026-03-06", rate: "1.1", carriedFrom: null },
      { from: "EUR", to: "USD", day: "2026-03-08", rate: "1.1", carriedFrom: "2026-03-06" },
    ]);
  });
  test("one given the other way round is turned", () => {
    expect(
      resolveRates([want("EUR", "2026-03-09"), want("JPY", "2026-03-06")], "USD", stored).used.map((one) => one.rate),
    ).toEqual(["1.25", "0.006666666666666666666666666667"]);
  });
  test("older than a week is missing, never guessed", () => {
    expect(resolveRates([want("EUR", "2026-03-17"), want("GBP", "2026-03-06")], "USD", stored)).toEqual({
      used: [],
      missing: [want("EUR", "2026-03-17"), want("GBP", "2026-03-06")],
    });
  });
});
