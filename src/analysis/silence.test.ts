import { expect, test } from "vitest";

import { silenceAllowedMs } from "./silence.ts";

const HOUR = 3_600_000;
const every = (hours: number, count: number) => Array.from({ length: count }, (_, index) => index * hours * HOUR);

const cases: [name: string, arrivals: number[], configured: number | null, hoursWanted: number][] = [
  ["nothing known", [], null, 36],
  ["one delivery", [0], null, 36],
  ["daily", every(24, 10), null, 36],
  ["hourly keeps the default", every(2, 30), null, 36],
  ["weekly has its own rhythm", every(168, 6), null, 252],
  ["two gaps are too few to trust", every(168, 3), null, 36],
  ["several months at once are one delivery", [0, 1000, 2000, ...every(168, 5).map((at) => at + 3000)], null, 252],
  ["configured wins", every(168, 6), 48, 48],
];
test.each(cases)("%s", (_name, arrivals, configured, hoursWanted) => {
  expect(silenceAllowedMs(arrivals, { configured, usual: 36 }) / HOUR).toBe(hoursWanted);
});
