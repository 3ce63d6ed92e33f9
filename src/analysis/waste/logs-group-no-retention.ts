import { costFact, isCurrent, leastGrowthPercent, monthlyUnits, monthsText, reaches } from "./hint.ts";
import { linesWhere } from "./match-line.ts";
import { dailyArithmetic, monthlyCostOf, shareOfLines } from "./monthly-cost.ts";
import { remedyFor } from "./remedy.ts";
import type { WasteRule } from "./rule.ts";
import { isLogStorage } from "./storage-bucket-cold.ts";

const GROWING_MONTHS = 6;

/** Logs that are kept for ever grow for ever. Six months of growth are a strong hint; without them it is a note. */
export const logsWithoutRetention: WasteRule = {
  id: "logs.group.no_retention",
  title: "Logs that seem kept for ever",
  subject: "resource",
  confidence: "B",
  looksAt: "CloudWatch log groups whose storage cost has risen every month for six months, or is high.",
  formula: "50 % of the storage: what keeping 90 days leaves of at least 180",
  source: "waste-rules §3, §7",
  proof: "retentionInDays of the group is empty (aws logs describe-log-groups), and nobody must keep it longer.",
  options: {
    costMonthly: {
      default: 10,
      min: 0,
      max: 1_000_000,
      unit: "",
      about: "a month it must cost, in the bill's currency",
    },
  },
  historyMonths: GROWING_MONTHS + 2,
  action: "storage-class",
  risk: "L",
  effort: "1",
  ageDaysMin: 30,
  keptFor: /audit|compliance|retention/i,
  triggers: isLogStorage,
  evaluate: (resource, context) => {
    const lines = linesWhere(resource, isLogStorage);
    if (!isCurrent(lines, 2) || !reaches(monthlyCostOf(resource, lines), context.options.number("costMonthly")))
      return null;
    const months = context.history(resource);
    const growth = leastGrowthPercent(months, GROWING_MONTHS);
    if (growth !== null && growth < 0n) return null;
    const grows = growth !== null && growth > 0n;
    return {
      ...(grows ? {} : { confidence: "C" }),
      parts: shareOfLines(resource, lines, 500n),
      evidence: [
        { fact: "stored", value: `${monthlyUnits(resource, lines)} GB` },
        costFact(resource, "storage", lines),
        {
          fact: "months of growth",
          value: grows ? monthsText(months.slice(-GROWING_MONTHS - 1)) : "not known: the bills reach back too little",
        },
      ],
      arithmetic: `${dailyArithmetic(resource, lines)} × 50 %`,
      remedy: remedyFor(resource, (id, region) => [
        `aws logs describe-log-groups --log-group-name-prefix ${id} --query "logGroups[].retentionInDays"${region}`,
        "# Nothing listed, and nobody must keep them longer. What is older goes at once and does not come back:",
        `aws logs put-retention-policy --log-group-name ${id} --retention-in-days 90${region}`,
      ]),
      rollback:
        "aws logs delete-retention-policy stops further deletion; what has gone does not come back: export it first.",
    };
  },
};
