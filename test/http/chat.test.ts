import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createWebChannel } from "../../src/bot/channels/web/web-channel.ts";
import type { MessageView } from "../../src/http/message-view.ts";
import { posting } from "../bot/posting.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { startChatServer, type ChatServer } from "./chat-server.ts";
import { createClient, jsonOf, type HttpClient } from "./http-client.ts";
import { costCardSample } from "./sample-cards.ts";

let db: TestDatabase;
let server: ChatServer;
let client: HttpClient;
beforeAll(async () => {
  db = await createTestDatabase({ connectionsMax: 8 });
  server = await startChatServer(db);
  client = await createClient(server.url);
});
afterAll(async () => {
  await server.close();
  await db.close();
});

const messages = async (channel: string) =>
  (await jsonOf<{ messages: MessageView[] }>(client.get(`/api/chat/messages?channel=${channel}`))).messages;

describe("asking", () => {
  test("an answer follows its question; the same request again is the same pair", async () => {
    const body = { channel: "costs", text: "whoami", askId: crypto.randomUUID() };
    const ask = () => jsonOf<{ messages: MessageView[] }>(client.post("/api/chat/ask", body));
    const first = (await ask()).messages;
    const again = (await ask()).messages;
    expect(first[1]?.card?.title).toBe("You are You");
    expect(first[1]?.replyTo).toBe(first[0]?.id);
    expect(again.map(({ id }) => id)).toEqual(first.map(({ id }) => id));
    expect(await messages("costs")).toHaveLength(2);
  });

  test("roles are not tried out on real bills", async () => {
    const response = await client.post("/api/chat/role", { role: "viewer" });
    expect(response.status).toBe(403);
  });

  test("a channel that is not there says so", async () => {
    const response = await client.post("/api/chat/ask", { channel: "@ada", text: "help", askId: crypto.randomUUID() });
    expect(response.status).toBe(404);
  });
});

describe("pictures", () => {
  test("by the name its message carries, as PNG to keep; others are not found", async () => {
    const { id } = await createWebChannel(db.sql).post(
      posting({
        channel: "finops",
        key: "p",
        card: costCardSample,
      }),
    );
    const [message] = (await messages("finops")).filter((row) => row.id === id);
    const chart = message?.card?.blocks.find((block) => block.kind === "chart");
    const picture = chart?.kind === "chart" ? chart.picture : "";
    const response = await client.get(`/api/chat/picture/${id}/${picture}.png?theme=dark`);
    expect(response.headers.get("content-type")).toBe("image/png");
    expect(response.headers.get("cache-control")).toContain("immutable");
    expect(new Uint8Array(await response.arrayBuffer()).slice(1, 4)).toEqual(new TextEncoder().encode("PNG"));
    expect((await client.get(`/api/chat/picture/${id}/${"0".repeat(40)}.png`)).status).toBe(404);
    expect((await client.get(`/api/chat/picture/${id}/..%2f..%2fx.png`)).status).toBe(404);
    expect((await fetch(`${server.url}/api/chat/picture/${id}/${picture}.png`)).status).toBe(403);
  });
});

describe("live updates", () => {
  test("a position taken before, then everything after it, once and in order, edits included", async () => {
    const { seq } = await jsonOf<{ seq: string }>(client.get("/api/chat/start"));
    const web = createWebChannel(db.sql);
    const card = (title: string) => ({ ...costCardSample, title });
    const reference = await web.post(posting({ channel: "finops", key: "l1", card: card("one") }));
    const stream = await openEvents(`real-${seq}`);
    expect(await stream.titles(1)).toEqual(["one"]);
    await web.post(posting({ channel: "costs", key: "l2", card: card("two") }));
    await web.update(
      reference,
      posting({
        channel: "finops",
        key: "l1",
        card: card("one edited"),
        revision: 2,
      }),
    );
    expect(await stream.titles(2)).toEqual(["two", "one edited"]);
    const { lastId } = stream;
    await stream.close();
    await web.post(posting({ channel: "finops", key: "l3", card: card("while away") }));
    const back = await openEvents("real-0", lastId());
    expect(await back.titles(1)).toEqual(["while away"]);
    await back.close();
  });

  test("a position of another estate is answered with a reset", async () => {
    const response = await client.get("/api/chat/events?since=demo-5");
    expect(await response.text()).toContain("event: reset");
  });

  test("nobody reads another's private talk", async () => {
    await db.sql`insert into channel (name, kind, owner_id) values ('@eve', 'direct', 'eve') on conflict do nothing`;
    const { seq } = await jsonOf<{ seq: string }>(client.get("/api/chat/start"));
    const web = createWebChannel(db.sql);
    await web.post(
      posting({
        channel: "@eve",
        key: "s",
        card: { ...costCardSample, title: "secret" },
      }),
    );
    await web.post(
      posting({
        channel: "finops",
        key: "s2",
        card: { ...costCardSample, title: "open" },
      }),
    );
    const stream = await openEvents(`real-${seq}`);
    expect(await stream.titles(1)).toEqual(["open"]);
    await stream.close();
    expect((await client.get("/api/chat/messages?channel=@eve")).status).toBe(404);
  });
});

/** Reads server-sent events until so many cards have come. */
async function openEvents(since: string, lastEventId?: string) {
  const stop = new AbortController();
  const headers: Record<string, string> = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
  const response = await fetch(`${server.url}/api/chat/events?since=${since}`, {
    headers: { cookie: client.cookie, ...headers },
    signal: stop.signal,
  });
  const reader = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let taken = 0;
  let last = "";
  return {
    lastId: () => last,
    titles: async (count: number): Promise<string[]> => {
      for (;;) {
        const events = text.split("\n\n").filter((event) => event.includes("event: message"));
        if (events.length >= taken + count) {
          const fresh = events.slice(taken, taken + count);
          taken += count;
          last = /id: (.*)/.exec(fresh.at(-1) ?? "")?.[1] ?? "";
          return fresh.map((event) => JSON.parse(/data: (.*)/.exec(event)?.[1] ?? "{}").card.title);
        }
        const { value, done } = await reader.read();
        if (done) throw new Error("the stream ended");
        text += value;
      }
    },
    close: async () => {
      stop.abort();
      await reader.cancel().catch(() => undefined);
    },
  };
}
