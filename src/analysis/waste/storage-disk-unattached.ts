import { inLastDays, streakDays } from "./day-mask.ts";
import { isMeter, isUsage, linesWhere, plainUsageType, readsAs } from "./match-line.ts";
import { activeDaysOf, dailyArithmetic } from "./monthly-cost.ts";
import { projectOption, remedyFor, shellQuote } from "./remedy.ts";
import { isDiskOperations } from "./estate.ts";
import { sharesOf } from "./hint.ts";
import {
  WINDOW_DAYS,
  type BilledLine,
  type BilledResource,
  type LineAttributes,
  type RuleContext,
  type WasteRule,
} from "./rule.ts";

/**
 * A disk nothing around it seems to use. The saving leaves the price of a safety snapshot, as the relation of published
 * prices (us-east-1, eastus, us-central1: snapshot 0.05 a GB); where a snapshot is dearer than the disk it is unknown.
 */
export const unattachedDisk: WasteRule = {
  id: "storage.disk.unattached",
  title: "Disk that seems unattached",
  subject: "resource",
  confidence: "B",
  looksAt:
    "Disks of accounts that run no machine; Azure disks without operations, where operations are billed; Azure and Google disks without a machine of that name, where there are machines.",
  formula: "effective cost of the disk less a snapshot of it",
  source: "waste-rules §2, §7",
  proof: "The disk's own state: available (AWS), diskState Unattached and managedBy empty (Azure), no users (Google).",
  options: {
    idleDays: { default: 14, min: 7, max: 35, unit: "days", about: "billed in a row with no sign of use" },
    accountMonths: {
      default: 2,
      min: 0,
      max: 3,
      unit: "months",
      about: "complete, of the disk's bills, before an account without machines is a sign",
    },
  },
  needsEstate: true,
  historyMonths: 3,
  action: "delete",
  risk: "H",
  effort: "1",
  ageDaysMin: 14,
  keptFor: /archive|evidence|golden/i,
  triggers: isDisk,
  evaluate: (resource, context) => {
    const disk = linesWhere(resource, isDisk);
    const days = streakDays(activeDaysOf(disk));
    if (disk.length === 0 || days < context.options.number("idleDays")) return null;
    const hint = hintOf(resource, context);
    if (hint === null) return null;
    const lines = linesWhere(resource, isOfDisk);
    return {
      parts: sharesOf(resource, lines, leftBySnapshot),
      evidence: [
        { fact: "days billed, in a row", value: String(days) },
        { fact: "why it seems so", value: hint },
      ],
      arithmetic: `${dailyArithmetic(resource, lines)} less a snapshot of it`,
      remedy: remedyFor(resource, (id, region) => commandsFor(resource, id, region)),
      rollback: "Make a disk from the snapshot; without the snapshot nothing brings the data back.",
    };
  },
};

