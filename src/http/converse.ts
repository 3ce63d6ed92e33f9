import { BOT } from "../bot/channels/web/web-channel.ts";
import type { Effect } from "../bot/command.ts";
import type { Placed } from "../bot/live-cards.ts";
import { handleInbound } from "../bot/handle-inbound.ts";
import { webInboundId, type Handled, type Inbound, type InboundAct } from "../bot/inbound.ts";
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
import type { OpenEstate } from "./estates.ts";
import { actorOf, type SignedIn } from "./session.ts";

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
  return ownPlace(sql, session);
}

async function ownPlace(sql: Sql, { personId }: SignedIn): Promise<Place> {
  await ensureDirectChannel(sql, personId);
  return { channel: directChannel(personId), thread: null };
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
  input: {
    readonly question: MessageRow;
    readonly session: SignedIn;
    readonly id: string;
    readonly answer: Pick<Handled, "card" | "tokens">;
  },
): Promise<MessageRow> {
  const { answer, id, question, session } = input;
  const { channel, thread } = question;
  const { card, tokens } = answer;
  const key = `answer:${id}`;
  const said = await postMessage(sql, { channel, thread, key, author: BOT, card, tokens, replyTo: question.id });
  if (thread !== null) await saveReadMarks(sql, { reader: session, marks: [{ channel, thread, upTo: said.id }] });
  return said;
}

/** Where an answer stands, for the edits that keep it true. */
export function placedAt({ channel, id, thread }: MessageRow): Placed {
  return { address: channel, reference: { channel, id, ...(thread === null ? {} : { thread }) } };
}

/**
 * What somebody did on the page, through the one way everything that arrives takes (bot/handle-inbound.ts): done once,
 * kept, so that its answer can be shared. `say` posts the answer; until it has, another process would.
 */
export function converse(input: {
  readonly estate: OpenEstate;
  readonly session: SignedIn;
  readonly place: Place;
  readonly id: string;
  readonly act: InboundAct;
  readonly say: (answer: Handled) => Promise<Placed | null>;
}): Promise<Handled> {
  const { act, estate, id, place, say, session } = input;
  const { personId, name, scope } = session;
  const inbound: Inbound = {
    id: webInboundId(personId, id),
    surface: "web",
    tenant: "",
    person: { externalId: personId, name, groups: [] },
    ...place,
    act,
  };
  const actor = actorOf(session) as Extract<ReturnType<typeof actorOf>, { kind: "user" }>;
  return handleInbound({ base: estate.base, inbound, as: { actor, scope }, show: say });
}
