import { pino } from "pino";

import type { Channel } from "../../src/bot/channels/channel.ts";
import { createWebChannel } from "../../src/bot/channels/web/web-channel.ts";
import { deliverDue } from "../../src/bot/deliver-outbox.ts";
import { readWindow } from "../../src/store/message-window.ts";
import type { Sql } from "../../src/store/db.ts";
import { enqueuePost, type NewPost } from "../../src/store/outbox.ts";
import { plainCard } from "./arbitrary-card.ts";

export const log = pino({ level: "silent" });

/** The outbox of one database in a few words. */
export function outboxOf(sql: Sql) {
  return {
    post: (key: string, title: string, channel = "finops", more: Partial<NewPost> = {}) =>
      enqueuePost(sql, { channel, key, card: plainCard(title), ...more }),
    deliver: (channels: readonly Channel[] = [createWebChannel(sql)]) => deliverDue({ sql, channels, log }),
    titles: async (channel = "finops"): Promise<string[]> =>
      (
        await readWindow(sql, { channel, reader: { personId: "reader", scope: [] }, place: { at: "end" }, limit: 200 })
      ).messages.map((message) => (message.card as { title: string }).title),
    /** Operational time passes: pauses of cards and places are over, leases of the dead run out. */
    skipPauses: async () => {
      await sql`update outbox set next_attempt_at = now()`;
      await sql`update outbox_lane set not_before = now(), lease_until = null`;
    },
  };
}
