import { readFileSync } from "node:fs";

import { afterAll, beforeAll, expect, test } from "vitest";

import { openScenario, type Scenario } from "./scenario.ts";
import { compareScenario, type Expected } from "./scenario-views.ts";

let scenario: Scenario;
beforeAll(async () => {
  scenario = await openScenario();
});
afterAll(() => scenario.close());

test("every view of expected.json is answered to the last digit, per currency, rows too", async () => {
  const expected = JSON.parse(
    readFileSync(new URL("../fixtures/scenario/expected.json", import.meta.url), "utf8"),
  ) as Expected;
  const { compared, wrong } = await compareScenario(scenario.ctx, expected);
  expect(wrong).toEqual([]);
  expect(compared).toBeGreaterThan(700);
});
