import { accountRule } from "./account-trend.ts";
import { costFact, reaches } from "./hint.ts";
import { isMeter, isUsage, linesWhere } from "./match-line.ts";
import { monthlyCostOf } from "./monthly-cost.ts";
import type { LineAttributes, WasteRule } from "./rule.ts";

/** Backups beyond what comes with the database: AWS bills only what exceeds the database's own size. */
export const longBackups: WasteRule = accountRule({
  id: "db.backup_retention_long",
  title: "Paid database backups",
  confidence: "C",
  looksAt: "Backup storage of databases beyond what is free, for each account.",
  formula: "none: what must be kept is not in the bill",
  source: "waste-rules §5, §7; AWS usage types RDS:ChargedBackupUsage, Aurora:BackupUsage",
  proof: "Retention of each database and of manual snapshots against what must be kept.",
  options: {
    costMonthly: {
      default: 20,
      min: 1,
      max: 10_000_000,
      unit: "",
      about: "a month they must cost, in the bill's currency",
    },
  },
  triggers: isBackup,
  advice: ["Shorten retention where nothing asks for it, and delete manual snapshots of databases that are gone."],
  judge: (account, { options }) => {
    const lines = linesWhere(account, isBackup);
    if (!reaches(monthlyCostOf(account, lines), options.number("costMonthly"))) return null;
    return { evidence: [costFact(account, "backups", lines)] };
  },
});

function isBackup(provider: string, line: LineAttributes): boolean {
  if (provider === "aws") return isUsage(line, /(?:RDS:ChargedBackupUsage|Aurora:BackupUsage)$/, /backup storage/i);
  return provider === "azure" && isMeter(line, /Backup Storage \w+ Data Stored|LTR Backup .*Data Stored/i);
}
