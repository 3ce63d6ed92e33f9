import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Card } from "../../src/bot/card.ts";
import { BOT } from "../../src/bot/channels/web/web-channel.ts";
import type { MessageView } from "../../src/http/message-view.ts";
import type { MarkedText, SearchHit } from "../../src/http/search-view.ts";
import { postMessage, updateMessage } from "../../src/store/conversations.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { startChatServer, type ChatServer } from "./chat-server.ts";
import { createClient, jsonOf, type HttpClient } from "./http-client.ts";
import { costCardSample, hostileCardSample } from "./sample-cards.ts";

const PAYMENTS = [{ dimension: "team" as const, negated: false, values: ["payments"] }];
let db: TestDatabase;
let server: ChatServer;
let client: HttpClient;
beforeAll(async () => {
  db = await createTestDatabase({ connectionsMax: 8 });
  const channels = [
    { name: "finops", title: "All", scope: [] },
    { name: "costs", title: "Costs", scope: [] },
    { name: "long", title: "Much", scope: [] },
    { name: "payments", title: "Payments", scope: PAYMENTS },
  ];
  server = await startChatServer(db, { channels });
  client = await createClient(server.url);
});
afterAll(async () => {
  await server.close();
  await db.close();
});

const say = (channel: string, key: string, content: { body: string } | { card: object }, author = BOT) =>
  postMessage(db.sql, { channel, key, author, ...content });
const eve = { kind: "person", id: "eve", name: "Eve" } as const;

describe("a stretch of a channel", () => {
  type Window = { messages: MessageView[]; older: boolean; newer: boolean };
  const window = (place: string) => jsonOf<Window>(client.get(`/api/chat/messages?channel=long${place}`));
  let ids: string[] = [];
  beforeAll(async () => {
    for (let index = 0; index < 150; index += 1) {
      ids.push((await say("long", `m${index}`, { body: `message ${index}` }, eve)).id);
    }
  });
  const found = async (place: string) => {
    const { messages, older, newer } = await window(place);
    return [messages.length, messages[0]?.text, messages.at(-1)?.text, older, newer];
  };

  test("the end, what was before, what came after", async () => {
    expect(await found("")).toEqual([60, "message 90", "message 149", true, false]);
    expect(await found(`&before=${ids[90]}`)).toEqual([60, "message 30", "message 89", true, true]);
    expect(await found(`&before=${ids[20]}`)).toEqual([20, "message 0", "message 19", false, true]);
    expect(await found(`&after=${ids[29]}`)).toEqual([60, "message 30", "message 89", true, true]);
    expect(await found(`&after=${ids[100]}`)).toEqual([49, "message 101", "message 149", true, false]);
  });

  test("around a message, from both ends", async () => {
    expect(await found(`&around=${ids[70]}`)).toEqual([60, "message 41", "message 100", true, true]);
    expect(await found(`&around=${ids[3]}`)).toEqual([34, "message 0", "message 33", false, true]);
    expect(await found(`&around=${ids[149]}`)).toEqual([30, "message 120", "message 149", true, false]);
  });

  test.each(["&around=999999", "&around=x", "&before=-1", "&around=99999999999999999999"])(
    "%s leads nowhere and says so",
    async (place) => {
      const { status } = await client.get(`/api/chat/messages?channel=long${place}`);
      expect([400, 404]).toContain(status);
    },
  );

  test("a message of another channel is not in this one", async () => {
    const other = await say("finops", "other", { body: "elsewhere" }, eve);
    expect((await client.get(`/api/chat/messages?channel=long&around=${other.id}`)).status).toBe(404);
  });
});

