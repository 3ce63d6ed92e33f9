import { accountRule } from "./account-trend.ts";
import { isMachine } from "./estate.ts";
import { costFact, exceedsShare, monthlyUnits, reaches, sharesOf } from "./hint.ts";
import { isMeter, isUsage, linesWhere, readsAs } from "./match-line.ts";
import { dailyArithmetic, monthlyCostOf } from "./monthly-cost.ts";
import type { LineAttributes, WasteRule } from "./rule.ts";

const AZURE_TIER_GB_MONTHLY = 3_040n;

/** Logs that cost a tenth of the machines that write them: cheaper classes and tiers, or fewer of them. */
export const heavyLogIngestion: WasteRule = accountRule({
  id: "logs.ingestion_heavy",
  title: "Dear log ingestion",
  confidence: "B",
  looksAt:
    "Log ingestion in the standard class (AWS), beyond 100 GB a day without a commitment tier (Azure), and Log Volume (Google).",
  formula: "AWS 50 % (Infrequent Access class), Azure 15 % (commitment tier); Google unknown",
  source: "waste-rules §3, §7; AWS usage types DataProcessing-Bytes, VendedLog-Bytes",
  proof: "Which groups nobody queries or alarms on: those may take the cheaper class; debug level in production.",
  options: {
    computePercent: {
      default: 10,
      min: 1,
      max: 100,
      unit: "%",
      about: "of the account's machines that it must exceed",
    },
    costMonthly: {
      default: 20,
      min: 0,
      max: 10_000_000,
      unit: "",
      about: "a month it must cost, in the bill's currency",
    },
  },
  triggers: (provider, line) => isIngestion(provider, line) || isMachine(provider, line),
  advice: [
    "Move groups nobody queries to the Infrequent Access class or a Basic table; lower the level of debug logs; take a commitment tier beyond 100 GB a day.",
  ],
  judge: (account, { options }) => {
    const lines = linesWhere(account, isIngestion);
    const machines = linesWhere(account, isMachine);
    const cost = monthlyCostOf(account, lines);
    if (cost.atoms <= 0n || !reaches(cost, options.number("costMonthly"))) return null;
    if (!exceedsShare(cost, monthlyCostOf(account, machines), options.bigint("computePercent"))) return null;
    if (account.provider === "azure" && monthlyUnits(account, lines) < AZURE_TIER_GB_MONTHLY) return null;
    const share = account.provider === "aws" ? 500n : account.provider === "azure" ? 150n : null;
    return {
      parts: sharesOf(account, lines, () => share),
      evidence: [costFact(account, "ingestion", lines), costFact(account, "machines", machines)],
      arithmetic: `${dailyArithmetic(account, lines)} × ${share === null ? "an unknown share" : `${share / 10n} %`}`,
    };
  },
});

function isIngestion(provider: string, line: LineAttributes): boolean {
  if (provider === "aws") {
    const ofLogs =
      line.serviceCode === "AmazonCloudWatch" ||
      /cloudwatch/i.test(line.serviceName ?? "") ||
      /logs? (?:data )?ingested/i.test(line.description ?? "");
    return ofLogs && isUsage(line, /^(?:DataProcessing|VendedLog)-Bytes$/, /(?:custom log data|vended logs) ingested/i);
  }
  if (provider === "azure") return isMeter(line, /(?:Analytics Logs|Pay-as-you-go) Data Ingestion/i);
  return provider === "gcp" && readsAs(line, /^Log (?:Volume|Storage cost)/i);
}
