import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Action, Card } from "../../src/bot/card.ts";
import { createWebChannel } from "../../src/bot/channels/web/web-channel.ts";
import { deliverDue } from "../../src/bot/deliver-outbox.ts";
import { callOwners } from "../../src/bot/views/call-owners.ts";
import { CLICK_REFUSED } from "../../src/bot/phrases.ts";
import type { MessageView } from "../../src/http/message-view.ts";
import { addPerson, issueToken } from "../../src/service/manage-people.ts";
import { postMessage } from "../../src/store/conversations.ts";
import { enqueuePost, enqueueUpdate } from "../../src/store/outbox.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { startChatServer, type ChatServer } from "./chat-server.ts";
import { createClient, jsonOf, signIn, type HttpClient } from "./http-client.ts";

type Said = { messages: MessageView[] };
type Performed = Said & { done: boolean; said: string | null };
type Thread = { parent: MessageView; messages: MessageView[]; older: boolean };

const SHARED = "s".repeat(32);
let db: TestDatabase;
let server: ChatServer;
let client: HttpClient;
let guarded: ChatServer;
let vera: HttpClient;
beforeAll(async () => {
  db = await createTestDatabase({ connectionsMax: 8 });
  server = await startChatServer(db);
  client = await createClient(server.url);
  guarded = await startChatServer(db, { access: { kind: "token", token: SHARED, role: "analyst" } });
  const root = { ...testContext(db, { dataDir: "/tmp" }), actor: { kind: "system", id: "root" } as const };
  await addPerson({ ctx: root, input: { handle: "vera", name: "Vera", role: "viewer" } });
  const { token } = await issueToken({ ctx: root, input: { who: "vera", revoke: false } });
  vera = await signIn(guarded.url, "vera", token ?? "");
});
afterAll(async () => {
  await server.close();
  await guarded.close();
  await db.close();
});

const button = (command: string, more: Partial<Extract<Action, { kind: "button" }>> = {}): Action => ({
  kind: "button",
  label: command,
  style: "plain",
  command,
  ...more,
});
const cardWith = (title: string, ...actions: Action[]): Card => ({
  title,
  summary: `${title}.`,
  tone: "neutral",
  blocks: [],
  actions,
  footer: [],
});

/** A card as schedules and alerts post it, delivered; what its buttons carry comes with the message. */
async function posted(key: string, card: Card, channel = "finops"): Promise<MessageView> {
  await enqueuePost(db.sql, { channel, key, card });
  return delivered(key, channel);
}
async function edited(key: string, card: Card, channel = "finops"): Promise<MessageView> {
  await enqueueUpdate(db.sql, { key, card });
  return delivered(key, channel);
}
async function delivered(key: string, channel: string): Promise<MessageView> {
  await deliverDue({ sql: db.sql, channels: [createWebChannel(db.sql)], log: pino({ level: "silent" }) });
  const { messages } = await jsonOf<Said>(client.get(`/api/chat/messages?channel=${encodeURIComponent(channel)}`));
  const found = messages.find((message) => message.key === key);
  if (found === undefined) throw new Error(`${key} is not there`);
  return found;
}
function tokenOf(message: MessageView, index = 0): string {
  const action = message.card?.actions[index];
  return action === undefined || action.kind === "link" ? "" : (action.token ?? "");
}
const act = (body: object, as = client): Promise<Response> =>
  as.post("/api/chat/act", { actId: crypto.randomUUID(), ...body });
const performed = (body: object, as = client): Promise<Performed> => jsonOf<Performed>(act(body, as));
const ask = (body: object, as = client): Promise<Said> =>
  jsonOf<Said>(as.post("/api/chat/ask", { askId: crypto.randomUUID(), ...body }));
const thread = (id: string, channel = "finops"): Promise<Thread> =>
  jsonOf<Thread>(client.get(`/api/chat/thread?channel=${encodeURIComponent(channel)}&id=${id}`));

