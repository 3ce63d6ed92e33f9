import { expect, test } from "vitest";

import { day } from "../domain/period.ts";
import { chartCsv } from "./chart-csv.ts";

test("the figures of a picture, exact; a label that a spreadsheet would run is text", () => {
  const view = {
    kind: "breakdown" as const,
    title: "t",
    subtitle: "s",
    currency: "USD",
    form: "bar" as const,
    bars: [
      { label: '=HYPERLINK("x")', amount: "12.345678901234567891", share: null, other: false },
      { label: "a,b", amount: "-3", share: null, other: true },
    ],
  };
  expect(chartCsv(view)).toBe(
    'label,amount,currency\r\n"\'=HYPERLINK(""x"")",12.345678901234567891,USD\r\n"a,b",-3,USD\r\n',
  );
});

test("days and series", () => {
  const points = [{ start: day("2026-03-01"), series: "EC2", amount: "1" }];
  const view = { kind: "cost-over-time" as const, title: "", subtitle: "", currency: "EUR", points };
  expect(chartCsv({ ...view, grain: "day", form: "area", provisionalFrom: null })).toBe(
    "day,series,amount,currency\r\n2026-03-01,EC2,1,EUR\r\n",
  );
});
