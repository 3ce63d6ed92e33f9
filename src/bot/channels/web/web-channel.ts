import {
  directChannel,
  ensureChannels,
  ensureDirectChannel,
  postMessage,
  updateMessage,
  type Author,
  type MessageRow,
} from "../../../store/conversations.ts";
import { followThread } from "../../../store/read-marks.ts";
import { FILE_BYTES_MAX, postFile } from "../../../store/chat-files.ts";
import type { Sql } from "../../../store/db.ts";
import { peopleOnCard } from "../../people-on-card.ts";
import { ChannelError } from "../channel-error.ts";
import type { Channel, Pace, Posting, Reference } from "../channel.ts";
import { WEB_CAPABILITIES } from "./capabilities.ts";

/** Who answers and posts on every surface. */
export const BOT: Author = { kind: "bot", id: "finops", name: "Cloud Intelligence" };

/** A post is a row: more at once would only wait for connections people's questions need. */
const WEB_PACE: Pace = { secondsBetween: 0, placesAtOnce: 4 };

/** The web chat as a channel: a message is a row, browsers are told by the database. */
export function createWebChannel(sql: Sql): Channel {
  return {
    name: "web",
    capabilities: WEB_CAPABILITIES,
    pace: WEB_PACE,
    post: async (posting) => {
      if (!posting.channel.startsWith("@")) await ensureChannels(sql, [posting.channel]);
      return put(sql, posting);
    },
    update: async (_reference, { channel, key, card, revision, tokens }) => {
      await updateMessage(sql, { channel, key, card, revision, tokens });
    },
    postPrivate: async (person, posting) => {
      await ensureDirectChannel(sql, person);
      return put(sql, { ...posting, channel: directChannel(person) });
    },
    upload: async ({ channel, key, thread, file }) => {
      if (file.bytes.byteLength > FILE_BYTES_MAX)
        throw new ChannelError("invalid", `a file in the web chat has at most ${FILE_BYTES_MAX} bytes`);
      const person = /^@(.+)$/s.exec(channel)?.[1];
      if (person === undefined) await ensureChannels(sql, [channel]);
      else await ensureDirectChannel(sql, person);
      const message = await postFile(sql, { channel, key, author: BOT, thread: thread?.id ?? null, file });
      return referenceTo(message);
    },
    openForm: () => Promise.reject(new ChannelError("invalid", "the page opens its forms itself")),
  };
}

async function put(sql: Sql, posting: Posting): Promise<Reference> {
  const { channel, key, card, revision, tokens, thread } = posting;
  const message = await postMessage(sql, {
    channel,
    key,
    card,
    revision,
    tokens,
    author: BOT,
    thread: thread?.id ?? null,
  });
  const people = peopleOnCard(card);
  if (message.thread !== null && people.length > 0) {
    await followThread(sql, { channel, thread: message.thread, from: message.id, people });
  }
  // Posted by an earlier try that died before it was noted, and edited since.
  if (message.revision < revision) await updateMessage(sql, { channel, key, card, revision, tokens });
  return referenceTo(message);
}

function referenceTo({ channel, id, thread }: MessageRow): Reference {
  return { channel, id, ...(thread === null ? {} : { thread }) };
}
