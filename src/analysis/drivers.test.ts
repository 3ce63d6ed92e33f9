import fc from "fast-check";
import { expect, test } from "vitest";

import { parseAtoms } from "../domain/money.ts";
import { explainChange, type Leaf } from "./drivers.ts";

const DIMENSIONS = ["service", "region", "team"];
const leaf = (service: string, region: string | null, team: string | null, change: string): Leaf => ({
  key: [service, region, team],
  change: parseAtoms(change),
});

test("the change is named as narrowly as it is true", () => {
  const drivers = explainChange(
    DIMENSIONS,
    [
      leaf("RDS", "eu-west-1", "a", "900"),
      leaf("RDS", "us-east-1", "b", "20"),
      leaf("S3", "eu-west-1", "a", "200"),
      leaf("S3", "us-east-1", "a", "190"),
      leaf("EC2", "us-east-1", "b", "-70"),
    ],
    "USD",
  );
  expect(drivers.map(({ key, change }) => [key, change])).toEqual([
    [{ service: "RDS", region: "eu-west-1", team: "a" }, "900"],
    [{ service: "S3", team: "a" }, "390"],
    [{ service: "EC2", region: "us-east-1", team: "b" }, "-70"],
    [{}, "20"],
  ]);
});
test("what is the same everywhere is not named", () => {
  expect(
    explainChange(DIMENSIONS, [leaf("RDS", "eu", null, "5"), leaf("RDS", "us", null, "0")], "USD")[0]?.key,
  ).toEqual({ service: "RDS", region: "eu" });
});
test("no change has no drivers", () =>
  expect(explainChange(DIMENSIONS, [leaf("S3", null, null, "0")], "USD")).toEqual([]));

const leaves = fc.array(
  fc.record({
    key: fc.tuple(fc.constantFrom("S3", "EC2", "RDS"), fc.constantFrom("eu", "us", null), fc.constantFrom("a", null)),
    change: fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
  }),
  { maxLength: 30 },
);
test("contributions and the rest add up to the change exactly", () => {
  fc.assert(
    fc.property(leaves, (given) => {
      const drivers = explainChange(DIMENSIONS, given, "USD");
      expect(drivers.reduce((sum, driver) => sum + parseAtoms(driver.change), 0n)).toBe(
        given.reduce((sum, one) => sum + one.change, 0n),
      );
      expect(drivers.length).toBeLessThanOrEqual(6);
    }),
  );
});

test("the order of the groups never matters", () => {
  fc.assert(
    fc.property(
      leaves.chain((given) => fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length }))),
      ([given, shuffled]) => {
        // Groups come once each: the first of those with one key.
        const once = (all: readonly Leaf[]) => [...new Map(all.map((one) => [JSON.stringify(one.key), one])).keys()];
        const byKey = new Map(given.map((one) => [JSON.stringify(one.key), one]));
        const pick = (all: readonly Leaf[]) => once(all).flatMap((name) => byKey.get(name) ?? []);
        expect(explainChange(DIMENSIONS, pick(shuffled), "USD")).toEqual(explainChange(DIMENSIONS, pick(given), "USD"));
      },
    ),
  );
});
