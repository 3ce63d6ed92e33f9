import { takeCallback } from "./interaction-routes.ts";
import { memberPayload, messagePayload, userPayload, channelPayload } from "./payloads.ts";
import { signedHeaders, type SigningKey } from "./signing.ts";
import { whyNotSendable } from "./validate-commands.ts";
import type { Bag } from "./validate.ts";
import {
  permissionsOf,
  type FakeChannel,
  type FakeInteraction,
  type FakeMessage,
  type FakeUser,
  type World,
} from "./world.ts";

export type Option = {
  readonly name: string;
  readonly type: number;
  readonly value?: string | number | boolean;
  readonly focused?: boolean;
  readonly options?: readonly Option[];
};

/** How interactions reach the bot: over the gateway, or as a signed POST whose response is the callback. */
export type Way =
  | { readonly kind: "gateway"; readonly dispatch: (event: string, data: object) => void }
  | { readonly kind: "http"; readonly url: string; readonly key: SigningKey };

/** A person on Discord: everything their client lets them do, and nothing it does not. */
export type Person = {
  readonly user: FakeUser;
  /** Runs a registered command with typed options. */
  readonly command: (name: string, options?: readonly Option[]) => Promise<FakeInteraction>;
  /** Asks for suggestions while typing the option marked `focused`. */
  readonly complete: (name: string, options: readonly Option[]) => Promise<FakeInteraction>;
  /** Presses the button that says so on a message they can see. */
  readonly press: (message: FakeMessage, label: string) => Promise<FakeInteraction>;
  /** Picks an option, by its label, from the menu of a message. */
  readonly pick: (message: FakeMessage, label: string) => Promise<FakeInteraction>;
  /** Sends the modal an interaction was answered with. */
  readonly submit: (opened: FakeInteraction, values: Readonly<Record<string, string>>) => Promise<FakeInteraction>;
  /** The payload of the last thing done, as delivered: to deliver it again. */
  readonly last: () => object;
};

type Deliver = (interaction: FakeInteraction, payload: object) => Promise<void>;
const TOKEN_LENGTH = 40;

/** Somebody in a channel (a private talk when it has a recipient). */
export function createPerson(world: World, way: Way, user: FakeUser, channel: FakeChannel): Person {
  let last: object = {};
  const deliver = deliverBy(world, way);
  const send = async (type: number, data: object, source: FakeMessage | null): Promise<FakeInteraction> => {
    const interaction: FakeInteraction = {
      id: world.snowflake(),
      token: `aW50${world.snowflake()}${"t".repeat(TOKEN_LENGTH)}`,
      type,
      createdAt: world.now(),
      channelId: source?.channelId ?? channel.id,
      userId: user.id,
      sourceId: source?.id ?? null,
      callback: null,
      callbackAt: null,
      original: null,
      followUps: [],
    };
    world.interactions.set(interaction.id, interaction);
    last = interactionPayload(world, { interaction, user, channel, data, source });
    await deliver(interaction, last);
    return interaction;
  };
  const seen = (message: FakeMessage): FakeMessage => {
    if (message.onlyFor !== null && message.onlyFor !== user.id) throw new Error(`${user.username} does not see that`);
    return message;
  };
  return {
    user,
    last: () => last,
    command: (name, options = []) => send(2, commandData(world, channel, name, options), null),
    complete: (name, options) => send(4, commandData(world, channel, name, options, true), null),
    press: (message, label) => {
      const button = componentsOf(seen(message)).find((one) => one["type"] === 2 && one["label"] === label);
      if (button === undefined) throw new Error(`no button "${label}" among ${labelsOf(message).join(", ")}`);
      if (button["disabled"] === true || button["custom_id"] === undefined) throw new Error(`"${label}" does nothing`);
      return send(3, { component_type: 2, custom_id: button["custom_id"], id: 1 }, message);
    },
    pick: (message, label) => {
      for (const select of componentsOf(seen(message)).filter((one) => one["type"] === 3)) {
        const option = (select["options"] as Bag[]).find((one) => one["label"] === label);
        if (option === undefined) continue;
        const data = { component_type: 3, custom_id: select["custom_id"], id: 1, values: [option["value"]] };
        return send(3, data, message);
      }
      throw new Error(`no menu offers "${label}"`);
    },
    submit: (opened, values) => send(5, modalData(opened, values), sourceOf(world, opened)),
  };
}

