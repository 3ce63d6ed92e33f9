import type { Inbound, InboundAnswer } from "../../inbound.ts";
import { ChannelError } from "../channel-error.ts";
import type { Channel, Posting } from "../channel.ts";
import type { Draw } from "./draw-message.ts";
import type { Reply } from "./read-payload.ts";
import { respondByUrl } from "./response-url.ts";
import type { Workspaces } from "./workspaces.ts";

type Showing = { readonly workspaces: Workspaces; readonly channel: Channel; readonly draw: Draw };

/** Shows an answer where it belongs. Rejects when Slack does not take it: then it goes through the outbox. */
export async function showAnswer(
  deps: Showing,
  given: { readonly inbound: Inbound; readonly reply: Reply; readonly answer: InboundAnswer },
): Promise<void> {
  const { answer, reply } = given;
  if (answer.show === "none") return;
  if (answer.show === "private") return whisper(deps, given);
  try {
    await postWhereAsked(deps, given);
  } catch (error) {
    // Not a member there: what everybody may see can still be said by the address of the command.
    if (!(error instanceof ChannelError && error.kind === "refused") || reply.responseUrl === null) throw error;
    await byUrl(deps, given, "in_channel");
  }
}

type Given = Parameters<typeof showAnswer>[1];

async function whisper(deps: Showing, given: Given): Promise<void> {
  const { inbound, reply, answer } = given;
  const { conversation, user, thread } = reply;
  if (reply.responseUrl !== null) return byUrl(deps, given, "ephemeral");
  if (conversation === null || conversation.startsWith("D")) {
    const place = conversation ?? `@${user}`;
    const posting = postingOf(inbound, answer, place, thread);
    await (conversation === null ? deps.channel.postPrivate(user, posting) : deps.channel.post(posting));
    return;
  }
  const workspace = await deps.workspaces.of(inbound.tenant);
  await deps.draw.send(workspace, answer, ({ text, blocks }) =>
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
}

async function byUrl(deps: Showing, given: Given, type: "ephemeral" | "in_channel"): Promise<void> {
  const { inbound, reply, answer } = given;
  const url = reply.responseUrl ?? "";
  const workspace = await deps.workspaces.of(inbound.tenant);
  await deps.draw.send(workspace, answer, ({ text, blocks }) =>
    respondByUrl(url, {
      response_type: type,
      replace_original: false,
      text,
      blocks,
      ...(reply.thread === null ? {} : { thread_ts: reply.thread }),
    }),
  );
}

async function postWhereAsked({ channel }: Showing, { inbound, reply, answer }: Given): Promise<void> {
  const place = reply.conversation ?? `@${reply.user}`;
  const posting = postingOf(inbound, answer, place, reply.thread);
  await (reply.conversation === null ? channel.postPrivate(reply.user, posting) : channel.post(posting));
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
