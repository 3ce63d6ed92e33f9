import { firstTold, restatedSincePosted, type FirstTold, type Restated } from "../analysis/digest-restated.ts";
import { isScopeWithin } from "../analysis/scope-within.ts";
import { digestAnswer, type DigestAnswer } from "../domain/contract-operations.ts";
import { AppError } from "../domain/errors.ts";
import { parseAtoms } from "../domain/money.ts";
import { day, type Day } from "../domain/period.ts";
import { channelScope } from "../store/conversations.ts";
import type { SqlLike } from "../store/db.ts";
import { enqueueReply, enqueueUpdate } from "../store/outbox.ts";
import { insertPostedDigest, loadPostedDigests, saveRestated, type PostedDigest } from "../store/posted-digests.ts";
import { loadSchedules, type KnownSchedule } from "../store/schedules.ts";
import { buildDigest, digestShown } from "./build-digest.ts";
import type { Context, Verb } from "./context.ts";
import { lostRights } from "./creator-rights.ts";

/** Digests looked at after one load, the newest: a month of daily ones in two channels. What it costs is bounded so. */
const LOOKED_AT_MAX = 60;
/** A total that moved by less than one part in this many is edited and not announced: late charges come every day. */
const NEWS_PART = 100n;

export type RestatedDigest = {
  readonly posted: PostedDigest;
  readonly digest: DigestAnswer;
  readonly restated: Restated;
  /** The business day it is noticed on. */
  readonly on: Day;
};

export type RestateDigests = {
  /** The cards that change, by their keys in the outbox, and what the thread is told. */
  readonly render: (given: RestatedDigest) => {
    readonly cards: readonly { readonly key: string; readonly card: object }[];
    readonly news: object;
  };
};

/**
 * Edits posted digests whose days were restated since: costs are asked again for the same day, scope and currency; what was
 * said of savings and budgets stays. Every copy of a card is edited, once for each restatement, by whichever process is
 * first; a headline that moved by 1% or more is also said in its thread. Nothing is edited where its channel may show
 * less by now or whoever subscribed has lost the rights to it. Returns the keys of the cards edited.
 */
export async function restateDigests({ ctx, input }: Verb<RestateDigests>): Promise<string[]> {
  const schedules = new Map((await loadSchedules(ctx.db.sql)).map((one) => [one.name, one]));
  const edited: string[] = [];
  for (const posted of await loadPostedDigests(ctx.db.sql, LOOKED_AT_MAX)) {
    try {
      const found = await restatedOf(ctx, posted, schedules.get(posted.schedule));
      if (found !== null && (await edit(ctx, found, input))) edited.push(posted.key);
    } catch (error) {
      // Bills rolled back to nothing, a rate taken away: the card stays as it was.
      if (!(error instanceof AppError)) throw error;
      ctx.log.info({ digest: posted.key, reason: error.message }, "posted digest not looked at again");
    }
  }
  return edited;
}

/** Remembers a digest as it is posted, in that transaction. */
export async function rememberDigest(
  tx: SqlLike,
  row: Omit<PostedDigest, "first" | "restated" | "digest"> & { readonly digest: DigestAnswer },
): Promise<void> {
  await insertPostedDigest(tx, { ...row, first: firstTold(row.digest) });
}

async function restatedOf(
  ctx: Context,
  posted: PostedDigest,
  schedule: KnownSchedule | undefined,
): Promise<RestatedDigest | null> {
  const before = digestAnswer.parse(posted.digest);
  const { scope, channel, today } = posted;
  const actor = { kind: "schedule", id: posted.schedule, role: "viewer", scope } as const;
  const own: Context = { ...ctx, actor, scope, ...(channel === null ? {} : { channel }) };
  if (channel !== null && !isScopeWithin(scope, await channelScope(ctx.db.sql, channel))) return null;
  if (schedule !== undefined && (await lostRights(ctx, schedule)) !== null) return null;
  const { cycle, shown } = before;
  const asked = { cycle, day: day(before.day), today, currency: shown.currency };
  if ((await digestShown({ ctx: own, input: asked })).mark === shown.mark) return null;
  const now = await buildDigest({ ctx: own, input: asked });
  const { savings, budgets, deliveries } = before;
  const digest = { ...now, savings, budgets, deliveries };
  const restated = restatedSincePosted(posted.first as FirstTold, digest);
  return { posted, digest, restated, on: ctx.clock.today() };
}

async function edit(ctx: Context, found: RestatedDigest, { render }: RestateDigests): Promise<boolean> {
  const { posted, digest } = found;
  const { key, restated } = posted;
  const { cards, news } = render(found);
  return ctx.db.sql.begin(async (tx) => {
    if (!(await saveRestated(tx, { key, digest, restated }))) return false;
    for (const card of cards) await enqueueUpdate(tx, card);
    if (isNews(digestAnswer.parse(posted.digest), digest))
      await enqueueReply(tx, { parent: key, card: news, priority: "digest" });
    return true;
  });
}

/** Whether the headline moved enough to be told since it was last edited. */
function isNews(before: DigestAnswer, now: DigestAnswer): boolean {
  const since = restatedSincePosted({ total: before.total, buckets: [] }, now);
  return since.total.some(({ was, change }) => sizeOf(change) * NEWS_PART >= sizeOf(was));
}

function sizeOf(decimal: string): bigint {
  const atoms = parseAtoms(decimal);
  return atoms < 0n ? -atoms : atoms;
}
