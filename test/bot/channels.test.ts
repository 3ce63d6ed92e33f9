import { afterAll, beforeAll, describe } from "vitest";

import { createTerminalChannel } from "../../src/bot/channels/terminal/terminal-channel.ts";
import { createWebChannel } from "../../src/bot/channels/web/web-channel.ts";
import { readFile } from "../../src/store/chat-files.ts";
import { listReplies, type MessageRow, type Reader } from "../../src/store/conversations.ts";
import { readWindow } from "../../src/store/message-window.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { channelContract, type Seen } from "./channel-contract.ts";

describe("web channel", () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterAll(() => db.close());

  const titleOf = (message: MessageRow): string =>
    (message.card as { title: string } | null)?.title ?? message.body ?? "";
  async function look(channel: string, personId: string): Promise<Seen[]> {
    const reader: Reader = { personId, scope: [] };
    const at = { reader, beforeId: null, limit: 200 };
    const seen: Seen[] = [];
    for (const message of (await readWindow(db.sql, { ...at, channel, place: { at: "end" } })).messages) {
      const replies = await listReplies(db.sql, { ...at, parent: message.id });
      if (replies.length !== message.replies) throw new Error("replies are not counted");
      for (const one of [message, ...replies]) {
        const { tokens, file } = one;
        seen.push({
          title: titleOf(one),
          under: one === message ? null : titleOf(message),
          tokens,
          marked: false,
          file: file === null ? null : Buffer.from((await readFile(db.sql, one.id, reader)).bytes).toString("utf8"),
        });
      }
    }
    return seen;
  }

  channelContract(async () => {
    await db.sql`delete from message`;
    return {
      channel: createWebChannel(db.sql),
      place: "finops",
      person: "ada",
      seen: (place) => look(place, "reader"),
      seenBy: (person) => look(`@${person}`, person),
    };
  });
});

describe("terminal channel", () => {
  /** A message as it was printed last. */
  function read(text: string): Seen {
    const [, parent, rest = ""] = /^(?:↳ (.*)\n)?(?:updated\n)?([\s\S]*)$/.exec(text) ?? [];
    const [title = "", ...lines] = rest.split("\n");
    const name = /^file (.*) \(\d+ bytes\)$/.exec(title)?.[1];
    const file = name === undefined ? null : lines.slice(0, -1).join("\n");
    return { title: name ?? title, under: parent ?? null, tokens: null, marked: false, file };
  }

  channelContract(async () => {
    let printed: string | null = null;
    const terminal = createTerminalChannel((text) => (printed = text), { width: 60, colour: false });
    const states = new Map<string, Map<string, Seen>>();
    /** A terminal prints an edit again: what counts is the last state of each message. */
    const watch = async <T>(place: string, key: string, act: Promise<T>): Promise<T> => {
      const result = await act;
      const there = states.get(place) ?? new Map<string, Seen>();
      states.set(place, there);
      if (printed !== null) there.set(key, read(printed));
      printed = null;
      return result;
    };
    const seen = async (place: string) => [...(states.get(place)?.values() ?? [])];
    return {
      channel: {
        ...terminal,
        post: (posting) => watch(posting.channel, posting.key, terminal.post(posting)),
        update: (reference, posting) => watch(reference.channel, posting.key, terminal.update(reference, posting)),
        postPrivate: (person, posting) => watch(`@${person}`, posting.key, terminal.postPrivate(person, posting)),
        upload: (posting) => watch(posting.channel, posting.key, terminal.upload(posting)),
      },
      place: "finops",
      person: "ada",
      seen,
      seenBy: (person) => seen(`@${person}`),
    };
  });
});
