import { z } from "zod";

import type { RuleOption } from "../analysis/waste/rule.ts";
import { describeRules } from "../analysis/waste/describe-rule.ts";
import type { WasteSettings } from "../domain/waste.ts";

const whole = ({ default: usual, min, max, unit, about }: RuleOption) =>
  z
    .int()
    .min(min)
    .max(max)
    .optional()
    .meta({ description: `${unit === "" ? "Amount" : unit} ${about}. Default: ${usual}.`, examples: [usual] });

const rules = Object.fromEntries(
  describeRules().map(({ id, title, options }) => [
    id,
    z
      .strictObject({
        enabled: z
          .boolean()
          .optional()
          .meta({ description: "false switches the rule off.", examples: [false] }),
        ...Object.fromEntries(options.map(({ name, ...option }) => [name, whole(option)])),
      })
      .optional()
      .describe(title),
  ]),
);

/** `waste.rules`: rule id → on or off, and its thresholds. Made of the rules themselves, so that both cannot differ. */
export const wasteSchema = z
  .strictObject({
    rules: z.strictObject(rules).optional().describe("Rules that differ from what they are: waste rules lists them."),
  })
  .describe("What waste detection looks for.");

/** The part of finops.yaml as settings; undefined when nothing is said. */
export function wasteSettings(file: z.output<typeof wasteSchema> | undefined): WasteSettings | undefined {
  if (file?.rules === undefined) return undefined;
  const given = Object.entries(file.rules).flatMap(([id, rule]) => {
    if (rule === undefined) return [];
    const values: [string, unknown][] = Object.entries(rule);
    const options = values.filter((entry): entry is [string, number] => typeof entry[1] === "number");
    return [[id, { enabled: rule.enabled !== false, options: Object.fromEntries(options) }] as const];
  });
  return { rules: Object.fromEntries(given) };
}
