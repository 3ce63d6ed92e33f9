import { z } from "zod";

import { BUDGET_CYCLES } from "./budget.ts";
import { costAnswer, costRow, driver, finding } from "./contract.ts";
import { DIGEST_CYCLES, reportSchema } from "./report.ts";
import { RUN_STATUSES, SCHEDULED_JOBS } from "./schedule.ts";

/** The `--json` documents of digest, status and doctor. Instants are ISO 8601 in UTC, null = never. */
const decimal = z.string().regex(/^-?\d+(\.\d+)?$/);
const dayText = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const instant = z.string().nullable();
const amount = z.object({ amount: decimal, currency: z.string() });
const change = z.object({ amount: decimal, ratio: decimal.nullable() });
const compared = amount.extend({ previous: decimal, change });
const period = z.object({ from: dayText, to: dayText });

/** Why a group rose, as far as its resources and quantities tell. */
const reason = z.object({
  /** The resource that moved most, where it holds most of the rise. */
  resource: z.object({ name: z.string(), change: decimal, isNew: z.boolean() }).nullable(),
  /** Resources that were not there before. */
  newResources: z.number().int(),
  /** Change of the quantity and of the price of one unit; null = several units, or none. */
  usage: decimal.nullable(),
  price: decimal.nullable(),
  /** The first day of the new level, where it was one step; null = gradual, or not a daily digest. */
  since: dayText.nullable(),
  /** Who owns it, by name. */
  owner: z.string().nullable(),
});

export const digestAnswer = z.object({
  cycle: z.enum(DIGEST_CYCLES),
  /** The last day of `period`. */
  day: dayText,
  /** What it tells of: complete UTC billing days. */
  period,
  /** The whole week or month, where its last days are not complete yet; null = nothing is missing. */
  whole: period.nullable(),
  /** Everything of the period, in effective cost: what `cost PERIOD` answers. */
  total: z.array(amount),
  /** Usage alone, against the same weekday, the week or the month before. */
  usage: z.object({ against: period, total: z.array(compared) }),
  /** What is in the total but is no usage. */
  apart: z.array(amount.extend({ kind: z.string() })),
  /** The month (and fiscal quarter, fiscal year) up to `day`, against the same days before. */
  soFar: z.array(
    z.object({ unit: z.enum(BUDGET_CYCLES), name: z.string(), period, previous: period, total: z.array(compared) }),
  ),
  /** What rose most in usage, each with its reason. */
  risers: z.array(driver.extend({ reason: reason.nullable() })),
  /** Everything that moved usage, up and down, with the rest: adds up to its change. */
  moves: z.array(driver),
  /** Usage by service, now and before, the largest first. */
  services: z.array(costRow),
  /** What the bills prove and nobody has decided; `decided`: findings somebody approved, rejected or put off. */
  savings: z.object({
    findings: z.number().int(),
    decided: z.number().int().default(0),
    total: z.array(amount),
    top: z.array(finding),
  }),
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
  /** Bills that arrived since the digest before; null = only a part is seen, and deliveries cannot be cut to it. */
  deliveries: z
    .array(
      z.object({
        batch: z.string(),
        source: z.string(),
        month: z.string(),
        at: z.string(),
        rows: z.number(),
        rejects: z.number(),
        billed: z.array(amount),
        /** What it changed of what was known before; empty = nothing, or it is the first of its month. */
        restated: z.array(amount),
      }),
    )
    .nullable(),
  dataThrough: dayText,
  sources: costAnswer.shape.receipt.shape.sources,
  provisional: z.boolean(),
  scope: z.string(),
  notes: z.array(z.string()),
  /** Usage by service: the last 30 days, 12 weeks or 13 months; days after `day` provisional. */
  chart: costAnswer,
  /** What is no usage, over the same span: both together are the whole cost. */
  chartApart: costAnswer,
  /** What is shown, for noticing that the bills say otherwise by now: the picture's buckets up to `day`, all costs. */
  shown: z.object({
    /** Currency asked in; null = each by itself. */
    currency: z.string().nullable(),
    /** Of every service in every bucket: another mark, another amount. */
    mark: z.string(),
    buckets: z.array(amount.extend({ from: dayText, to: dayText })),
  }),
  /** The questions that give total, change and month. */
  questions: z.object({ total: z.string(), change: z.string() }),
});
export type DigestAnswer = z.infer<typeof digestAnswer>;
export type RiseReason = z.infer<typeof reason>;

const scheduleEntry = z.object({
  name: z.string(),
  job: z.enum(SCHEDULED_JOBS),
  cron: z.string(),
  /** The cron expression in words; null where it is not one of the usual ones. */
  when: z.string().nullable(),
  timeZone: z.string(),
  channel: z.string().nullable(),
  origin: z.enum(["built-in", "config", "chat"]),
  /** What it posts; null = it is no digest. */
  report: reportSchema.nullable(),
  /** What it may show, in words. */
  scope: z.string(),
  /** Who subscribed; null = configuration, or built in. */
  by: z.string().nullable(),
  /** Why it stands still; null = it runs. */
  paused: z.string().nullable(),
  next: z.string(),
  last: z.object({ due: z.string(), status: z.enum(RUN_STATUSES), late: z.boolean(), note: z.string() }).nullable(),
});
export type ScheduleEntry = z.infer<typeof scheduleEntry>;
export const scheduleList = z.object({ schedules: z.array(scheduleEntry) });
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

const monthText = z.string().regex(/^\d{4}-\d{2}$/);

export const closeAnswer = z.object({
  /** The invoice month (BillingPeriod), and what of it is seen, in words. */
  month: monthText,
  scope: z.string(),
  /** Whether only a part is seen: such figures cannot be compared with an invoice. */
  partial: z.boolean(),
  invoices: z.array(
    z.object({
      /** null = the cloud has not named an invoice yet. */
      invoice: z.string().nullable(),
      account: z.string().nullable(),
      accountName: z.string().nullable(),
      provider: z.string().nullable(),
      currency: z.string(),
      billed: decimal,
      effective: decimal,
      /** Billed cost by kind; the kinds add up to `billed`. */
      kinds: z.record(z.string(), decimal),
      state: z.enum(["final", "open", "not-invoiced"]),
    }),
  ),
  total: z.array(
    z.object({ currency: z.string(), billed: decimal, effective: decimal, kinds: z.record(z.string(), decimal) }),
  ),
  /** Commitments' purchases of the month, billed now and spread over their term in effective cost. */
  commitments: z.array(amount.extend({ commitment: z.string().nullable() })),
  accounts: z.array(
    z.object({
      account: z.string(),
      provider: z.string(),
      final: z.boolean(),
      incomplete: z.string().nullable(),
      /** Rows of it that could not be read; null = only a part is seen. */
      rejects: z.number().int().nullable(),
    }),
  ),
  /** The close kept before for this month; null = none. */
  kept: z
    .object({
      on: dayText,
      restated: z.array(amount.extend({ invoice: z.string().nullable(), account: z.string().nullable() })),
    })
    .nullable(),
  /** Earlier months that changed after they were kept. */
  earlier: z.array(z.object({ month: monthText, on: dayText, restated: z.array(amount) })),
});
export type CloseAnswer = z.infer<typeof closeAnswer>;
