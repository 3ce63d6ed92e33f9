import { streakDays } from "./day-mask.ts";
import { isUsage, linesWhere } from "./match-line.ts";
import { coverageFacts, dailyArithmetic, wholeLines } from "./monthly-cost.ts";
import { remedyFor } from "./remedy.ts";
import type { BilledLine, LineAttributes, WasteRule } from "./rule.ts";

const IDLE_DAYS_MIN = 14;
/** GB-seconds run of 100 provisioned that still count as idle. */
const USED_PERCENT_MAX = 1n;

/** Provisioned concurrency that is paid for and hardly runs anything. */
export const idleProvisionedConcurrency: WasteRule = {
  id: "compute.lambda.provisioned_idle",
  title: "Idle provisioned concurrency",
  subject: "resource",
  action: "stop",
  risk: "L",
  effort: "1",
  ageDaysMin: IDLE_DAYS_MIN,
  keptFor: /cold-?start|\bslo\b/i,
  triggers: isProvisioned,
  evaluate: (resource) => {
    const provisioned = linesWhere(resource, isProvisioned);
    const days = streakDays(provisioned.reduce((mask, line) => mask | line.activeDays, 0n));
    const ran = sumRecent(linesWhere(resource, isDuration));
    const bought = sumRecent(provisioned);
    if (days < IDLE_DAYS_MIN || ran * 100n > bought * USED_PERCENT_MAX) return null;
    return {
      parts: wholeLines(resource, provisioned),
      evidence: [
        { fact: "days provisioned, in a row", value: String(days) },
        { fact: "provisioned GB-seconds used in the last 14 days", value: ran === 0n ? "none" : "less than 1 %" },
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
