import { Hono } from "hono";
import { z } from "zod";

import { isToken } from "../bot/action-token.ts";
import { plainText } from "../bot/channels/plain-text.ts";
import type { Handled } from "../bot/inbound.ts";
import type { Placed } from "../bot/live-cards.ts";
import { CLICK_REFUSED } from "../bot/phrases.ts";
import { AppError } from "../domain/errors.ts";
import { showSettings } from "../service/change-settings.ts";
import type { Context } from "../service/context.ts";
import { readActionToken } from "../store/action-tokens.ts";
import { readMessage, requireChannel, type ChannelRow, type MessageRow } from "../store/conversations.ts";
import { findByKeys } from "../store/message-window.ts";
import type { Asked } from "./ask-routes.ts";
import { converse, findPair, placedAt, placeOfAnswer, postAnswer, postQuestion, type Place } from "./converse.ts";
import type { Estates, OpenEstate } from "./estates.ts";
import { messageView } from "./message-view.ts";
import { createOnce } from "./once.ts";
import { createRateLimit } from "./rate-limit.ts";
import { contextFor, readJson } from "./request.ts";
import { jsonBodyLimit, type ChatEnv } from "./security.ts";
import type { SignedIn } from "./session.ts";

const ACT_LIMIT = { burst: 30, perMinute: 90 };
const FIELDS_MAX = 20;
const VALUE_LENGTH_MAX = 4_000;

const actSchema = z.object({
  token: z.string().max(100),
  choice: z.int().min(0).max(1_000).optional(),
  values: z
    .record(z.string().max(100), z.string().max(VALUE_LENGTH_MAX))
    .refine((values) => Object.keys(values).length <= FIELDS_MAX, "has too many fields")
    .optional(),
  /** The page has asked what the action wants to be asked. */
  confirmed: z.boolean().default(false),
  /** Made by the browser: a repeated request after a lost answer is the same click. */
  actId: z.uuid(),
});
type Act = z.output<typeof actSchema>;

/** `done` false: nothing was done, `said` says why. True: `said`, when there is no message that says it. */
type Performed = Asked & { readonly done: boolean; readonly said: string | null };

/**
 * What people do with cards. A token travels, and what was chosen or filled in; what it means, whether this person may,
 * and whether it still can be meant, is read here and now (bot/act-on-card.ts).
 */
export function createActRoutes(estates: Estates): Hono<ChatEnv> {
  const routes = new Hono<ChatEnv>();
  const limit = createRateLimit(ACT_LIMIT);
  const once = createOnce<Performed>();
  routes.post("/act", jsonBodyLimit, async (c) => {
    const session = c.get("session");
    limit(session.id);
    const act = await readJson(c, actSchema);
    const estate = await estates.current();
    return c.json(await once(`${session.personId} ${act.actId}`, () => perform({ estate, session, act })));
  });
  return routes;
}

async function perform(input: { estate: OpenEstate; session: SignedIn; act: Act }): Promise<Performed> {
  const { act, estate, session } = input;
  const { sql } = estate.base.db;
  const { channel, message } = await cardOf(estate, session, act.token);
  const ctx = contextFor({ estate, session, channel });
  const before = await pairSaid(estate, session, { channel, id: act.actId });
  if (before !== null) return withPreferences(ctx, { done: true, said: null, messages: before.map(messageView) });
  const { token, choice, values, confirmed } = act;
  const given = { ...(choice === undefined ? {} : { choice }), ...(values === undefined ? {} : { values }) };
  const thread = channel.kind === "direct" ? message.thread : (message.thread ?? message.id);
  const here: Place = { channel: channel.name, thread };
  const said: MessageRow[] = [];
  const say = async (answer: Handled): Promise<Placed | null> => {
    const { command } = answer.outcome;
    if (!isDone(answer) || command === null || answer.show === "none" || isBrief(answer)) return null;
    const own =
      answer.show === "private" ? await placeOfAnswer(sql, { session, effect: "own", channel, thread }) : here;
    const question = await postQuestion(sql, { place: own, session, id: act.actId, text: command });
    const answered = await postAnswer(sql, { question, session, id: act.actId, answer });
    said.push(question, answered);
    return placedAt(answered);
  };
  const click = { kind: "act", token, confirmed, ...given } as const;
  const answer = await converse({ estate, session, place: here, id: act.actId, act: click, say });
  if (!isDone(answer)) {
    // The card as it is now: an open page may show an older one.
    const current = messageView(await readMessage(sql, message.id, session));
    return withPreferences(ctx, { done: false, said: refusalText(answer), messages: [current] });
  }
  if (said.length === 0) return withPreferences(ctx, { done: true, said: answer.card.summary, messages: [] });
  return withPreferences(ctx, { done: true, said: null, messages: said.map(messageView) });
}

function isDone({ outcome }: Handled): boolean {
  return outcome.exitCode === 0 && outcome.command !== null;
}

/** One sentence for whoever clicked, and nothing to keep: it is said beside the card. */
function isBrief({ card, show }: Handled): boolean {
  return show === "private" && card.blocks.length === 0 && card.actions.length === 0 && card.footer.length === 0;
}

/** The card a token belongs to. Throws AppError("not-found") when it is none the person may read. */
async function cardOf(
  estate: OpenEstate,
  session: SignedIn,
  token: string,
): Promise<{ channel: ChannelRow; message: MessageRow }> {
  const { sql } = estate.base.db;
  const row = isToken(token) ? await readActionToken(sql, token) : null;
  if (row === null) throw new AppError("not-found", CLICK_REFUSED.unknown);
  const channel = await requireChannel(sql, row.channel, session);
  const [message] = await findByKeys(sql, { channel: channel.name, keys: [row.cardKey] });
  if (message === undefined) throw new AppError("not-found", CLICK_REFUSED.unknown);
  return { channel, message };
}

/** What this click has already said, in the channel of the card or in the person's own talk. */
async function pairSaid(
  { base }: OpenEstate,
  session: SignedIn,
  { channel, id }: { channel: ChannelRow; id: string },
): Promise<MessageRow[] | null> {
  const own = await placeOfAnswer(base.db.sql, { session, effect: "own", channel, thread: null });
  return (await findPair(base.db.sql, channel.name, id)) ?? findPair(base.db.sql, own.channel, id);
}

function refusalText({ card, outcome }: Handled): string {
  if (outcome.refusal !== null) return outcome.refusal;
  const { blocks, summary } = card;
  const remedies = blocks.flatMap((block) => (block.kind === "note" ? [plainText(block.text)] : []));
  const lists = blocks.flatMap((block) => (block.kind === "list" ? block.items.map(plainText) : []));
  return [summary, ...remedies, ...lists].join(" ");
}

async function withPreferences(ctx: Context, rest: Omit<Performed, "preferences">): Promise<Performed> {
  return { ...rest, preferences: (await showSettings({ ctx, input: {} })).mine };
}
