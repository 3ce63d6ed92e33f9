import { add, formatMoney, scale, subtract, zero } from "../../domain/money.ts";
import { inLastDays } from "./day-mask.ts";
import { oldAwsMachine, oldAzureMachine, oldGcpMachine, type OldMachine } from "./machine-family.ts";
import { isCovered, linesWhere, readsAs } from "./match-line.ts";
import { coverageFacts, dailyArithmetic, monthlyCost, recentDaysOf } from "./monthly-cost.ts";
import { projectOption, remedyFor, shellQuote } from "./remedy.ts";
import {
  MONTH_DAYS_TENTHS,
  type BilledLine,
  type BilledResource,
  type LineAttributes,
  type SavingPart,
  type WasteRule,
} from "./rule.ts";
import { successorOf, type SuccessorShare } from "./successor-prices.ts";

/** Machines that are off at weekends are still in use. */
const CURRENT_DAYS = 7;

/**
 * A machine whose successor does the same for less. The saving is the published price relation times what this machine
 * really costs, so that discounts stay in it. A family without a cheaper successor is not reported.
 */
export const oldGeneration: WasteRule = {
  id: "compute.vm.old_generation",
  title: "Old machine generation",
  subject: "resource",
  confidence: "A",
  looksAt: "Machines, databases and cache nodes of a family whose successor does the same for less.",
  formula: "published price relation × effective cost of the machine",
  source: "waste-rules §1, §7; published price lists, see successor-prices.ts",
  options: {},
  action: "generation",
  risk: "M",
  effort: "2",
  ageDaysMin: 14,
  keptFor: /32-?bit|licen[cs]e/i,
  triggers: (provider, line) => oldMachine(provider, line) !== null,
  evaluate: (resource) => {
    if (resource.provider === "azure" && !/\/virtualmachines\//i.test(resource.id)) return null;
    const current = linesWhere(resource, (provider, line) => oldMachine(provider, line) !== null).find(
      (line) => inLastDays(line.activeDays, CURRENT_DAYS) !== 0n,
    );
    const machine = current === undefined ? null : oldMachine(resource.provider, current.attributes);
    // A machine changed from one old size to another lately: only what it is now.
    const lines = resource.lines.filter(
      (line) => oldMachine(resource.provider, line.attributes)?.shown === machine?.shown,
    );
    if (machine === null || needsOldMachine(resource)) return null;
    const share = successorOf(machine.family, machine.size, resource.region);
    const parts = lines.map((line) => savingPart(resource, line, share));
    if (parts.every(({ saving }) => saving !== null && saving.atoms <= 0n)) return null;
    return {
      parts,
      evidence: evidenceOf(machine, lines, share),
      arithmetic: arithmeticOf(resource, lines, share),
      remedy: remedyFor(resource, (id, region) => commandsFor(resource, machine, share, id, region)),
      rollback: "Stop, change back to the old type, start.",
    };
  },
};

function oldMachine(provider: string, line: LineAttributes): OldMachine | null {
  if (provider === "aws") return oldAwsMachine(line);
  if (provider === "gcp") return oldGcpMachine(line);
  return provider === "azure" ? oldAzureMachine(line) : null;
}

/** Google attaches these to N1 and not to its successor: then N1 is no oversight. */
function needsOldMachine(resource: BilledResource): boolean {
  return resource.provider === "gcp" && resource.lines.some((line) => readsAs(line.attributes, /\bGPU\b|Local SSD/i));
}

function savingPart(resource: BilledResource, line: BilledLine, share: SuccessorShare | null): SavingPart {
  if (share === null || isCovered(line.attributes) || hasLicence(line.attributes)) return { line, saving: null };
  const cost = monthlyCost(resource, line);
  if (resource.provider !== "gcp") return { line, saving: scale(cost, share.thousandths, 1_000n) };
  // N1 gets a sustained-use discount and E2 none: what E2 would cost is taken from the list price.
  const list = scale(line.listRecent, MONTH_DAYS_TENTHS, 10n * BigInt(recentDaysOf(resource)));
  const saved = subtract(cost, scale(list, 1_000n - share.thousandths, 1_000n));
  return { line, saving: saved.atoms > 0n ? saved : scale(cost, 0n, 1n) };
}

/** Windows, SQL Server, RHEL and Oracle hide a licence in the price, which the successor has too. */
function hasLicence(line: LineAttributes): boolean {
  if (line.operation !== null && line.operation.startsWith("RunInstances:")) return true;
  const texts = [line.description, line.meterSubcategory];
  return texts.some((text) => text !== null && /\bWindows\b|\bSQL Server\b|\bRHEL\b|\bSUSE\b|\bOracle\b/i.test(text));
}

function evidenceOf(machine: OldMachine, lines: readonly BilledLine[], share: SuccessorShare | null) {
  return [
    { fact: "machine", value: machine.shown },
    { fact: "successor", value: share === null ? "no price is known for one of this size" : share.successor },
    ...(share !== null && share.region === null
      ? [{ fact: "price relation", value: "no price of this region is known: the lowest of other regions is used" }]
      : []),
    ...(lines.some((line) => hasLicence(line.attributes))
      ? [{ fact: "licence", value: "part of the price is a licence: the saving is unknown" }]
      : []),
    ...coverageFacts(lines),
  ];
}

function arithmeticOf(resource: BilledResource, lines: readonly BilledLine[], share: SuccessorShare | null): string {
  const daily = dailyArithmetic(resource, lines);
  if (share === null) return `${daily} × an unknown share`;
  const percent = `${share.thousandths / 10n}.${share.thousandths % 10n} %`;
  if (resource.provider !== "gcp") return `${daily} × ${percent} (${share.successor} below it)`;
  const list = lines.reduce((sum, line) => add(sum, line.listRecent), zero(resource.currency));
  return `${daily} less 30.4 × ${formatMoney(scale(list, 1_000n - share.thousandths, 1_000n * BigInt(recentDaysOf(resource))))} a day on ${share.successor} (list price, ${percent} below)`;
}

function commandsFor(
  resource: BilledResource,
  machine: OldMachine,
  share: SuccessorShare | null,
  id: string,
  region: string,
): readonly string[] {
  const size = machine.size ?? "";
  if (resource.provider === "azure") {
    const target = share === null ? "SIZE" : `SIZE_OF_${share.successor.toUpperCase()}`;
    return [
      `az vm list-vm-resize-options --ids ${shellQuote(resource.id)} --output table`,
      "# Sizes without a temporary disk need a new VM from the old disks. Restarts the machine:",
      `az vm resize --ids ${shellQuote(resource.id)} --size ${target}`,
    ];
  }
  if (resource.provider === "gcp") {
    const options = `--zone ZONE${projectOption(resource)}`;
    return [
      `gcloud compute instances describe ${id} ${options}`,
      `gcloud compute instances stop ${id} ${options}`,
      `gcloud compute instances set-machine-type ${id} --machine-type MACHINE_TYPE_OF_E2 ${options}`,
      `gcloud compute instances start ${id} ${options}`,
    ];
  }
  const type = share === null ? "TYPE" : `${share.successor}.${size}`;
  if (machine.family.startsWith("rds:")) {
    return [
      `aws rds modify-db-instance --db-instance-identifier ${id} --db-instance-class db.${type} --no-apply-immediately${region}`,
    ];
  }
  if (machine.family.startsWith("cache:")) {
    return [
      `aws elasticache modify-replication-group --replication-group-id ${id} --cache-node-type cache.${type} --no-apply-immediately${region}`,
    ];
  }
  return [
    "# The successor needs an HVM image with ENA and NVMe drivers; data on instance storage is lost by a stop.",
    `aws ec2 stop-instances --instance-ids ${id}${region} --dry-run`,
    `aws ec2 stop-instances --instance-ids ${id}${region}`,
    `aws ec2 wait instance-stopped --instance-ids ${id}${region}`,
    `aws ec2 modify-instance-attribute --instance-id ${id} --instance-type Value=${type}${region}`,
    `aws ec2 start-instances --instance-ids ${id}${region}`,
  ];
}
