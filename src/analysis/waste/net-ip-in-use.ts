import { isUsage } from "./match-line.ts";
import { linesWhere } from "./match-line.ts";
import { monthlyCostOf } from "./monthly-cost.ts";
import { costFact, monthlyUnits, reaches } from "./hint.ts";
import type { LineAttributes, WasteRule } from "./rule.ts";

/** Public addresses in use: paid by the hour since 2024, and many are no longer needed behind balancers and gateways. */
export const addressesInUse: WasteRule = {
  id: "net.ip.unattached",
  title: "Many public addresses in use",
  subject: "account",
  confidence: "C",
  looksAt: "AWS addresses in use and additional addresses, for each account.",
  formula: "none: how many can go is not in the bill",
  source: "waste-rules §7; AWS usage types PublicIPv4:InUseAddress, ElasticIP:AdditionalAddress",
  proof:
    "A list of addresses whose machines are reached through a load balancer or need none (public IP insights of VPC).",
  options: {
    addressesMonthly: {
      default: 50,
      min: 1,
      max: 1_000_000,
      unit: "",
      about: "a month an account's addresses in use must cost",
    },
  },
  action: "delete",
  risk: "M",
  effort: "2",
  ageDaysMin: 7,
  triggers: isInUse,
  evaluate: (resource, context) => {
    const lines = linesWhere(resource, isInUse);
    if (!reaches(monthlyCostOf(resource, lines), context.options.number("addressesMonthly"))) return null;
    return {
      parts: [],
      evidence: [
        costFact(resource, "addresses in use", lines),
        { fact: "about so many", value: String(monthlyUnits(resource, lines) / 730n) },
      ],
      arithmetic: "a trend: no saving is claimed",
      remedy: [
        "aws ec2 describe-network-interfaces --filters Name=association.ip-owner-id,Values=amazon",
        "# Machines behind a load balancer or with a NAT gateway need no address of their own.",
      ],
      rollback: "Give the machine an address again; it will be another one.",
    };
  },
};

function isInUse(provider: string, line: LineAttributes): boolean {
  return (
    provider === "aws" &&
    isUsage(line, /(?:PublicIPv4:InUseAddress|ElasticIP:AdditionalAddress)$/, /per In-?use public IPv4 address/i)
  );
}
