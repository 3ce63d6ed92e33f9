import { z } from "zod";

import { costAnswer, driver, finding } from "./contract.ts";
import { RUN_STATUSES, SCHEDULED_JOBS } from "./schedule.ts";

/** The `--json` documents of digest, status and doctor. Instants are ISO 8601 in UTC, null = never. */
const decimal = z.string().regex(/^-?\d+(\.\d+)?$/);
const dayText = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const instant = z.string().nullable();
const amount = z.object({ amount: decimal, currency: z.string() });
const change = z.object({ amount: decimal, ratio: decimal.nullable() });
const compared = amount.extend({ previous: decimal, change });
const period = z.object({ from: dayText, to: dayText });

export const digestAnswer = z.object({
  /** The last complete UTC billing day: every figure of the day is of this one. */
  day: dayText,
  /** Everything of the day, in effective cost: what `cost DAY` answers. */
  total: z.array(amount),
  /** Usage alone, against the same weekday a week before. */
  usage: z.object({ against: dayText, total: z.array(compared) }),
  /** What is in the total but is no usage. */
  apart: z.array(amount.extend({ kind: z.string() })),
  month: z.object({ period, previous: period, total: z.array(compared) }),
  /** What rose most in usage, each with its reason. */
  risers: z.array(driver),
  savings: z.object({ findings: z.number().int(), total: z.array(amount), top: z.array(finding) }),
  /** Budgets over their amount or on the way there, the worst first. */
  budgets: z.array(
    z.object({
      name: z.string(),
      state: z.string(),
      spent: amount,
      amount: amount,
      percent: z.string(),
      command: z.string(),
    }),
  ),
  dataThrough: dayText,
  sources: costAnswer.shape.receipt.shape.sources,
  provisional: z.boolean(),
  notes: z.array(z.string()),
  /** The last 30 days by service, days after `day` provisional. */
  chart: costAnswer,
});
export type DigestAnswer = z.infer<typeof digestAnswer>;

export const scheduleList = z.object({
  schedules: z.array(
    z.object({
      name: z.string(),
      job: z.enum(SCHEDULED_JOBS),
      cron: z.string(),
      timeZone: z.string(),
      channel: z.string().nullable(),
      next: z.string(),
      last: z.object({ due: z.string(), status: z.enum(RUN_STATUSES), late: z.boolean(), note: z.string() }).nullable(),
    }),
  ),
});
export type ScheduleList = z.infer<typeof scheduleList>;

export const statusAnswer = z.object({
  sources: z.array(
    z.object({
      source: z.string(),
      provider: z.string(),
      lastArrival: instant,
      lastDay: dayText.nullable(),
      silentHours: z.number().nullable(),
      allowedHours: z.number(),
      stale: z.boolean(),
    }),
  ),
  batches: z.array(
    z.object({
      id: z.string(),
      source: z.string(),
      billingMonth: z.string(),
      status: z.string(),
      rowsStored: z.number(),
      rejects: z.number(),
      at: z.string(),
    }),
  ),
  schedules: scheduleList.shape.schedules,
  runs: z.object({ queued: z.number().int(), failed: z.number().int() }),
  outbox: z.object({
    waiting: z.number().int(),
    dead: z.array(
      z.object({ id: z.string(), channel: z.string(), key: z.string(), error: z.string(), at: z.string() }),
    ),
    /** Where cards wait, and where the surface refuses them. */
    places: z.array(
      z.object({
        place: z.string(),
        waiting: z.number().int(),
        waitingSince: z.string().nullable(),
        refusedSince: z.string().nullable(),
        reason: z.string().nullable(),
      }),
    ),
  }),
  rollups: z.object({ version: z.string(), outdatedBatches: z.number().int() }),
});
export type StatusAnswer = z.infer<typeof statusAnswer>;

export const doctorAnswer = z.object({
  ok: z.boolean(),
  checks: z.array(
    z.object({
      check: z.string(),
      state: z.enum(["ok", "warning", "failed"]),
      finding: z.string(),
      /** The one command (or edit) that mends it; only where state is not ok. */
      mend: z.string().optional(),
    }),
  ),
});
export type DoctorAnswer = z.infer<typeof doctorAnswer>;
