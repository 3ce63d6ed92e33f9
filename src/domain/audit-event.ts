import { createHash } from "node:crypto";

/** What can be found in the audit trail. Closed: a new action is a deliberate line here. */
export const AUDIT_ACTIONS = [
  "recommendation.propose",
  "recommendation.approve",
  "recommendation.reject",
  "recommendation.snooze",
  "recommendation.undo",
  "recommendation.assign",
  "recommendation.comment",
  "recommendation.apply",
  "recommendation.wake",
  "recommendation.expire",
  "recommendation.resolve",
  "recommendation.withdraw",
  "recommendation.revise",
  "recommendation.hand-off",
  "recommendation.measure",
  "waste.exclude",
  "waste.include",
  "budget.set",
  "budget.remove",
  "budget.acknowledge",
  "budget.snooze",
  "budget.rearm",
  "person.add",
  "person.role",
  "person.scope",
  "person.link",
  "person.unlink",
  "person.token",
  "person.act-as",
  "person.forget",
  "owner.set",
  "owner.remove",
  "channel.scope",
  "card.act",
  "outbox.retry",
  "outbox.drop",
  "digest.subscribe",
  "digest.off",
  "digest.on",
  "digest.pause",
  "digest.close",
  "allocation.set",
  "allocation.remove",
  "question.save",
  "question.remove",
  "answer.share",
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** Plain JSON, nothing else: what can be hashed and read back as it was. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One line of the audit trail: who did or tried what, to what, and what became of it. */
export type AuditEvent = {
  /** UTC instant of the database, ISO 8601. */
  readonly at: string;
  readonly action: AuditAction;
  readonly subject: string | null;
  readonly actor: {
    readonly kind: string;
    readonly id: string;
    readonly name: string;
    readonly role: string;
    /** The message of a chat platform it came with. */
    readonly request?: string;
  };
  readonly outcome: "done" | "refused";
  /** Why it was refused; null when it was not. */
  readonly reason: string | null;
  /** What changed, and what the decision rested on. */
  readonly details: { readonly [key: string]: Json };
};

/**
 * The one spelling of a JSON value: keys sorted by code unit, no spaces, numbers whole, lone surrogates escaped
 * (JSON.stringify does). The same value gives the same bytes on every machine.
 */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((item: Json) => canonicalJson(item)).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value as { readonly [key: string]: Json });
    const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${sorted.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(",")}}`;
  }
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new TypeError(`only whole numbers are canonical, not ${value}: write decimals as text`);
  }
  return JSON.stringify(value);
}

/** What the chain starts from, before its first link. */
export const CHAIN_START: Uint8Array = createHash("sha256").update("finops audit v1").digest();

/** The hash of one link: SHA-256 over the hash before it, its position, the event's id, and the event's bytes. */
export function linkHash(before: Uint8Array, position: bigint, eventId: bigint, bytes: Uint8Array): Uint8Array {
  const numbers = Buffer.alloc(16);
  numbers.writeBigInt64BE(position, 0);
  numbers.writeBigInt64BE(eventId, 8);
  return createHash("sha256").update(before).update(numbers).update(bytes).digest();
}

/** The chain's end at one moment, kept outside the database: a rewritten chain no longer passes through it. */
export type AuditAnchor = { readonly position: string; readonly hash: string; readonly at: string };
