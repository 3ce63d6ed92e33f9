import { afterAll, beforeAll, expect, test } from "vitest";

import { enqueuePosts, enqueueUpdates, knownKeys } from "../../src/store/outbox-bulk.ts";
import { configureMirrors, enqueuePost, enqueueUpdate } from "../../src/store/outbox.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

/** Many at once is the same as each by itself: rows, copies elsewhere, threads, revisions. */
let one: TestDatabase;
let many: TestDatabase;
beforeAll(async () => {
  [one, many] = [await createTestDatabase({ connectionsMax: 3 }), await createTestDatabase({ connectionsMax: 3 })];
  for (const { sql } of [one, many]) await configureMirrors(sql, [{ name: "costs", also: ["slack:C1", "discord:9"] }]);
});
afterAll(() => Promise.all([one.close(), many.close()]));

const rows = ({ sql }: TestDatabase) =>
  sql`select channel, key, kind, card, under, priority, revision from outbox order by id`;
const card = (text: string) => ({ title: text, blocks: [{ text: '"quoted" \\ \u0000 \ud800 {a,b} null' }] });
const posts = [
  { channel: "#costs", key: "a", card: card("a"), under: null },
  { channel: "costs", key: "a:1", card: card("a:1"), under: "a" },
  { channel: "finops", key: "b", card: card("b"), under: null },
  { channel: "finops", key: "b", card: card("again"), under: null },
];

test("posting and editing many cards is posting and editing each", async () => {
  for (const { under, ...post } of posts) await enqueuePost(one.sql, under === null ? post : { ...post, under });
  await enqueuePosts(many.sql, posts);
  const posted = await rows(many);
  expect(posted).toEqual(await rows(one));
  expect(posted).toHaveLength(7);
  const updates = ["a", "nowhere", "b"].map((key) => ({ key, card: card(`${key} now`) }));
  for (const update of updates) await enqueueUpdate(one.sql, update);
  await enqueueUpdates(many.sql, updates);
  expect(await rows(many)).toEqual(await rows(one));
  expect(await knownKeys(many.sql, ["a", "b", "nowhere"])).toEqual(new Set(["a", "b"]));
});
