import type { Card } from "../bot/card.ts";
import { answerQuery } from "../bot/commands/cost.ts";
import { savedQuery } from "../bot/commands/saved-question.ts";
import { closeCard } from "../bot/views/close-card.ts";
import { digestCard } from "../bot/views/digest-card.ts";
import { hygieneCard } from "../bot/views/hygiene-card.ts";
import { hygieneReplies } from "../bot/views/hygiene-owners-card.ts";
import { restatedCard, restatedStatus } from "../bot/views/digest-restated-card.ts";
import { digestReplies } from "../bot/views/digest-thread.ts";
import { pausedCard } from "../bot/views/subscription-card.ts";
import { wasteCard } from "../bot/views/waste-card.ts";
import { AppError } from "../domain/errors.ts";
import type { CostAnswer } from "../domain/contract.ts";
import type { CloseAnswer, DigestAnswer } from "../domain/contract-operations.ts";
import { dateOfInstant, day, dayInZone, weekStart } from "../domain/period.ts";
import { DAILY_DIGEST, type Report } from "../domain/report.ts";
import type { Context } from "../service/context.ts";
import { exportCosts } from "../service/export-costs.ts";
import { digestCsv } from "../service/export-digest.ts";
import { findWaste } from "../service/find-waste.ts";
import { notifyPerson } from "../service/notify-person.ts";
import { quietAnswer } from "../service/quiet-answer.ts";
import { asSchedule, pausedBecause, pausedFor, reportDigest, type Paused } from "../service/report-digest.ts";
import type { Act, Post, RunOutcome } from "../service/run-schedule.ts";
import { rememberDigest, type RestateDigests } from "../service/restate-digests.ts";
import { tagHygiene } from "../service/tag-hygiene.ts";
import type { SqlLike } from "../store/db.ts";
import { UPLOAD_BYTES_MAX } from "../store/outbox.ts";
import { findSavedById } from "../store/saved-questions.ts";
import { ingestUnderway, type KnownSchedule, type RunRow } from "../store/schedules.ts";

/**
 * The report a schedule is for: a digest, or the answer to a saved question; and beside the built-in daily digest once a
 * week (the first time included) everything the bills prove to be waste. Without bills, or while bills are being read,
 * the run is skipped, and taken up as soon as they are in. Whoever made it must still have the rights it needs.
 */
export const postDigest: Act = async ({ ctx, schedule, run }) => {
  // Bills on their way in come first; when they are in, the skipped run is taken up again.
  if (await ingestUnderway(ctx.db.sql))
    return { status: "skipped", note: "bills are being read first", posts: [], waiting: true };
  const lost = await pausedFor(ctx, schedule);
  if (lost !== null) return pausedOutcome(schedule, run, lost);
  const report = schedule.report ?? DAILY_DIGEST;
  try {
    if (report.kind === "hygiene") return await postHygiene(ctx, schedule, run);
    return report.kind === "question"
      ? await postQuestion({ ctx, schedule, run, report })
      : await postOneDigest({ ctx, schedule, run, report });
  } catch (error) {
    if (error instanceof AppError && error.code === "not-found") {
      return { status: "skipped", note: error.message, posts: [] };
    }
    throw error;
  }
};

type Run<Kind extends Report["kind"]> = {
  readonly ctx: Context;
  readonly schedule: KnownSchedule;
  readonly run: RunRow;
  readonly report: Extract<Report, { kind: Kind }>;
};

async function postOneDigest({ ctx, schedule, run, report }: Run<"digest">): Promise<RunOutcome> {
  const told = await reportDigest({ ctx, input: { schedule, report, dueAt: run.dueAt } });
  if (told.kind === "quiet") return { status: "done", note: told.note, posts: [] };
  const { digest, close, save } = told;
  const lateSince = lateWords(schedule, run);
  const card = digestCard(digest, { lateSince, schedule: schedule.name });
  const channel = schedule.channel ?? "finops";
  const key = `digest:${schedule.name}:${run.dueAt}`;
  const outcome = posted(channel, key, { card, digest, close });
  const waste = digest.cycle === "day" && schedule.origin !== "chat";
  const posts = waste ? [...outcome.posts, ...(await wasteOfTheWeek(ctx, schedule, digest.day))] : outcome.posts;
  const remember = async (tx: SqlLike): Promise<void> => {
    await save(tx);
    const { name, scope } = schedule;
    const today = dayInZone(run.dueAt, schedule.timeZone);
    await rememberDigest(tx, { key, schedule: name, channel, scope, today, lateSince, digest });
  };
  return { ...outcome, status: "done", note: `digest of ${digest.day}`, posts, save: remember };
}

