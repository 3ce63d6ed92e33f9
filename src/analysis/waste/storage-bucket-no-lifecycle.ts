import { add } from "../../domain/money.ts";
import { costFact, exceedsShare, isCurrent, leastGrowthPercent, monthlyUnits, monthsText, reaches } from "./hint.ts";
import { linesWhere, readsAs } from "./match-line.ts";
import { dailyArithmetic, monthlyCostOf, shareOfLines } from "./monthly-cost.ts";
import { projectOption, remedyFor } from "./remedy.ts";
import type { LineAttributes, WasteRule } from "./rule.ts";
import { isColdBucket, isOtherClass, isStandard, lifecycleRemedy } from "./storage-bucket-cold.ts";

const TERABYTE_GB = 1_024n;

/** A large or growing bucket that keeps nearly everything in the dearest class: no lifecycle rule moves anything. */
export const bucketWithoutLifecycle: WasteRule = {
  id: "storage.bucket.no_lifecycle",
  title: "Bucket that keeps everything in the dearest class",
  subject: "resource",
  confidence: "C",
  looksAt: "Buckets of AWS and Google with more than 95 % in Standard that hold more than 1 TB or grow every month.",
  formula: "25 % of Standard storage, the lower end of what lifecycle rules take off",
  source: "waste-rules §3, §7; Azure Optimization Engine",
  proof: "There is no lifecycle rule, and Storage Lens or access logs show most bytes older than 30 days and unread.",
  options: {
    costMonthly: {
      default: 50,
      min: 0,
      max: 1_000_000,
      unit: "",
      about: "a month it must cost, in the bill's currency",
    },
    growthPercent: {
      default: 5,
      min: 1,
      max: 100,
      unit: "%",
      about: "a month, three months long, that count as growing",
    },
    standardPercent: { default: 95, min: 50, max: 100, unit: "%", about: "of the storage that must be in Standard" },
  },
  historyMonths: 4,
  action: "storage-class",
  risk: "M",
  effort: "2",
  ageDaysMin: 30,
  keptFor: /website|backup/i,
  triggers: isStandardAnywhere,
  evaluate: (resource, context) => {
    const lines = linesWhere(resource, isStandardAnywhere);
    const cost = monthlyCostOf(resource, lines);
    const all = add(cost, monthlyCostOf(resource, resource.lines.filter(isOtherClassAnywhere)));
    if (!isCurrent(lines, 2) || !reaches(cost, context.options.number("costMonthly"))) return null;
    if (!exceedsShare(cost, all, context.options.bigint("standardPercent"))) return null;
    // A bucket nobody reads is told of by storage.bucket.cold_in_standard.
    if (isColdBucket(resource)) return null;
    const months = context.history(resource);
    const growth = leastGrowthPercent(months, 3);
    const grows = growth !== null && growth > context.options.bigint("growthPercent");
    if (!grows && monthlyUnits(resource, lines) < TERABYTE_GB) return null;
    return {
      parts: shareOfLines(resource, lines, 250n),
      evidence: [
        { fact: "size", value: `${monthlyUnits(resource, lines)} GB` },
        costFact(resource, "Standard storage", lines),
        ...(months.length === 0 ? [] : [{ fact: "cost by month", value: monthsText(months) }]),
      ],
      arithmetic: `${dailyArithmetic(resource, lines)} × 25 %`,
      remedy:
        resource.provider === "aws"
          ? lifecycleRemedy(resource)
          : remedyFor(resource, (id) => [
              `gcloud storage buckets describe gs://${id} --format="value(lifecycle_config)"${projectOption(resource)}`,
              "# No rule: write one that moves objects to Nearline after 30 days, and set it:",
              `gcloud storage buckets update gs://${id} --lifecycle-file=lifecycle.json${projectOption(resource)}`,
            ]),
      rollback: "Take the rule back; objects that have moved come back by a copy, and their minimum days are billed.",
    };
  },
};

function isStandardAnywhere(provider: string, line: LineAttributes): boolean {
  return isStandard(provider, line) || (provider === "gcp" && readsAs(line, /^Standard Storage\b/i));
}

function isOtherClassAnywhere(line: Parameters<typeof isOtherClass>[0]): boolean {
  return isOtherClass(line) || readsAs(line.attributes, /^(?:Nearline|Coldline|Archive) Storage\b/i);
}
