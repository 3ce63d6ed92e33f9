import { afterAll, beforeAll, describe } from "vitest";

import { createTerminalChannel } from "../../src/bot/channels/terminal/terminal-channel.ts";
import { createWebChannel } from "../../src/bot/channels/web/web-channel.ts";
import { listMessages } from "../../src/store/conversations.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { channelContract } from "./channel-contract.ts";

describe("web channel", () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterAll(() => db.close());
  channelContract(async () => {
    await db.sql`delete from message`;
    return {
      channel: createWebChannel(db.sql),
      seen: async (place) => {
        const messages = await listMessages(db.sql, {
          channel: place,
          reader: { personId: "reader", scope: [] },
          beforeId: null,
          limit: 50,
        });
        return messages.map((message) => message.card as { title: string });
      },
    };
  });
});

describe("terminal channel", () => {
  channelContract(async () => {
    const printed: string[] = [];
    return {
      channel: createTerminalChannel((text) => printed.push(text), { width: 60, colour: false }),
      // A terminal prints an edit again: what counts is the last state of each message.
      seen: async () =>
        printed
          .map((text) => text.split("\n"))
          .filter((_, index) => printed[index + 1]?.startsWith("updated\n") !== true)
          .map((lines) => ({ title: (lines[0] === "updated" ? lines[1] : lines[0]) ?? "" })),
    };
  });
});
