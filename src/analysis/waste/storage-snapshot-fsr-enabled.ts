import { streakDays } from "./day-mask.ts";
import { isUsage, linesWhere } from "./match-line.ts";
import { activeDaysOf, dailyArithmetic, wholeLines } from "./monthly-cost.ts";
import { remedyFor } from "./remedy.ts";
import type { LineAttributes, WasteRule } from "./rule.ts";

/** Fast snapshot restore bills every hour and zone it is switched on ($0.75), whether anything is restored or not. */
export const fastSnapshotRestore: WasteRule = {
  id: "storage.snapshot.fsr_enabled",
  title: "Fast snapshot restore on",
  subject: "resource",
  confidence: "A",
  looksAt: "Fast snapshot restore, billed every hour and zone it is switched on.",
  formula: "effective cost of the switch",
  source: "waste-rules §2, §7",
  options: {
    days: { default: 7, min: 1, max: 35, unit: "days", about: "switched on, in a row, up to the last day" },
  },
  action: "delete",
  risk: "L",
  effort: "1",
  ageDaysMin: 7,
  keptFor: /golden/i,
  triggers: isFastRestore,
  evaluate: (resource, context) => {
    const lines = linesWhere(resource, isFastRestore);
    const days = streakDays(activeDaysOf(lines));
    if (days < context.options.number("days")) return null;
    return {
      parts: wholeLines(resource, lines),
      evidence: [{ fact: "days switched on, in a row", value: String(days) }],
      arithmetic: dailyArithmetic(resource, lines),
      remedy: remedyFor(resource, (id, region) => [
        `aws ec2 describe-fast-snapshot-restores --filters Name=snapshot-id,Values=${id}${region}`,
        "# Name every zone that is listed:",
        `aws ec2 disable-fast-snapshot-restores --source-snapshot-ids ${id} --availability-zones ZONE${region}`,
      ]),
      rollback: "aws ec2 enable-fast-snapshot-restores, same snapshot and zones; warming takes an hour a TiB.",
    };
  },
};

function isFastRestore(provider: string, line: LineAttributes): boolean {
  return provider === "aws" && isUsage(line, /^EBS:FastSnapshotRestore/, /Fast Snapshot Restore/i);
}
