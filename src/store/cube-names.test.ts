import { expect, test } from "vitest";

import type { Dimension } from "../domain/dimension.ts";
import { cubeFor, listCubes } from "./cube-names.ts";

const cases: [name: string, dimensions: Dimension[], promoted: string[], want: string | null][] = [
  ["the total", [], [], "day:"],
  ["one dimension", ["service"], [], "day:service"],
  ["kind is a key of every cube", ["kind", "service"], [], "day:service"],
  ["kind alone is the total", ["kind"], [], "day:"],
  ["a pair in any order", ["service", "provider"], [], "day:provider+service"],
  ["the same dimension grouped and filtered", ["team", "team"], [], "day:team"],
  ["a promoted tag", ["tag:cost-center"], ["cost-center"], "day:tag:cost-center"],
  ["a promoted tag and the service", ["tag:cost-center", "service"], ["cost-center"], "day:service+tag:cost-center"],
  ["a tag that is not promoted", ["tag:name"], ["cost-center"], null],
  ["a pair without a cube", ["region", "invoice"], [], null],
  ["resources have none", ["resource"], [], null],
  ["three dimensions have none", ["provider", "service", "region"], [], null],
];

test.each(cases)("%s", (_, dimensions, promoted, want) => {
  expect(cubeFor(dimensions, "day", promoted)).toBe(want);
});

test("every cube is found by its own dimensions and named once", () => {
  const cubes = listCubes(["owner", "cost-center"]);
  expect(new Set(cubes.map((cube) => cube.name)).size).toBe(cubes.length);
  for (const cube of cubes) {
    expect(cubeFor(cube.dimensions, cube.grain, ["owner", "cost-center"])).toBe(cube.name);
  }
});
