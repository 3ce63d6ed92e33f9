import { MAYBE_TWICE } from "../../src/bot/channels/slack/slack-channel.ts";
import type { ChannelUnderTest, FormSeen, Seen } from "../bot/channel-contract.ts";
import { BEN, FINOPS_CHANNEL, type FakeSlack } from "./fake/fake-slack.ts";
import { mintTrigger } from "./fake/methods-views.ts";
import { inputsOf, wordsOf } from "./fake/reading.ts";
import type { FakeMessage, Json } from "./fake/state.ts";

/** The fake workspace as the contract of channels looks at it. */
export function lookAt(slack: FakeSlack): Omit<ChannelUnderTest, "channel"> {
  const { state } = slack;
  const fileOf = ({ files }: FakeMessage) => state.files.get(files[0] ?? "");
  const titleOf = (message: FakeMessage): string => fileOf(message)?.name ?? message.text.split("\n")[0] ?? "";
  const look = (conversation: string): Seen[] => {
    const messages = slack.posted(conversation);
    return messages.map((message) => {
      const parent = messages.find(({ ts }) => ts === message.threadTs);
      return {
        title: titleOf(message),
        under: parent === undefined ? null : titleOf(parent),
        tokens: message.blocks
          .filter(({ type }) => type === "actions")
          .flatMap((block) => (block["elements"] as Json[]).map((element) => String(element["action_id"]))),
        marked: wordsOf(message.blocks).includes(MAYBE_TWICE),
        file: fileOf(message)?.bytes?.toString("utf8") ?? null,
      };
    });
  };
  const channel = () => slack.channel(FINOPS_CHANNEL);
  return {
    place: FINOPS_CHANNEL,
    person: BEN,
    seen: async (place) => look(place),
    seenBy: async () => look([...state.channels.values()].find(({ kind }) => kind === "im")?.id ?? ""),
    platform: {
      remove: async ({ id }) => {
        const at = state.messages.findIndex(({ ts }) => ts === id);
        state.messages.splice(at, 1);
      },
      faults: {
        "rate-limited": () => {
          slack.pace.limitChannel(FINOPS_CHANNEL, 30);
          return { lift: () => slack.advance(60_000) };
        },
        unavailable: () => {
          slack.api.faults.push({ methods: /chat\.(postMessage|update)/, kind: "500", left: 2 });
          return { lift: () => slack.api.faults.splice(0) };
        },
        refused: () => {
          channel().archived = true;
          return { lift: () => (channel().archived = false) };
        },
      },
    },
    forms: {
      trigger: async () => {
        const origin = { channel: FINOPS_CHANNEL, thread: null };
        return JSON.stringify({ triggerId: mintTrigger(state, BEN), team: "home", origin });
      },
      opened: async () =>
        [...state.views.values()]
          .filter(({ type }) => type === "modal")
          .map(({ body }): FormSeen => {
            const title = body["title"] as Json;
            const fields = inputsOf(body["blocks"] as Json[]).map(({ blockId }) => blockId.replace(/^\d+:/, ""));
            return { title: String(title["text"]), token: String(body["callback_id"]), fields };
          }),
    },
  };
}
