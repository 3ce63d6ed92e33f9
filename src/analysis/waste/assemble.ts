import { add, zero, type Money } from "../../domain/money.ts";
import type { Day } from "../../domain/period.ts";
import type { DayMask } from "./day-mask.ts";
import type { BilledLine, BilledResource, LineAttributes } from "./rule.ts";
import { canonicalTagKey } from "./tags.ts";

/** Charges of kind usage, summed as far as one likes: one row a day from a file, one row a line from the store. */
export type UsageRow = {
  readonly provider: string;
  readonly account: string | null;
  readonly region: string | null;
  readonly resourceId: string | null;
  readonly resourceName: string | null;
  readonly resourceType: string | null;
  readonly currency: string;
  readonly asOf: Day;
  readonly attributes: LineAttributes;
  /** As given. */
  readonly tags: Readonly<Record<string, unknown>>;
  readonly billedDays: DayMask;
  readonly activeDays: DayMask;
  readonly quantity: bigint;
  readonly quantityRecent: bigint;
  readonly effectiveAtoms: bigint;
  readonly effectiveRecentAtoms: bigint;
  readonly listRecentAtoms: bigint;
  /** Smallest and largest quantity of one day among the last 14; null = none. */
  readonly dayQuantityMin: bigint | null;
  readonly dayQuantityMax: bigint | null;
};

/**
 * The resource a row belongs to; null = it names neither a resource nor a capacity reservation, and nothing can be done
 * about it. Ids compare case-insensitively: Azure changes their case from file to file.
 */
export function resourceKey(row: UsageRow): string | null {
  const id = row.resourceId ?? row.attributes.capacityReservationId;
  if (id === null || id === "") return null;
  return JSON.stringify([row.provider, row.account, id.toLowerCase(), row.currency]);
}

/** The commitment a row used or left unused; null = none. */
export function commitmentKey(row: UsageRow): string | null {
  const { commitmentId, commitmentStatus } = row.attributes;
  if (commitmentId === null || (commitmentStatus !== "Used" && commitmentStatus !== "Unused")) return null;
  return JSON.stringify([row.provider, commitmentId.toLowerCase(), row.currency]);
}

/** Rows by resource; rows without one are left out. */
export function assembleResources(rows: readonly UsageRow[]): readonly BilledResource[] {
  return [...groupRows(rows, resourceKey).values()].map((group) => assembleOne("resource", group));
}

/** Rows by commitment: its used and unused lines. Purchases must not be among the rows. */
export function assembleCommitments(rows: readonly UsageRow[]): readonly BilledResource[] {
  return [...groupRows(rows, commitmentKey).values()]
    .filter((group) => group.some((row) => row.attributes.commitmentStatus === "Unused"))
    .map((group) => assembleCommitment(group));
}

/** The sub-account a row belongs to; null = it names none. */
export function accountKey(row: UsageRow): string | null {
  return row.account === null ? null : JSON.stringify([row.provider, row.account, row.currency]);
}

/** Rows by sub-account, whatever resource they belong to. */
export function assembleAccounts(rows: readonly UsageRow[]): readonly BilledResource[] {
  return [...groupRows(rows, accountKey).values()].map((group) => {
    const one = assembleOne("account", group);
    return { ...one, id: one.account ?? "", name: null, region: null, type: null, tags: new Map() };
  });
}

/**
 * The rows of those resources (or commitments) a reader may see whole and asked for in part. One row out of sight hides
 * all: a saving worked out of half a bill would be wrong, and worked out of the whole it would tell the hidden half.
 */
export function rowsInScope<Row extends UsageRow & { readonly visible: boolean; readonly asked: boolean }>(
  rows: readonly Row[],
  keyOf: (row: UsageRow) => string | null,
): readonly Row[] {
  return [...groupRows(rows, keyOf).values()]
    .filter((group) => group.every((row) => row.visible) && group.some((row) => row.asked))
    .flat();
}

function groupRows<Row extends UsageRow>(
  rows: readonly Row[],
  keyOf: (row: UsageRow) => string | null,
): ReadonlyMap<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}

/** A commitment is described by its unused rows: the used ones carry the resources that use it. */
function assembleCommitment(group: readonly UsageRow[]): BilledResource {
  const unused = group.filter((row) => row.attributes.commitmentStatus === "Unused");
  const described = assembleOne("commitment", unused);
  const ids = new Set(unused.map((row) => row.resourceId));
  const commitmentId = unused[0]?.attributes.commitmentId ?? described.id;
  const name = unused.map((row) => row.attributes.commitmentName).find((text) => text !== null) ?? described.name;
  return {
    ...described,
    id:
      ids.size === 1 && described.id !== ""
        ? described.id
        : (smallest(group.map((row) => row.attributes.commitmentId)) ?? commitmentId),
    name,
    lines: linesOf(group.map((row) => ({ ...row, attributes: statusOnly(row.attributes) }))),
  };
}

