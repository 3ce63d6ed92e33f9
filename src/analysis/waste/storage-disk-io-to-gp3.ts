import { scale, subtract } from "../../domain/money.ts";
import { isCurrent, monthlyUnits } from "./hint.ts";
import { isCovered, isUsage, linesWhere } from "./match-line.ts";
import { dailyArithmetic, monthlyCost, monthlyCostOf } from "./monthly-cost.ts";
import { remedyFor } from "./remedy.ts";
import type { LineAttributes, WasteRule } from "./rule.ts";

const GP3_IOPS_MAX = 16_000n;
const GP3_FREE_IOPS = 3_000n;

/**
 * io1 and io2 volumes whose provisioned IOPS gp3 offers too. Price relations of us-east-1: storage 0.08 for 0.125,
 * an IOPS above 3,000 0.005 for 0.065.
 */
export const ioToGp3: WasteRule = {
  id: "storage.disk.io_to_gp3",
  title: "io1 or io2 where gp3 would do",
  subject: "resource",
  confidence: "B",
  looksAt: "io1 and io2 volumes with at most 16,000 provisioned IOPS.",
  formula: "36 % of the storage, and the IOPS less 1/13 of those above 3,000",
  source: "waste-rules §2, §7; EBS price file",
  proof:
    "P99 of IOPS at most 16,000 and of throughput at most 1,000 MiB/s over 14 days, no multi-attach, and no need of 99.999 % durability.",
  options: {},
  action: "storage-class",
  risk: "M",
  effort: "1",
  ageDaysMin: 14,
  keptFor: /durab|multi-?attach|latency/i,
  triggers: isStorage,
  evaluate: (resource) => {
    const storage = linesWhere(resource, isStorage);
    const bought = linesWhere(resource, isIops);
    const iops = monthlyUnits(resource, bought);
    if (!isCurrent(storage, 2) || iops > GP3_IOPS_MAX) return null;
    const extra = iops > GP3_FREE_IOPS ? iops - GP3_FREE_IOPS : 0n;
    const iopsCost = monthlyCostOf(resource, bought);
    const onGp3 = iops === 0n ? iopsCost : scale(iopsCost, extra, iops * 13n);
    const iopsSaved = subtract(iopsCost, onGp3);
    return {
      parts: [
        ...storage.map((line) => ({
          line,
          saving: isCovered(line.attributes) ? null : scale(monthlyCost(resource, line), 360n, 1_000n),
        })),
        ...bought.map((line) => ({
          line,
          saving: iopsCost.atoms <= 0n ? null : scale(monthlyCost(resource, line), iopsSaved.atoms, iopsCost.atoms),
        })),
      ],
      evidence: [{ fact: "provisioned IOPS", value: String(iops) }],
      arithmetic: `36 % of ${dailyArithmetic(resource, storage)}, and ${dailyArithmetic(resource, bought)} of IOPS less ${extra} on gp3`,
      remedy: remedyFor(resource, (id, region) => [
        `aws cloudwatch get-metric-statistics --namespace AWS/EBS --metric-name VolumeWriteOps --dimensions Name=VolumeId,Value=${id} --start-time FROM --end-time TO --period 300 --statistics Sum${region}`,
        `aws ec2 modify-volume --volume-id ${id} --volume-type gp3 --iops ${iops > GP3_FREE_IOPS ? iops : GP3_FREE_IOPS}${region}`,
      ]),
      rollback: "Change the type back (online; AWS allows one change of a volume in six hours).",
    };
  },
};

function isStorage(provider: string, line: LineAttributes): boolean {
  return (
    provider === "aws" &&
    isUsage(line, /EBS:VolumeUsage\.(?:piops|io1|io2)$/, /Provisioned IOPS SSD.*provisioned storage/i)
  );
}

function isIops(_: string, line: LineAttributes): boolean {
  return isUsage(line, /EBS:VolumeP-IOPS\.(?:piops|io1|io2)(?:\.tier\d)?$/, /IOPS-month.*io[12]/i);
}
