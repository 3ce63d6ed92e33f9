import { idleStreak } from "./idle-streak.ts";
import { isUsage, linesWhere } from "./match-line.ts";
import { dailyArithmetic, wholeLines } from "./monthly-cost.ts";
import { remedyFor } from "./remedy.ts";
import type { LineAttributes, WasteRule } from "./rule.ts";

/** An interface endpoint that is billed by the hour and zone and carried no byte for a month. */
export const idleVpcEndpoint: WasteRule = {
  id: "net.vpce.idle",
  title: "Idle VPC endpoint",
  subject: "resource",
  confidence: "A",
  looksAt: "Interface endpoints billed by the hour and zone without a byte.",
  formula: "effective cost of the hours",
  source: "waste-rules §4, §7",
  options: {
    idleDays: { default: 30, min: 1, max: 35, unit: "days", about: "billed in a row without a byte" },
  },
  action: "delete",
  risk: "M",
  effort: "1",
  ageDaysMin: 30,
  triggers: isHours,
  evaluate: (resource, context) => {
    const idleDays = context.options.number("idleDays");
    const hours = linesWhere(resource, isHours);
    const days = idleStreak(resource, { fixed: isHours, use: isBytes, idleDays });
    if (days === null) return null;
    return {
      parts: wholeLines(resource, hours),
      evidence: [
        { fact: "days billed, in a row", value: String(days) },
        { fact: `bytes processed in the last ${idleDays} days`, value: "0" },
      ],
      arithmetic: dailyArithmetic(resource, hours),
      remedy: remedyFor(resource, (id, region) => [
        `aws ec2 describe-vpc-endpoints --vpc-endpoint-ids ${id}${region} > endpoint.json`,
        `aws ec2 delete-vpc-endpoints --vpc-endpoint-ids ${id}${region}`,
      ]),
      rollback: "Create it again from endpoint.json; private DNS names stay the same.",
    };
  },
};

function isHours(provider: string, line: LineAttributes): boolean {
  return provider === "aws" && isUsage(line, /VpcEndpoint-Hours$/, /per VPC Endpoint Hour/i);
}

function isBytes(_: string, line: LineAttributes): boolean {
  return isUsage(line, /VpcEndpoint-Bytes$/, /Data Processed by VPC Endpoints/i);
}
