import type { Day } from "../../domain/period.ts";
import { parseDay } from "../../domain/period.ts";
import { ageDays } from "./day-mask.ts";
import { billedDaysOf } from "./monthly-cost.ts";
import { AGE_OPTION } from "./rule-options.ts";
import type { BilledResource, Options, WasteRule } from "./rule.ts";
import { tagOf } from "./tags.ts";

/** Why something that looks like waste is left alone (waste-rules §0, G1–G4). */
export const GUARDS = [
  "excluded",
  "legal-hold",
  "group-member",
  "backup-or-dr",
  "kept-on-purpose",
  "too-young",
  "exclusion",
] as const;
export type Guard = (typeof GUARDS)[number];
export type Held = { readonly guard: Guard; readonly why: string };

/** The first guard that holds a resource back from a rule, or null. Accounts and services are no things to keep. */
export function heldBack(rule: WasteRule, resource: BilledResource, options: Options): Held | null {
  if (resource.subject === "account" || resource.subject === "service") return null;
  return (
    excludedByTag(resource) ??
    legalHold(resource) ??
    groupMember(resource) ??
    backupOrDr(resource) ??
    keptOnPurpose(rule, resource) ??
    tooYoung(options, resource)
  );
}

const EXCLUDE_KEYS = [
  "do-not-delete",
  "finops:exclude",
  "finops-ignore",
  "keep",
  "retain",
  "c7n_exempt",
  "maid_exempt",
];
const MEANS_NO = new Set(["false", "no", "0"]);

/** G1. A value of false, no or 0 does not exclude; an empty one does. A date gone by excludes nothing, an unreadable one does. */
function excludedByTag(resource: BilledResource): Held | null {
  for (const key of EXCLUDE_KEYS) {
    const value = tagOf(resource.tags, key);
    if (value !== undefined && !MEANS_NO.has(value.trim().toLowerCase())) {
      return { guard: "excluded", why: `tag ${key}` };
    }
  }
  const until = tagOf(resource.tags, "finops:exclude-until");
  if (until === undefined || isPast(until, resource.asOf)) return null;
  return { guard: "excluded", why: `tag finops:exclude-until ${until.slice(0, 10)}` };
}

function isPast(until: string, asOf: Day): boolean {
  const day = parseDay(until.trim().slice(0, 10));
  return day !== null && day < asOf;
}

function legalHold(resource: BilledResource): Held | null {
  const value = tagOf(resource.tags, "legal-hold") ?? tagOf(resource.tags, "litigation-hold");
  if (value === undefined || MEANS_NO.has(value.trim().toLowerCase())) return null;
  return { guard: "legal-hold", why: "tag legal-hold" };
}

/** Tags only a member of a group carries, in canonical spelling; a trailing * stands for any ending. */
const GROUP_TAGS = [
  "awsautoscalinggroupname",
  "eksclustername",
  "awseksclustername",
  "eksnodegroupname",
  "karpentershnodepool",
  "karpentershprovisionername",
  "awsec2fleetid",
  "awsec2spotfleetrequestid",
  "awsbatchservicetag",
  "k8siocluster*",
  "awselasticmapreduce*",
  "kubernetesiocluster*",
  "kubernetesioservicename",
  "elbv2k8sawscluster",
  "aksmanaged*",
  "googgke*",
  "googk8s*",
  "googdataproc*",
  "googcomposer*",
];
const GROUP_IDS = /\/virtualmachinescalesets\/|\/resourcegroups\/mc_/i;

/** G3: members are judged with their group, never one by one. */
function groupMember(resource: BilledResource): Held | null {
  const key = [...resource.tags.keys()].find((tag) =>
    GROUP_TAGS.some((group) => (group.endsWith("*") ? tag.startsWith(group.slice(0, -1)) : tag === group)),
  );
  if (key !== undefined) return { guard: "group-member", why: "belongs to a scaling group or cluster" };
  if (GROUP_IDS.test(resource.id))
    return { guard: "group-member", why: "belongs to a scale set or managed node group" };
  return null;
}

const DR_WORD =
  /(^|[^\p{L}\p{N}])(dr|standby|replica|failover|backup|recovery|disaster|pilot[- ]?light)([^\p{L}\p{N}]|$)/iu;
const ASR_NAME = /^(ms-asr-|asrseeddisk-)|-asrreplica$/i;
const BACKUP_TAGS = [
  "awsbackup*",
  "asrreplicadisk",
  "rsvaultbackup",
  "kubernetesiocreatedforpvc*",
  "kubernetesiocreatedforpvcname",
];
const FREE_TEXT_TAGS = ["name", "role", "purpose", "dr"];

/** G4: what waits for a bad day looks idle. Judged by people, so it is held back from proof by bills. */
function backupOrDr(resource: BilledResource): Held | null {
  const tagged = [...resource.tags.keys()].some((tag) =>
    BACKUP_TAGS.some((group) => (group.endsWith("*") ? tag.startsWith(group.slice(0, -1)) : tag === group)),
  );
  const texts = [resource.name ?? lastSegment(resource.id), ...FREE_TEXT_TAGS.map((key) => tagOf(resource.tags, key))];
  const named = texts.some((text) => text !== undefined && (DR_WORD.test(text) || ASR_NAME.test(text)));
  const drTag = tagOf(resource.tags, "dr");
  const drTagged = drTag !== undefined && !MEANS_NO.has(drTag.trim().toLowerCase());
  return tagged || named || drTagged
    ? { guard: "backup-or-dr", why: "its name or tags say backup or disaster recovery" }
    : null;
}

/** The extra guards of each rule: a tag or a name says what the thing waits for, and no bill can know better. */
function keptOnPurpose(rule: WasteRule, resource: BilledResource): Held | null {
  const { keptFor } = rule;
  if (keptFor === undefined) return null;
  if (rule.confidence !== "A" && keptFor.test(resource.name ?? lastSegment(resource.id))) {
    return { guard: "kept-on-purpose", why: "its name" };
  }
  const tag = [...resource.tags].find(
    ([key, value]) => keptFor.test(`${key} ${value}`) && !MEANS_NO.has(value.trim().toLowerCase()),
  );
  return tag === undefined ? null : { guard: "kept-on-purpose", why: `tag ${tag[0]}` };
}

function lastSegment(id: string): string {
  return id.split(/[/:]/).at(-1) ?? id;
}

/** G2: age as days seen in the bills; a resource seen on the window's first day is at least that old. */
function tooYoung(options: Options, resource: BilledResource): Held | null {
  const seen = ageDays(billedDaysOf(resource.lines));
  const needed = options.number(AGE_OPTION);
  if (seen >= needed) return null;
  return { guard: "too-young", why: `seen for ${seen} days, ${needed} needed` };
}
