import {
  alreadyAcknowledged,
  invalidForm,
  invalidWebhookToken,
  unknownInteraction,
  unknownMessage,
  unknownWebhook,
} from "./errors.ts";
import { editMessage, newMessage, type Body } from "./messages.ts";
import { messagePayload } from "./payloads.ts";
import type { Answer, Call, Route } from "./rest.ts";
import { checkModal } from "./validate-components.ts";
import { FLAG_EPHEMERAL, requireMessage } from "./validate-message.ts";
import { asBag, asList, checkKeys, checkText, startCheck, type Bag } from "./validate.ts";
import { changed, type Callback, type FakeInteraction, type FakeMessage, type World } from "./world.ts";

/** https://discord.com/developers/docs/interactions/receiving-and-responding */
export const CALLBACK_MS = 3_000;
const TOKEN_MS = 15 * 60_000;
const FLAG_LOADING = 1 << 7;

const PING = 1;
const COMMAND = 2;
const COMPONENT = 3;
const AUTOCOMPLETE = 4;
const MODAL = 5;
/** Which callbacks answer which interactions. */
const ALLOWED: Readonly<Record<number, readonly number[]>> = {
  [PING]: [1],
  [COMMAND]: [4, 5, 9],
  [COMPONENT]: [4, 5, 6, 7, 9],
  [AUTOCOMPLETE]: [8],
  [MODAL]: [4, 5, 6, 7],
};

export const INTERACTION_ROUTES: readonly Route[] = [
  {
    method: "POST",
    path: /^\/interactions\/(\d+)\/([^/]+)\/callback$/,
    open: true,
    run: ({ world, ids, body, query }) => {
      const interaction = world.interactions.get(ids[0] ?? "");
      if (interaction === undefined || interaction.token !== ids[1]) throw unknownInteraction();
      takeCallback(world, interaction, body);
      if (query.get("with_response") !== "true") return { status: 204 };
      return { status: 200, json: { interaction: { id: interaction.id, type: interaction.type } } };
    },
  },
  {
    method: "GET",
    path: /^\/webhooks\/(\d+)\/([^/]+)\/messages\/([^/]+)$/,
    open: true,
    run: (call) => answer(call, messageOf(call, interactionOf(call))),
  },
  {
    method: "PATCH",
    path: /^\/webhooks\/(\d+)\/([^/]+)\/messages\/([^/]+)$/,
    open: true,
    run: (call) => {
      const message = messageOf(call, interactionOf(call));
      message.flags &= ~FLAG_LOADING;
      return answer(call, editMessage(call.world, null, message, call.body));
    },
  },
  {
    method: "DELETE",
    path: /^\/webhooks\/(\d+)\/([^/]+)\/messages\/([^/]+)$/,
    open: true,
    run: (call) => {
      const message = messageOf(call, interactionOf(call));
      const channel = call.world.channels.get(message.channelId);
      channel?.messages.splice(channel.messages.indexOf(message), 1);
      changed(call.world);
      return { status: 204 };
    },
  },
  { method: "POST", path: /^\/webhooks\/(\d+)\/([^/]+)$/, open: true, run: followUp },
];

/** The one answer an interaction gets, however it travels (REST, or the response of a signed POST). */
export function takeCallback(world: World, interaction: FakeInteraction, body: Body): void {
  if (interaction.callback !== null) throw alreadyAcknowledged();
  if (world.now() - interaction.createdAt > CALLBACK_MS) {
    world.violations.push(`interaction ${interaction.id} was answered after ${world.now() - interaction.createdAt} ms`);
    throw unknownInteraction();
  }
  const check = startCheck();
  const payload = asBag(check, body.json);
  checkKeys(check, payload, ["type", "data"]);
  const type = Number(payload["type"]);
  if (ALLOWED[interaction.type]?.includes(type) !== true)
    throw invalidForm([{ path: ["type"], message: `A callback of type ${type} does not answer this interaction.` }]);
  interaction.callback = callbackOf(world, interaction, type, payload["data"], body);
  interaction.callbackAt = world.now();
  changed(world);
}

