import type { SqlLike } from "../../../store/db.ts";
import { isSlackMessageOfOurs } from "../../../store/slack.ts";
import { COMMANDS } from "../../commands.ts";
import { splitCommand } from "../../dispatch.ts";
import type { Arrival } from "./read-payload.ts";

/**
 * Whether a reply without a mention is a question: it stands under a card of ours and begins with a command. Anything
 * else people say there is said to each other.
 */
export async function isReplyForBot(sql: SqlLike, { inbound, reply }: Arrival): Promise<boolean> {
  if (inbound.act.kind !== "command" || reply.conversation === null || reply.thread === null) return false;
  const { word } = splitCommand(inbound.act.text);
  if (!COMMANDS.some(({ name }) => name === word)) return false;
  return isSlackMessageOfOurs(sql, reply.conversation, reply.thread);
}
