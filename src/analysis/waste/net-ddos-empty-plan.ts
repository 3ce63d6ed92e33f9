import { streakDays } from "./day-mask.ts";
import { isMeter, linesWhere } from "./match-line.ts";
import { activeDaysOf, dailyArithmetic, wholeLines } from "./monthly-cost.ts";
import { remedyFor, shellQuote } from "./remedy.ts";
import type { LineAttributes, WasteRule } from "./rule.ts";

/** A protection plan is billed whether it protects a network or not: the bill shows only more than a hundred of them. */
export const emptyDdosPlan: WasteRule = {
  id: "net.ddos.empty_plan",
  title: "DDoS protection plan that may protect nothing",
  subject: "resource",
  confidence: "B",
  looksAt: "Azure DDoS protection plans without a charge for protected resources.",
  formula: "effective cost of the plan",
  source: "waste-rules §4, §7",
  proof: "virtualNetworks of the plan is empty (az network ddos-protection show).",
  options: { idleDays: { default: 7, min: 1, max: 35, unit: "days", about: "billed in a row" } },
  action: "delete",
  risk: "L",
  effort: "1",
  ageDaysMin: 7,
  triggers: isPlan,
  evaluate: (resource, context) => {
    const lines = linesWhere(resource, isPlan);
    const days = streakDays(activeDaysOf(lines));
    const overage = linesWhere(resource, (_, line) => isMeter(line, /Protected Resource|Overage/i));
    if (days < context.options.number("idleDays") || overage.length > 0) return null;
    const id = shellQuote(resource.id);
    return {
      parts: wholeLines(resource, lines),
      evidence: [{ fact: "days billed, in a row", value: String(days) }],
      arithmetic: dailyArithmetic(resource, lines),
      remedy: remedyFor(resource, () => [
        `az network ddos-protection show --ids ${id} --query virtualNetworks`,
        "# Empty:",
        `az network ddos-protection delete --ids ${id}`,
      ]),
      rollback: "Create the plan again and link its networks.",
    };
  },
};

function isPlan(provider: string, line: LineAttributes): boolean {
  return provider === "azure" && isMeter(line, /DDoS/i) && !isMeter(line, /Protected Resource|Overage/i);
}