function hintOf(resource: BilledResource, { estate, history, options }: RuleContext): string | null {
  const days = options.number("idleDays");
  if (resource.provider === "aws") {
    if (usedInLastDays(resource, (_, line) => isUsage(line, /EBS:VolumeIOUsage$/, null), days)) return null;
    // A machine that is switched off for long is told of with its disks (compute.vm.stopped_long).
    if (estate.sawMachines(resource) || estate.stoppedMachineOf(resource) !== null) return null;
    return history(resource).length < options.number("accountMonths") ? null : NO_MACHINE;
  }
  if (resource.provider === "azure") {
    if (!/\/disks\//i.test(resource.id) || usedInLastDays(resource, isDiskOperations, days)) return null;
    const perOperation = linesWhere(resource, isDisk).some((line) => isMeter(line.attributes, PER_OPERATION));
    const itemised = perOperation && estate.bills(resource, "disk-operations");
    if (itemised && !estate.sawMachineNamedLike(resource)) return "every operation is billed and there was none";
  }
  return hintOfName(resource, { estate, history, options });
}

const PER_OPERATION = /\b[ES]\d+ (?:LRS|ZRS) Disk\b/i;
const NO_MACHINE = `its account was billed for no machine in ${WINDOW_DAYS} days`;

/**
 * A name says something only beside those of machines. An account without any is one that was switched off yesterday or
 * one whose disks were left behind: months of bills tell which.
 */
function hintOfName(
  resource: BilledResource,
  { estate, history, options }: Pick<RuleContext, "estate" | "history" | "options">,
): string | null {
  if (estate.sawMachines(resource)) {
    return estate.sawMachineNamedLike(resource) ? null : "no machine it could be named after is billed in its account";
  }
  return history(resource).length < options.number("accountMonths") ? null : NO_MACHINE;
}

function usedInLastDays(
  resource: BilledResource,
  takes: (provider: string, line: LineAttributes) => boolean,
  days: number,
): boolean {
  return linesWhere(resource, takes).some((line) => inLastDays(line.activeDays, days) !== 0n);
}

/** Thousandths of a line that are saved when a snapshot of the data is kept; null = a snapshot costs as much. */
function leftBySnapshot({ attributes }: BilledLine): bigint | null {
  const usage = plainUsageType(attributes) ?? attributes.description ?? "";
  if (/VolumeP-(?:IOPS|Throughput)/.test(usage)) return 1_000n;
  if (/gp2/.test(usage)) return 500n;
  if (/gp3/.test(usage)) return 375n;
  if (/piops|io[12]/.test(usage)) return 600n;
  if (/EBS:/.test(usage)) return null;
  if (isMeter(attributes, /\bP\d+ (?:LRS|ZRS) Disk\b/i)) return 620n;
  if (isMeter(attributes, /\bE\d+ (?:LRS|ZRS) Disk\b/i)) return 333n;
  if (readsAs(attributes, /SSD backed PD Capacity/i)) return 700n;
  return readsAs(attributes, /Balanced PD Capacity/i) ? 500n : null;
}

function commandsFor(resource: BilledResource, id: string, region: string): readonly string[] {
  if (resource.provider === "azure") {
    const disk = shellQuote(resource.id);
    return [
      `az disk show --ids ${disk} --query "[diskState, managedBy]"`,
      "# Unattached and nothing in managedBy:",
      `az snapshot create --resource-group GROUP --name SNAPSHOT --source ${disk} --sku Standard_LRS --incremental true`,
      `az disk delete --ids ${disk} --yes`,
    ];
  }
  if (resource.provider === "gcp") {
    const at = `--zone ZONE${projectOption(resource)}`;
    return [
      `gcloud compute disks describe ${id} ${at} --format="value(users)"`,
      "# No users:",
      `gcloud compute snapshots create SNAPSHOT --source-disk ${id} --source-disk-zone ZONE --snapshot-type=ARCHIVE${projectOption(resource)}`,
      `gcloud compute disks delete ${id} ${at}`,
    ];
  }
  return [
    `aws ec2 describe-volumes --volume-ids ${id} --query "Volumes[].[State,Attachments]"${region}`,
    "# State available:",
    `aws ec2 create-snapshot --volume-id ${id}${region}`,
    "# When the snapshot is completed and 30 days have gone by without a question:",
    `aws ec2 delete-volume --volume-id ${id}${region}`,
  ];
}

function isDisk(provider: string, line: LineAttributes): boolean {
  if (provider === "aws") return isUsage(line, /EBS:VolumeUsage(?:\.\w+)?$/, /provisioned storage/i);
  if (provider === "azure") return isMeter(line, /\b[PES]\d+ (?:LRS|ZRS) Disk\b(?! Operations)/i);
  return provider === "gcp" && readsAs(line, /^(?:Storage|SSD backed|Balanced) PD Capacity/i);
}

function isOfDisk(provider: string, line: LineAttributes): boolean {
  return isDisk(provider, line) || (provider === "aws" && isUsage(line, /EBS:VolumeP-\w+(?:\.\w+)?$/, null));
}
