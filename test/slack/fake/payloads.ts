import type { BlockAction, SlashCommand, ViewSubmitAction } from "@slack/bolt";

import { mintTrigger, viewJson } from "./methods-views.ts";
import { messageJson } from "./methods-chat.ts";
import { mint, type FakeMessage, type FakeState, type FakeView, type Json } from "./state.ts";

/** Payloads as the platform sends them, held to Bolt's types. */
const VERIFICATION_TOKEN = "deprecated-token";

export function commandPayload(
  state: FakeState,
  base: string,
  given: { user: string; channel: string; command: string; text: string },
): SlashCommand {
  return {
    token: VERIFICATION_TOKEN,
    team_id: state.team.id,
    team_domain: state.team.domain,
    channel_id: given.channel,
    channel_name: state.channels.get(given.channel)?.name ?? "privategroup",
    user_id: given.user,
    user_name: state.users.get(given.user)?.name ?? "somebody",
    command: given.command,
    text: given.text,
    api_app_id: state.appId,
    is_enterprise_install: state.organisation === null ? "false" : "true",
    ...(state.organisation === null
      ? {}
      : { enterprise_id: state.organisation.id, enterprise_name: state.organisation.name }),
    response_url: mintResponseUrl(state, base, given.channel, given.user, null),
    trigger_id: mintTrigger(state, given.user),
  };
}

export function clickPayload(
  state: FakeState,
  base: string,
  given: { user: string; message: FakeMessage; action: BlockAction["actions"][number] },
): BlockAction {
  const { message, user } = given;
  return {
    type: "block_actions",
    user: userJson(state, user),
    api_app_id: state.appId,
    token: VERIFICATION_TOKEN,
    container: {
      type: "message",
      message_ts: message.ts,
      channel_id: message.channel,
      is_ephemeral: message.ephemeralTo !== null,
      ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
    },
    trigger_id: mintTrigger(state, user),
    ...installedIn(state),
    channel: { id: message.channel, name: state.channels.get(message.channel)?.name ?? "privategroup" },
    message: messageJson(state, message) as BlockAction["message"],
    state: { values: {} },
    response_url: mintResponseUrl(state, base, message.channel, user, message),
    actions: [given.action],
  };
}

/** A click in the Home tab: there is no message and no channel. */
export function homeClickPayload(
  state: FakeState,
  given: { user: string; view: FakeView; action: BlockAction["actions"][number] },
): Json {
  return {
    type: "block_actions",
    user: userJson(state, given.user),
    api_app_id: state.appId,
    token: VERIFICATION_TOKEN,
    container: { type: "view", view_id: given.view.id },
    trigger_id: mintTrigger(state, given.user),
    ...installedIn(state),
    view: viewJson(state, given.view),
    actions: [given.action],
  };
}

export function submitPayload(
  state: FakeState,
  given: { user: string; view: FakeView; values: Json },
): ViewSubmitAction {
  return {
    type: "view_submission",
    ...installedIn(state),
    user: { ...userJson(state, given.user), name: state.users.get(given.user)?.name ?? "somebody" },
    api_app_id: state.appId,
    token: VERIFICATION_TOKEN,
    trigger_id: mintTrigger(state, given.user),
    view: viewJson(state, given.view, given.values) as unknown as ViewSubmitAction["view"],
    response_urls: [],
  };
}

export function eventPayload(state: FakeState, event: Json): Json {
  return {
    token: VERIFICATION_TOKEN,
    team_id: state.team.id,
    context_team_id: state.team.id,
    context_enterprise_id: state.organisation?.id ?? null,
    api_app_id: state.appId,
    event,
    type: "event_callback",
    event_id: mint(state, "Ev"),
    event_time: Math.floor(state.now() / 1000),
    authorizations: [
      {
        enterprise_id: state.organisation?.id ?? null,
        team_id: state.team.id,
        user_id: state.bot.user,
        is_bot: true,
        is_enterprise_install: state.organisation !== null,
      },
    ],
    is_ext_shared_channel: false,
  };
}

/** Where the app is installed: a click in an installation for a whole organisation names no workspace. */
function installedIn(state: FakeState): Pick<BlockAction, "team" | "enterprise" | "is_enterprise_install"> {
  const { organisation, team } = state;
  if (organisation === null) return { team: { id: team.id, domain: team.domain }, is_enterprise_install: false };
  return { team: null, enterprise: organisation, is_enterprise_install: true };
}

function userJson(state: FakeState, user: string): BlockAction["user"] {
  const known = state.users.get(user);
  const name = known?.name ?? "somebody";
  return { id: user, username: name, name, team_id: known?.home ?? state.team.id };
}

function mintResponseUrl(
  state: FakeState,
  base: string,
  channel: string,
  user: string,
  original: FakeMessage | null,
): string {
  const id = mint(state, "R");
  state.responseUrls.set(id, { id, channel, user, at: state.now(), uses: 0, original });
  return `${base}/response/${id}`;
}
