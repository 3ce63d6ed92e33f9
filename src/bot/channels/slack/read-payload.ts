import type { BlockAction, Context, SlashCommand, ViewSubmitAction } from "@slack/bolt";
import { z } from "zod";

import type { Inbound, InboundAct } from "../../inbound.ts";
import { LINK_PREFIX, readPicked } from "./render-actions.ts";
import { originOf, valuesOf, type Origin } from "./render-modal.ts";
import { readText, withoutMention } from "./read-text.ts";

/** Where an answer goes. */
export type Reply = {
  /** Five answers within half an hour, also where the bot is no member. Secret. */
  readonly responseUrl: string | null;
  /** The conversation; null = a home tab, a form: the talk with the person. */
  readonly conversation: string | null;
  readonly thread: string | null;
  readonly user: string;
  /** What was clicked is seen by this person alone: only by the click's own address can it be changed. */
  readonly whispered?: boolean;
};
export type Arrival = { readonly inbound: Inbound; readonly reply: Reply };

/** Workspace (or organisation, for an org-wide install) a delivery belongs to. */
export function tenantOf(context: Pick<Context, "teamId" | "enterpriseId" | "isEnterpriseInstall">): string {
  return (context.isEnterpriseInstall ? context.enterpriseId : context.teamId) ?? "";
}

export function readCommand(body: SlashCommand, tenant: string): Arrival {
  const word = body.command === "/finops" ? "" : `${body.command.replace(/^\//, "")} `;
  const text = readText(`${word}${body.text}`);
  const reply = {
    responseUrl: body.response_url,
    conversation: body.channel_id,
    thread: null,
    user: body.user_id,
  };
  const person = { id: body.user_id, name: body.user_name };
  return arrival({ id: `command:${body.trigger_id}`, tenant, person, reply, act: { kind: "command", text } });
}

/** What was pressed; null = an address, for which there is nothing to do. */
export function readClick(body: BlockAction, tenant: string): Arrival | null {
  const [action] = body.actions;
  if (action === undefined || action.action_id.startsWith(LINK_PREFIX)) return null;
  const container = body.container as {
    channel_id?: string;
    message_ts?: string;
    thread_ts?: string;
    is_ephemeral?: boolean;
  };
  const conversation = body.channel?.id ?? container.channel_id ?? null;
  const reply = {
    responseUrl: body.response_url ?? null,
    conversation,
    thread: container.thread_ts ?? null,
    user: body.user.id,
    whispered: container.is_ephemeral === true,
  };
  const { token, choice } =
    action.type === "static_select"
      ? readPicked(action.action_id, action.selected_option.value)
      : { token: action.action_id, choice: null };
  const act: InboundAct = {
    kind: "act",
    token,
    ...(choice === null ? {} : { choice }),
    ...(wasConfirmed(body, action.action_id) ? { confirmed: true } : {}),
  };
  const at = `${container.message_ts ?? body.view?.id ?? ""}:${action.action_ts}`;
  const id = `click:${tenant}:${body.user.id}:${action.action_id}:${at}`;
  return arrival({ id, tenant, person: { id: body.user.id, name: body.user.username }, reply, act });
}

export function readSubmission(body: ViewSubmitAction, tenant: string): Arrival & { readonly origin: Origin } {
  const { view, user } = body;
  const origin = originOf(view.private_metadata);
  const act: InboundAct = { kind: "act", token: view.callback_id, values: valuesOf(view.state.values) };
  const reply = { responseUrl: null, conversation: origin.channel, thread: origin.thread, user: user.id };
  const id = `form:${tenant}:${view.id}:${view.hash}`;
  return { ...arrival({ id, tenant, person: { id: user.id, name: user.name }, reply, act }), origin };
}

const messageSchema = z.object({
  type: z.enum(["app_mention", "message"]),
  user: z.string().min(1),
  text: z.string(),
  ts: z.string(),
  channel: z.string(),
  thread_ts: z.string().optional(),
  channel_type: z.string().optional(),
  subtype: z.string().optional(),
  bot_id: z.string().optional(),
});

export type SaidMessage = Arrival & {
  /** How it reached the bot. `thread`: a reply without a mention, where reading is granted. */
  readonly how: "mention" | "direct" | "thread";
};

/** A mention, a private message or a reply in a thread; null = not meant for the bot. */
export function readMessage(
  event: unknown,
  given: { readonly eventId: string; readonly tenant: string; readonly botUser: string | null },
): SaidMessage | null {
  const parsed = messageSchema.safeParse(event);
  // Edits, joins and what bots say (this one included) are no questions.
  if (!parsed.success || parsed.data.subtype !== undefined || parsed.data.bot_id !== undefined) return null;
  const { type, user, text, ts, channel, thread_ts: threadTs, channel_type: channelType } = parsed.data;
  const how = type === "app_mention" ? "mention" : channelType === "im" ? "direct" : "thread";
  const addressed = given.botUser !== null && text.includes(`<@${given.botUser}>`);
  // With reading granted a mention arrives twice: as a mention and as a message.
  if (how === "thread" && (threadTs === undefined || addressed)) return null;
  const thread = how === "mention" ? (threadTs ?? ts) : (threadTs ?? null);
  const reply = { responseUrl: null, conversation: channel, thread, user };
  const act: InboundAct = { kind: "command", text: readText(withoutMention(text, given.botUser)) };
  const id = `event:${given.eventId}`;
  const made = arrival({ id, tenant: given.tenant, person: { id: user, name: user }, reply, act });
  return { ...made, inbound: { ...made.inbound, thread: threadTs ?? null }, how };
}

function arrival(given: {
  readonly id: string;
  readonly tenant: string;
  readonly person: { readonly id: string; readonly name: string };
  readonly reply: Reply;
  readonly act: InboundAct;
}): Arrival {
  const { id, tenant, person, reply, act } = given;
  const { conversation, user } = reply;
  // A talk with one person is named by the person: its id is another in each workspace.
  const channel = conversation === null || conversation.startsWith("D") ? `@${user}` : conversation;
  return {
    inbound: {
      id,
      surface: "slack",
      tenant,
      person: { externalId: person.id, name: person.name, groups: [] },
      channel,
      thread: reply.thread,
      act,
    },
    reply,
  };
}

/** Whether Slack asked before it sent the click: the button says so. */
function wasConfirmed(body: BlockAction, actionId: string): boolean {
  const [action] = body.actions;
  if (action !== undefined && "confirm" in action && action.confirm !== undefined) return true;
  const blocks: unknown = body.message?.["blocks"] ?? body.view?.blocks ?? [];
  return (blocks as { elements?: { action_id?: string; confirm?: unknown }[] }[]).some((block) =>
    block.elements?.some((element) => element.action_id === actionId && element.confirm !== undefined),
  );
}
