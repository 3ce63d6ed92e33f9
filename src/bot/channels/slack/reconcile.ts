import { ChannelError } from "../channel-error.ts";
import type { SlackClient } from "./slack-client.ts";
import { slackCode } from "./slack-error.ts";

/** What our posts are marked with. */
export const METADATA_EVENT = "finops_card";
/** Slack lets young apps read no more at once; a send that was cut off is among the newest. */
const MESSAGES_LOOKED_AT = 15;

/**
 * The message that carries this mark among the newest of a conversation or thread; null = it is not there, or reading is
 * not granted after all.
 */
export async function findPosted(
  client: SlackClient,
  of: { readonly conversation: string; readonly thread: string | null; readonly id: string },
): Promise<string | null> {
  const common = { channel: of.conversation, limit: MESSAGES_LOOKED_AT, include_all_metadata: true };
  try {
    const { thread } = of;
    const answer = await client.read<{ messages?: readonly unknown[] }>((web) =>
      thread === null ? web.conversations.history(common) : web.conversations.replies({ ...common, ts: thread }),
    );
    return answer.messages?.map((message) => tsOfMarked(message, of.id)).find((ts) => ts !== null) ?? null;
  } catch (error) {
    if (error instanceof ChannelError && UNREADABLE.has(slackCode(error) ?? "")) return null;
    throw error;
  }
}

const UNREADABLE = new Set([
  "missing_scope",
  "unknown_method",
  "not_in_channel",
  "channel_not_found",
  "thread_not_found",
]);

function tsOfMarked(message: unknown, id: string): string | null {
  const { ts, metadata } = message as {
    ts?: string;
    metadata?: { event_type?: string; event_payload?: { id?: unknown } };
  };
  const ours = metadata?.event_type === METADATA_EVENT && metadata.event_payload?.id === id;
  return ours && ts !== undefined ? ts : null;
}