/** A posted digest as it reads once its days were restated: the card, and what its thread says of changes and bills. */
export const renderRestated: RestateDigests["render"] = ({ posted: row, digest, restated, on }) => {
  const options = { lateSince: row.lateSince, schedule: row.schedule, restated: restatedStatus(restated, on) };
  const replies = digestReplies(digest).filter(({ name }) => name !== "savings");
  return {
    cards: [
      { key: row.key, card: digestCard(digest, options) },
      ...replies.map(({ name, card }) => ({ key: `${row.key}:${name}`, card })),
    ],
    news: restatedCard(digest, restated),
  };
};

/** The answer to a saved question as of the day in the schedule's zone, with its rows as a file. */
async function postQuestion({ ctx, schedule, run, report }: Run<"question">): Promise<RunOutcome> {
  const saved = await findSavedById(ctx.db.sql, report.saved);
  if (saved === null)
    return pausedOutcome(schedule, run, pausedBecause(ctx, schedule, `the question ${report.name} was removed`));
  const own = asSchedule(ctx, schedule);
  const { card, data } = await answerQuery(own, savedQuery(saved, dayInZone(run.dueAt, schedule.timeZone)));
  const answer = data as CostAnswer;
  if (answer.receipt.sources.length === 0) return { status: "skipped", note: "there are no bills yet", posts: [] };
  const note = quietAnswer(answer, report.onlyWhen);
  if (note !== null) return { status: "done", note, posts: [] };
  const channel = schedule.channel ?? "finops";
  const key = `question:${schedule.name}:${run.dueAt}`;
  const lateSince = lateWords(schedule, run);
  const shown: Card = {
    ...card,
    title: `${saved.name}: ${card.title}`,
    ...(lateSince === null ? {} : { status: `Late: was due ${lateSince}` }),
    footer: [...card.footer, `Comes by itself: digest off ${schedule.name}`],
  };
  const text = new TextDecoder().decode(await exportCosts({ ctx: own, input: { answer, format: "csv" } }));
  const fits = Buffer.byteLength(text, "utf8") <= UPLOAD_BYTES_MAX;
  const file = { name: "answer.csv", mime: "text/csv", text };
  const files = fits ? [{ channel, key: `${key}:csv`, file, under: key, priority: "digest" } as const] : [];
  return { status: "done", note: `answered ${saved.name}`, files, ...parentOf(channel, key, shown) };
}

/** Coverage in the channel; in its thread what no team bears by owner, then each owner, mentioned once, with theirs. */
async function postHygiene(ctx: Context, schedule: KnownSchedule, run: RunRow): Promise<RunOutcome> {
  const hygiene = await tagHygiene({ ctx: asSchedule(ctx, schedule), input: { period: null } });
  if (hygiene.coverage.length === 0) return { status: "skipped", note: "there is no usage yet", posts: [] };
  const channel = schedule.channel ?? "finops";
  const key = `hygiene:${schedule.name}:${run.dueAt}`;
  const parent = parentOf(channel, key, hygieneCard(hygiene));
  const replies = hygieneReplies(hygiene).map(({ name, card }): Post => ({
    channel,
    key: `${key}:${name}`,
    card,
    under: key,
    priority: "digest",
  }));
  return { ...parent, status: "done", note: "tag hygiene", posts: [...parent.posts, ...replies] };
}

/** A card in a channel; in a private talk, wherever the person reads: on every surface they are linked to. */
function parentOf(channel: string, key: string, card: Card): Pick<RunOutcome, "posts" | "privately"> {
  const priority = "digest";
  return channel.startsWith("@")
    ? { posts: [], privately: [{ personId: channel.slice(1), key, card, priority }] }
    : { posts: [{ channel, key, card, priority }] };
}

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
  const parent = parentOf(channel, key, card);
  return { ...parent, posts: [...parent.posts, ...replies], files };
}

/** Said where it used to come, and to whoever subscribed, as far as they want to be told. */
function pausedOutcome(schedule: KnownSchedule, run: RunRow, { reason, save }: Paused): RunOutcome {
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

/** "Sat 21 Nov, 09:00" in the zone of the schedule; null = in time. */
function lateWords({ timeZone }: KnownSchedule, { late, dueAt }: RunRow): string | null {
  if (!late) return null;
  const parts = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } as const;
  return new Intl.DateTimeFormat("en-GB", { ...parts, timeZone }).format(dateOfInstant(dueAt));
}
