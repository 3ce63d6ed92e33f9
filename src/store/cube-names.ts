import { DIMENSIONS, tagKeyOf, type Dimension, type PlainDimension } from "../domain/dimension.ts";

/** The two grains rollups are kept in: UTC charge days, and calendar months of the charge. */
export type CubeGrain = "day" | "month";

/** One narrow rollup: at most two dimensions, in the order its key1 and key2 hold them. */
export type Cube = { readonly name: string; readonly grain: CubeGrain; readonly dimensions: readonly Dimension[] };

/** `kind`, currency and `long` are columns of every cube, so a question by kind needs no cube of its own. */
const ALWAYS_A_KEY: PlainDimension = "kind";
/** Too many values for a narrow rollup; `cost_resource_month` serves it. */
const NEVER_IN_A_CUBE: PlainDimension = "resource";

/** The pairs people ask for most. Each promoted tag is also paired with the service. */
const PAIRS: readonly (readonly [PlainDimension, PlainDimension])[] = [
  ["provider", "service"],
  ["provider", "service-category"],
  ["provider", "sub-account"],
  ["provider", "region"],
  ["provider", "charge-category"],
  ["sub-account", "service"],
  ["service", "region"],
  ["service", "team"],
  ["service", "environment"],
  ["team", "environment"],
];

const GRAINS: readonly CubeGrain[] = ["day", "month"];

/** The dimension sets that have a cube, in a fixed order; the empty set is the total. */
export function cubeDimensionSets(promoted: readonly string[]): readonly (readonly Dimension[])[] {
  const singles = DIMENSIONS.filter((word) => word !== ALWAYS_A_KEY && word !== NEVER_IN_A_CUBE);
  const tags = [...new Set(promoted)].sort().map((key): Dimension => `tag:${key}`);
  return [
    [],
    ...singles.map((word) => [word]),
    ...tags.map((tag) => [tag]),
    ...PAIRS,
    ...tags.map((tag): readonly Dimension[] => ["service", tag]),
  ];
}

/** Every cube built for these promoted tag keys, both grains. */
export function listCubes(promoted: readonly string[]): readonly Cube[] {
  return GRAINS.flatMap((grain) =>
    cubeDimensionSets(promoted).map((dimensions) => ({ name: cubeName(dimensions, grain), grain, dimensions })),
  );
}

/** `day:service+team`: dimensions in the order of DIMENSIONS, tags last. The total is `day:`. */
export function cubeName(dimensions: readonly Dimension[], grain: CubeGrain): string {
  return `${grain}:${inCubeOrder(dimensions).join("+")}`;
}

/** The order key1 and key2 follow: that of DIMENSIONS, then tags by key. */
export function inCubeOrder(dimensions: readonly Dimension[]): readonly Dimension[] {
  return [...dimensions].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0));
}

/**
 * The cube that answers a question naming exactly these dimensions (grouped or filtered by), or null:
 * then the answer comes from `cost_daily` or `charge`. Repeats and `kind` do not count.
 */
export function cubeFor(
  dimensions: readonly Dimension[],
  grain: CubeGrain,
  promoted: readonly string[],
): string | null {
  const wanted = cubeName(
    [...new Set(dimensions)].filter((word) => word !== ALWAYS_A_KEY),
    grain,
  );
  return listCubes(promoted).some((cube) => cube.name === wanted) ? wanted : null;
}

function rank(dimension: Dimension): number {
  return tagKeyOf(dimension) === null ? (DIMENSIONS as readonly string[]).indexOf(dimension) : DIMENSIONS.length;
}
