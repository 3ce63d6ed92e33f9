import { isScopeWithin } from "../analysis/scope-within.ts";
import { AppError } from "../domain/errors.ts";
import { channelScope, requireChannel } from "../store/conversations.ts";
import type { SqlLike } from "../store/db.ts";
import { readInboundAnswer, type InboundResult } from "../store/inbound.ts";
import { enqueuePost } from "../store/outbox.ts";
import type { Verb } from "./context.ts";

/** Where private answers may go when nobody said where. */
const DEFAULT_CHANNEL = "finops";

/** Where an answer may be shared to by a button: the channel it was asked in, else the person's, else the first one. */
export async function sharingPlace(
  sql: SqlLike,
  result: Pick<InboundResult, "channel" | "scope">,
  preferred: string | null,
): Promise<{ readonly channel: string; readonly here: boolean } | null> {
  const here = !result.channel.startsWith("@");
  const channel = here ? result.channel : (preferred ?? DEFAULT_CHANNEL);
  return isScopeWithin(result.scope, await channelScope(sql, channel)) ? { channel, here } : null;
}

/**
 * Posts an answer somebody was given privately where all see it: that very card, nothing is asked again. Refused when
 * the channel may show less than the answer was allowed to. Only whoever asked may share it; once a place.
 */
export async function shareAnswer({
  ctx,
  input,
}: Verb<{ readonly id: string; readonly channel: string | null }>): Promise<{ channel: string }> {
  const { sql } = ctx.db;
  const kept = /^\d{1,18}$/.test(input.id) ? await readInboundAnswer(sql, input.id) : null;
  if (kept === null || kept.actorId !== ctx.actor.id) {
    throw new AppError("not-found", "That answer is not kept (any more), or it was not yours.", {
      remedy: "Ask again and share the new answer.",
    });
  }
  const channel = input.channel?.replace(/^#/, "") ?? ctx.channel ?? "";
  if (channel === "" || channel.startsWith("@")) {
    throw new AppError("bad-input", "Say where it goes.", { remedy: `share ${input.id} #${DEFAULT_CHANNEL}` });
  }
  // A place elsewhere is where the person just is; a channel is one they may read.
  const { actor } = ctx;
  const scope = actor.kind === "system" ? [] : actor.scope;
  if (channel !== ctx.channel) await requireChannel(sql, channel, { personId: actor.id, scope });
  if (!isScopeWithin(kept.scope, await channelScope(sql, channel))) {
    throw new AppError("forbidden", `#${channel} may show only a part of the bills, and this answer shows more.`, {
      remedy: "Ask it in that channel: the answer is then cut to what may be shown there.",
    });
  }
  const { card } = kept.answer as { card: object };
  // Asked in a thread of this very place, it is shown there.
  const thread = kept.channel === channel && kept.thread !== null ? { thread: kept.thread } : {};
  await enqueuePost(sql, {
    channel,
    key: `shared:${input.id}`,
    card: { ...card, status: `Shared by ${kept.actorName}` },
    priority: "interactive",
    ...thread,
  });
  return { channel };
}
