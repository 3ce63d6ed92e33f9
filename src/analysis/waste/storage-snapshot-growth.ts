import { accountRule } from "./account-trend.ts";
import { costFact, exceedsShare, leastGrowthPercent, monthsText, reaches } from "./hint.ts";
import { isMeter, isUsage, linesWhere, readsAs } from "./match-line.ts";
import { monthlyCostOf } from "./monthly-cost.ts";
import type { LineAttributes, WasteRule } from "./rule.ts";

/** Snapshots that grow month after month, or cost half of the disks they protect: nothing deletes them. */
export const growingSnapshots: WasteRule = accountRule({
  id: "storage.snapshot.growth",
  title: "Snapshots that pile up",
  confidence: "C",
  looksAt: "Snapshots of disks, for each account: their cost by month, and beside that of the disks.",
  formula: "none: what a snapshot frees is known only when it is deleted",
  source: "waste-rules §2, §7; AWS usage type EBS:SnapshotUsage",
  proof: "Snapshots older than 90 days that no image uses and that are not the newest of their disk.",
  options: {
    growthPercent: {
      default: 10,
      min: 1,
      max: 100,
      unit: "%",
      about: "a month, three months long, that count as growing",
    },
    diskPercent: { default: 50, min: 1, max: 1_000, unit: "%", about: "of the disks' cost that are much" },
    costMonthly: {
      default: 20,
      min: 1,
      max: 10_000_000,
      unit: "",
      about: "a month they must cost, in the bill's currency",
    },
  },
  historyMonths: 4,
  triggers: (provider, line) => isSnapshot(provider, line) || isDiskStorage(provider, line),
  advice: [
    "Let a lifecycle policy delete them (Data Lifecycle Manager, Backup, snapshot schedules), after a look at images that use them.",
  ],
  judge: (account, { options, history }) => {
    const lines = linesWhere(account, isSnapshot);
    const disks = linesWhere(account, isDiskStorage);
    const cost = monthlyCostOf(account, lines);
    if (!reaches(cost, options.number("costMonthly"))) return null;
    const months = history(account);
    const growth = leastGrowthPercent(months, 3);
    const grows = growth !== null && growth > options.bigint("growthPercent");
    if (!grows && !exceedsShare(cost, monthlyCostOf(account, disks), options.bigint("diskPercent"))) return null;
    return {
      evidence: [
        costFact(account, "snapshots", lines),
        costFact(account, "disks", disks),
        ...(grows ? [{ fact: "growing", value: monthsText(months.slice(-4)) }] : []),
      ],
    };
  },
});

export function isSnapshot(provider: string, line: LineAttributes): boolean {
  if (provider === "aws") return isUsage(line, /EBS:Snapshot(?:Usage|ArchiveStorage)$/, /of snapshot data stored/i);
  if (provider === "azure") return isMeter(line, /(?:LRS|ZRS) Snapshots?$|^Snapshots (?:LRS|ZRS)/i);
  return provider === "gcp" && readsAs(line, /Storage PD Snapshot/i);
}

function isDiskStorage(provider: string, line: LineAttributes): boolean {
  if (provider === "aws") return isUsage(line, /EBS:VolumeUsage(?:\.\w+)?$/, /provisioned storage/i);
  if (provider === "azure") return isMeter(line, /\b[PES]\d+ (?:LRS|ZRS) Disk\b/i);
  return provider === "gcp" && readsAs(line, /PD Capacity/i);
}
