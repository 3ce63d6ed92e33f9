import { accountRule } from "./account-trend.ts";
import { formatMoney } from "../../domain/money.ts";
import { costFact, exceedsShare, reaches } from "./hint.ts";
import { isUsage, linesWhere } from "./match-line.ts";
import { monthlyCostOf } from "./monthly-cost.ts";
import type { LineAttributes, WasteRule } from "./rule.ts";

/** Custom metrics and those who poll them, above a twentieth of what the account costs. */
export const heavyMetrics: WasteRule = accountRule({
  id: "logs.metrics_heavy",
  title: "Dear metrics",
  confidence: "C",
  looksAt: "CloudWatch metrics and metric requests, for each account.",
  formula: "none: which metrics and pollers can go is not in the bill",
  source: "waste-rules §3, §7; AWS usage types CW:MetricMonitorUsage, CW:GMD-Metrics, CW:GMD-Requests",
  proof: "Who calls GetMetricData (CloudTrail data events), and which custom metrics no alarm or dashboard uses.",
  options: {
    accountPercent: { default: 5, min: 1, max: 100, unit: "%", about: "of the account's cost that they must exceed" },
    costMonthly: {
      default: 20,
      min: 0,
      max: 10_000_000,
      unit: "",
      about: "a month they must cost, in the bill's currency",
    },
  },
  triggers: isMetrics,
  advice: [
    "Give third-party pollers fewer metrics, longer intervals, or metric streams; drop labels that make a metric each.",
  ],
  judge: (account, { options, accountCost }) => {
    const lines = linesWhere(account, isMetrics);
    const cost = monthlyCostOf(account, lines);
    const all = accountCost(account);
    if (all === null || !reaches(cost, options.number("costMonthly"))) return null;
    if (!exceedsShare(cost, all, options.bigint("accountPercent"))) return null;
    return {
      evidence: [
        costFact(account, "metrics", lines),
        { fact: "the whole account", value: `${formatMoney(all)} a month` },
      ],
    };
  },
});

function isMetrics(provider: string, line: LineAttributes): boolean {
  return (
    provider === "aws" &&
    isUsage(line, /CW:(?:MetricMonitorUsage|GMD-Metrics|GMD-Requests)/, /per metric-month|GetMetricData/i)
  );
}
