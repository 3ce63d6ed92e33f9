import { accountRule } from "./account-trend.ts";
import { isMachine } from "./estate.ts";
import { costFact, exceedsShare, reaches } from "./hint.ts";
import { isMeter, isUsage, linesWhere, readsAs } from "./match-line.ts";
import { dailyArithmetic, monthlyCostOf, shareOfLines } from "./monthly-cost.ts";
import type { LineAttributes, WasteRule } from "./rule.ts";

/** Traffic between zones, paid on both sides: half of it is commonly avoided by keeping callers near. */
export const crossZoneTraffic: WasteRule = accountRule({
  id: "net.crossaz.heavy",
  title: "Much traffic between zones",
  confidence: "B",
  looksAt: "Traffic between zones of one region, for each account.",
  formula: "50 % of its cost",
  source: "waste-rules §4, §7; AWS usage types DataTransfer-Regional-Bytes, InterZone-In/Out",
  proof: "VPC flow logs with zone ids: which pairs of services talk across zones without need.",
  options: {
    computePercent: { default: 5, min: 1, max: 100, unit: "%", about: "of the account's machines that it must exceed" },
    costMonthly: {
      default: 500,
      min: 0,
      max: 10_000_000,
      unit: "",
      about: "a month, in the bill's currency, is much whatever the machines cost",
    },
    costMonthlyMin: { default: 20, min: 0, max: 10_000_000, unit: "", about: "a month below which nothing is said" },
  },
  triggers: (provider, line) => isBetweenZones(provider, line) || isMachine(provider, line),
  advice: ["Prefer the caller's own zone (zone affinity, topology-aware routing), and read from replicas in the zone."],
  judge: (account, { options }) => {
    const lines = linesWhere(account, isBetweenZones);
    const cost = monthlyCostOf(account, lines);
    const machines = linesWhere(account, isMachine);
    const much =
      exceedsShare(cost, monthlyCostOf(account, machines), options.bigint("computePercent")) ||
      reaches(cost, options.number("costMonthly"));
    if (!much || cost.atoms <= 0n || !reaches(cost, options.number("costMonthlyMin"))) return null;
    return {
      parts: shareOfLines(account, lines, 500n),
      evidence: [costFact(account, "traffic between zones", lines), costFact(account, "machines", machines)],
      arithmetic: `${dailyArithmetic(account, lines)} × 50 %`,
    };
  },
});

function isBetweenZones(provider: string, line: LineAttributes): boolean {
  if (provider === "aws") {
    return isUsage(
      line,
      /(?:DataTransfer-Regional-Bytes|InterZone-(?:In|Out)(?:-Bytes)?)$/,
      /regional data transfer - in\/out\/between EC2 AZs/i,
    );
  }
  if (provider === "azure") return isMeter(line, /Inter-?(?:Availability )?Zone/i);
  return provider === "gcp" && readsAs(line, /Network (?:Inter Zone Data Transfer|Inter Zone Egress)/i);
}
