import { accountRule } from "./account-trend.ts";
import { costFact, exceedsShare, reaches } from "./hint.ts";
import { isUsage, linesWhere } from "./match-line.ts";
import { monthlyCostOf } from "./monthly-cost.ts";
import { add } from "../../domain/money.ts";
import type { LineAttributes, WasteRule } from "./rule.ts";

/** An account that knows spot machines and hardly uses them. */
export const littleSpot: WasteRule = accountRule({
  id: "compute.spot_share",
  title: "Few spot machines",
  confidence: "C",
  looksAt: "The share of spot in what AWS accounts that use it pay for machines.",
  formula: "none: what may be interrupted is not in the bill",
  source: "waste-rules §7; AWS usage types SpotUsage, BoxUsage",
  proof: "Which workloads are stateless and may be interrupted: batch, build, test.",
  options: {
    spotPercent: { default: 10, min: 1, max: 100, unit: "%", about: "of machine cost that count as few" },
    costMonthly: {
      default: 1_000,
      min: 1,
      max: 10_000_000,
      unit: "",
      about: "a month on-demand machines must cost, in the bill's currency",
    },
  },
  triggers: (provider, line) => isSpot(provider, line) || isOnDemand(provider, line),
  advice: [
    "Let build, test and batch groups take spot first, several types and zones at once, with on-demand as fallback.",
  ],
  judge: (account, { options }) => {
    const spot = linesWhere(account, isSpot);
    const onDemand = linesWhere(account, isOnDemand);
    const [spotCost, cost] = [monthlyCostOf(account, spot), monthlyCostOf(account, onDemand)];
    if (spotCost.atoms <= 0n || !reaches(cost, options.number("costMonthly"))) return null;
    if (exceedsShare(spotCost, add(spotCost, cost), options.bigint("spotPercent"))) return null;
    return { evidence: [costFact(account, "spot", spot), costFact(account, "on demand", onDemand)] };
  },
});

function isSpot(provider: string, line: LineAttributes): boolean {
  return provider === "aws" && isUsage(line, /^SpotUsage:/, /spot instance-?hour/i);
}

function isOnDemand(provider: string, line: LineAttributes): boolean {
  return provider === "aws" && isUsage(line, /^BoxUsage:/, /On Demand .* Instance Hour/i);
}
