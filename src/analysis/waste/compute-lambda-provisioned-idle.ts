import { streakDays } from "./day-mask.ts";
import { isUsage, linesWhere } from "./match-line.ts";
import { activeDaysOf, coverageFacts, dailyArithmetic, wholeLines } from "./monthly-cost.ts";
import { remedyFor } from "./remedy.ts";
import type { BilledLine, LineAttributes, WasteRule } from "./rule.ts";

/** Provisioned concurrency that is paid for and hardly runs anything. */
export const idleProvisionedConcurrency: WasteRule = {
  id: "compute.lambda.provisioned_idle",
  title: "Idle provisioned concurrency",
  subject: "resource",
  confidence: "A",
  looksAt: "Provisioned concurrency that hardly runs anything.",
  formula: "effective cost of what is provisioned",
  source: "waste-rules §1, §7",
  options: {
    idleDays: { default: 14, min: 1, max: 35, unit: "days", about: "provisioned in a row" },
    usedPercent: {
      default: 1,
      min: 0,
      max: 50,
      unit: "%",
      about: "of the provisioned GB-seconds that still count as idle",
    },
  },
  action: "stop",
  risk: "L",
  effort: "1",
  ageDaysMin: 14,
  keptFor: /cold-?start|\bslo\b/i,
  triggers: isProvisioned,
  evaluate: (resource, context) => {
    const provisioned = linesWhere(resource, isProvisioned);
    const days = streakDays(activeDaysOf(provisioned));
    const ran = sumRecent(linesWhere(resource, isDuration));
    const bought = sumRecent(provisioned);
    if (days < context.options.number("idleDays") || ran * 100n > bought * context.options.bigint("usedPercent"))
      return null;
    return {
      parts: wholeLines(resource, provisioned),
      evidence: [
        { fact: "days provisioned, in a row", value: String(days) },
        {
          fact: "provisioned GB-seconds used in the last 14 days",
          value: ran === 0n ? "none" : `at most ${context.options.number("usedPercent")} %`,
        },
        ...coverageFacts(provisioned),
      ],
      arithmetic: dailyArithmetic(resource, provisioned),
      remedy: remedyFor(resource, (id, region) => [
        `aws lambda list-provisioned-concurrency-configs --function-name ${id}${region}`,
        "# For every version or alias listed:",
        `aws lambda delete-provisioned-concurrency-config --function-name ${id} --qualifier QUALIFIER${region}`,
      ]),
      rollback: "aws lambda put-provisioned-concurrency-config with the number listed before.",
    };
  },
};

function sumRecent(lines: readonly BilledLine[]): bigint {
  return lines.reduce((sum, line) => sum + line.quantityRecent, 0n);
}

function isProvisioned(provider: string, line: LineAttributes): boolean {
  return (
    provider === "aws" && isUsage(line, /Lambda-Provisioned-Concurrency/, /Provisioned Concurrency(?!.*Duration)/i)
  );
}

function isDuration(_: string, line: LineAttributes): boolean {
  return isUsage(line, /Lambda-Provisioned-GB-Second/, /Duration.*Provisioned|Provisioned.*Duration/i);
}
