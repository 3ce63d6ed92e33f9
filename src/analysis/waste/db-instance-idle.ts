import { inLastDays, streakDays } from "./day-mask.ts";
import { isUsage, linesWhere } from "./match-line.ts";
import { activeDaysOf, coverageFacts, dailyArithmetic, wholeLines } from "./monthly-cost.ts";
import { remedyFor } from "./remedy.ts";
import type { BilledResource, LineAttributes, RuleContext, WasteRule } from "./rule.ts";

/** A database whose storage bills every request and billed none: Aurora Standard and magnetic RDS storage only. */
export const idleDatabase: WasteRule = {
  id: "db.instance.idle",
  title: "Database without I/O",
  subject: "resource",
  confidence: "B",
  looksAt:
    "RDS instances on magnetic storage, and Aurora Standard instances of accounts, without one billed I/O request.",
  formula: "effective cost of the instance; its storage stays",
  source: "waste-rules §5, §7; AWS usage types RDS:StorageIOUsage, Aurora:StorageIOUsage",
  proof: "DatabaseConnections at most 0 for 14 days (CloudWatch).",
  options: { idleDays: { default: 14, min: 7, max: 35, unit: "days", about: "billed in a row without I/O" } },
  needsEstate: true,
  action: "stop",
  risk: "H",
  effort: "1",
  ageDaysMin: 14,
  triggers: isInstance,
  evaluate: (resource, context) => {
    const lines = linesWhere(resource, isInstance);
    const days = streakDays(activeDaysOf(lines));
    if (days < context.options.number("idleDays") || !billsIo(resource) || hasIo(resource, context)) return null;
    return {
      parts: wholeLines(resource, lines),
      evidence: [
        { fact: "days billed, in a row", value: String(days) },
        { fact: `I/O requests in the last ${context.options.number("idleDays")} days`, value: "0" },
        ...coverageFacts(lines),
      ],
      arithmetic: dailyArithmetic(resource, lines),
      remedy: remedyFor(resource, (id, region) => [
        `aws rds create-db-snapshot --db-instance-identifier ${id} --db-snapshot-identifier before-stop${region}`,
        `aws rds wait db-snapshot-available --db-snapshot-identifier before-stop${region}`,
        "# It starts again by itself after 7 days:",
        `aws rds stop-db-instance --db-instance-identifier ${id}${region}`,
      ]),
      rollback: "aws rds start-db-instance; after a deletion restore the snapshot.",
    };
  },
};

function isInstance(provider: string, line: LineAttributes): boolean {
  return provider === "aws" && isUsage(line, /^InstanceUsage:db\./, /RDS .*instance hour/i);
}

function isMagneticStorage(_: string, line: LineAttributes): boolean {
  return isUsage(line, /^RDS:StorageUsage$/, /magnetic.*storage/i);
}

function isAurora(_: string, line: LineAttributes): boolean {
  return /\bAurora\b/i.test(line.description ?? "") || /Aurora/.test(line.usageType ?? "");
}

function billsIo(resource: BilledResource): boolean {
  return linesWhere(resource, isMagneticStorage).length > 0 || linesWhere(resource, isAurora).length > 0;
}

function hasIo(resource: BilledResource, { estate, options }: RuleContext): boolean {
  const own = linesWhere(resource, (_, line) => isUsage(line, /StorageIOUsage$/, /I\/O requests?/i));
  const used = own.some((line) => inLastDays(line.activeDays, options.number("idleDays")) !== 0n);
  // Aurora bills I/O on the cluster: any of the account may be this one's.
  return used || (linesWhere(resource, isAurora).length > 0 && estate.bills(resource, "aurora-io"));
}
