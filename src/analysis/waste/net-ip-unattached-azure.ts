import { streakDays } from "./day-mask.ts";
import { isMeter, linesWhere } from "./match-line.ts";
import { activeDaysOf, dailyArithmetic, wholeLines } from "./monthly-cost.ts";
import { remedyFor, shellQuote } from "./remedy.ts";
import type { LineAttributes, WasteRule } from "./rule.ts";

/** Azure bills an address attached or not: one in a resource group where nothing that takes an address is billed is suspicious. */
export const unattachedIpAzure: WasteRule = {
  id: "net.ip.unattached",
  title: "Public address nothing near it could use",
  subject: "resource",
  confidence: "B",
  looksAt: "Azure addresses in a resource group without a billed machine, load balancer, gateway or firewall.",
  formula: "effective cost of the address",
  source: "waste-rules §4, §7; Azure meters Standard/Basic IPv4 Static Public IP",
  proof: "ipConfiguration and natGateway of the address are empty (az network public-ip show).",
  options: {
    idleDays: { default: 7, min: 1, max: 35, unit: "days", about: "billed as idle, in a row, up to the last day" },
  },
  needsEstate: true,
  action: "delete",
  risk: "M",
  effort: "1",
  ageDaysMin: 7,
  keptFor: /allow-?list|white-?list|byoip/i,
  triggers: isAddress,
  evaluate: (resource, context) => {
    const lines = linesWhere(resource, isAddress);
    const days = streakDays(activeDaysOf(lines));
    if (days < context.options.number("idleDays") || !/\/publicipaddresses\//i.test(resource.id)) return null;
    if (context.estate.groupUsesAddresses(resource)) return null;
    return {
      parts: wholeLines(resource, lines),
      evidence: [
        { fact: "days billed, in a row", value: String(days) },
        { fact: "machines, balancers and gateways billed in its resource group", value: "none" },
      ],
      arithmetic: dailyArithmetic(resource, lines),
      remedy: remedyFor(resource, () => [
        `az network public-ip show --ids ${shellQuote(resource.id)} --query "[ipConfiguration, natGateway]"`,
        "# Both empty, and no partner has it on an allow-list:",
        `az network public-ip delete --ids ${shellQuote(resource.id)}`,
      ]),
      rollback: "No rollback: a released address is gone and may be given to someone else.",
    };
  },
};

function isAddress(provider: string, line: LineAttributes): boolean {
  return provider === "azure" && isMeter(line, /\b(?:Standard|Basic) IPv4 Static Public IP\b/i);
}
