import { digestCard } from "../bot/views/digest-card.ts";
import { pausedCard } from "../bot/views/subscription-card.ts";
import { wasteCard } from "../bot/views/waste-card.ts";
import { AppError } from "../domain/errors.ts";
import { dateOfInstant, day, weekStart } from "../domain/period.ts";
import type { Context } from "../service/context.ts";
import { findWaste } from "../service/find-waste.ts";
import { asSchedule, reportDigest } from "../service/report-digest.ts";
import type { Act, Post } from "../service/run-schedule.ts";
import { ingestUnderway, type KnownSchedule } from "../store/schedules.ts";

/**
 * The digest a schedule is for; and from the built-in one once a week (the first time included) everything the bills
 * prove to be waste. Without bills, or while bills are being read, the run is skipped, and taken up as soon as they are in.
 */
export const postDigest: Act = async ({ ctx, schedule, run }) => {
  const channel = schedule.channel ?? "finops";
  // Bills on their way in come first; when they are in, the skipped run is taken up again.
  if (await ingestUnderway(ctx.db.sql))
    return { status: "skipped", note: "bills are being read first", posts: [], waiting: true };
  try {
    const report = await reportDigest({ ctx, input: { schedule, dueAt: run.dueAt } });
    if (report.kind === "quiet") return { status: "done", note: report.note, posts: [] };
    if (report.kind === "paused") {
      const card = pausedCard(schedule.name, report.reason);
      const posts = [{ channel, key: `paused:${schedule.name}:${run.dueAt}`, card }];
      return { status: "done", note: report.reason, posts, save: report.save };
    }
    const { digest } = report;
    const lateSince = run.late ? inZone(run.dueAt, schedule.timeZone) : null;
    const card = digestCard(digest, { lateSince, schedule: schedule.name });
    const posts: Post[] = [{ channel, key: `digest:${schedule.name}:${run.dueAt}`, card }];
    if (digest.cycle === "day" && schedule.origin !== "chat")
      posts.push(...(await wasteOfTheWeek(ctx, schedule, digest.day)));
    return { status: "done", note: `digest of ${digest.day}`, posts };
  } catch (error) {
    if (error instanceof AppError && error.code === "not-found") {
      return { status: "skipped", note: error.message, posts: [] };
    }
    throw error;
  }
};

/** One card a week: the outbox posts a key once. */
async function wasteOfTheWeek(ctx: Context, schedule: KnownSchedule, at: string): Promise<Post[]> {
  const waste = await findWaste({ ctx: asSchedule(ctx, schedule), input: { scope: [] } });
  if (waste.findings.length === 0) return [];
  const key = `waste:${schedule.name}:${weekStart(day(at))}`;
  return [{ channel: schedule.channel ?? "finops", key, card: wasteCard(waste) }];
}

/** "Sat 21 Nov, 09:00" in the zone of the schedule. */
function inZone(instant: number, timeZone: string): string {
  const parts = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } as const;
  return new Intl.DateTimeFormat("en-GB", { ...parts, timeZone }).format(dateOfInstant(instant));
}
