import {
  directChannel,
  ensureChannels,
  ensureDirectChannel,
  postMessage,
  updateMessage,
  type Author,
} from "../../../store/conversations.ts";
import type { Sql } from "../../../store/db.ts";
import { WEB_CAPABILITIES } from "../../fit.ts";
import { ChannelError } from "../channel-error.ts";
import type { Channel, Pace } from "../channel.ts";

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
    post: async ({ channel, key, card, revision, thread }) => {
      if (!channel.startsWith("@")) await ensureChannels(sql, [channel]);
      const replyTo = thread?.id ?? null;
      const message = await postMessage(sql, { channel, key, card, revision, author: BOT, replyTo });
      // Posted by an earlier try that died before it was noted, and edited since.
      if (message.revision < revision) await updateMessage(sql, { channel, key, card, revision });
      return { channel, id: message.id };
    },
    update: async (_reference, { channel, key, card, revision }) => {
      await updateMessage(sql, { channel, key, card, revision });
    },
    postPrivate: async (person, { key, card, revision }) => {
      await ensureDirectChannel(sql, person);
      const channel = directChannel(person);
      const message = await postMessage(sql, { channel, key, card, revision, author: BOT });
      return { channel, id: message.id };
    },
    upload: () => Promise.reject(new ChannelError("invalid", "the web chat takes no files yet")),
    openForm: () => Promise.reject(new ChannelError("invalid", "the page opens its forms itself")),
  };
}