describe("a click", () => {
  test("that reads is answered in the card's thread, by whoever clicked; the parent counts it", async () => {
    const card = await posted("read", cardWith("A digest", button("whoami"), button("help cost")));
    const { done, messages } = await performed({ token: tokenOf(card) });
    expect(done).toBe(true);
    expect(messages.map(({ text, card: said }) => text ?? said?.title)).toEqual(["whoami", "You are You"]);
    expect(messages.map((message) => message.thread)).toEqual([card.id, card.id]);
    const shown = await thread(card.id);
    expect(shown.parent.replies).toMatchObject({ count: 2, lastId: messages[1]?.id });
    expect(shown.messages.map(({ id }) => id)).toEqual(messages.map(({ id }) => id));
    // Drilling further stays in the same thread: it is one deep.
    const answer = shown.messages[1];
    const next = await performed({ token: answer === undefined ? "" : tokenOf(answer) });
    expect(next.messages.map((message) => message.thread)).toEqual([card.id, card.id]);
  });

  test("in a private talk is answered in the talk", async () => {
    const { messages } = await ask({ channel: "@local", text: "whoami" });
    const answer = messages[1];
    const next = await performed({ token: answer === undefined ? "" : tokenOf(answer) });
    expect(next.messages.map(({ channel, thread: under }) => [channel, under])).toEqual([
      ["@local", null],
      ["@local", null],
    ]);
  });

  test("sent twice is one pair", async () => {
    const card = await posted("twice", cardWith("Twice", button("whoami")));
    const body = { token: tokenOf(card), actId: crypto.randomUUID() };
    const [one, two] = await Promise.all([performed(body), performed(body)]);
    const three = await performed(body);
    expect(two.messages.map(({ id }) => id)).toEqual(one.messages.map(({ id }) => id));
    expect(three.messages.map(({ id }) => id)).toEqual(one.messages.map(({ id }) => id));
    expect((await thread(card.id)).messages).toHaveLength(2);
  });

  test("on a card that has changed since does nothing and brings the card as it is", async () => {
    const old = await posted("stale", cardWith("Over budget", button("budget remove nothing")));
    await edited("stale", cardWith("Acknowledged"));
    const { done, said, messages } = await performed({ token: tokenOf(old) });
    expect([done, said]).toEqual([false, CLICK_REFUSED.stale]);
    expect(messages.map((message) => message.card?.title)).toEqual(["Acknowledged"]);
    expect((await thread(old.id)).messages).toEqual([]);
  });

  test("without the role is refused in words, and nothing is said in the channel", async () => {
    const card = await posted("role", cardWith("Admins only", button("people list")));
    const { done, said } = await performed({ token: tokenOf(card) }, vera);
    expect(done).toBe(false);
    expect(said).toContain("needs the role admin");
    expect((await thread(card.id)).messages).toEqual([]);
  });

  test.each(["", "f:AAAAAAAAAAAAAAAAAAAAAA", "nonsense", "f:'; drop table message"])(
    "with the token %j is not known",
    async (token) => expect((await act({ token })).status).toBe(404),
  );

  test("of the same id by somebody else is theirs: nobody is answered what another asked", async () => {
    const askId = crypto.randomUUID();
    const mine = await ask({ channel: "@local", text: "whoami", askId });
    const start = await jsonOf<{ person: { id: string } }>(vera.get("/api/chat/start"));
    const hers = await ask({ channel: `@${start.person.id}`, text: "whoami", askId }, vera);
    expect([mine, hers].map(({ messages }) => messages[1]?.card?.title)).toEqual(["You are You", "You are Vera"]);
  });

  test("on a card of somebody's private talk is not known to others", async () => {
    const { messages } = await ask({ channel: "@local", text: "whoami" });
    const answer = messages[1];
    expect((await act({ token: answer === undefined ? "" : tokenOf(answer) }, vera)).status).toBe(404);
  });

  test("needs the page's own origin and token", async () => {
    const card = await posted("csrf", cardWith("Mine", button("whoami")));
    const body = { token: tokenOf(card), actId: crypto.randomUUID() };
    expect((await client.post("/api/chat/act", body, { "x-csrf-token": "" })).status).toBe(403);
    expect((await client.post("/api/chat/act", body, { origin: "http://evil.example" })).status).toBe(403);
    expect((await client.post("/api/chat/act", body, { "sec-fetch-site": "cross-site" })).status).toBe(403);
  });
});

