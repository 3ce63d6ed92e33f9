import { ANSWER_TOKEN_SECONDS, mintTokens } from "../bot/action-token.ts";
import type { Card } from "../bot/card.ts";
import { BOT } from "../bot/channels/web/web-channel.ts";
import type { Effect } from "../bot/command.ts";
import {
  directChannel,
  ensureDirectChannel,
  postMessage,
  type ChannelRow,
  type MessageRow,
} from "../store/conversations.ts";
import type { Sql } from "../store/db.ts";
import { findByKeys } from "../store/message-window.ts";
import { saveReadMarks } from "../store/read-marks.ts";
import type { SignedIn } from "./session.ts";

/** Where something is said: a channel, perhaps under one of its messages. */
export type Place = { readonly channel: string; readonly thread: string | null };

/** What is somebody's own (their settings, a code for them) is said in their private talk, wherever it was asked. */
export async function placeOfAnswer(
  sql: Sql,
  input: {
    readonly session: SignedIn;
    readonly effect: Effect;
    readonly channel: ChannelRow;
    readonly thread: string | null;
  },
): Promise<Place> {
  const { channel, effect, session, thread } = input;
  if (effect !== "own" || channel.kind === "direct") return { channel: channel.name, thread };
  await ensureDirectChannel(sql, session.personId);
  return { channel: directChannel(session.personId), thread: null };
}

/** Question and answer of one id, when both have been said already: asking again must not do it again. */
export async function findPair(sql: Sql, channel: string, id: string): Promise<MessageRow[] | null> {
  const found = await findByKeys(sql, { channel, keys: [`ask:${id}`, `answer:${id}`] });
  return found.length === 2 ? found.sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1)) : null;
}

/** What a person said, as one message a id. */
export function postQuestion(
  sql: Sql,
  input: { readonly place: Place; readonly session: SignedIn; readonly id: string; readonly text: string },
): Promise<MessageRow> {
  const { id, place, session, text } = input;
  const author = { kind: "person", id: session.personId, name: session.name } as const;
  return postMessage(sql, { ...place, key: `ask:${id}`, author, body: text });
}

/** The answer below it, with what its buttons carry. Whoever asks in a thread follows it from then on. */
export async function postAnswer(
  sql: Sql,
  input: { readonly question: MessageRow; readonly session: SignedIn; readonly id: string; readonly card: Card },
): Promise<MessageRow> {
  const { card, id, question, session } = input;
  const { channel, thread } = question;
  const key = `answer:${id}`;
  const audience = channel.startsWith("@") ? session.personId : null;
  const owner = { channel, key, revision: 1, audience, seconds: ANSWER_TOKEN_SECONDS };
  const tokens = await mintTokens(sql, card, owner);
  const answer = await postMessage(sql, { channel, thread, key, author: BOT, card, tokens, replyTo: question.id });
  if (thread !== null) await saveReadMarks(sql, { reader: session, marks: [{ channel, thread, upTo: answer.id }] });
  return answer;
}