describe("what is unread", () => {
  type Start = { channels: { name: string; unread: { upTo: string; messages: { id: string }[] } }[] };
  const unread = async (name: string, as = client) => unreadOf(await jsonOf<Start>(as.get("/api/chat/start")), name);
  const unreadOf = ({ channels }: Start, name: string) => {
    const found = channels.find((channel) => channel.name === name)?.unread;
    return { upTo: found?.upTo, ids: found?.messages.map(({ id }) => id) };
  };
  const read = (channel: string, upTo: string, as = client) =>
    as.post("/api/chat/read", { marks: [{ channel, thread: null, upTo }] });

  test("history is no news; what others say is, one's own and the answers to it are not", async () => {
    await say("costs", "u0", { body: "before" }, eve);
    expect((await unread("costs")).ids).toEqual([]);
    const one = await say("costs", "u1", { body: "hello" }, eve);
    await client.post("/api/chat/ask", { channel: "costs", text: "whoami", askId: crypto.randomUUID() });
    const two = await say("costs", "u2", { card: costCardSample });
    expect((await unread("costs")).ids).toEqual([one.id, two.id]);
    await read("costs", one.id);
    expect((await unread("costs")).ids).toEqual([two.id]);
    await read("costs", two.id);
    await read("costs", one.id);
    expect(await unread("costs")).toEqual({ upTo: two.id, ids: [] });
    await updateMessage(db.sql, { channel: "costs", key: "u2", card: costCardSample, revision: 2 });
    expect((await unread("costs")).ids).toEqual([]);
  });

  test("a message that is not there moves no mark, nor does one of a channel nobody let them into", async () => {
    const before = await unread("costs");
    expect((await read("costs", "999999999")).status).toBe(200);
    expect(await unread("costs")).toEqual(before);
    await db.sql`insert into channel (name, kind, owner_id) values ('@mallory', 'direct', 'mallory') on conflict do nothing`;
    const secret = await say("@mallory", "s", { body: "secret" }, eve);
    expect((await read("@mallory", secret.id)).status).toBe(200);
    expect(await db.sql`select 1 from read_mark where channel = '@mallory' and person_id = 'local'`).toHaveLength(0);
  });

  test("many are counted up to a bound", async () => {
    for (let index = 0; index < 120; index += 1) await say("finops", `many${index}`, { body: "more" }, eve);
    expect((await unread("finops")).ids).toHaveLength(100);
  });
});

