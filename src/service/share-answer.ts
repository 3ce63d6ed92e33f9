import { isScopeWithin } from "../analysis/scope-within.ts";
import { AppError } from "../domain/errors.ts";
import { EVERYTHING, type ScopeFilter } from "../domain/scope.ts";
import { appendAudit } from "../store/audit.ts";
import { channelScope, readableChannels, requireChannel } from "../store/conversations.ts";
import type { SqlLike } from "../store/db.ts";
import { readInboundAnswer, type InboundResult } from "../store/inbound.ts";
import { enqueuePost } from "../store/outbox.ts";
import { auditActor } from "./apply-move.ts";
import type { Context, Verb } from "./context.ts";

/** Where private answers may go when nobody said where. */
const DEFAULT_CHANNEL = "finops";
/** A menu longer than this is a search: `share ID #CHANNEL` reaches every channel. */
const PLACES_MAX = 12;

type Origin = Pick<InboundResult, "channel" | "scope">;
type Sharer = { readonly personId: string; readonly scope: ScopeFilter; readonly preferred: string | null };

/** Where an answer may be shared to by a button: the channel it was asked in, else the person's, else the first one. */
export async function sharingPlace(
  sql: SqlLike,
  result: Origin,
  preferred: string | null,
): Promise<{ readonly channel: string; readonly here: boolean } | null> {
  const here = !result.channel.startsWith("@");
  const channel = here ? result.channel : (preferred ?? DEFAULT_CHANNEL);
  return isScopeWithin(result.scope, await channelScope(sql, channel)) ? { channel, here } : null;
}

/** Channels of the chat an answer may be shared into, that it does not stand in already; the person's own first. */
export async function sharingPlaces(sql: SqlLike, result: Origin, sharer: Sharer): Promise<string[]> {
  const open = (await readableChannels(sql, sharer)).filter(
    ({ kind, name, scope }) => kind === "shared" && name !== result.channel && isScopeWithin(result.scope, scope),
  );
  const names = open.map(({ name }) => name);
  const first = names.filter((name) => name === (sharer.preferred ?? DEFAULT_CHANNEL));
  return [...first, ...names.filter((name) => !first.includes(name))].slice(0, PLACES_MAX);
}

export type SharedAnswer = {
  readonly channel: string;
  /** Outbox key of the copy everybody sees. */
  readonly key: string;
  readonly card: object;
  /** Line on the copy that says who shared it. */
  readonly by: string;
  /** The Shows of src/bot/live-cards.ts it was kept with; null = it shows nothing that is decided on. */
  readonly shows: object | null;
  /** Who asked, and what the answer was allowed to show. */
  readonly asker: { readonly id: string; readonly name: string; readonly scope: ScopeFilter };
};

/**
 * Posts an answer where all see it: that very card, nothing is asked again. Refused when the channel may show less than
 * the answer was allowed to. A private one is shared by whoever asked, one that stood where all could read it by whoever
 * may see all of it; once a place. Both ways it is in the audit trail.
 */
export async function shareAnswer({
  ctx,
  input,
}: Verb<{ readonly id: string; readonly channel: string | null }>): Promise<SharedAnswer> {
  const { sql } = ctx.db;
  const kept = /^\d{1,18}$/.test(input.id) ? await readInboundAnswer(sql, input.id) : null;
  if (kept === null || !(await mayShare(ctx, kept))) {
    throw new AppError("not-found", "That answer is not kept (any more), or it was not yours.", {
      remedy: "Ask again and share the new answer.",
    });
  }
  const channel = input.channel?.replace(/^#/, "") ?? ctx.channel ?? "";
  if (channel === "" || channel.startsWith("@")) {
    throw new AppError("bad-input", "Say where it goes.", { remedy: `share ${input.id} #${DEFAULT_CHANNEL}` });
  }
  // A place elsewhere is where the person just is; a channel is one they may read.
  if (channel !== ctx.channel) await requireChannel(sql, channel, readerOf(ctx));
  if (!isScopeWithin(kept.scope, await channelScope(sql, channel))) {
    const reason = `#${channel} may show only a part of the bills, and this answer shows more.`;
    await appendAudit(sql, [auditOf(ctx, { id: input.id, channel, reason })]);
    throw new AppError("forbidden", reason, {
      remedy: "Ask it in that channel: the answer is then cut to what may be shown there.",
    });
  }
  const { card, shows = null } = kept.answer as { card: { footer: readonly string[] }; shows?: object };
  const { actor } = ctx;
  // Asked in a thread of this very place, it is shown there.
  const thread = kept.channel === channel && kept.thread !== null ? { thread: kept.thread } : {};
  const key = `shared:${input.id}`;
  const by = `Shared by ${actor.kind === "user" ? actor.name : kept.actorName}`;
  // By whom something was decided is worth more than by whom it was shared.
  const copy = shows === null ? { ...card, status: by } : { ...card, footer: [by, ...card.footer] };
  await sql.begin(async (tx) => {
    await enqueuePost(tx, { channel, key, card: copy, priority: "interactive", ...thread });
    await appendAudit(tx, [auditOf(ctx, { id: input.id, channel, reason: null })]);
  });
  const asker = { id: kept.actorId, name: kept.actorName, scope: kept.scope };
  return { channel, key, card: copy, by, shows, asker };
}

type KeptAnswer = NonNullable<Awaited<ReturnType<typeof readInboundAnswer>>>;

/** Their own answer; or one said where they could read it too, which shows nothing beyond what they may see. */
async function mayShare(ctx: Context, kept: KeptAnswer): Promise<boolean> {
  if (kept.actorId === ctx.actor.id) return true;
  const { show } = kept.answer as { show?: string };
  const reader = readerOf(ctx);
  if (show !== "public" || !isScopeWithin(kept.scope, reader.scope)) return false;
  return (await readableChannels(ctx.db.sql, reader)).some(({ name }) => name === kept.channel);
}

function readerOf({ actor }: Context) {
  return { personId: actor.id, scope: actor.kind === "system" ? EVERYTHING : actor.scope };
}

function auditOf(
  ctx: Context,
  share: { readonly id: string; readonly channel: string; readonly reason: string | null },
) {
  const { channel, id, reason } = share;
  return {
    action: "answer.share",
    subject: channel,
    actor: auditActor(ctx.actor),
    outcome: reason === null ? "done" : "refused",
    reason,
    details: { answer: id },
  } as const;
}
