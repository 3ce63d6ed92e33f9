import { isBalancerData } from "./estate.ts";
import { idleStreak } from "./idle-streak.ts";
import { isMeter, linesWhere, readsAs } from "./match-line.ts";
import { dailyArithmetic, wholeLines } from "./monthly-cost.ts";
import { projectOption, remedyFor, shellQuote } from "./remedy.ts";
import type { LineAttributes, WasteRule } from "./rule.ts";

/** Azure and Google bill a balancer's rules and its bytes apart: rules without bytes are a hint, not a proof. */
export const idleLoadBalancerAzureGcp: WasteRule = {
  id: "net.lb.idle",
  title: "Load balancer without traffic",
  subject: "resource",
  confidence: "B",
  looksAt:
    "Azure load balancers and application gateways and Google forwarding rules billed without data or capacity units, where others are billed for them.",
  formula: "effective cost of rules and hours",
  source: "waste-rules §4, §7",
  proof:
    "No backend addresses and no inbound NAT rules or pools (Azure), no healthy backends and no requests for 14 days (Google).",
  options: { idleDays: { default: 14, min: 1, max: 35, unit: "days", about: "billed in a row without use" } },
  needsEstate: true,
  action: "delete",
  risk: "M",
  effort: "1",
  ageDaysMin: 14,
  keptFor: /blue[\s/_-]?green|canary/i,
  triggers: isFixed,
  evaluate: (resource, context) => {
    const idleDays = context.options.number("idleDays");
    const fixed = linesWhere(resource, isFixed);
    const days = idleStreak(resource, { fixed: isFixed, use: isBalancerData, idleDays });
    // Where no balancer is billed for data, the bill does not itemise it: then its absence says nothing.
    if (days === null || !context.estate.bills(resource, "balancer-data")) return null;
    const id = shellQuote(resource.id);
    return {
      parts: wholeLines(resource, fixed),
      evidence: [
        { fact: "days billed, in a row", value: String(days) },
        { fact: `data or capacity units in the last ${idleDays} days`, value: "none" },
      ],
      arithmetic: dailyArithmetic(resource, fixed),
      remedy: remedyFor(resource, (name) =>
        resource.provider === "azure"
          ? [
              `az resource show --ids ${id} --query "properties.[backendAddressPools, inboundNatRules, inboundNatPools]"`,
              "# All empty:",
              `az resource delete --ids ${id}`,
            ]
          : [
              `gcloud compute forwarding-rules list --filter=name=${name}${projectOption(resource)}`,
              "# Its backends serve nobody: delete the rule, then its proxy, URL map and backend service.",
              `gcloud compute forwarding-rules delete ${name} --region REGION${projectOption(resource)}`,
            ],
      ),
      rollback: "Create it again from its saved description; its address changes unless it is kept.",
    };
  },
};

function isFixed(provider: string, line: LineAttributes): boolean {
  if (provider === "gcp") return readsAs(line, /Forwarding Rule (?:Minimum|Additional)? ?Service Charge/i);
  return (
    provider === "azure" &&
    (isMeter(line, /Included LB Rules and Outbound Rules|Included LB Rules/i) ||
      isMeter(line, /Application Gateway.*\bFixed Cost|^(?:Small|Medium|Large) Gateway$/i))
  );
}