describe("search", () => {
  const search = async (text: string, channel?: string) =>
    (
      await jsonOf<{ hits: SearchHit[] }>(
        client.get(
          `/api/chat/search?text=${encodeURIComponent(text)}${channel === undefined ? "" : `&channel=${channel}`}`,
        ),
      )
    ).hits;
  const marked = (parts: MarkedText) => parts.map(({ text, hit }) => (hit ? `[${text}]` : text)).join("");
  const card = (title: string, rest: Partial<Card> = {}): Card => ({ ...costCardSample, title, ...rest });
  beforeAll(async () => {
    await say("finops", "s1", { card: card("Digest of Zebra Ltd") });
    await say("costs", "s2", { body: "what about the zebrafish in us-east-1?" }, eve);
    await db.sql`insert into channel (name, kind, owner_id) values ('@mallory', 'direct', 'mallory') on conflict do nothing`;
    await say("@mallory", "s3", { body: "zebra secret" }, eve);
    const rich: Card["blocks"] = [
      { kind: "facts", facts: [{ label: "Owner", value: [{ kind: "strong", text: "quokka team" }] }] },
      {
        kind: "table",
        columns: [{ header: "Thing", align: "left" }],
        rows: [["wombat/prod-2", ""]],
        totals: ["$12,004.18"],
      },
      { kind: "list", items: [[{ kind: "code", text: "numbat" }]] },
      { kind: "note", tone: "warning", text: [{ kind: "text", text: "bilby's <b>note</b>" }] },
    ];
    await say("finops", "s4", { card: card("Marsupials", { blocks: rich, footer: ["potoroo receipt"] }) });
  });

  test("finds what people typed and what cards say, newest first, where it may be read", async () => {
    const hits = await search("zebra");
    expect(hits.map(({ title }) => marked(title))).toEqual([
      "what about the [zebrafish] in us-east-1?",
      "Digest of [Zebra] Ltd",
    ]);
    expect(await search("zebra", "finops")).toHaveLength(1);
    expect(await search("secret")).toHaveLength(0);
    expect(await search("zebra secret")).toHaveLength(0);
  });

  test.each([
    ["quokka", "Owner: [quokka] team"],
    ["wombat/prod-2", "[wombat]/[prod]-[2] ·"],
    ["$12,004.18", "$[12],[004].[18]"],
    ["numbat", "[numbat]"],
    ["bilby's", "[bilby]'[s] <b>note</b>"],
    ["potoroo", "[potoroo] receipt"],
  ])("%j is found in a part of a card", async (text, line) => {
    const [hit] = await search(text);
    expect(hit === undefined ? "" : marked(hit.snippet)).toContain(line);
  });

  test("an edit is found by what it says now", async () => {
    await updateMessage(db.sql, { channel: "finops", key: "s1", card: card("Digest of Yak Ltd"), revision: 2 });
    expect((await search("zebra", "finops")).length).toBe(0);
    expect((await search("yak")).length).toBe(1);
  });

  test.each(["'", "\\", "a:*", "!!", "&|!", "( )", "x".repeat(200), "\u0000", "🦓", "' | 'zebra", "<->", "%"])(
    "%j is looked for and breaks nothing",
    async (text) => {
      expect((await client.get(`/api/chat/search?text=${encodeURIComponent(text)}`)).status).toBe(200);
    },
  );

  test("a huge card is stored and found by its beginning", async () => {
    const words = Array.from({ length: 90_000 }, (_, index) => String.fromCodePoint(0x4e00 + (index % 20_000))).join(
      " ",
    );
    const long = card("Enormous", {
      blocks: [{ kind: "list", items: [words, "x".repeat(3_000), "é ".repeat(200_000)] }],
    });
    await say("finops", "huge", { card: long });
    await say("finops", "hostile", { card: hostileCardSample });
    expect(await search("enormous")).toHaveLength(1);
  });

  test("a snippet is bounded and shows the hit", async () => {
    await say("costs", "s5", {
      card: card("Long", { summary: `${"lorem ".repeat(200)}axolotl ${"ipsum ".repeat(200)}` }),
    });
    const [hit] = await search("axolotl");
    expect(hit === undefined ? "" : marked(hit.snippet)).toContain("[axolotl]");
    expect(hit === undefined ? 0 : marked(hit.snippet).length).toBeLessThan(240);
  });
});

describe("settings and suggestions", () => {
  test("what one sets is kept, by button or by command", async () => {
    const set = (change: object) => client.post("/api/chat/settings", change);
    expect(await (await set({ theme: "dark", timeZone: "Europe/Berlin" })).json()).toMatchObject({
      preferences: { theme: "dark", timeZone: "Europe/Berlin" },
    });
    const askId = crypto.randomUUID();
    const asked = await client.post("/api/chat/ask", { channel: "costs", text: "settings theme light", askId });
    expect(await asked.json()).toMatchObject({ preferences: { theme: "light", timeZone: "Europe/Berlin" } });
    expect(await (await set({ timeZone: null })).json()).toEqual({ preferences: { theme: "light" } });
    expect((await set({ timeZone: "Mars/Olympus" })).status).toBe(400);
    expect((await set({ theme: "neon" })).status).toBe(400);
  });

  test("suggestions come as whole texts", async () => {
    const { options } = await jsonOf<{ options: { text: string; label: string }[] }>(
      client.get(`/api/chat/complete?channel=costs&text=${encodeURIComponent("cost last month by ser")}`),
    );
    expect(options[0]).toMatchObject({ text: "cost last month by service ", label: "service" });
    expect((await client.get("/api/chat/complete?channel=@mallory&text=x")).status).toBe(404);
  });
});
