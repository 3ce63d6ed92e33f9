import type { DayMask } from "./day-mask.ts";
import { inLastDays } from "./day-mask.ts";
import { isMeter, isUsage, readsAs } from "./match-line.ts";
import { shortId } from "./remedy.ts";
import type { BilledResource, LineAttributes } from "./rule.ts";
import { tagOf } from "./tags.ts";

const RECENT_DAYS = 14;
const STOPPED_DAYS = 30;

/** What else there is: what the hints of confidence B ask before they speak. Everything billed counts, whatever the scope. */
export type Estate = {
  /** Whether a machine of the sub-account was billed in the window. */
  readonly sawMachines: (resource: BilledResource) => boolean;
  /** Whether a machine with a name a disk is derived from was billed in the window. */
  readonly sawMachineNamedLike: (resource: BilledResource) => boolean;
  /** A machine that shares the resource's Name, stack or instance tag and has not been billed for 30 days; null = none. */
  readonly stoppedMachineOf: (resource: BilledResource) => string | null;
  /** Whether the Azure resource group has something in use that an address could serve. */
  readonly groupUsesAddresses: (resource: BilledResource) => boolean;
  /** Whether machines carry the tag of this cluster; "unknown" = no machine carries any cluster's. */
  readonly clusterRunsMachines: (resource: BilledResource) => boolean | "unknown";
  /** Whether the bill itemises such charges at all: where it never does, their absence says nothing. */
  readonly bills: (resource: BilledResource, what: Itemised) => boolean;
};

/** What is looked for in vain before a hint: requests and I/O in the sub-account, the rest anywhere on the cloud. */
export type Itemised = "bucket-requests" | "aurora-io" | "disk-operations" | "balancer-data";

/** A machine that was billed before the window, as the monthly rollups remember it. */
export type FormerMachine = {
  readonly provider: string;
  readonly account: string | null;
  readonly id: string;
  readonly tags: ReadonlyMap<string, string>;
};

/** The kinds of charges an estate is made of. */
export function isOfEstate(provider: string, line: LineAttributes): boolean {
  return (
    isMachine(provider, line) ||
    (provider === "azure" && isAddressUser(line)) ||
    isBucketRequest(provider, line) ||
    isAuroraIo(provider, line) ||
    isDiskOperations(provider, line) ||
    isBalancerData(provider, line)
  );
}

/** A virtual machine, on any cloud, at any price. */
export function isMachine(provider: string, line: LineAttributes): boolean {
  if (provider === "aws") {
    return isUsage(
      line,
      /^(?:BoxUsage|SpotUsage|DedicatedUsage|HeavyUsage|HostUsage|Fargate-vCPU-Hours)\b/,
      /\bInstance[- ]Hour/i,
    );
  }
  if (provider === "azure") {
    return (
      line.meterCategory === "Virtual Machines" ||
      /^virtual machines/i.test(line.serviceName ?? "") ||
      /^\S+ Series\b.* - /.test(line.description ?? "")
    );
  }
  return provider === "gcp" && readsAs(line, /\bInstance (?:Core|Ram)\b|Micro Instance|Small Instance/i);
}

/** Requests to S3 buckets, of both tiers. */
export function isBucketRequest(provider: string, line: LineAttributes): boolean {
  return provider === "aws" && isUsage(line, /Requests-Tier[12]$/, null);
}

/** I/O of Aurora's standard storage. */
export function isAuroraIo(provider: string, line: LineAttributes): boolean {
  return provider === "aws" && isUsage(line, /Aurora:StorageIOUsage$/, /Aurora.*I\/O/i);
}

/** Requests to Azure's standard disks, which are billed each. */
export function isDiskOperations(provider: string, line: LineAttributes): boolean {
  return provider === "azure" && isMeter(line, /Disk Operations\b/i);
}

/** What a balancer of Azure or Google is billed for carrying: bytes, or capacity units. */
export function isBalancerData(provider: string, line: LineAttributes): boolean {
  if (provider === "gcp") return readsAs(line, /Data Processing Charge/i);
  return provider === "azure" && isMeter(line, /Data Processed|Capacity Units/i);
}

const ADDRESS_USERS =
  /^(?:Virtual Machines|Load Balancer|Application Gateway|NAT Gateway|Azure Firewall|Azure Bastion|VPN Gateway|ExpressRoute)/i;

function isAddressUser(line: LineAttributes): boolean {
  return [line.meterCategory, line.serviceName, line.meterSubcategory].some(
    (text) => text !== null && ADDRESS_USERS.test(text),
  );
}

const ADDRESS_USER_IDS =
  /\/(?:virtualmachines|virtualmachinescalesets|loadbalancers|applicationgateways|natgateways|azurefirewalls|bastionhosts|virtualnetworkgateways)\//i;
/** Tags that say which machine a disk belonged to. */
const MACHINE_TAGS = ["name", "aws:cloudformation:stack-name", "instance", "instance-id"];

