import { scale } from "../../domain/money.ts";
import { inLastDays } from "./day-mask.ts";
import { isUsage, linesWhere, plainUsageType } from "./match-line.ts";
import { dailyArithmetic, monthlyCost, recentDaysOf } from "./monthly-cost.ts";
import { remedyFor } from "./remedy.ts";
import {
  MONTH_DAYS_TENTHS,
  type BilledLine,
  type BilledResource,
  type Fact,
  type LineAttributes,
  type WasteRule,
} from "./rule.ts";

const EBS = /^EBS:VolumeUsage\.gp2$/;
const EBS_TEXT = /General Purpose SSD \(gp2\) provisioned storage/i;
const OPENSEARCH = /^ES:GP2-Storage$/;
const DMS = /^DMS:.*GP2-Storage$/i;
const CURRENT_DAYS = 2;

/** gp3 costs 20 % less per GiB than gp2 (us-east-1 0.08 and 0.10; the same relation in every region. EBS price file, 2024-07-18). */
const GP3_SHARE = 200n;
/** OpenSearch: gp3 9.6 % below gp2 (AWS announcement of gp3 for OpenSearch, 2022). */
const OPENSEARCH_SHARE = 96n;
const ATOMS = 10n ** 18n;
/** Up to here gp2's own baseline (3 IOPS a GiB) is what gp3 gives for nothing. */
const SIZE_GIB_PLAIN = 1_024n;
const GP3_FREE_IOPS = 3_000n;
const GP2_IOPS_MAX = 16_000n;
/** gp2 above 334 GiB sustains 250 MiB/s; gp3 includes 125. */
const THROUGHPUT_EXTRA_MIBPS = 125n;

/**
 * gp2 volumes cost a fifth more than gp3 ones. Above 1 TiB gp2's baseline exceeds what gp3 includes, so the extra IOPS
 * ($0.005) and throughput ($0.04 a MiB/s) are bought too: measured need may be lower, and the saving then higher.
 * RDS is left out on purpose: it bills gp3 storage at the price of gp2.
 */
export const gp2ToGp3: WasteRule = {
  id: "storage.disk.gp2_to_gp3",
  title: "gp2 instead of gp3",
  subject: "resource",
  confidence: "A",
  looksAt: "gp2 volumes of EBS, OpenSearch and DMS billed on one of the last two days.",
  formula: "20 % of the cost; above 1 TiB less the IOPS and throughput that match gp2's baseline",
  source: "waste-rules §2, §7; EBS price file of 2024-07-18",
  options: {},
  action: "storage-class",
  risk: "L",
  effort: "1",
  ageDaysMin: 7,
  triggers: isGp2,
  evaluate: (resource) => {
    const lines = linesWhere(resource, isGp2);
    if (!lines.some((line) => inLastDays(line.activeDays, CURRENT_DAYS) !== 0n)) return null;
    const priced = priceLines(resource, lines);
    return {
      parts: lines.map((line) => ({
        line,
        saving: priced.millionths === null ? null : scale(monthlyCost(resource, line), priced.millionths, 1_000_000n),
      })),
      evidence: priced.evidence,
      arithmetic: `${dailyArithmetic(resource, lines)} × ${priced.text}`,
      remedy: remedyFor(resource, (id, region) => commandsFor(priced, id, region)),
      rollback: "Change the type back to gp2 (online; AWS allows one change of a volume in six hours).",
    };
  },
};

type Priced = {
  readonly service: "ebs" | "opensearch" | "dms";
  /** Millionths of the cost that gp3 saves; null = no price known. */
  readonly millionths: bigint | null;
  readonly text: string;
  readonly evidence: readonly Fact[];
  /** Options beyond the type, " --iops 6000 --throughput 250". */
  readonly options: string;
};

function priceLines(resource: BilledResource, lines: readonly BilledLine[]): Priced {
  const usages = lines.map((line) => plainUsageType(line.attributes) ?? "");
  if (usages.some((usage) => DMS.test(usage))) {
    const text = "an unknown share: no gp3 price of DMS is known";
    return { service: "dms", millionths: null, text, evidence: [], options: "" };
  }
  if (usages.some((usage) => OPENSEARCH.test(usage))) {
    const text = "9.6 % (OpenSearch gp3 below gp2)";
    return { service: "opensearch", millionths: OPENSEARCH_SHARE * 1_000n, text, evidence: [], options: "" };
  }
  return priceVolume(
    lines.reduce((sum, line) => sum + line.quantityRecent, 0n),
    recentDaysOf(resource),
  );
}

/** `gibMonths`: what the last days were billed, in 10⁻¹⁸ GiB-months. */
function priceVolume(gibMonths: bigint, days: number): Priced {
  const sizeAtoms = (gibMonths * MONTH_DAYS_TENTHS) / (10n * BigInt(days));
  const sizeGib = (sizeAtoms + ATOMS / 2n) / ATOMS;
  if (sizeGib <= 0n) {
    const text = "an unknown share: the bill gives no size";
    return { service: "ebs", millionths: null, text, evidence: [], options: "" };
  }
  const evidence = [{ fact: "size", value: `${sizeGib} GiB` }];
  if (sizeGib <= SIZE_GIB_PLAIN) {
    return { service: "ebs", millionths: GP3_SHARE * 1_000n, text: "20 % (gp3 below gp2)", evidence, options: "" };
  }
  const baseline = sizeGib * 3n < GP2_IOPS_MAX ? sizeGib * 3n : GP2_IOPS_MAX;
  const extraIops = baseline - GP3_FREE_IOPS;
  // In GiB of gp2 ($0.10): an IOPS costs 0.05 of one, a MiB/s 0.4 of one.
  const extraMillionths = ((extraIops * 50_000n + THROUGHPUT_EXTRA_MIBPS * 400_000n) * ATOMS) / sizeAtoms;
  return {
    service: "ebs",
    millionths: GP3_SHARE * 1_000n - extraMillionths,
    text: `${percent(GP3_SHARE * 1_000n - extraMillionths)} (gp3 is 20 % below gp2, less ${percent(extraMillionths)} for ${extraIops} IOPS and ${THROUGHPUT_EXTRA_MIBPS} MiB/s that match gp2's baseline)`,
    evidence: [...evidence, { fact: "baseline of gp2", value: `${baseline} IOPS, 250 MiB/s` }],
    options: ` --iops ${baseline} --throughput ${125n + THROUGHPUT_EXTRA_MIBPS}`,
  };
}

/** Millionths as a percentage of one decimal. */
function percent(millionths: bigint): string {
  const tenths = (millionths + 500n) / 1_000n;
  return `${tenths / 10n}.${tenths % 10n} %`;
}

function commandsFor(priced: Priced, id: string, region: string): readonly string[] {
  if (priced.service === "opensearch") {
    return [
      `aws opensearch update-domain-config --domain-name ${id} --ebs-options EBSEnabled=true,VolumeType=gp3${region}`,
    ];
  }
  if (priced.service === "dms") return [`# Look up whether ${id} can use gp3 storage and what it costs there.`];
  return [
    `aws ec2 modify-volume --volume-id ${id} --volume-type gp3${priced.options}${region}`,
    `aws ec2 describe-volumes-modifications --volume-ids ${id}${region}`,
  ];
}

function isGp2(provider: string, line: LineAttributes): boolean {
  return (
    provider === "aws" && [EBS, OPENSEARCH, DMS].some((usage) => isUsage(line, usage, usage === EBS ? EBS_TEXT : null))
  );
}
