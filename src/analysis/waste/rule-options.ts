import type { WasteSettings } from "../../domain/waste.ts";
import type { Options, RuleOption, WasteRule } from "./rule.ts";

/** The option every rule has: its age guard. */
export const AGE_OPTION = "ageDays";

/** All thresholds of a rule, the age guard first. */
export function optionsOf(rule: WasteRule): Readonly<Record<string, RuleOption>> {
  const age: RuleOption = {
    default: rule.ageDaysMin,
    min: 0,
    max: 35,
    unit: "days",
    about: "a resource must have been seen before it is judged",
  };
  return { [AGE_OPTION]: age, ...rule.options };
}

/** Whether a rule is on: all are, unless finops.yaml says otherwise. */
export function isEnabled(rule: WasteRule, settings: WasteSettings | undefined): boolean {
  return settings?.rules[rule.id]?.enabled ?? true;
}

/** A rule's thresholds in force. Asking for one that is not declared throws: that is an error of ours. */
export function optionsInForce(rule: WasteRule, settings: WasteSettings | undefined): Options {
  const declared = optionsOf(rule);
  const given = settings?.rules[rule.id]?.options ?? {};
  const number = (name: string): number => {
    const option = declared[name];
    if (option === undefined) throw new TypeError(`${rule.id} declares no option ${name}`);
    return given[name] ?? option.default;
  };
  return { number, bigint: (name) => BigInt(number(name)) };
}
