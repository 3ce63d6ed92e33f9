import { describe, expect, test } from "vitest";

import { THEMES, type Theme } from "./theme.ts";

type Rgb = readonly [number, number, number];

/** How eyes with each kind of colour blindness see linear RGB (Machado, Oliveira, Fernandes 2009, severity 1). */
const EYES: Readonly<Record<string, readonly Rgb[]>> = {
  common: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const linear = (hex: string): Rgb => {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
};

const dot = (row: Rgb, color: Rgb): number => row[0] * color[0] + row[1] * color[1] + row[2] * color[2];
const seen = (eye: readonly Rgb[], color: Rgb): Rgb =>
  eye.map((row) => Math.min(1, Math.max(0, dot(row, color)))) as unknown as Rgb;

/** Oklab (Ottosson 2020): distances follow what people see. */
function oklab(color: Rgb): Rgb {
  const l = Math.cbrt(dot([0.4122214708, 0.5363325363, 0.0514459929], color));
  const m = Math.cbrt(dot([0.2119034982, 0.6806995451, 0.1073969566], color));
  const s = Math.cbrt(dot([0.0883024619, 0.2817188376, 0.6299787005], color));
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function contrast(a: string, b: string): number {
  const light = (hex: string): number => dot([0.2126, 0.7152, 0.0722], linear(hex)) + 0.05;
  const [high = 1, low = 1] = [light(a), light(b)].sort((x, y) => y - x);
  return high / low;
}

const themes = Object.entries<Theme>(THEMES);

describe.each(themes)("%s theme", (_, theme) => {
  test.each(Object.entries(EYES))("series stay apart for %s", (_, eye) => {
    const colors = [...theme.series, theme.other].map((hex) => oklab(seen(eye, linear(hex))));
    const distances = colors.flatMap((a, index) =>
      colors.slice(index + 1).map((b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])),
    );
    expect(Math.min(...distances)).toBeGreaterThan(0.09);
  });

  test("text meets WCAG AA on the background", () => {
    for (const color of [theme.text, theme.muted, theme.up, theme.down]) {
      expect(contrast(color, theme.background)).toBeGreaterThanOrEqual(4.5);
    }
  });
});
