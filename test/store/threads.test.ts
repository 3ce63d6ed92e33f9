import { afterAll, beforeAll, expect, test } from "vitest";

import { FILE_BYTES_MAX, postFile, readFile } from "../../src/store/chat-files.ts";
import {
  ensureDirectChannel,
  latestSeq,
  listReplies,
  messagesSince,
  postMessage,
  setChannelScope,
  type Author,
  type Reader,
} from "../../src/store/conversations.ts";
import { readWindow } from "../../src/store/message-window.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

const ADA: Author = { kind: "person", id: "ada", name: "Ada" };
const everything: Reader = { personId: "ada", scope: [] };
const scoped: Reader = { personId: "tom", scope: [{ dimension: "team", negated: false, values: ["payments"] }] };
const say = (key: string, thread: string | null = null, channel = "finops") =>
  postMessage(db.sql, { channel, key, author: ADA, body: key, thread });
const file = { name: "../etc/pass\u0000wd.csv", mime: "text/csv", bytes: Buffer.from("a,b\n") };

test("a reply is counted on its parent, which open pages see change with it; once, whoever repeats it", async () => {
  const parent = await say("parent");
  const seq = await latestSeq(db.sql);
  const reply = await say("reply", parent.id);
  expect(reply.thread).toBe(parent.id);
  expect((await say("reply", parent.id)).id).toBe(reply.id);
  const news = await messagesSince(db.sql, { reader: everything, seq });
  expect(news.map(({ key, replies }) => [key, replies])).toEqual([
    ["parent", 1],
    ["reply", 0],
  ]);
  expect(news[0]?.lastReplyAt).not.toBeNull();
  expect(news[0]?.editedAt).toBeNull();
});

test("a reply to a reply hangs from the parent; a parent of another channel is none", async () => {
  const parent = await say("p2");
  const first = await say("r1", parent.id);
  const second = await say("r2", first.id);
  expect(second.thread).toBe(parent.id);
  expect((await say("elsewhere", parent.id, "costs")).thread).toBeNull();
  const at = { reader: everything, beforeId: null, limit: 50 };
  expect((await listReplies(db.sql, { ...at, parent: parent.id })).map(({ key }) => key)).toEqual(["r1", "r2"]);
  const top = await readWindow(db.sql, { ...at, channel: "finops", place: { at: "end" } });
  expect(top.messages.map(({ key }) => key)).toEqual(["parent", "p2"]);
});

test("many replies at once are all counted", async () => {
  const parent = await say("busy");
  await Promise.all(Array.from({ length: 20 }, (_, index) => say(`busy:${index}`, parent.id)));
  const [row] = await db.sql<{ replies: number }[]>`select replies from message where key = 'busy'`;
  expect(row?.replies).toBe(20);
});

test("replies and files are nobody's who may not read their channel", async () => {
  const parent = await say("secret");
  const upload = await postFile(db.sql, { channel: "finops", key: "f", author: ADA, thread: parent.id, file });
  expect((await readFile(db.sql, upload.id, everything)).name).toBe(".._etc_pass_wd.csv");
  await expect(readFile(db.sql, upload.id, scoped)).rejects.toMatchObject({ code: "not-found" });
  const at = { parent: parent.id, beforeId: null, limit: 50 };
  expect(await listReplies(db.sql, { ...at, reader: scoped })).toEqual([]);
  // Narrowed now: what was said before stays with those who could read it then.
  await setChannelScope(db.sql, "finops", scoped.scope);
  await expect(readFile(db.sql, upload.id, scoped)).rejects.toMatchObject({ code: "not-found" });
  const later = await postFile(db.sql, { channel: "finops", key: "g", author: ADA, thread: null, file });
  expect(Buffer.from((await readFile(db.sql, later.id, scoped)).bytes).toString("utf8")).toBe("a,b\n");
  await ensureDirectChannel(db.sql, "ada");
  const own = await postFile(db.sql, { channel: "@ada", key: "h", author: ADA, thread: null, file });
  await expect(readFile(db.sql, own.id, { personId: "eve", scope: [] })).rejects.toMatchObject({ code: "not-found" });
});

test("a file is kept once a key, is bounded, and goes with its message", async () => {
  const twice = [1, 2].map(() => postFile(db.sql, { channel: "costs", key: "once", author: ADA, thread: null, file }));
  const [one, two] = await Promise.all(twice);
  expect(one?.id).toBe(two?.id);
  const bytes = new Uint8Array(FILE_BYTES_MAX + 1);
  const large = postFile(db.sql, { channel: "costs", key: "l", author: ADA, thread: null, file: { ...file, bytes } });
  await expect(large).rejects.toThrow();
  expect(await db.sql`select 1 from message where key = 'l'`).toHaveLength(0);
  await db.sql`delete from message where key = 'once'`;
  expect(await db.sql`select 1 from chat_file where message_id = ${one?.id ?? "0"}::bigint`).toHaveLength(0);
});
