import { idleStreak } from "./idle-streak.ts";
import { isMeter, linesWhere } from "./match-line.ts";
import { dailyArithmetic, wholeLines } from "./monthly-cost.ts";
import { remedyFor, shellQuote } from "./remedy.ts";
import type { LineAttributes, WasteRule } from "./rule.ts";

/** A VPN gateway that is billed by the hour and never for a tunnel or a byte. */
export const idleVpnGateway: WasteRule = {
  id: "net.vpn.idle_gateway",
  title: "VPN gateway without traffic",
  subject: "resource",
  confidence: "B",
  looksAt: "Azure VPN gateways billed by the hour without transfer and connections.",
  formula: "effective cost of the hours",
  source: "waste-rules §4, §7; Azure Advisor",
  proof: "No connections and no vpnClientConfiguration (az network vnet-gateway show).",
  options: { idleDays: { default: 30, min: 7, max: 35, unit: "days", about: "billed in a row without traffic" } },
  action: "delete",
  risk: "H",
  effort: "1",
  ageDaysMin: 30,
  triggers: isGateway,
  evaluate: (resource, context) => {
    const idleDays = context.options.number("idleDays");
    const lines = linesWhere(resource, isGateway);
    const days = idleStreak(resource, { fixed: isGateway, use: isTunnel, idleDays });
    if (days === null) return null;
    const id = shellQuote(resource.id);
    return {
      parts: wholeLines(resource, lines),
      evidence: [
        { fact: "days billed, in a row", value: String(days) },
        { fact: `transfer and connections in the last ${idleDays} days`, value: "none" },
      ],
      arithmetic: dailyArithmetic(resource, lines),
      remedy: remedyFor(resource, () => [
        `az network vnet-gateway show --ids ${id} --query "[vpnClientConfiguration, bgpSettings]"`,
        "# No connection of az network vpn-connection list names it:",
        `az network vnet-gateway delete --ids ${id}`,
      ]),
      rollback: "Create it again (45 minutes); its address changes and the other side must be told.",
    };
  },
};

function isGateway(provider: string, line: LineAttributes): boolean {
  return (
    provider === "azure" &&
    isMeter(line, /^VpnGw\d|VPN Gateway/i) &&
    !isMeter(line, /Data Transfer|Connection|S2S|P2S/i)
  );
}

function isTunnel(_: string, line: LineAttributes): boolean {
  return isMeter(line, /Data Transfer|Connection|S2S|P2S/i);
}
