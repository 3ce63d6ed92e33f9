import { expect, test } from "vitest";

import { axisLabel, growthLabel, percentLabel, usedLabel } from "./amounts.ts";

const axis: [value: number, currency: string, want: string][] = [
  [0, "USD", "$0"],
  [1_200, "USD", "$1.2k"],
  [999_999.9999999, "USD", "$1M"],
  [-2_500_000, "EUR", "−€2.5M"],
  [0.005, "USD", "$0.005"],
  [12_000, "CHF", "12k CHF"],
  [12_000, "GB-Months", "12k"],
  [3e21, "USD", "$3e21"],
];
test.each(axis)("axis %d %s is %s", (value, currency, want) => expect(axisLabel(value, currency)).toBe(want));

const shares: [share: number, want: string][] = [
  [0.42, "42%"],
  [0.0345, "3.5%"],
  [0.0002, "<0.1%"],
  [0, "0%"],
  [-0.05, "−5%"],
  [0.0996, "10%"],
];
test.each(shares)("share %d is %s", (share, want) => expect(percentLabel(share)).toBe(want));

const growths: [current: bigint, previous: bigint, want: string][] = [
  [111n, 100n, "+11%"],
  [80n, 100n, "−20%"],
  [5n, 0n, "new"],
  [0n, 5n, "gone"],
  [7n, 7n, "no change"],
  [1200n, 100n, "×12"],
  [-50n, -100n, "+50%"],
];
test.each(growths)("%d after %d is %s", (current, previous, want) => expect(growthLabel(current, previous)).toBe(want));

test.each([
  [1.1094, "110%"],
  [0.9972, "99%"],
  [0.0539, "5.3%"],
  [1, "100%"],
] as const)("of a budget %d is used: %s, as its card says", (share, want) => expect(usedLabel(share)).toBe(want));
