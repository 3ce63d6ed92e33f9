import { countDays, inLastDays } from "./day-mask.ts";
import { isUsage, linesWhere } from "./match-line.ts";
import { activeDaysOf, dailyArithmetic, wholeLines } from "./monthly-cost.ts";
import { remedyFor } from "./remedy.ts";
import { RECENT_DAYS, type LineAttributes, type WasteRule } from "./rule.ts";

/** Objects leave a storage class before its minimum duration and the rest is billed: a rule moves or deletes too early. Once is a clean-up, three days are a habit. */
export const earlyDelete: WasteRule = {
  id: "storage.snapshot.early_delete",
  title: "Objects deleted early",
  subject: "resource",
  confidence: "A",
  looksAt: "Early-delete charges of S3 buckets.",
  formula: "effective cost of these charges",
  source: "waste-rules §3, §7; AWS usage types EarlyDelete-*",
  options: {
    days: { default: 3, min: 1, max: 14, unit: "days", about: "with such charges, of the last 14" },
  },
  action: "storage-class",
  risk: "L",
  effort: "2",
  ageDaysMin: 7,
  triggers: isEarlyDelete,
  evaluate: (resource, context) => {
    const lines = linesWhere(resource, isEarlyDelete);
    const days = countDays(inLastDays(activeDaysOf(lines), RECENT_DAYS));
    if (days < context.options.number("days")) return null;
    return {
      parts: wholeLines(resource, lines),
      evidence: [{ fact: "days with early deletes, of the last 14", value: String(days) }],
      arithmetic: dailyArithmetic(resource, lines),
      remedy: remedyFor(resource, (id) => [
        `aws s3api get-bucket-lifecycle-configuration --bucket ${id}`,
        "# Keep objects at least 30 days in Infrequent Access, 90 in Glacier, 180 in Deep Archive before the next step.",
        "# Put the whole corrected configuration back: it replaces the old one.",
        `aws s3api put-bucket-lifecycle-configuration --bucket ${id} --lifecycle-configuration file://lifecycle.json`,
      ]),
      rollback: "Put the saved configuration back.",
    };
  },
};

function isEarlyDelete(provider: string, line: LineAttributes): boolean {
  return provider === "aws" && isUsage(line, /EarlyDelete-(?:ByteHrs|SIA|ZIA|GIR|GDA)/, /early delet/i);
}
