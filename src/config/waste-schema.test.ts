import { expect, test } from "vitest";

import { parseConfigText } from "./read-file.ts";
import { wasteSettings } from "./waste-schema.ts";

const problems = (text: string) =>
  parseConfigText(text).problems.map(({ path, message, remedy }) => `${path}: ${message} ${remedy}`);

test("rules are switched off and thresholds changed; what is not said stays as it is", () => {
  const { file, problems: found } = parseConfigText(
    "waste:\n  rules:\n    net.nat.idle: { idleDays: 21 }\n    compute.spot_share: { enabled: false }\n",
  );
  expect(found).toEqual([]);
  expect(wasteSettings(file.waste)).toEqual({
    rules: {
      "net.nat.idle": { enabled: true, options: { idleDays: 21 } },
      "compute.spot_share": { enabled: false, options: {} },
    },
  });
  expect(wasteSettings(undefined)).toBeUndefined();
});

test("a rule or an option that does not exist is named with what was meant; values have bounds", () => {
  expect(problems("waste:\n  rules:\n    net.nat.idel: {}\n")[0]).toContain('Did you mean "net.nat.idle"?');
  expect(problems("waste:\n  rules:\n    net.nat.idle: { idelDays: 3 }\n")[0]).toContain('Did you mean "idleDays"?');
  expect(problems("waste:\n  rules:\n    net.nat.idle: { idleDays: 40 }\n")[0]).toContain("at most 35");
  expect(problems("waste:\n  rules:\n    net.nat.idle: { idleDays: 1.5 }\n")).toHaveLength(1);
  expect(problems("waste:\n  rule: {}\n")[0]).toContain('Did you mean "rules"?');
});
