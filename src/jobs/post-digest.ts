import type { Card } from "../bot/card.ts";
import { closeCard } from "../bot/views/close-card.ts";
import { digestCard } from "../bot/views/digest-card.ts";
import { digestReplies } from "../bot/views/digest-thread.ts";
import { pausedCard } from "../bot/views/subscription-card.ts";
import { wasteCard } from "../bot/views/waste-card.ts";
import { AppError } from "../domain/errors.ts";
import type { CloseAnswer, DigestAnswer } from "../domain/contract-operations.ts";
import { dateOfInstant, day, weekStart } from "../domain/period.ts";
import type { Context } from "../service/context.ts";
import { digestCsv } from "../service/export-digest.ts";
import { findWaste } from "../service/find-waste.ts";
import { notifyPerson } from "../service/notify-person.ts";
import { asSchedule, reportDigest, type DigestReport } from "../service/report-digest.ts";
import type { Act, Post, RunOutcome } from "../service/run-schedule.ts";
import { ingestUnderway, type KnownSchedule, type RunRow } from "../store/schedules.ts";

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
    if (report.kind === "paused") return pausedOutcome(schedule, run, report);
    const { digest, close, save } = report;
    const lateSince = run.late ? inZone(run.dueAt, schedule.timeZone) : null;
    const card = digestCard(digest, { lateSince, schedule: schedule.name });
    const outcome = posted(channel, `digest:${schedule.name}:${run.dueAt}`, { card, digest, close });
    const waste = digest.cycle === "day" && schedule.origin !== "chat";
    const posts = waste ? [...outcome.posts, ...(await wasteOfTheWeek(ctx, schedule, digest.day))] : outcome.posts;
    return { ...outcome, status: "done", note: `digest of ${digest.day}`, posts, save };
  } catch (error) {
    if (error instanceof AppError && error.code === "not-found") {
      return { status: "skipped", note: error.message, posts: [] };
    }
    throw error;
  }
};

/** One screen in the channel; the rest, and a file of all it shows, in its thread. */
function posted(
  channel: string,
  key: string,
  { card, digest, close }: { card: Card; digest: DigestAnswer; close: CloseAnswer | null },
): Pick<RunOutcome, "posts" | "privately" | "files"> {
  const priority = "digest";
  const closing = close === null ? [] : [{ name: "close", card: closeCard(close) }];
  const replies = [...closing, ...digestReplies(digest)].map(({ name, card: reply }): Post => ({
    channel,
    key: `${key}:${name}`,
    card: reply,
    under: key,
    priority,
  }));
  const name = `digest-${digest.cycle}-${digest.day}.csv`;
  const file = { name, mime: "text/csv", text: digestCsv(digest) };
  const files = [{ channel, key: `${key}:csv`, file, under: key, priority }] as const;
  // A private talk is wherever the person reads: on every surface they are linked to.
  if (channel.startsWith("@"))
    return { privately: [{ personId: channel.slice(1), key, card, priority }], posts: replies, files };
  return { posts: [{ channel, key, card, priority }, ...replies], files };
}

/** Said where it used to come, and to whoever subscribed, as far as they want to be told. */
function pausedOutcome(
  schedule: KnownSchedule,
  run: RunRow,
  { reason, save }: Extract<DigestReport, { kind: "paused" }>,
): RunOutcome {
  const key = `paused:${schedule.name}:${run.dueAt}`;
  const card = pausedCard(schedule.name, reason);
  const { creator, channel } = schedule;
  const own = channel?.startsWith("@") === true;
  return {
    status: "done",
    note: reason,
    posts: own ? [] : [{ channel: channel ?? "finops", key, card }],
    save: async (tx) => {
      await save(tx);
      if (creator !== null) await notifyPerson(tx, { personId: creator.id, key, card, needsThem: true });
    },
  };
}

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