function callbackOf(world: World, interaction: FakeInteraction, type: number, data: unknown, body: Body): Callback {
  if (type === 1) return { type };
  if (type === 8) return { type, choices: choicesOf(data) };
  if (type === 9) {
    const check = startCheck();
    checkModal(check.at("data"), data);
    if (check.problems.length > 0) throw invalidForm(check.problems);
    return { type, modal: data as Extract<Callback, { type: 9 }>["modal"] };
  }
  if (type === 5) {
    const flags = Number((data as Bag | undefined)?.["flags"] ?? 0);
    if ((flags & ~FLAG_EPHEMERAL) !== 0) throw invalidForm([{ path: ["data", "flags"], message: "Only ephemeral." }]);
    interaction.original = show(world, interaction, { flags: flags | FLAG_LOADING }, { json: {}, files: [] });
    return { type, data: {} };
  }
  if (type === 6) {
    interaction.original = sourceOf(world, interaction);
    return { type, data: {} };
  }
  if (type === 7) {
    const source = sourceOf(world, interaction);
    if (source === null) throw unknownMessage();
    interaction.original = editMessage(world, null, source, { json: data, files: body.files });
    return { type, data: data as Record<string, unknown> };
  }
  const message = requireMessage(data, { files: body.files, kept: [], ephemeralAllowed: true, edit: false });
  interaction.original = show(world, interaction, message, body);
  return { type: 4, data: message };
}

function choicesOf(data: unknown): Extract<Callback, { type: 8 }>["choices"] {
  const check = startCheck();
  const choices = asList(check.at("choices"), asBag(check, data)["choices"], { max: 25 });
  choices.forEach((given, index) => {
    const at = check.at("choices", index);
    const choice = asBag(at, given);
    checkText(at.at("name"), choice["name"], { min: 1, max: 100 });
    if (typeof choice["value"] === "string") checkText(at.at("value"), choice["value"], { min: 1, max: 100 });
  });
  if (check.problems.length > 0) throw invalidForm(check.problems);
  return choices as Extract<Callback, { type: 8 }>["choices"];
}

function sourceOf(world: World, interaction: FakeInteraction): FakeMessage | null {
  const channel = world.channels.get(interaction.channelId);
  return channel?.messages.find(({ id }) => id === interaction.sourceId) ?? null;
}

/** Puts an answer where it was asked; an ephemeral one only the asker sees. */
function show(world: World, interaction: FakeInteraction, payload: Bag, body: Body): FakeMessage {
  const flags = Number(payload["flags"] ?? 0);
  const message = newMessage(world, {
    channelId: interaction.channelId,
    payload,
    files: body.files,
    nonce: null,
    onlyFor: (flags & FLAG_EPHEMERAL) === 0 ? null : interaction.userId,
    flags,
  });
  world.channels.get(interaction.channelId)?.messages.push(message);
  return message;
}

function interactionOf(call: Call): FakeInteraction {
  const found = [...call.world.interactions.values()].find(({ token }) => token === call.ids[1]);
  if (found === undefined || call.ids[0] !== call.world.applicationId) throw unknownWebhook();
  if (call.world.now() - found.createdAt > TOKEN_MS) throw invalidWebhookToken();
  // Until it is acknowledged, an interaction has no webhook.
  if (found.callback === null) throw unknownWebhook();
  return found;
}

function messageOf(call: Call, interaction: FakeInteraction): FakeMessage {
  const wanted = call.ids[2] ?? "";
  const message = wanted === "@original" ? interaction.original : interaction.followUps.find(({ id }) => id === wanted);
  if (message === undefined || message === null) throw unknownMessage();
  return message;
}

function followUp(call: Call): Answer {
  const interaction = interactionOf(call);
  const payload = requireMessage(call.body.json, {
    files: call.body.files,
    kept: [],
    ephemeralAllowed: true,
    edit: false,
  });
  const message = show(call.world, interaction, payload, call.body);
  interaction.followUps.push(message);
  changed(call.world);
  return answer(call, message);
}

function answer(call: Call, message: FakeMessage): Answer {
  return { status: 200, json: messagePayload(call.world, message) };
}