describe("menus, forms and questions first", () => {
  const form: Action = {
    kind: "form",
    label: "Set…",
    style: "primary",
    title: "Set a budget",
    submit: "Set",
    fields: [
      { kind: "text", name: "name", label: "Name", required: true, lengthMax: 10 },
      { kind: "choice", name: "currency", label: "In", required: true, options: [{ label: "Dollars", value: "USD" }] },
    ],
    command: ["budget set ", { field: "name" }, " 100 ", { field: "currency" }],
  };
  const menu: Action = {
    kind: "select",
    label: "More",
    options: [
      { label: "Who", command: "whoami" },
      { label: "Help", command: "help" },
    ],
  };

  test("the choice of a menu travels as its number", async () => {
    const card = await posted("menu", cardWith("Menu", menu));
    const { messages } = await performed({ token: tokenOf(card), choice: 1 });
    expect(messages[0]?.text).toBe("help");
    expect(await performed({ token: tokenOf(card), choice: 7 })).toMatchObject({ done: false });
  });

  test("a form is checked again here, and its values are values whatever they say", async () => {
    const card = await posted("form", cardWith("Form", form));
    const send = (values: object) => performed({ token: tokenOf(card), values });
    expect((await send({ name: "", currency: "USD" })).said).toContain("Name is needed");
    expect((await send({ name: "x".repeat(11), currency: "USD" })).said).toContain("At most 10");
    expect((await send({ name: "a", currency: "EUR; people list" })).said).toContain("Pick one of the list");
    expect((await send({ name: "growth", currency: "USD" })).messages[1]?.card?.title).toContain("growth");
    expect((await act({ token: tokenOf(card), values: { name: "x".repeat(9_000) } })).status).toBe(400);
  });

  test("what asks first is not done unasked", async () => {
    const confirm = { title: "Remove growth?", text: "It is gone then.", yes: "Remove it" };
    const card = await posted("confirm", cardWith("Sure", button("budget remove growth", { confirm })));
    const unasked = await performed({ token: tokenOf(card) });
    expect(unasked.done).toBe(false);
    const asked = await performed({ token: tokenOf(card), confirmed: true });
    expect(asked.done).toBe(true);
  });
});

