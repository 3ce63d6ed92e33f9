import { streakDays } from "./day-mask.ts";
import { costFact, reaches } from "./hint.ts";
import { linesWhere } from "./match-line.ts";
import { activeDaysOf, dailyArithmetic, monthlyCostOf, wholeLines } from "./monthly-cost.ts";
import { projectOption, remedyFor, shellQuote } from "./remedy.ts";
import type { BilledResource, WasteRule } from "./rule.ts";
import { isSnapshot } from "./storage-snapshot-growth.ts";

/** A snapshot that has been billed, unchanged, for as long as daily bills are looked at. */
export const oldSnapshot: WasteRule = {
  id: "storage.snapshot.old",
  title: "Snapshot kept for long",
  subject: "resource",
  confidence: "C",
  looksAt: "Snapshots billed on every day of the window that cost more than a little.",
  formula: "effective cost of the snapshot; newer snapshots of the same disk may keep a part of it",
  source: "waste-rules §2; FinOps toolkit (30 days)",
  proof:
    "Made more than 90 days ago, newer snapshots of its disk exist, and no image, backup plan or legal hold needs it (describe-snapshots, describe-images).",
  options: {
    billedDays: { default: 35, min: 14, max: 35, unit: "days", about: "billed in a row, up to the last day" },
    costMonthly: {
      default: 5,
      min: 0,
      max: 1_000_000,
      unit: "",
      about: "a month it must cost, in the bill's currency",
    },
  },
  action: "delete",
  risk: "H",
  effort: "1",
  ageDaysMin: 30,
  keptFor: /golden|\bami\b|image|template|archive|dlm|lifecycle|retention|compliance/i,
  triggers: isSnapshot,
  evaluate: (resource, context) => {
    const lines = linesWhere(resource, isSnapshot);
    const days = streakDays(activeDaysOf(lines));
    if (days < context.options.number("billedDays")) return null;
    if (!reaches(monthlyCostOf(resource, lines), context.options.number("costMonthly"))) return null;
    return {
      parts: wholeLines(resource, lines),
      evidence: [
        { fact: "days billed, in a row", value: `${days}, which is all that is looked at` },
        costFact(resource, "snapshot", lines),
      ],
      arithmetic: `${dailyArithmetic(resource, lines)}, at most`,
      remedy: remedyFor(resource, (id, region) => commandsFor(resource, id, region)),
      rollback: "No rollback: a deleted snapshot is gone, unless a recycle bin rule keeps it.",
    };
  },
};

function commandsFor(resource: BilledResource, id: string, region: string): readonly string[] {
  if (resource.provider === "azure") {
    const snapshot = shellQuote(resource.id);
    return [
      `az snapshot show --ids ${snapshot} --query "[timeCreated, creationData.sourceResourceId]"`,
      "# Older than 90 days, its disk has newer ones, and nobody restores from it:",
      `az snapshot delete --ids ${snapshot}`,
    ];
  }
  if (resource.provider === "gcp") {
    return [
      `gcloud compute snapshots describe ${id} --format="value(creationTimestamp, sourceDisk)"${projectOption(resource)}`,
      "# Older than 90 days, its disk has newer ones, and nobody restores from it:",
      `gcloud compute snapshots delete ${id}${projectOption(resource)}`,
    ];
  }
  return [
    `aws ec2 describe-snapshots --snapshot-ids ${id} --query "Snapshots[].[StartTime,VolumeId]"${region}`,
    `aws ec2 describe-images --owners self --filters Name=block-device-mapping.snapshot-id,Values=${id}${region}`,
    "# Older than 90 days, no image listed, and the volume has newer ones (keep a recycle bin rule):",
    `aws ec2 delete-snapshot --snapshot-id ${id}${region}`,
  ];
}
