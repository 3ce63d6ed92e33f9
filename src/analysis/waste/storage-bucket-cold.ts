import { isBucketRequest } from "./estate.ts";
import { costFact, isCurrent, monthlyUnits, recentQuantity } from "./hint.ts";
import { isUsage, linesWhere } from "./match-line.ts";
import { dailyArithmetic, shareOfLines } from "./monthly-cost.ts";
import { remedyFor } from "./remedy.ts";
import type { BilledLine, BilledResource, LineAttributes, WasteRule } from "./rule.ts";

/** Standard to Infrequent Access: 0.0125 for 0.023 a GB in us-east-1, the same relation nearly everywhere. */
const IA_THOUSANDTHS = 456n;
const ATOMS = 10n ** 18n;

type ColdBounds = { readonly writesWeekly: number; readonly readsWeekly: number };
const COLD_BOUNDS: ColdBounds = { writesWeekly: 100, readsWeekly: 2_000 };

/** A bucket in the dearest class that hardly anybody asks for anything. */
export const coldBucket: WasteRule = {
  id: "storage.bucket.cold_in_standard",
  title: "Bucket hardly used, in the dearest class",
  subject: "resource",
  confidence: "B",
  looksAt: "S3 buckets in Standard with hardly a request over the last 14 days.",
  formula: "45.6 % of Standard storage: what Infrequent Access costs less",
  source: "waste-rules §3, §7; OptScale's bounds for abandoned buckets",
  proof: "Access logs or Storage Lens: last access more than 90 days ago, objects larger than 128 KB.",
  options: {
    writesWeekly: {
      default: 100,
      min: 0,
      max: 1_000_000,
      unit: "",
      about: "PUT, COPY, POST or LIST requests a week at most",
    },
    readsWeekly: {
      default: COLD_BOUNDS.readsWeekly,
      min: 0,
      max: 10_000_000,
      unit: "",
      about: "GET requests a week at most",
    },
  },
  needsEstate: true,
  action: "storage-class",
  risk: "H",
  effort: "2",
  ageDaysMin: 30,
  keptFor: /website|audit|backup/i,
  triggers: isStandard,
  evaluate: (resource, context) => {
    const lines = linesWhere(resource, isStandard);
    const bounds = {
      writesWeekly: context.options.number("writesWeekly"),
      readsWeekly: context.options.number("readsWeekly"),
    };
    if (!isColdBucket(resource, bounds)) return null;
    return {
      // Without one request in the whole account the bill may simply not name buckets for requests.
      ...(context.estate.bills(resource, "bucket-requests") ? {} : { confidence: "C" }),
      parts: shareOfLines(resource, lines, IA_THOUSANDTHS),
      evidence: [
        { fact: "size", value: `${monthlyUnits(resource, lines)} GB` },
        costFact(resource, "storage", lines),
        { fact: "requests in the last 14 days", value: requestsText(resource) },
      ],
      arithmetic: `${dailyArithmetic(resource, lines)} × 45.6 % (Infrequent Access below Standard)`,
      remedy: lifecycleRemedy(resource),
      rollback: "Take the rule back; objects that have moved come back by a copy, and their 30 days are billed.",
    };
  },
};

/** The bounds of the rule, for others that must not speak of the same bucket. */
export function isColdBucket(resource: BilledResource, bounds: ColdBounds = COLD_BOUNDS): boolean {
  const lines = linesWhere(resource, isStandard);
  if (!isCurrent(lines, 2) || monthlyUnits(resource, lines) < 1n) return false;
  const [writes, reads] = [1, 2].map((tier) => requests(resource, tier)) as [bigint, bigint];
  return writes <= BigInt(bounds.writesWeekly) * 2n && reads <= BigInt(bounds.readsWeekly) * 2n;
}

function requests(resource: BilledResource, tier: number): bigint {
  const lines = linesWhere(resource, (_, line) => isUsage(line, new RegExp(`Requests-Tier${tier}$`), null));
  return recentQuantity(lines) / ATOMS;
}

function requestsText(resource: BilledResource): string {
  const any = linesWhere(resource, isBucketRequest).length > 0;
  return any ? `${requests(resource, 1)} writes and lists, ${requests(resource, 2)} reads` : "none billed";
}

export function lifecycleRemedy(resource: BilledResource): readonly string[] {
  return remedyFor(resource, (id) => [
    `aws s3api get-bucket-lifecycle-configuration --bucket ${id} > lifecycle.json`,
    "# Add: Infrequent Access after 30 days, abort unfinished uploads after 7. The whole configuration is replaced:",
    `aws s3api put-bucket-lifecycle-configuration --bucket ${id} --lifecycle-configuration file://lifecycle.json`,
  ]);
}

/** Standard class of S3, not the storage of logs, which AWS calls the same. */
export function isStandard(provider: string, line: LineAttributes): boolean {
  return (
    provider === "aws" && isUsage(line, /^TimedStorage-ByteHrs$/, /storage used/i) && !isLogStorage(provider, line)
  );
}

export function isLogStorage(provider: string, line: LineAttributes): boolean {
  if (provider !== "aws" || !isUsage(line, /^TimedStorage-ByteHrs$/, /of log storage/i)) return false;
  return (
    /log storage/i.test(line.description ?? "") ||
    line.serviceCode === "AmazonCloudWatch" ||
    /cloudwatch|^logs$/i.test(line.serviceName ?? "")
  );
}

export function isOtherClass(line: BilledLine): boolean {
  return isUsage(
    line.attributes,
    /TimedStorage-(?:SIA|ZIA|GIR|INT|GDA|Glacier|GlacierByteHrs)/,
    /Infrequent Access|Glacier/i,
  );
}