describe("threads", () => {
  test("a question in a thread is answered there; a link to an answer leads to where the thread hangs", async () => {
    const card = await posted("asked", cardWith("Parent"));
    const { messages } = await ask({ channel: "finops", thread: card.id, text: "whoami" });
    const answer = messages[1];
    expect(answer?.thread).toBe(card.id);
    const around = await jsonOf<{ parent: string | null; messages: MessageView[] }>(
      client.get(`/api/chat/messages?channel=finops&around=${answer?.id}`),
    );
    expect(around.parent).toBe(card.id);
    expect(around.messages.some(({ id }) => id === card.id)).toBe(true);
    expect(around.messages.some(({ id }) => id === answer?.id)).toBe(false);
    expect((await thread(answer?.id ?? "")).parent.id).toBe(card.id);
  });

  test("news in a thread one has been in are unread until they are read", async () => {
    type Start = { channels: { name: string; unread: { messages: { id: string; thread: string | null }[] } }[] };
    const unread = async () =>
      (await jsonOf<Start>(client.get("/api/chat/start"))).channels
        .find(({ name }) => name === "costs")
        ?.unread.messages.filter((message) => message.thread !== null);
    const card = await posted("followed", cardWith("Followed"), "costs");
    const eve = { kind: "person", id: "eve", name: "Eve" } as const;
    await postMessage(db.sql, { channel: "costs", key: "eve-0", author: eve, body: "before I came", thread: card.id });
    expect(await unread()).toEqual([]);
    await ask({ channel: "costs", thread: card.id, text: "whoami" });
    const said = await postMessage(db.sql, { channel: "costs", key: "eve-1", author: eve, body: "a", thread: card.id });
    expect(await unread()).toEqual([{ id: said.id, thread: card.id }]);
    await client.post("/api/chat/read", { marks: [{ channel: "costs", thread: card.id, upTo: said.id }] });
    expect(await unread()).toEqual([]);
    // A mark of the thread says nothing of the channel, and the other way round.
    await client.post("/api/chat/read", { marks: [{ channel: "costs", thread: null, upTo: said.id }] });
    expect(await db.sql`select 1 from read_mark where thread = 0 and upto = ${said.id}::bigint`).toHaveLength(0);
    // Whoever a card calls is in its thread from there on, and is told that they are called; a name alone calls nobody.
    const owner = (id: string) => [{ scope: [], person: { id, handle: id, name: "local" }, channel: null }];
    const base = { channel: "costs", revision: 1, generation: 1, maybePosted: false, tokens: [], thread: null };
    const web = createWebChannel(db.sql);
    const quiet = await web.post({ ...base, key: "quiet", card: cardWith("Quiet") });
    const reply = (key: string, id: string) =>
      web.post({ ...base, key, card: { ...cardWith(key), blocks: callOwners(owner(id), "look") }, thread: quiet });
    await reply("for-eve", "eve");
    expect(await unread()).toEqual([]);
    const mine = await reply("for-me", "local");
    expect(await unread()).toEqual([{ id: mine.id, thread: quiet.id, calls: true }]);
  });

  test("many answers come in pages", async () => {
    const card = await posted("busy", cardWith("Busy"));
    const eve = { kind: "person", id: "eve", name: "Eve" } as const;
    for (let index = 0; index < 130; index += 1) {
      await postMessage(db.sql, {
        channel: "finops",
        key: `b${index}`,
        author: eve,
        body: `${index}`,
        thread: card.id,
      });
    }
    const last = await thread(card.id);
    expect([last.messages.length, last.messages[0]?.text, last.older]).toEqual([100, "30", true]);
    const before = await jsonOf<Thread>(
      client.get(`/api/chat/thread?channel=finops&id=${card.id}&before=${last.messages[0]?.id}`),
    );
    expect([before.messages.length, before.messages[0]?.text, before.older]).toEqual([30, "0", false]);
  });
});

describe("what is one's own", () => {
  test("is answered in the private talk, wherever it was asked", async () => {
    const { messages } = await ask({ channel: "costs", text: "settings notify none" });
    expect(messages.map(({ channel }) => channel)).toEqual(["@local", "@local"]);
    const there = await jsonOf<Said>(client.get("/api/chat/messages?channel=costs"));
    expect(there.messages.some(({ text }) => text === "settings notify none")).toBe(false);
  });
});

describe("files beside cards", () => {
  test("are saved by whoever may read the message, and never opened in the page", async () => {
    const card = await posted("with-file", cardWith("With a file"));
    const file = { name: 'd"igest.csv', mime: "text/html", bytes: new TextEncoder().encode("<script>") };
    const base = {
      key: "file-1",
      revision: 1,
      generation: 1,
      maybePosted: false,
      thread: { channel: "finops", id: card.id },
    };
    const { id } = await createWebChannel(db.sql).upload({ ...base, channel: "finops", file });
    const [message] = (await thread(card.id)).messages;
    expect(message?.file).toMatchObject({ bytes: 8 });
    const response = await client.get(`/api/chat/file/${id}`);
    expect(response.headers.get("content-disposition")).toMatch(/^attachment; filename\*=UTF-8''[^"]+$/);
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    expect(await response.text()).toBe("<script>");
    expect((await client.get("/api/chat/file/1")).status).toBe(404);
    expect((await fetch(`${server.url}/api/chat/file/${id}`)).status).toBe(403);
  });
});
