import type { BlockAction } from "@slack/bolt";

import type { Ack, Envelope, SendOptions } from "./delivery.ts";
import { directTalk } from "./methods-people.ts";
import { clickPayload, commandPayload, eventPayload, homeClickPayload, submitPayload } from "./payloads.ts";
import { mintTs, type FakeMessage, type FakeState, type FakeView, type Json } from "./state.ts";
import { buttonsOf, findElement, inputsOf, stringOf } from "./reading.ts";

export type Send = (envelope: Envelope, options?: SendOptions) => Promise<Ack>;

/** What somebody at a Slack client does. Each act goes to the app as the platform would send it. */
export function createPerson(input: { state: FakeState; user: string; base: () => string; send: Send }) {
  const { state, user, send } = input;
  const event = (body: Json, options?: SendOptions): Promise<Ack> =>
    send({ kind: "events_api", payload: eventPayload(state, fromHome(state, user, body)) }, options);
  const say = (channel: string, text: string, threadTs: string | null): FakeMessage => {
    const message = said({ state, user, channel, text, threadTs });
    state.messages.push(message);
    return message;
  };
  return {
    user,
    /** Types a slash command; what it is acknowledged with is seen by this person alone. */
    command: async (channel: string, text: string, options?: SendOptions & { command?: string }): Promise<Ack> => {
      const command = options?.command ?? "/finops";
      const payload = commandPayload(state, input.base(), { user, channel, command, text });
      const ack = await send({ kind: "slash_commands", payload }, options);
      showAck(state, channel, user, ack);
      return ack;
    },
    /** The payload of a command without sending it, for those who send it twice. */
    commandEnvelope: (channel: string, text: string): Envelope => ({
      kind: "slash_commands",
      payload: commandPayload(state, input.base(), { user, channel, command: "/finops", text }),
    }),
    clickEnvelope: (message: FakeMessage, label: string): Envelope => ({
      kind: "interactive",
      payload: clickPayload(state, input.base(), {
        user,
        message: stillThere(state, message),
        action: pressed(state, message.blocks, label),
      }) as unknown as Json,
    }),
    click: async (message: FakeMessage, label: string, options?: SendOptions): Promise<Ack> => {
      const action = pressed(state, stillThere(state, message).blocks, label);
      const payload = clickPayload(state, input.base(), { user, message, action });
      return send({ kind: "interactive", payload: payload as unknown as Json }, options);
    },
    /** Presses a button in the Home tab. */
    clickHome: async (label: string): Promise<Ack> => {
      const view = homeOf(state, user);
      const action = pressed(state, view.body["blocks"] as Json[], label);
      return send({ kind: "interactive", payload: homeClickPayload(state, { user, view, action }) });
    },
    /** Fills the open form in by its labels and sends it. */
    submit: async (values: Readonly<Record<string, string>>): Promise<Ack> => {
      const view = openModal(state, user);
      const payload = submitPayload(state, { user, view, values: fillIn(view, values) });
      const ack = await send({ kind: "interactive", payload: payload as unknown as Json });
      if (ack.ok && (ack.body === null || typeof ack.body === "string" || ack.body["response_action"] === "clear")) {
        view.open = false;
      }
      return ack;
    },
    mention: (channel: string, text: string, threadTs: string | null = null, options?: SendOptions): Promise<Ack> => {
      const message = say(channel, `<@${state.bot.user}> ${text}`, threadTs);
      return event({ ...eventOf(message), type: "app_mention" }, options);
    },
    direct: (text: string, threadTs: string | null = null, options?: SendOptions): Promise<Ack> => {
      const channel = directTalk(state, user).id;
      const message = say(channel, text, threadTs);
      return event({ ...eventOf(message), type: "message", channel_type: "im" }, options);
    },
    /** Writes in a thread without a mention: reaches the bot only where history is granted. */
    reply: (message: FakeMessage, text: string): Promise<Ack> => {
      const own = say(message.channel, text, message.threadTs ?? message.ts);
      return event({ ...eventOf(own), type: "message", channel_type: "channel" });
    },
    openHome: (options?: SendOptions): Promise<Ack> =>
      event(
        { type: "app_home_opened", user, channel: directTalk(state, user).id, tab: "home", event_ts: "1.1" },
        options,
      ),
    event,
    /** What this person sees in a channel, oldest first. */
    sees: (channel: string): FakeMessage[] =>
      state.messages.filter((one) => one.channel === channel && (one.ephemeralTo === null || one.ephemeralTo === user)),
    home: (): FakeView => homeOf(state, user),
    form: (): FakeView => openModal(state, user),
  };
}
export type Person = ReturnType<typeof createPerson>;

