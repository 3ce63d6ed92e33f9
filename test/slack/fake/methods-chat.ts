import { checkMessage } from "./block-rules.ts";
import { textArg, type Methods } from "./method.ts";
import {
  FakeRefusal,
  mintTs,
  visibleChannel,
  type FakeChannel,
  type FakeMessage,
  type FakeState,
  type Json,
} from "./state.ts";

const METADATA_BYTES_MAX = 8 * 1024;

/** Posting, editing, removing. */
export const CHAT_METHODS: Methods = {
  "chat.postMessage": {
    scopes: ["chat:write"],
    token: "bot",
    run: ({ state, args, token }) => {
      const channel = writable(state, args["channel"], token?.scopes.has("chat:write.public") === true);
      const message = newMessage(state, channel, args, null);
      state.messages.push(message);
      return { channel: channel.id, ts: message.ts, message: messageJson(state, message) };
    },
  },
  "chat.postEphemeral": {
    scopes: ["chat:write"],
    token: "bot",
    run: ({ state, args }) => {
      const channel = writable(state, args["channel"], false);
      const user = textArg(args, "user") ?? "";
      if (!channel.members.has(user)) throw new FakeRefusal("user_not_in_channel");
      const message = newMessage(state, channel, args, user);
      state.messages.push(message);
      return { message_ts: message.ts };
    },
  },
  "chat.update": {
    scopes: ["chat:write"],
    token: "bot",
    run: ({ state, args }) => {
      const channel = visibleChannel(state, args["channel"]);
      const ts = textArg(args, "ts");
      const message = state.messages.find((one) => one.channel === channel.id && one.ts === ts);
      if (message === undefined || message.ephemeralTo !== null) throw new FakeRefusal("message_not_found");
      if (message.user !== state.bot.user) throw new FakeRefusal("cant_update_message");
      if (state.features.editWindowClosed) throw new FakeRefusal("edit_window_closed");
      if (channel.archived) throw new FakeRefusal("is_archived");
      const { text, blocks } = checkMessage(state, args);
      message.text = text;
      // Leaving blocks out keeps the old ones.
      if (args["blocks"] !== undefined) message.blocks = blocks;
      message.edits += 1;
      return { channel: channel.id, ts: message.ts, text, message: messageJson(state, message) };
    },
  },
  "chat.delete": {
    scopes: ["chat:write"],
    token: "bot",
    run: ({ state, args }) => {
      const index = state.messages.findIndex((one) => one.channel === args["channel"] && one.ts === args["ts"]);
      if (index < 0) throw new FakeRefusal("message_not_found");
      state.messages.splice(index, 1);
      return { channel: args["channel"], ts: args["ts"] };
    },
  },
  "conversations.history": {
    scopes: ["channels:history", "groups:history", "im:history"],
    token: "bot",
    run: ({ state, args, token }) => {
      const channel = visibleChannel(state, args["channel"]);
      const needed = { public: "channels:history", private: "groups:history", im: "im:history" }[channel.kind];
      if (token?.scopes.has(needed) !== true) throw new FakeRefusal("missing_scope", { needed });
      const oldest = Number(args["oldest"] ?? 0);
      const limit = Number(args["limit"] ?? 100);
      const messages = state.messages
        .filter((one) => one.channel === channel.id && one.ephemeralTo === null && Number(one.ts) > oldest)
        .filter((one) => one.threadTs === null)
        .reverse()
        .slice(0, limit)
        .map((one) => messageJson(state, one, args["include_all_metadata"] === "true"));
      return { messages, has_more: false };
    },
  },
};

/** The conversation a bot may write to, or the platform's reason why not. */
export function writable(state: FakeState, id: unknown, anyPublic: boolean): FakeChannel {
  const channel = visibleChannel(state, id);
  if (channel.archived) throw new FakeRefusal("is_archived");
  const member = channel.members.has(state.bot.user) || channel.kind === "im";
  if (!member && !(anyPublic && channel.kind === "public")) throw new FakeRefusal("not_in_channel");
  return channel;
}

function newMessage(state: FakeState, channel: FakeChannel, args: Json, ephemeralTo: string | null): FakeMessage {
  const { text, blocks } = checkMessage(state, args);
  return {
    channel: channel.id,
    ts: mintTs(state),
    user: state.bot.user,
    text,
    blocks,
    threadTs: threadOf(state, channel, args),
    metadata: metadataOf(args),
    files: [],
    edits: 0,
    ephemeralTo,
    unfurl: args["unfurl_links"] !== "false" || args["unfurl_media"] !== "false",
  };
}

/** Threads are one deep: a reply's own name begins none. */
function threadOf(state: FakeState, channel: FakeChannel, args: Json): string | null {
  const threadTs = textArg(args, "thread_ts");
  if (threadTs === null) return null;
  const parent = state.messages.find((one) => one.channel === channel.id && one.ts === threadTs);
  if (parent === undefined) throw new FakeRefusal("thread_not_found");
  if (parent.threadTs !== null) throw new FakeRefusal("cannot_reply_to_message");
  return threadTs;
}

function metadataOf(args: Json): Json | null {
  const metadata = args["metadata"] as Json | undefined;
  if (metadata === undefined) return null;
  const sound =
    typeof metadata["event_type"] === "string" &&
    typeof metadata["event_payload"] === "object" &&
    JSON.stringify(metadata).length <= METADATA_BYTES_MAX;
  if (!sound) throw new FakeRefusal("invalid_metadata_format");
  return metadata;
}

/** A message as the API shows it. */
export function messageJson(state: FakeState, message: FakeMessage, withMetadata = false): Json {
  return {
    type: "message",
    user: message.user,
    ...(message.user === state.bot.user ? { bot_id: state.bot.id, app_id: state.appId } : {}),
    team: state.team.id,
    ts: message.ts,
    text: message.text,
    blocks: message.blocks,
    ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
    ...(message.edits === 0 ? {} : { edited: { user: message.user, ts: message.ts } }),
    ...(withMetadata && message.metadata !== null ? { metadata: message.metadata } : {}),
  };
}
