import {
  ApplicationCommandType,
  ChannelType,
  ComponentType,
  InteractionType,
  type APIInteraction,
  type APIMessageComponentInteraction,
  type APIModalSubmitInteraction,
} from "discord-api-types/v10";

import type { Command } from "../../command.ts";
import type { Inbound, InboundAct } from "../../inbound.ts";
import { commandText } from "./command-text.ts";
import { isMoreId, readCustomId, readPickedValue, type Picked } from "./custom-id.ts";

/** Where and by whom, without what. */
export type InboundBase = Omit<Inbound, "act">;

/** What an interaction asks of us. */
export type Asked =
  | { readonly kind: "do"; readonly act: InboundAct }
  /** A form must be shown, as the first and only answer. */
  | { readonly kind: "open"; readonly token: string }
  | { readonly kind: "complete" }
  /** A component nobody here made, or of a form long past. */
  | { readonly kind: "unknown" };

/** Somebody's place and person, from a verified interaction. `roles`: of a private talk, looked up elsewhere. */
export function baseOf(interaction: APIInteraction, roles: readonly string[] = []): InboundBase | null {
  const { member, channel, guild_id: guild } = interaction;
  const user = member?.user ?? interaction.user;
  const channelId = channel?.id ?? interaction.channel?.id;
  if (user === undefined || channelId === undefined) return null;
  const thread = isThread(channel?.type) ? channelId : null;
  const parent = thread !== null && channel !== undefined && "parent_id" in channel ? channel.parent_id : null;
  return {
    id: interaction.id,
    surface: "discord",
    tenant: guild ?? "",
    person: {
      externalId: user.id,
      name: member?.nick ?? user.global_name ?? user.username,
      groups: member?.roles ?? [...roles],
    },
    channel: guild === undefined ? `@${user.id}` : (parent ?? channelId),
    thread,
  };
}

function isThread(type: ChannelType | undefined): boolean {
  return (
    type === ChannelType.PublicThread || type === ChannelType.PrivateThread || type === ChannelType.AnnouncementThread
  );
}

/** What is asked. Pure: the same interaction is the same request. */
export function readInteraction(interaction: APIInteraction, commands: readonly Command[]): Asked {
  switch (interaction.type) {
    case InteractionType.ApplicationCommand:
      if (interaction.data.type !== ApplicationCommandType.ChatInput) return { kind: "unknown" };
      return { kind: "do", act: { kind: "command", text: commandText(interaction.data, commands) } };
    case InteractionType.ApplicationCommandAutocomplete:
      return { kind: "complete" };
    case InteractionType.MessageComponent:
      return readPress(interaction);
    case InteractionType.ModalSubmit:
      return readForm(interaction);
    case InteractionType.Ping:
      return { kind: "unknown" };
    default:
      return { kind: "unknown" };
  }
}

function readPress({ data }: APIMessageComponentInteraction): Asked {
  const picked = data.component_type === ComponentType.StringSelect ? (data.values[0] ?? "") : null;
  const pressed =
    picked === null || !isMoreId(data.custom_id) ? readMenu(data.custom_id, picked) : readPickedValue(picked);
  if (pressed === null || pressed.does === "send") return { kind: "unknown" };
  const { does, token, choice } = pressed;
  if (does === "open") return { kind: "open", token };
  return { kind: "do", act: { kind: "act", token, ...(choice === null ? {} : { choice }) } };
}

/** A button, or a menu whose option's value is its index. */
function readMenu(id: string, picked: string | null): Picked | null {
  const pressed = readCustomId(id);
  const choice = picked === null ? null : (/^\d{1,4}$/.exec(picked)?.[0] ?? "none");
  return pressed === null || choice === "none" ? null : { ...pressed, choice: choice === null ? null : Number(choice) };
}

function readForm({ data }: APIModalSubmitInteraction): Asked {
  const sent = readCustomId(data.custom_id);
  if (sent?.does !== "send") return { kind: "unknown" };
  const values = data.components.flatMap((row): (readonly [string, string])[] => {
    if (row.type !== ComponentType.Label) return [];
    const { component } = row;
    if (component.type === ComponentType.TextInput) return [[component.custom_id, component.value]];
    if (component.type === ComponentType.StringSelect) return [[component.custom_id, component.values[0] ?? ""]];
    return [];
  });
  return { kind: "do", act: { kind: "act", token: sent.token, values: Object.fromEntries(values) } };
}
