import { readCustomId } from "../../src/bot/channels/discord/custom-id.ts";
import type { ChannelUnderTest, FormSeen, Seen } from "../bot/channel-contract.ts";
import { componentsOf } from "./fake/actors.ts";
import type { FakeDiscord } from "./fake/fake-discord.ts";
import { bits } from "./fake/payloads.ts";
import { addUser, directChannelOf, type FakeChannel, type FakeInteraction, type FakeMessage } from "./fake/world.ts";

/** The fake platform as the contract of channels looks at it: one channel with its threads, one person. */
export function lookAt(fake: FakeDiscord, place: FakeChannel): Omit<ChannelUnderTest, "channel"> {
  const { world } = fake;
  const person = addUser(world, "ana");
  const csv = ({ attachments }: FakeMessage) => attachments.find(({ filename }) => filename.endsWith(".csv"));
  const titleOf = (message: FakeMessage): string => csv(message)?.filename ?? message.embeds[0]?.title ?? "";
  const read = (message: FakeMessage, under: string | null): Seen => ({
    title: titleOf(message),
    under,
    tokens: componentsOf(message).map((component) => readCustomId(String(component["custom_id"]))?.token ?? ""),
    marked: false,
    file: csv(message) === undefined ? null : Buffer.from(csv(message)?.bytes ?? []).toString("utf8"),
  });
  // A message's thread has the message's id.
  const look = (channel: FakeChannel | undefined): Seen[] =>
    (channel?.messages ?? []).flatMap((message) => [
      read(message, null),
      ...(world.channels.get(message.id)?.messages ?? []).map((reply) => read(reply, titleOf(message))),
    ]);
  return {
    place: place.id,
    person: person.id,
    seen: async (id) => look(world.channels.get(id)),
    seenBy: async (id) => look(directChannelOf(world, id)),
    platform: {
      remove: async ({ id }) => {
        const at = place.messages.findIndex((message) => message.id === id);
        place.messages.splice(at, 1);
      },
      faults: {
        "rate-limited": () => {
          const body = { message: "slow", retry_after: 30, global: false };
          world.faults.push({
            path: /\/messages/,
            how: { status: 429, body, headers: { "retry-after": "30" } },
            times: 2,
          });
          return { lift: () => world.faults.splice(0) };
        },
        unavailable: () => {
          world.faults.push({ path: /\/messages/, how: { status: 503 }, times: 4 });
          return { lift: () => world.faults.splice(0) };
        },
        refused: () => {
          place.denied = bits("viewChannel");
          return { lift: () => (place.denied = 0n) };
        },
      },
    },
    forms: {
      trigger: async () => {
        const clicked: FakeInteraction = {
          id: world.snowflake(),
          token: `aW50${world.snowflake()}`,
          type: 3,
          createdAt: world.now(),
          channelId: place.id,
          userId: person.id,
          sourceId: null,
          callback: null,
          callbackAt: null,
          original: null,
          followUps: [],
        };
        world.interactions.set(clicked.id, clicked);
        return `${clicked.id}:${clicked.token}`;
      },
      opened: async () => [...world.interactions.values()].flatMap(formOf),
    },
  };
}

function formOf({ callback }: FakeInteraction): FormSeen[] {
  if (callback?.type !== 9) return [];
  const { title, custom_id: id, components } = callback.modal;
  const fields = components.map((row) => {
    const { component } = row as { readonly component?: { readonly custom_id?: string } };
    return component?.custom_id ?? "";
  });
  return [{ title, token: readCustomId(id)?.token ?? "", fields }];
}