/** The estate as the bills of the window show it; `former` machines were billed in the months before. */
export function estateOf(billed: readonly BilledResource[], former: readonly FormerMachine[] = []): Estate {
  const running = new Set<string>();
  const seen = new Set<string>();
  const names = new Set<string>();
  const active = new Set<string>();
  const stopped = new Map<string, string>();
  const groups = new Set<string>();
  const clusters = new Set<string>();
  const itemised = new Set<string>();
  const machineTags: { readonly key: string; readonly id: string; readonly isActive: boolean }[] = [];
  for (const resource of billed) {
    if (resource.subject !== "resource") continue;
    const at = accountOf(resource);
    const machineDays = daysOf(resource, isMachine);
    if (machineDays !== 0n) {
      const isActive = inLastDays(machineDays, STOPPED_DAYS) !== 0n;
      seen.add(at);
      names.add(`${at} ${stemOf(resource.name ?? shortId(resource.id))}`);
      if (inLastDays(machineDays, RECENT_DAYS) !== 0n) {
        running.add(at);
        for (const cluster of clustersOf(resource)) clusters.add(`${at} ${cluster}`);
      }
      for (const key of ownerKeys(resource.id, resource.tags))
        machineTags.push({ key: `${at} ${key}`, id: resource.id, isActive });
    }
    if (resource.provider === "azure" && ADDRESS_USER_IDS.test(resource.id)) groups.add(groupOf(resource));
    if (daysOf(resource, isBucketRequest) !== 0n) itemised.add(`${at} bucket-requests`);
    if (inLastDays(daysOf(resource, isAuroraIo), RECENT_DAYS) !== 0n) itemised.add(`${at} aurora-io`);
    if (daysOf(resource, isDiskOperations) !== 0n) itemised.add(`${resource.provider} disk-operations`);
    if (daysOf(resource, isBalancerData) !== 0n) itemised.add(`${resource.provider} balancer-data`);
  }
  for (const machine of former) {
    for (const key of ownerKeys(machine.id, machine.tags)) {
      machineTags.push({ key: `${accountOf(machine)} ${key}`, id: machine.id, isActive: false });
    }
  }
  for (const { key, isActive } of machineTags) if (isActive) active.add(key);
  for (const { key, id } of machineTags)
    if (!active.has(key) && id < (stopped.get(key) ?? "\uffff")) stopped.set(key, id);
  return {
    sawMachines: (resource) => seen.has(accountOf(resource)),
    sawMachineNamedLike: (resource) => {
      const at = accountOf(resource);
      const own = stemOf(resource.name ?? shortId(resource.id));
      return stemsBefore(own).some((stem) => names.has(`${at} ${stem}`));
    },
    stoppedMachineOf: (resource) =>
      ownerKeys(null, resource.tags)
        .map((key) => stopped.get(`${accountOf(resource)} ${key}`))
        .find((id) => id !== undefined) ?? null,
    groupUsesAddresses: (resource) => groups.has(groupOf(resource)),
    clusterRunsMachines: (resource) => {
      if (clusters.size === 0) return running.has(accountOf(resource)) ? "unknown" : false;
      return clusters.has(`${accountOf(resource)} ${shortId(resource.id).toLowerCase()}`);
    },
    bills: (resource, what) => {
      const anywhere = what === "disk-operations" || what === "balancer-data";
      return itemised.has(`${anywhere ? resource.provider : accountOf(resource)} ${what}`);
    },
  };
}

function daysOf(resource: BilledResource, takes: (provider: string, line: LineAttributes) => boolean): DayMask {
  return resource.lines.reduce(
    (mask, line) => (takes(resource.provider, line.attributes) ? mask | line.activeDays : mask),
    0n,
  );
}

function accountOf({ provider, account }: { readonly provider: string; readonly account: string | null }): string {
  return JSON.stringify([provider, account]);
}

/** `/subscriptions/…/resourceGroups/rg-live`, lower case; the account where the id names no group. */
function groupOf(resource: BilledResource): string {
  return /^.*?\/resourcegroups\/[^/]+/i.exec(resource.id)?.[0].toLowerCase() ?? accountOf(resource);
}

function stemOf(name: string): string {
  return name.toLowerCase();
}

/** `vm-crm-os-disk` → itself, `vm-crm-os`, `vm-crm`, `vm`: a disk is called after its machine. */
function stemsBefore(name: string): readonly string[] {
  const stems = [name];
  for (let rest = name; /[-_.]/.test(rest);) {
    rest = rest.replace(/[-_.][^-_.]*$/, "");
    stems.push(rest);
  }
  return stems;
}

/** What ties a disk to its machine: equal values of such tags, or a tag that holds the machine's id. */
function ownerKeys(machineId: string | null, tags: ReadonlyMap<string, string>): readonly string[] {
  const values = MACHINE_TAGS.flatMap((tag) => {
    const value = tagOf(tags, tag)?.trim().toLowerCase() ?? "";
    return value === "" ? [] : /^i-[0-9a-f]+$/.test(value) ? [value] : [`${tag} ${value}`];
  });
  return machineId === null ? values : [...values, machineId.toLowerCase()];
}

const CLUSTER_KEY = /^(?:kubernetesiocluster|k8siocluster)/;

function clustersOf(resource: BilledResource): readonly string[] {
  const named = [
    "aws:eks:cluster-name",
    "eks:cluster-name",
    "alpha.eksctl.io/cluster-name",
    "aks-managed-cluster-name",
    "goog-k8s-cluster-name",
  ]
    .map((key) => tagOf(resource.tags, key))
    .filter((value) => value !== undefined)
    .map((value) => value.toLowerCase());
  const keyed = [...resource.tags.keys()]
    .filter((key) => CLUSTER_KEY.test(key))
    .map((key) => key.replace(CLUSTER_KEY, ""));
  return [...named, ...keyed];
}