function deliverBy(world: World, way: Way): Deliver {
  if (way.kind === "gateway") {
    return async (_interaction, payload) => way.dispatch("INTERACTION_CREATE", payload);
  }
  return async (interaction, payload) => {
    const body = JSON.stringify(payload);
    const seconds = Math.floor(world.now() / 1_000);
    const response = await fetch(way.url, { method: "POST", body, headers: signedHeaders(way.key, body, seconds) });
    const text = await response.text();
    // A callback may also come by REST, with an empty 202 here.
    if (response.status === 202 && text === "") return;
    if (!response.ok) throw new Error(`the endpoint answered ${response.status}: ${text}`);
    takeCallback(world, interaction, { json: JSON.parse(text), files: [] });
  };
}

export function componentsOf(message: FakeMessage): Bag[] {
  return message.components.flatMap((row) => ((row as { components?: unknown }).components as Bag[] | undefined) ?? []);
}

export function labelsOf(message: FakeMessage): string[] {
  return componentsOf(message)
    .filter((component) => component["type"] === 2)
    .map((component) => String(component["label"]));
}

function sourceOf(world: World, opened: FakeInteraction): FakeMessage | null {
  const channel = world.channels.get(opened.channelId);
  return channel?.messages.find(({ id }) => id === opened.sourceId) ?? null;
}

function commandData(
  world: World,
  channel: FakeChannel,
  name: string,
  options: readonly Option[],
  typing = false,
): object {
  const here = channel.guildId === null ? [] : (world.guildCommands.get(channel.guildId) ?? []);
  const definition = [...here, ...world.globalCommands].find((command) => command.name === name);
  if (definition === undefined) throw new Error(`Discord shows no command /${name}`);
  const why = typing ? null : whyNotSendable(definition as unknown as Bag, options);
  if (why !== null) throw new Error(`/${name} cannot be sent: ${why}`);
  return {
    id: definition.id,
    name,
    type: 1,
    options,
    ...(channel.guildId === null ? {} : { guild_id: channel.guildId }),
  };
}

function modalData(opened: FakeInteraction, values: Readonly<Record<string, string>>): object {
  if (opened.callback?.type !== 9) throw new Error("no form was opened");
  const { modal } = opened.callback;
  const fields = modal.components as unknown as { label: string; component: Bag }[];
  const components = fields.map(({ label, component }) => {
    const id = String(component["custom_id"]);
    const value = values[label] ?? (component["value"] as string | undefined) ?? "";
    if (component["required"] !== false && value === "") throw new Error(`"${label}" must be filled in`);
    if (value.length > Number(component["max_length"] ?? 4_000)) throw new Error(`"${label}" takes less`);
    if (component["type"] === 4) return { type: 18, id: 1, component: { type: 4, id: 2, custom_id: id, value } };
    const option = (component["options"] as Bag[]).find((one) => one["label"] === value || one["value"] === value);
    if (option === undefined && value !== "") throw new Error(`"${label}" offers no ${value}`);
    return {
      type: 18,
      id: 1,
      component: { type: 3, id: 2, custom_id: id, values: option === undefined ? [] : [option["value"]] },
    };
  });
  const unknown = Object.keys(values).filter((label) => !fields.some((field) => field.label === label));
  if (unknown.length > 0) throw new Error(`the form has no ${unknown.join(", ")}`);
  return { custom_id: modal.custom_id, components };
}

function interactionPayload(
  world: World,
  given: {
    interaction: FakeInteraction;
    user: FakeUser;
    channel: FakeChannel;
    data: object;
    source: FakeMessage | null;
  },
): object {
  const { interaction, user, data, source } = given;
  const channel = world.channels.get(interaction.channelId) ?? given.channel;
  const guild = channel.guildId === null ? null : world.guilds.get(channel.guildId);
  return {
    id: interaction.id,
    application_id: world.applicationId,
    token: interaction.token,
    version: 1,
    type: interaction.type,
    data,
    channel_id: channel.id,
    channel: channelPayload(world, channel),
    ...(guild === null || guild === undefined
      ? { user: userPayload(user), context: 1 }
      : {
          guild_id: guild.id,
          guild: { id: guild.id, locale: "en-US", features: [] },
          member: memberPayload(guild, user, permissionsOf(world, channel)),
          context: 0,
        }),
    app_permissions: permissionsOf(world, channel).toString(),
    locale: "en-US",
    guild_locale: "en-US",
    entitlements: [],
    authorizing_integration_owners: guild === null || guild === undefined ? {} : { "0": guild.id },
    attachment_size_limit: 10 * 1024 * 1024,
    ...(source === null ? {} : { message: messagePayload(world, source) }),
  };
}
