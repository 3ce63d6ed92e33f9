import { accountRule } from "./account-trend.ts";
import { costFact, reaches } from "./hint.ts";
import { isMeter, isUsage, linesWhere, readsAs } from "./match-line.ts";
import { monthlyCostOf } from "./monthly-cost.ts";
import type { LineAttributes, WasteRule } from "./rule.ts";

/** Traffic between regions: replication that is wanted, or callers that live too far away. */
export const interRegionTraffic: WasteRule = accountRule({
  id: "net.interregion.heavy",
  title: "Much traffic between regions",
  confidence: "C",
  looksAt: "Traffic between regions, for each account.",
  formula: "none: how much of it is wanted is not in the bill",
  source: "waste-rules §4, §7; AWS usage types *-AWS-In/Out-Bytes",
  proof: "VPC flow logs or replication settings: which of it nobody planned.",
  options: {
    costMonthly: {
      default: 100,
      min: 1,
      max: 10_000_000,
      unit: "",
      about: "a month it must cost, in the bill's currency",
    },
  },
  triggers: isBetweenRegions,
  advice: ["Look which replication and which callers cross regions, and whether they must."],
  judge: (account, { options }) => {
    const lines = linesWhere(account, isBetweenRegions);
    if (!reaches(monthlyCostOf(account, lines), options.number("costMonthly"))) return null;
    return { evidence: [costFact(account, "traffic between regions", lines)] };
  },
});

function isBetweenRegions(provider: string, line: LineAttributes): boolean {
  if (provider === "aws")
    return isUsage(line, /(?:^|-)AWS-(?:In|Out)-Bytes$/, /data transfer (?:to|from) (?:another|other) AWS region/i);
  if (provider === "azure") return isMeter(line, /Inter-?Region/i);
  return provider === "gcp" && readsAs(line, /Inter-? ?Region/i);
}
