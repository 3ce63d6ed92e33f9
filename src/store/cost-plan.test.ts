import { expect, test } from "vitest";

import type { Dimension } from "../domain/dimension.ts";
import type { Day } from "../domain/period.ts";
import { chooseCover, type CostRead } from "./cost-plan.ts";
import { cubeVersion, hasTodaysLayout } from "./cube-version.ts";
import { DEFAULT_TAG_ALIAS_KEYS } from "../domain/dimension.ts";

const OCTOBER = { from: "2026-10-01" as Day, to: "2026-11-01" as Day };

test("a newly promoted tag key makes only the rollups about tags unusable until they are rebuilt", () => {
  const outdated = { promoted: ["cost-center", "squad"], current: false, sameLayout: true };

  expect(chooseCover(readBy("service"), outdated)).toEqual({ from: "cube", cube: "month:service" });
  expect(chooseCover(readBy("service", "team"), outdated)).toEqual({ from: "charge" });
  expect(chooseCover(readBy("tag:cost-center"), outdated)).toEqual({ from: "charge" });
});

test("rollups of another layout are not read as cubes", () => {
  const other = { promoted: [], current: false, sameLayout: false };

  expect(chooseCover(readBy("service"), other)).toEqual({ from: "daily" });
});

test("a version tells its layout whatever the promoted keys are", () => {
  const before = cubeVersion(DEFAULT_TAG_ALIAS_KEYS, []);
  const after = cubeVersion(DEFAULT_TAG_ALIAS_KEYS, ["squad"]);

  expect(after).not.toBe(before);
  expect([before, after].every(hasTodaysLayout)).toBe(true);
  expect(hasTodaysLayout("0123456789ab")).toBe(false);
});

function readBy(...by: Dimension[]): CostRead {
  return {
    span: { by: "days", period: OCTOBER },
    by,
    filter: { conditions: [], without: [] },
    metric: "effective",
    per: null,
    rates: null,
    rowsMax: null,
  };
}
