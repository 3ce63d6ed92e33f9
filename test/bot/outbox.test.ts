import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { Channel } from "../../src/bot/channels/channel.ts";
import { createWebChannel } from "../../src/bot/channels/web/web-channel.ts";
import { deliverDue, routeAddress, sendRow, startDeliverer } from "../../src/bot/deliver-outbox.ts";
import { listMessages } from "../../src/store/conversations.ts";
import { ATTEMPTS_MAX, enqueuePost, enqueueUpdate, outboxState } from "../../src/store/outbox.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { plainCard } from "./arbitrary-card.ts";

const log = pino({ level: "silent" });
let db: TestDatabase;
beforeEach(async () => {
  db = await createTestDatabase({ connectionsMax: 10 });
});
afterEach(() => db.close());

const titles = async (channel = "finops"): Promise<string[]> =>
  (await listMessages(db.sql, { channel, reader: { personId: "reader", scope: [] }, beforeId: null, limit: 200 })).map(
    (message) => (message.card as { title: string }).title,
  );
const post = (key: string, title: string, channel = "finops") =>
  enqueuePost(db.sql, { channel, key, card: plainCard(title) });
const deliver = (channels: readonly Channel[] = [createWebChannel(db.sql)]) =>
  deliverDue({ sql: db.sql, channels, log });
const skipPauses = () => db.sql`update outbox set next_attempt_at = now()`;

/** Runs a deliverer in a process of its own and kills it while it stands at `point`. */
async function killAt(point: string): Promise<void> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL("./crashing-deliverer.ts", import.meta.url)), db.url, point],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const exited = once(child, "exit");
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await exited;
}

describe("posting", () => {
  test("a card is posted when the transaction commits, and not when it does not", async () => {
    await db.sql.begin(async (tx) => {
      await enqueuePost(tx, { channel: "#finops", key: "kept", card: plainCard("kept") });
    });
    const failed = db.sql.begin(async (tx) => {
      await enqueuePost(tx, { channel: "finops", key: "lost", card: plainCard("lost") });
      throw new Error("rolled back");
    });
    await expect(failed).rejects.toThrow("rolled back");
    expect(await deliver()).toBe(1);
    expect(await titles()).toEqual(["kept"]);
  });

  test("the same key again is no second message", async () => {
    await post("digest:2026-04-03", "digest");
    await deliver();
    await post("digest:2026-04-03", "digest again");
    expect(await deliver()).toBe(0);
    expect(await titles()).toEqual(["digest"]);
  });

  test("edits before delivery are one message; edits after change it", async () => {
    await post("a", "one");
    await enqueueUpdate(db.sql, { key: "a", card: plainCard("two") });
    await enqueueUpdate(db.sql, { key: "a", card: plainCard("three") });
    expect(await deliver()).toBe(1);
    expect(await titles()).toEqual(["three"]);
    await enqueueUpdate(db.sql, { key: "a", card: plainCard("four") });
    expect(await deliver()).toBe(1);
    expect(await titles()).toEqual(["four"]);
  });
});

describe("exactly once", () => {
  test.each(["before-send", "after-send"])("a deliverer killed with -9 %s", async (point) => {
    await post("a", "only once");
    await killAt(point);
    // The server frees the row as soon as it sees the dead connection.
    while ((await outboxState(db.sql)).waiting > 0) await deliver();
    expect(await titles()).toEqual(["only once"]);
  });

  test("an edit killed with -9 after the surface took it", async () => {
    await post("a", "old");
    await deliver();
    await enqueueUpdate(db.sql, { key: "a", card: plainCard("new") });
    await killAt("after-send");
    while ((await outboxState(db.sql)).waiting > 0) await deliver();
    expect(await titles()).toEqual(["new"]);
  });

  test("an edit asked for between such a death and the next try is not lost", async () => {
    await post("a", "old");
    const [row] = await db.sql`select id::text as id, channel, key, card, revision, reference, attempts from outbox`;
    await sendRow(row as never, [createWebChannel(db.sql)]);
    await enqueueUpdate(db.sql, { key: "a", card: plainCard("new") });
    await deliver();
    expect(await titles()).toEqual(["new"]);
  });

  test("four deliverers at once: each card once, order kept in every channel", async () => {
    const wanted = Array.from({ length: 40 }, (_, index) => `card ${String(index).padStart(2, "0")}`);
    for (const [index, title] of wanted.entries()) await post(`k${index}`, title, index % 2 === 0 ? "finops" : "costs");
    const sent = await Promise.all([deliver(), deliver(), deliver(), deliver()]);
    await deliver();
    expect(await titles("finops")).toEqual(wanted.filter((_, index) => index % 2 === 0));
    expect(await titles("costs")).toEqual(wanted.filter((_, index) => index % 2 === 1));
    expect(sent.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(40);
  });
});

describe("a surface that fails", () => {
  const flaky = (fails: (key: string) => boolean): Channel => {
    const web = createWebChannel(db.sql);
    return {
      ...web,
      post: async (posting) => {
        if (fails(posting.key)) throw new Error("429 slow down");
        return web.post(posting);
      },
    };
  };

  test("its channel waits in order, others go on", async () => {
    await post("bad", "first");
    await post("behind", "second");
    await post("other", "elsewhere", "costs");
    expect(await deliver([flaky((key) => key === "bad")])).toBe(1);
    expect(await titles("costs")).toEqual(["elsewhere"]);
    expect(await titles("finops")).toEqual([]);
    await skipPauses();
    await deliver();
    expect(await titles("finops")).toEqual(["first", "second"]);
  });

  test("is given up after so many tries, said with its reason, and no longer holds the channel", async () => {
    await post("bad", "never");
    await post("behind", "second");
    const channel = flaky((key) => key === "bad");
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      await deliver([channel]);
      await skipPauses();
    }
    await deliver([channel]);
    expect(await titles("finops")).toEqual(["second"]);
    expect(await outboxState(db.sql)).toEqual({
      waiting: 0,
      dead: [{ channel: "finops", key: "bad", error: "429 slow down" }],
    });
  });

  test("pauses grow on the database's clock", async () => {
    await post("bad", "never");
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await skipPauses();
      await deliver([flaky(() => true)]);
      const [row] = await db.sql<{ pause: number }[]>`
        select round(extract(epoch from next_attempt_at - now()))::int as pause from outbox`;
      pauses.push(row?.pause ?? -1);
    }
    expect(pauses).toEqual([1, 2, 4]);
  });

  test("an address nobody serves is an error of that card alone", async () => {
    await post("a", "nowhere", "slack:C123");
    expect(await deliver()).toBe(0);
    expect((await outboxState(db.sql)).waiting).toBe(1);
  });
});

test("a running deliverer is woken by the commit", async () => {
  const web = createWebChannel(db.sql);
  let arrived: () => void = () => undefined;
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const channel: Channel = { ...web, post: async (posting) => web.post(posting).finally(arrived) };
  const deliverer = await startDeliverer({ sql: db.sql, channels: [channel], log });
  await post("a", "live");
  await arrival;
  await deliverer.stop();
  expect(await titles()).toEqual(["live"]);
});

test("addresses", () => {
  const web = createWebChannel(db.sql);
  const slack = { ...web, name: "slack" };
  expect(routeAddress("finops", [web, slack])).toEqual({ channel: web, place: "finops" });
  expect(routeAddress("slack:C1", [web, slack])).toEqual({ channel: slack, place: "C1" });
  expect(routeAddress("teams:x", [web, slack])).toBeNull();
});