function said(input: {
  state: FakeState;
  user: string;
  channel: string;
  text: string;
  threadTs: string | null;
}): FakeMessage {
  const { state, user, channel, text, threadTs } = input;
  return {
    channel,
    ts: mintTs(state),
    user,
    text,
    blocks: [],
    threadTs,
    metadata: null,
    files: [],
    edits: 0,
    ephemeralTo: null,
    unfurl: true,
  };
}

function eventOf(message: FakeMessage): Json {
  return {
    user: message.user,
    text: message.text,
    ts: message.ts,
    event_ts: message.ts,
    channel: message.channel,
    ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
  };
}

/** What somebody of another workspace says is marked with it. */
function fromHome(state: FakeState, user: string, body: Json): Json {
  const home = state.users.get(user)?.home;
  return home === undefined ? body : { ...body, user_team: home, source_team: home };
}

function showAck(state: FakeState, channel: string, user: string, ack: Ack): void {
  const text = typeof ack.body === "string" ? ack.body : ack.body?.["text"];
  if (!ack.ok || typeof text !== "string" || text === "") return;
  const everybody = typeof ack.body === "object" && ack.body?.["response_type"] === "in_channel";
  const shown = said({ state, user: state.bot.user, channel, text, threadTs: null });
  state.messages.push({ ...shown, ephemeralTo: everybody ? null : user });
}

function stillThere(state: FakeState, message: FakeMessage): FakeMessage {
  if (!state.messages.includes(message)) throw new Error("this message is not there any more");
  return message;
}

/** The action a press of this label sends. Throws when there is no such button now. */
function pressed(state: FakeState, blocks: readonly Json[], label: string): BlockAction["actions"][number] {
  const found = findElement(blocks, label);
  if (found === null) throw new Error(`nothing says "${label}"; there is: ${buttonsOf(blocks).join(" | ")}`);
  const { blockId, element, option } = found;
  state.counter += 1;
  const base = {
    action_id: stringOf(element["action_id"]),
    block_id: blockId,
    action_ts: `${Math.floor(state.now() / 1000)}.${String(state.counter).padStart(6, "0")}`,
  };
  if (option !== null) {
    const selected = option as unknown as { text: { type: "plain_text"; text: string }; value: string };
    return { ...base, type: "static_select", selected_option: selected };
  }
  const text = element["text"] as { type: "plain_text"; text: string };
  return {
    ...base,
    type: "button",
    text,
    ...(element["value"] === undefined ? {} : { value: stringOf(element["value"]) }),
  };
}

function homeOf(state: FakeState, user: string): FakeView {
  const view = [...state.views.values()].find((one) => one.type === "home" && one.user === user);
  if (view === undefined) throw new Error("the Home tab was never published");
  return view;
}

function openModal(state: FakeState, user: string): FakeView {
  const view = [...state.views.values()].findLast((one) => one.type === "modal" && one.user === user && one.open);
  if (view === undefined) throw new Error("no form is open");
  return view;
}

/** `view.state.values` as a client sends them: every input, filled in or null. */
function fillIn(view: FakeView, values: Readonly<Record<string, string>>): Json {
  const inputs = inputsOf(view.body["blocks"] as Json[]);
  for (const label of Object.keys(values)) {
    if (!inputs.some((one) => one.label === label)) throw new Error(`the form has no field "${label}"`);
  }
  return Object.fromEntries(
    inputs.map(({ label, blockId, element }) => [
      blockId,
      { [stringOf(element["action_id"])]: filled(element, values[label] ?? null) },
    ]),
  );
}

function filled(element: Json, value: string | null): Json {
  switch (element["type"]) {
    case "static_select": {
      const options = element["options"] as { text: { text: string } }[];
      const initial = element["initial_option"] ?? null;
      const picked = value === null ? initial : options.find(({ text }) => text.text === value);
      if (picked === undefined) throw new Error(`there is no option "${value}"`);
      return { type: "static_select", selected_option: picked };
    }
    case "datepicker":
      return { type: "datepicker", selected_date: value ?? element["initial_date"] ?? null };
    default:
      return { type: "plain_text_input", value: value ?? element["initial_value"] ?? null };
  }
}