function statusOnly(attributes: LineAttributes): LineAttributes {
  const { commitmentId, commitmentName, commitmentStatus } = attributes;
  const nothing = Object.fromEntries(Object.keys(attributes).map((key) => [key, null])) as LineAttributes;
  return { ...nothing, commitmentId: commitmentId?.toLowerCase() ?? null, commitmentName, commitmentStatus };
}

function assembleOne(subject: BilledResource["subject"], rows: readonly UsageRow[]): BilledResource {
  const latest = latestRows(rows);
  const [first] = rows;
  const asOf = rows.reduce((day, row) => (row.asOf > day ? row.asOf : day), first?.asOf ?? ("" as Day));
  return {
    subject,
    provider: first?.provider ?? "",
    account: first?.account ?? null,
    region: smallest(latest.map((row) => row.region)),
    id: smallest(latest.map((row) => row.resourceId ?? row.attributes.capacityReservationId)) ?? "",
    name: smallest(latest.map((row) => row.resourceName)),
    type: smallest(latest.map((row) => row.resourceType)),
    currency: first?.currency ?? "",
    tags: tagsOf(latest),
    asOf,
    lines: linesOf(rows),
  };
}

/** The rows of the last day seen: what names and tags are now. */
function latestRows(rows: readonly UsageRow[]): readonly UsageRow[] {
  const ages = rows.map((row) => lowestBit(row.billedDays));
  const youngest = ages.reduce((least, age) => (age < least ? age : least), Number.POSITIVE_INFINITY);
  return rows.filter((_, index) => ages[index] === youngest);
}

function lowestBit(mask: DayMask): number {
  if (mask === 0n) return Number.MAX_SAFE_INTEGER;
  return (mask & -mask).toString(2).length - 1;
}

/** The same whatever the order of rows: of several values the first in the alphabet. */
function smallest(values: readonly (string | null)[]): string | null {
  let least: string | null = null;
  for (const value of values) if (value !== null && value !== "" && (least === null || value < least)) least = value;
  return least;
}

function tagsOf(rows: readonly UsageRow[]): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  const pairs = rows.flatMap((row) =>
    Object.entries(row.tags).map(([key, value]) => [canonicalTagKey(key), tagText(value)] as const),
  );
  for (const [key, value] of pairs.sort((a, b) => (a.join("\u0000") < b.join("\u0000") ? -1 : 1))) {
    if (!tags.has(key)) tags.set(key, value);
  }
  return tags;
}

function tagText(value: unknown): string {
  if (typeof value === "string") return value;
  return value === null || value === undefined ? "" : JSON.stringify(value);
}

function linesOf(rows: readonly UsageRow[]): readonly BilledLine[] {
  const lines = new Map<string, BilledLine>();
  for (const row of rows) {
    const key = JSON.stringify(row.attributes);
    const before = lines.get(key) ?? emptyLine(key, row);
    lines.set(key, {
      ...before,
      billedDays: before.billedDays | row.billedDays,
      activeDays: before.activeDays | row.activeDays,
      quantity: before.quantity + row.quantity,
      quantityRecent: before.quantityRecent + row.quantityRecent,
      effective: plus(before.effective, row.effectiveAtoms),
      effectiveRecent: plus(before.effectiveRecent, row.effectiveRecentAtoms),
      listRecent: plus(before.listRecent, row.listRecentAtoms),
      dayQuantityMin: extreme(before.dayQuantityMin, row.dayQuantityMin, (a, b) => a < b),
      dayQuantityMax: extreme(before.dayQuantityMax, row.dayQuantityMax, (a, b) => a > b),
    });
  }
  return [...lines.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function emptyLine(key: string, row: UsageRow): BilledLine {
  const nothing = zero(row.currency);
  return {
    key,
    attributes: row.attributes,
    billedDays: 0n,
    activeDays: 0n,
    quantity: 0n,
    quantityRecent: 0n,
    effective: nothing,
    effectiveRecent: nothing,
    listRecent: nothing,
    dayQuantityMin: null,
    dayQuantityMax: null,
  };
}

function extreme(a: bigint | null, b: bigint | null, wins: (a: bigint, b: bigint) => boolean): bigint | null {
  if (a === null || b === null) return a ?? b;
  return wins(b, a) ? b : a;
}

function plus(sum: Money, atoms: bigint): Money {
  return add(sum, { atoms, currency: sum.currency });
}
