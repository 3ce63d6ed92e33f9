import { accountRule } from "./account-trend.ts";
import { formatMoney, scale } from "../../domain/money.ts";
import { isUsage, linesWhere } from "./match-line.ts";
import { monthlyCostOf } from "./monthly-cost.ts";
import { reaches } from "./hint.ts";
import type { LineAttributes, WasteRule } from "./rule.ts";

/** Linux on x86 where the same family exists on Arm for about a fifth less. */
export const x86WhereArmExists: WasteRule = accountRule({
  id: "compute.vm.graviton_arm",
  title: "Linux machines on x86",
  confidence: "C",
  looksAt: "On-demand Linux machines of families that exist on Graviton, for each AWS account.",
  formula: "none claimed: about 20 % of what can move",
  source: "waste-rules §1, §7; AWS x_Operation RunInstances",
  proof: "Images and agents exist for arm64, and a test run of each workload.",
  options: {
    costMonthly: {
      default: 500,
      min: 1,
      max: 10_000_000,
      unit: "",
      about: "a month they must cost, in the bill's currency",
    },
  },
  triggers: isX86Linux,
  advice: [
    "Begin with managed runtimes and container images that are built for both; then machines behind a balancer.",
  ],
  judge: (account, { options }) => {
    const cost = monthlyCostOf(account, linesWhere(account, isX86Linux));
    if (!reaches(cost, options.number("costMonthly"))) return null;
    return {
      evidence: [
        { fact: "Linux on x86", value: `${formatMoney(cost)} a month` },
        { fact: "if all of it could move", value: `about ${formatMoney(scale(cost, 1n, 5n))} a month less` },
      ],
    };
  },
});

function isX86Linux(provider: string, line: LineAttributes): boolean {
  if (provider !== "aws" || (line.operation !== null && line.operation !== "RunInstances")) return false;
  if (line.operation === null && !/\bLinux\b/i.test(line.description ?? "")) return false;
  return isUsage(
    line,
    /^BoxUsage:(?:m[5-8]i?a?|c[5-8]i?a?|r[5-8]i?a?|t3a?)n?d?\./,
    /On Demand Linux (?:m[5-8]i?a?|c[5-8]i?a?|r[5-8]i?a?|t3a?)n?d?\.\w+/i,
  );
}
