import { formatMoney } from "../../domain/money.ts";
import { inLastDays } from "./day-mask.ts";
import { isUsage, linesWhere } from "./match-line.ts";
import { dailyArithmetic, monthlyCostOf, wholeLines } from "./monthly-cost.ts";
import { remedyFor } from "./remedy.ts";
import type { LineAttributes, WasteRule } from "./rule.ts";

const CURRENT_DAYS = 7;

/** A burstable instance in unlimited mode that keeps buying CPU credits costs more than a fixed-performance one. */
export const unlimitedCredits: WasteRule = {
  id: "compute.t_unlimited_credits",
  title: "CPU credits bought all the time",
  subject: "resource",
  confidence: "A",
  looksAt: "Burstable instances that keep buying CPU credits.",
  formula: "effective cost of the credits",
  source: "waste-rules §1, §7; AWS usage types CPUCredits:*",
  options: {
    creditSharePercent: {
      default: 10,
      min: 1,
      max: 100,
      unit: "%",
      about: "of the instance's own cost that credits must exceed",
    },
  },
  action: "rightsize",
  risk: "M",
  effort: "1",
  ageDaysMin: 14,
  triggers: isCredits,
  evaluate: (resource, context) => {
    const credits = linesWhere(resource, isCredits);
    const instance = linesWhere(resource, (_, line) =>
      isUsage(line, /^BoxUsage:t\d/, /Linux t\d\w*\.\w+ Instance Hour/),
    );
    const creditCost = monthlyCostOf(resource, credits);
    const instanceCost = monthlyCostOf(resource, instance);
    const current = credits.some((line) => inLastDays(line.activeDays, CURRENT_DAYS) !== 0n);
    if (!current || instanceCost.atoms <= 0n) return null;
    if (creditCost.atoms * 100n <= instanceCost.atoms * context.options.bigint("creditSharePercent")) return null;
    return {
      parts: wholeLines(resource, credits),
      evidence: [
        { fact: "credits a month", value: formatMoney(creditCost) },
        { fact: "instance a month", value: formatMoney(instanceCost) },
        { fact: "credits as a share of the instance", value: `${(creditCost.atoms * 100n) / instanceCost.atoms} %` },
      ],
      arithmetic: dailyArithmetic(resource, credits),
      remedy: remedyFor(resource, (id, region) => [
        "# Steady load: change to a fixed-performance type of the m or c family (stop, modify, start).",
        "# Load that may wait: cap it instead, online:",
        `aws ec2 modify-instance-credit-specification --instance-credit-specifications InstanceId=${id},CpuCredits=standard${region}`,
      ]),
      rollback: "The same command with CpuCredits=unlimited.",
    };
  },
};

function isCredits(provider: string, line: LineAttributes): boolean {
  return (
    provider === "aws" &&
    isUsage(line, /^CPUCredits:(?:t2|t3|t3a|t4g)/, /per vCPU-Hour of T\w+ CPU credits|CPU Credits/i)
  );
}
