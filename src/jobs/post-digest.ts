import { digestCard } from "../bot/views/digest-card.ts";
import { wasteCard } from "../bot/views/waste-card.ts";
import { AppError } from "../domain/errors.ts";
import { dateOfInstant, day, weekStart } from "../domain/period.ts";
import { buildDigest } from "../service/build-digest.ts";
import { findWaste } from "../service/find-waste.ts";
import type { Act, Post } from "../service/run-schedule.ts";
import { ingestUnderway } from "../store/schedules.ts";

/**
 * The digest of the last complete day, and once a week (the first time included) everything the bills prove to be
 * waste. Without bills, or while bills are being read, the run is skipped, and taken up as soon as they are in.
 */
export const postDigest: Act = async ({ ctx, schedule, run }) => {
  const channel = schedule.channel ?? "finops";
  const actor = { kind: "schedule", id: schedule.name, role: "viewer", scope: schedule.scope } as const;
  // Bills on their way in come first; when they are in, the skipped run is taken up again.
  if (await ingestUnderway(ctx.db.sql))
    return { status: "skipped", note: "bills are being read first", posts: [], waiting: true };
  const own = { ...ctx, actor, scope: schedule.scope };
  try {
    const digest = await buildDigest({ ctx: own, input: {} });
    const lateSince = run.late ? inZone(run.dueAt, schedule.timeZone) : null;
    const posts: Post[] = [
      { channel, key: `digest:${schedule.name}:${run.dueAt}`, card: digestCard(digest, { lateSince }) },
    ];
    const waste = await findWaste({ ctx: own, input: { scope: [] } });
    if (waste.findings.length > 0) {
      // One card a week: the outbox posts a key once.
      posts.push({ channel, key: `waste:${schedule.name}:${weekStart(day(digest.day))}`, card: wasteCard(waste) });
    }
    return { status: "done", note: `digest of ${digest.day}`, posts };
  } catch (error) {
    if (error instanceof AppError && error.code === "not-found") {
      return { status: "skipped", note: error.message, posts: [] };
    }
    throw error;
  }
};

/** "Sat 21 Nov, 09:00" in the zone of the schedule. */
function inZone(instant: number, timeZone: string): string {
  const parts = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } as const;
  return new Intl.DateTimeFormat("en-GB", { ...parts, timeZone }).format(dateOfInstant(instant));
}
