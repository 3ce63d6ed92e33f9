import {
  InteractionResponseType,
  MessageFlags,
  Routes,
  type APIInteraction,
  type APIMessage,
  type RESTPatchAPIWebhookWithTokenMessageJSONBody,
} from "discord-api-types/v10";

import type { Card } from "../../card.ts";
import type { InboundAnswer } from "../../inbound.ts";
import type { Placed } from "../../live-cards.ts";
import { ChannelError } from "../channel-error.ts";
import type { Channel, Reference } from "../channel.ts";
import { CODE, codeOf, toChannelError } from "./discord-error.ts";
import type { DiscordRest } from "./discord-rest.ts";
import { bodyOf, withoutPictures, type Body, type DrawPng } from "./message-body.ts";
import { renderDiscord } from "./render-discord.ts";
import { NO_MENTIONS, type Mention } from "./render-text.ts";
import { lateElsewhereCard } from "./words.ts";
import type { InboundBase } from "./read-interaction.ts";

/** Discord forgets an interaction after fifteen minutes; what is nearly that late takes the other way at once. */
const TOKEN_MS = 14.5 * 60_000;
/** Codes that say the interaction can no longer be answered. */
const TOO_LATE: ReadonlySet<number | null> = new Set([CODE.invalidWebhookToken, CODE.unknownInteraction]);
const UNKNOWN_WEBHOOK = 10_015;
/** A message for one person is edited by its interaction alone, and that lives a quarter of an hour. */
const TRUE_FOR_A_WHILE = "Only you see this. It is kept up to date for 14 minutes after you asked.";
/** Tries of one answer while Discord does not answer, or has not yet taken note of our acknowledgement. */
const TRIES = 4;
const TRY_AGAIN_MS = 250;

export type Telling = {
  readonly rest: DiscordRest;
  /** The same surface as a channel: what comes too late is posted. */
  readonly channel: Channel;
  readonly draw: DrawPng;
  readonly mentionsOf?: (card: Card) => Promise<Mention>;
};

/** How an interaction was acknowledged: a message that says "thinking", or its own message changed. */
export type Acknowledged = {
  readonly interaction: APIInteraction;
  readonly base: InboundBase;
  readonly how: "thinking" | "changed";
  /** performance.now() when it arrived. */
  readonly since: number;
};

/** The first answer of an interaction whose work takes longer than that: only the asker sees it. */
export const THINKING = {
  type: InteractionResponseType.DeferredChannelMessageWithSource,
  data: { flags: MessageFlags.Ephemeral },
} as const;

/** A short answer at once, to the asker alone. */
export function sayCallback(card: Card): object {
  const { content, embeds } = renderDiscord(card, { tokens: [], pictures: false });
  return {
    type: InteractionResponseType.ChannelMessageWithSource,
    data: { content, embeds, flags: MessageFlags.Ephemeral, allowed_mentions: { parse: [] } },
  };
}

/**
 * Shows an answer: to the asker alone, to the channel, or nothing where a card was edited. What Discord no longer takes as
 * an answer is posted: privately what was private, in its channel what was public.
 */
export async function tellAnswer(telling: Telling, to: Acknowledged, answer: InboundAnswer): Promise<Placed | null> {
  if (performance.now() - to.since > TOKEN_MS) return tellLate(telling, to.base, answer);
  try {
    return await tellInTime(telling, to, answer);
  } catch (error) {
    if (!TOO_LATE.has(codeOf(error))) throw error;
    return tellLate(telling, to.base, answer);
  }
}

async function tellInTime(telling: Telling, to: Acknowledged, given: InboundAnswer): Promise<Placed | null> {
  const { rest } = telling;
  const { interaction, how } = to;
  const isPrivate = given.show === "private";
  const promise = isPrivate && given.decidable === true ? [TRUE_FOR_A_WHILE] : [];
  const answer = { ...given, card: { ...given.card, footer: [...promise, ...given.card.footer] } };
  const { application_id: application, token } = interaction;
  const original = Routes.webhookMessage(application, token, "@original");
  const clear = async (): Promise<void> => {
    if (how === "thinking") await again(() => rest.delete(original, { auth: false }));
  };
  if (answer.show === "none") {
    await clear();
    return null;
  }
  const mention = (await telling.mentionsOf?.(answer.card)) ?? NO_MENTIONS;
  const payload = await bodyOf(renderDiscord(answer.card, { tokens: answer.tokens, mention }), telling.draw);
  const flags = isPrivate ? { flags: MessageFlags.Ephemeral } : {};
  const send = (it: Body): Promise<unknown> =>
    how === "thinking" && isPrivate
      ? rest.patch(original, {
          body: it.body satisfies RESTPatchAPIWebhookWithTokenMessageJSONBody,
          files: it.files,
          auth: false,
        })
      : rest.post(Routes.webhook(application, token), { body: { ...it.body, ...flags }, files: it.files, auth: false });
  let message: unknown;
  try {
    message = await again(() => send(payload));
  } catch (error) {
    // Files may be forbidden, or a proxy in between may refuse them: the numbers go out without the picture.
    if (payload.files.length === 0 || TOO_LATE.has(codeOf(error))) throw error;
    message = await again(() => send(withoutPictures(payload)));
  }
  if (!isPrivate) await clear();
  return placedAt(to, message as Partial<APIMessage> | null, isPrivate, promise);
}

/** Where an answer can be edited; null = Discord did not say. */
function placedAt(
  { base, how, interaction, since }: Acknowledged,
  message: Partial<APIMessage> | null,
  isPrivate: boolean,
  footer: readonly string[],
): Placed | null {
  const { channel_id: channel, id } = message ?? {};
  if (id === undefined || channel === undefined) return null;
  if (!isPrivate) return { address: `discord:${base.channel}`, reference: { channel, id } };
  const { application_id: application, token } = interaction;
  return {
    address: `discord:@${base.person.externalId}`,
    reference: { channel, id: how === "thinking" ? "@original" : id, interaction: `${application}:${token}` },
    seconds: Math.max(0, (TOKEN_MS - (performance.now() - since)) / 1_000),
    footer,
  };
}

/** Nobody may be shown in a channel what was meant for them alone: without private messages only that fact is said. */
async function tellLate(telling: Telling, base: InboundBase, answer: InboundAnswer): Promise<Placed | null> {
  if (answer.show === "none") return null;
  const { channel } = telling;
  const thread: Reference | null = base.thread === null ? null : { channel: base.channel, id: base.thread };
  const posting = {
    channel: base.channel,
    key: `answer:${base.id}`,
    card: answer.card,
    tokens: answer.tokens,
    revision: 1,
    generation: 1,
    maybePosted: false,
    thread,
  };
  const isPrivate = answer.show === "private" || base.channel.startsWith("@");
  try {
    const reference = await (isPrivate
      ? channel.postPrivate(base.person.externalId, { ...posting, thread: null })
      : channel.post(posting));
    return { address: `discord:${isPrivate ? `@${base.person.externalId}` : base.channel}`, reference };
  } catch (error) {
    const closed = error instanceof ChannelError && error.kind === "refused";
    if (!isPrivate || !closed || base.channel.startsWith("@")) throw error;
    await channel.post({ ...posting, key: `late:${base.id}`, card: lateElsewhereCard(base.person.name), tokens: [] });
    return null;
  }
}

/** Repeats what failed because Discord does not answer, or has not yet heard that we acknowledged (HTTP). */
async function again<T>(act: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      const passing = codeOf(error) === UNKNOWN_WEBHOOK || toChannelError(error).kind === "unavailable";
      if (!passing || attempt === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS * 2 ** (attempt - 1)));
    }
  }
}
