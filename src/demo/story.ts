import { addDays, addMonths, daysBetween, firstDay, monthOf, type Day } from "../domain/period.ts";
import type { SampleDecision } from "./answers.ts";
import type { Span } from "./quantity.ts";

/**
 * What has happened in the estate before today, in days after its start: bills of the first weeks arrived, waste was
 * recommended and decided on, the work was done, and the bills since show what came of it.
 */
export const STORY_DAY = 20;
/** The day the work that was approved was done. */
export const WORK_DONE_DAY = 24;
/** 30 days after the work are billed, and two more have passed. */
const STORY_DAYS_MIN = 59;

/** Whether a span is long enough for the story; it begins with a month, so that its first bills are one month's. */
export function hasStory(span: Span): boolean {
  return span.first === firstDay(monthOf(span.first)) && daysBetween(span.first, span.end) >= STORY_DAYS_MIN;
}

/** The first day of an estate nobody gave a length: two whole months and the one of yesterday. */
export function usualFirstDay(until: Day): Day {
  return firstDay(addMonths(monthOf(addDays(until, -1)), -2));
}

/** What people do about waste, by resource name. Waste not named here is proposed and waits. */
export const DECISIONS: Readonly<Record<string, SampleDecision>> = {
  // Over by now: the work was done, and the bill shows what came of it.
  "pilot-gateway": { early: "approve", done: true, state: "realised" },
  "telemetry-cold": { early: "approve", done: true, state: "realised" },
  "route-history": { early: "approve", done: true, state: "partly-realised" },
  "parcel-heatmap": { early: "approve", done: true, state: "not-realised" },
  "trade-fair": { early: "snooze", state: "resolved" },
  "metered-by-mistake": { state: "withdrawn" },
  // Known since then, and still there.
  "old-gateway-a": { state: "expired" },
  "tracking-v1": { early: "reject", state: "rejected" },
  "Compute Savings Plan 2026": { early: "reject", state: "rejected" },
  "peak-week": { early: "snooze", state: "snoozed" },
  "label-printer-1": { early: "approve", state: "handed-off" },
  "parcel-archive-index": { early: "approve", today: "applied", state: "applied" },
  // Seen since.
  "customs-archive": { today: "approve", state: "partly-approved" },
  "dispatch-rehearsal": { today: "approve", state: "approved" },
  "ledger-scratch": { today: "snooze", state: "snoozed" },
  "playground-nat": { today: "reject", state: "rejected" },
};
