import { quietReason } from "../analysis/quiet-reason.ts";
import type { CloseAnswer, DigestAnswer } from "../domain/contract-operations.ts";
import { AppError } from "../domain/errors.ts";
import { day, dayInZone, monthOf } from "../domain/period.ts";
import type { Report } from "../domain/report.ts";
import { appendAudit } from "../store/audit.ts";
import type { SqlLike } from "../store/db.ts";
import type { KnownSchedule } from "../store/schedules.ts";
import { pauseSchedule } from "../store/subscriptions.ts";
import { buildClose, recordClose } from "./build-close.ts";
import { buildDigest } from "./build-digest.ts";
import type { Context, Verb } from "./context.ts";
import { lostRights } from "./creator-rights.ts";
import { auditOf } from "./manage-people.ts";

export type DigestReport =
  | {
      readonly kind: "digest";
      readonly digest: DigestAnswer;
      /** Of a monthly one: the month beside its invoices; null = no bills of that invoice month. */
      readonly close: CloseAnswer | null;
      /** Keeps the close the first time, in the transaction that posts it. */
      readonly save: (tx: SqlLike) => Promise<void>;
    }
  /** Chosen not to be told: nothing is posted. */
  | { readonly kind: "quiet"; readonly note: string };

/** A context that sees channel ∩ creator: what a schedule acts with. */
export function asSchedule(ctx: Context, { name, scope, channel }: KnownSchedule): Context {
  const actor = { kind: "schedule", id: name, role: "viewer", scope } as const;
  return { ...ctx, actor, scope, ...(channel === null ? {} : { channel }) };
}

export type ReportRun = {
  readonly schedule: KnownSchedule;
  readonly report: Extract<Report, { kind: "digest" }>;
  readonly dueAt: number;
};

/** Stands still for a reason, and how that is written: in the transaction that says so. */
export type Paused = { readonly reason: string; readonly save: (tx: SqlLike) => Promise<void> };

/** Why a schedule may not run with the rights its creator has now; null = it may. */
export async function pausedFor(ctx: Context, schedule: KnownSchedule): Promise<Paused | null> {
  const reason = await lostRights(ctx, schedule);
  return reason === null ? null : pausedBecause(ctx, schedule, reason);
}

/** A schedule that is to stand still. */
export function pausedBecause(ctx: Context, { name }: KnownSchedule, reason: string): Paused {
  return { reason, save: (tx) => pause(tx, ctx, name, reason) };
}

/**
 * What a digest schedule has to say at one run. Weeks and months are those before
 * the day it was due on, in the schedule's zone. Errors: not-found when no source has a complete day yet.
 */
export async function reportDigest({ ctx, input }: Verb<ReportRun>): Promise<DigestReport> {
  const { schedule, dueAt, report } = input;
  const today = dayInZone(dueAt, schedule.timeZone);
  const own = asSchedule(ctx, schedule);
  const digest = await buildDigest({ ctx: own, input: { cycle: report.cycle, today } });
  const note = quietReason(digest, report.onlyWhen);
  if (note !== null) return { kind: "quiet", note };
  const close = report.cycle === "month" ? await closeOf(own, digest) : null;
  const save = async (tx: SqlLike): Promise<void> => {
    if (close !== null) await recordClose(tx, own, close, { again: false });
  };
  return { kind: "digest", digest, close, save };
}

async function closeOf(ctx: Context, digest: DigestAnswer): Promise<CloseAnswer | null> {
  try {
    return await buildClose({ ctx, input: { month: monthOf(day(digest.day)) } });
  } catch (error) {
    if (error instanceof AppError && error.code === "not-found") return null;
    throw error;
  }
}

async function pause(tx: SqlLike, ctx: Context, name: string, reason: string): Promise<void> {
  if (await pauseSchedule(tx, name, reason)) await appendAudit(tx, [auditOf(ctx, "digest.pause", name, { reason })]);
}
