import type { Inbound, InboundAnswer } from "../../inbound.ts";
import type { Placed } from "../../live-cards.ts";
import { ChannelError } from "../channel-error.ts";
import type { Channel, Posting } from "../channel.ts";
import type { Draw } from "./draw-message.ts";
import type { Reply } from "./read-payload.ts";
import { respondByUrl } from "./response-url.ts";
import type { Workspaces } from "./workspaces.ts";

type Showing = { readonly workspaces: Workspaces; readonly channel: Channel; readonly draw: Draw };

/** Slack changes a message for one person only by the address of a click on it: nobody else can keep it true. */
export const STAYS_AS_IT_IS = "Only you see this: it shows what is so now, and is not kept up to date.";

/**
 * Shows an answer where it belongs, and says where it is when it can be edited there. Rejects when Slack does not take
 * it: then it goes through the outbox.
 */
export async function showAnswer(
  deps: Showing,
  given: { readonly inbound: Inbound; readonly reply: Reply; readonly answer: InboundAnswer },
): Promise<Placed | null> {
  const { answer, reply } = given;
  if (answer.show === "none") return null;
  if (answer.show === "private") return whisper(deps, given);
  try {
    const placed = await postWhereAsked(deps, given);
    await replaceWhispered(deps, given);
    return placed;
  } catch (error) {
    // Not a member there: what everybody may see can still be said by the address of the command.
    if (!(error instanceof ChannelError && error.kind === "refused") || reply.responseUrl === null) throw error;
    await byUrl(deps, given, "in_channel");
    return null;
  }
}

type Given = Parameters<typeof showAnswer>[1];

async function whisper(deps: Showing, given: Given): Promise<Placed | null> {
  const { inbound, reply, answer } = given;
  const { conversation, user, thread } = reply;
  if (reply.responseUrl !== null) {
    await byUrl(deps, given, "ephemeral");
    return null;
  }
  if (conversation === null || conversation.startsWith("D")) {
    const place = conversation ?? `@${user}`;
    const posting = postingOf(inbound, answer, place, thread);
    const reference = await (conversation === null
      ? deps.channel.postPrivate(user, posting)
      : deps.channel.post(posting));
    return { address: `slack:${place}`, reference };
  }
  const workspace = await deps.workspaces.of(inbound.tenant);
  await deps.draw.send(workspace, asItIsNow(answer), ({ text, blocks }) =>
    workspace.client.once((web) =>
      web.chat.postEphemeral({
        channel: conversation,
        user,
        text,
        blocks,
        ...(thread === null ? {} : { thread_ts: thread }),
      }),
    ),
  );
  return null;
}

async function byUrl(
  deps: Showing,
  { inbound, reply, answer }: Given,
  type: "ephemeral" | "in_channel",
  replaces = type === "ephemeral" && answer.replaces === true && reply.whispered === true,
): Promise<void> {
  const url = reply.responseUrl ?? "";
  const workspace = await deps.workspaces.of(inbound.tenant);
  await deps.draw.send(workspace, type === "ephemeral" ? asItIsNow(answer) : answer, ({ text, blocks }) =>
    respondByUrl(url, {
      response_type: type,
      replace_original: replaces,
      text,
      blocks,
      ...(reply.thread === null ? {} : { thread_ts: reply.thread }),
    }),
  );
}

/** What was decided on a card that one person sees is said where all see it; that card must not go on asking. */
async function replaceWhispered(deps: Showing, given: Given): Promise<void> {
  const { answer, reply } = given;
  if (answer.replaces !== true || reply.whispered !== true || reply.responseUrl === null) return;
  // The decision is said: a card that stays behind refuses a second click by itself.
  await byUrl(deps, given, "ephemeral", true).catch(() => undefined);
}

function asItIsNow(answer: InboundAnswer): InboundAnswer {
  if (answer.decidable !== true) return answer;
  return { ...answer, card: { ...answer.card, footer: [...answer.card.footer, STAYS_AS_IT_IS] } };
}

async function postWhereAsked({ channel }: Showing, { inbound, reply, answer }: Given): Promise<Placed> {
  const place = reply.conversation ?? `@${reply.user}`;
  const posting = postingOf(inbound, answer, place, reply.thread);
  const reference = await (reply.conversation === null
    ? channel.postPrivate(reply.user, posting)
    : channel.post(posting));
  return { address: `slack:${place}`, reference };
}

function postingOf(inbound: Inbound, answer: InboundAnswer, place: string, thread: string | null): Posting {
  return {
    channel: place,
    key: `answer:slack:${inbound.id}`,
    card: answer.card,
    tokens: answer.tokens,
    revision: 1,
    generation: 1,
    maybePosted: false,
    thread: thread === null ? null : { channel: place, id: thread },
  };
}
