import { idleStreak } from "./idle-streak.ts";
import { isMeter, isUsage, linesWhere, readsAs } from "./match-line.ts";
import { dailyArithmetic, wholeLines } from "./monthly-cost.ts";
import { projectOption, remedyFor, shellQuote } from "./remedy.ts";
import type { BilledResource, LineAttributes, WasteRule } from "./rule.ts";

/** A NAT gateway that is billed by the hour and has processed no byte. */
export const idleNat: WasteRule = {
  id: "net.nat.idle",
  title: "Idle NAT gateway",
  subject: "resource",
  confidence: "A",
  looksAt: "NAT gateways billed by the hour without a byte processed.",
  formula: "effective cost of the hours",
  source: "waste-rules §4, §7",
  options: {
    idleDays: { default: 14, min: 1, max: 35, unit: "days", about: "billed in a row without a byte" },
  },
  action: "delete",
  risk: "M",
  effort: "1",
  ageDaysMin: 14,
  triggers: isNatHours,
  evaluate: (resource, context) => {
    const idleDays = context.options.number("idleDays");
    const hours = linesWhere(resource, isNatHours);
    const days = idleStreak(resource, { fixed: isNatHours, use: isNatBytes, idleDays });
    if (days === null) return null;
    return {
      parts: wholeLines(resource, hours),
      evidence: [
        { fact: "days billed, in a row", value: String(days) },
        { fact: `bytes processed in the last ${idleDays} days`, value: "0" },
      ],
      arithmetic: dailyArithmetic(resource, hours),
      remedy: remedyFor(resource, (id, region) => commandsFor(resource, id, region)),
      rollback: "Create the gateway and its routes again; its public address changes unless it is kept.",
    };
  },
};

function commandsFor(resource: BilledResource, id: string, region: string): readonly string[] {
  if (resource.provider === "aws") {
    return [
      `aws ec2 describe-route-tables --filters Name=route.nat-gateway-id,Values=${id}${region}`,
      "# Remove every route listed, then:",
      `aws ec2 delete-nat-gateway --nat-gateway-id ${id}${region}`,
      `aws ec2 wait nat-gateway-deleted --nat-gateway-ids ${id}${region}`,
      "# Then release its address, or it is billed as idle.",
    ];
  }
  if (resource.provider === "azure") {
    return [
      `az network nat gateway show --ids ${shellQuote(resource.id)} --query subnets`,
      "# For every subnet listed: az network vnet subnet update --remove natGateway",
      `az network nat gateway delete --ids ${shellQuote(resource.id)}`,
    ];
  }
  return [
    `gcloud compute routers nats list --router ${id}${region}${projectOption(resource)}`,
    "# For every gateway listed that nothing uses:",
    `gcloud compute routers nats delete NAT --router ${id}${region}${projectOption(resource)}`,
  ];
}

function isNatHours(provider: string, line: LineAttributes): boolean {
  if (provider === "aws") return isUsage(line, /NatGateway-Hours$/, /per NAT Gateway Hour/i);
  if (provider === "gcp") return readsAs(line, /\bNAT Gateway:? Uptime/i);
  return provider === "azure" && isAzureNat(line) && /Gateway$/i.test(line.meterName ?? line.description ?? "");
}

function isNatBytes(provider: string, line: LineAttributes): boolean {
  if (provider === "aws") return isUsage(line, /NatGateway-(?:\w+-)?Bytes$/, /Data Processed by NAT Gateways/i);
  if (provider === "gcp") return readsAs(line, /\bNAT\b.*Data processing/i);
  return provider === "azure" && isMeter(line, /Data Processed/i);
}

function isAzureNat(line: LineAttributes): boolean {
  return isMeter(line, /\bNAT Gateway\b/i);
}
