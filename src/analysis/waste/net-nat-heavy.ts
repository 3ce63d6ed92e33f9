import { compare, scale } from "../../domain/money.ts";
import { costFact, isCurrent } from "./hint.ts";
import { linesWhere, isUsage } from "./match-line.ts";
import { dailyArithmetic, monthlyCostOf, shareOfLines } from "./monthly-cost.ts";
import { remedyFor } from "./remedy.ts";
import type { LineAttributes, WasteRule } from "./rule.ts";

/** A NAT gateway that is paid for its bytes rather than its hours: much of that is often storage of the same cloud. */
export const heavyNat: WasteRule = {
  id: "net.nat.heavy_to_aws_service",
  title: "Much traffic through a NAT gateway",
  subject: "resource",
  confidence: "B",
  looksAt: "AWS NAT gateways whose bytes cost more than twice their hours.",
  formula: "50 % of the bytes' cost: what gateway endpoints for S3 and DynamoDB commonly take off",
  source: "waste-rules §4, §7",
  proof: "VPC flow logs: the share of bytes that goes to S3 or DynamoDB, while the VPC has no gateway endpoint.",
  options: {
    hoursPercent: {
      default: 200,
      min: 50,
      max: 10_000,
      unit: "%",
      about: "of the hours' cost that the bytes must exceed",
    },
  },
  action: "rightsize",
  risk: "L",
  effort: "1",
  ageDaysMin: 14,
  triggers: isBytes,
  evaluate: (resource, context) => {
    const bytes = linesWhere(resource, isBytes);
    const hours = linesWhere(resource, isHours);
    const hoursCost = monthlyCostOf(resource, hours);
    const limit = scale(hoursCost, context.options.bigint("hoursPercent"), 100n);
    if (hoursCost.atoms <= 0n || !isCurrent(bytes, 7) || compare(monthlyCostOf(resource, bytes), limit) <= 0)
      return null;
    return {
      parts: shareOfLines(resource, bytes, 500n),
      evidence: [costFact(resource, "bytes", bytes), costFact(resource, "hours", hours)],
      arithmetic: `${dailyArithmetic(resource, bytes)} × 50 %`,
      remedy: remedyFor(resource, (_, region) => [
        `aws ec2 describe-vpc-endpoints --filters Name=vpc-endpoint-type,Values=Gateway${region}`,
        "# No gateway endpoint for S3 in the gateway's VPC (they cost nothing):",
        `aws ec2 create-vpc-endpoint --vpc-id VPC --vpc-endpoint-type Gateway --service-name com.amazonaws.REGION.s3 --route-table-ids ROUTE_TABLES${region}`,
      ]),
      rollback: "Delete the endpoint: its routes go with it and traffic takes the gateway again.",
    };
  },
};

function isBytes(provider: string, line: LineAttributes): boolean {
  return provider === "aws" && isUsage(line, /NatGateway-(?:\w+-)?Bytes$/, /Data Processed by NAT Gateways/i);
}

function isHours(_: string, line: LineAttributes): boolean {
  return isUsage(line, /NatGateway-Hours$/, /per NAT Gateway Hour/i);
}
