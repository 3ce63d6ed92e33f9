import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { Channel } from "../../src/bot/channels/channel.ts";
import { createWebChannel } from "../../src/bot/channels/web/web-channel.ts";
import { startDeliverer } from "../../src/bot/deliver-outbox.ts";
import { placeOf } from "../../src/bot/send-row.ts";
import { enqueuePost, enqueueUpdate } from "../../src/store/outbox.ts";
import { outboxState } from "../../src/store/outbox-state.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { HOSTILE, plainCard } from "./arbitrary-card.ts";
import { log, outboxOf } from "./outbox-support.ts";
import { createTableChannel } from "./table-channel.ts";
import { createRecordingChannel } from "./recording-channel.ts";

let db: TestDatabase;
let box: ReturnType<typeof outboxOf>;
beforeEach(async () => {
  db = await createTestDatabase({ connectionsMax: 10 });
  box = outboxOf(db.sql);
});
afterEach(() => db.close());

/** Runs a deliverer in a process of its own and kills it while it stands at `point`. */
async function killAt(point: string, surface = "web"): Promise<void> {
  const script = fileURLToPath(new URL("./crashing-deliverer.ts", import.meta.url));
  const child = spawn(process.execPath, [script, db.url, point, surface], { stdio: ["ignore", "pipe", "inherit"] });
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
    expect(await box.deliver()).toBe(1);
    expect(await box.titles()).toEqual(["kept"]);
  });

  test("the same key again is no second message", async () => {
    await box.post("digest:2026-04-03", "digest");
    await box.deliver();
    await box.post("digest:2026-04-03", "digest again");
    expect(await box.deliver()).toBe(0);
    expect(await box.titles()).toEqual(["digest"]);
  });

  test("edits before delivery are one message; edits after change it", async () => {
    await box.post("a", "one");
    await enqueueUpdate(db.sql, { key: "a", card: plainCard("two") });
    await enqueueUpdate(db.sql, { key: "a", card: plainCard("three") });
    expect(await box.deliver()).toBe(1);
    expect(await box.titles()).toEqual(["three"]);
    await enqueueUpdate(db.sql, { key: "a", card: plainCard("four") });
    expect(await box.deliver()).toBe(1);
    expect(await box.titles()).toEqual(["four"]);
  });

  test("text Postgres would refuse is posted all the same", async () => {
    for (const [index, text] of HOSTILE.entries()) await box.post(`k${index}`, text);
    expect(await box.deliver()).toBe(HOSTILE.length);
    expect(await box.titles()).toHaveLength(HOSTILE.length);
  });

  test("what is urgent goes first; what is equally urgent keeps its order", async () => {
    await box.post("d", "digest", "finops", { priority: "digest" });
    await box.post("a1", "alert 1");
    await box.post("a2", "alert 2");
    await box.post("i", "answer", "finops", { priority: "interactive" });
    await box.deliver();
    expect(await box.titles()).toEqual(["answer", "alert 1", "alert 2", "digest"]);
  });
});

describe("exactly once on the web", () => {
  test.each(["claimed", "taken", "sent", "settled"])("a deliverer killed with -9 when %s", async (point) => {
    await box.post("a", "only once");
    await killAt(point);
    expect(await box.deliver()).toBe(0);
    await box.skipPauses();
    await box.deliver();
    expect(await box.titles()).toEqual(["only once"]);
    expect((await outboxState(db.sql)).waiting).toBe(0);
  });

  test.each(["claimed", "taken", "sent", "settled"])("an edit killed with -9 when %s", async (point) => {
    await box.post("a", "old");
    await box.deliver();
    await enqueueUpdate(db.sql, { key: "a", card: plainCard("new") });
    await killAt(point);
    await box.skipPauses();
    await box.deliver();
    expect(await box.titles()).toEqual(["new"]);
    expect((await outboxState(db.sql)).waiting).toBe(0);
  });

  test("an edit asked for between such a death and the next try is not lost", async () => {
    await box.post("a", "old");
    await killAt("sent");
    await enqueueUpdate(db.sql, { key: "a", card: plainCard("new") });
    await box.skipPauses();
    await box.deliver();
    expect(await box.titles()).toEqual(["new"]);
  });

  test("four deliverers at once: each card once, order kept in every channel", async () => {
    const wanted = Array.from({ length: 40 }, (_, index) => `card ${String(index).padStart(2, "0")}`);
    for (const [index, title] of wanted.entries())
      await box.post(`k${index}`, title, index % 2 === 0 ? "finops" : "costs");
    const sent = await Promise.all([box.deliver(), box.deliver(), box.deliver(), box.deliver()]);
    await box.deliver();
    expect(await box.titles("finops")).toEqual(wanted.filter((_, index) => index % 2 === 0));
    expect(await box.titles("costs")).toEqual(wanted.filter((_, index) => index % 2 === 1));
    expect(sent.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(40);
  });

  test("one that was paused and wakes after another took over changes nothing", async () => {
    await box.post("a", "old");
    let resume: () => void = () => undefined;
    let reached: () => void = () => undefined;
    const standing = new Promise<void>((resolve) => (reached = resolve));
    const web = createWebChannel(db.sql);
    const paused: Channel = {
      ...web,
      post: async (posting) => {
        reached();
        await new Promise<void>((resolve) => (resume = resolve));
        return web.post(posting);
      },
    };
    const sleeping = box.deliver([paused]);
    await standing;
    await box.skipPauses();
    await enqueueUpdate(db.sql, { key: "a", card: plainCard("new") });
    await box.deliver();
    resume();
    await sleeping;
    await box.deliver();
    expect(await box.titles()).toEqual(["new"]);
    expect((await outboxState(db.sql)).waiting).toBe(0);
  });
});

describe("a surface that cannot tell a repetition", () => {
  test.each(["claimed", "taken", "sent", "settled"])(
    "a deliverer killed with -9 when %s: nothing lost, at most the one in flight twice, and told",
    async (point) => {
      for (const place of ["C1", "C2", "C3"])
        for (const key of ["a", "b", "c"]) await box.post(key, key, `slack:${place}`);
      await killAt(point, "slack");
      await box.skipPauses();
      const slack = createTableChannel(db.sql);
      await box.deliver([slack]);
      const sent = await slack.sent();
      const of = (place: string) => sent.filter((one) => one.place === place).map(({ key }) => key);
      const first = point === "sent" ? ["a", "a", "b", "c"] : ["a", "b", "c"];
      expect([of("C1"), of("C2"), of("C3")]).toEqual([first, ["a", "b", "c"], ["a", "b", "c"]]);
      // Whoever took over could not know: what may be a repetition says so, nothing else does.
      const told = sent.filter(({ maybe }) => maybe).map(({ place, key }) => place + key);
      expect(told).toEqual(point === "sent" || point === "taken" ? ["C1a"] : []);
    },
  );

  test("is told that a message may be there already, after a death in the middle and not before", async () => {
    await box.post("a", "first", "slack:C1");
    const slack = createRecordingChannel("slack");
    await db.sql`update outbox set sends_open = 1`;
    await box.post("b", "second", "slack:C1");
    await box.deliver([slack]);
    expect(slack.sent.map(({ key, posting }) => [key, posting.maybePosted])).toEqual([
      ["a", true],
      ["b", false],
    ]);
    await enqueueUpdate(db.sql, { key: "a", card: plainCard("edited") });
    await box.deliver([slack]);
    expect(slack.sent.at(-1)?.posting.maybePosted).toBe(false);
  });
});

test("a running deliverer is woken by the commit", async () => {
  const web = createWebChannel(db.sql);
  let arrived: () => void = () => undefined;
  const arrival = new Promise<void>((resolve) => (arrived = resolve));
  const channel: Channel = { ...web, post: async (posting) => web.post(posting).finally(arrived) };
  const deliverer = await startDeliverer({ sql: db.sql, channels: [channel], log });
  await box.post("a", "live");
  await arrival;
  await deliverer.stop();
  expect(await box.titles()).toEqual(["live"]);
  expect((await outboxState(db.sql)).waiting).toBe(0);
});

test("addresses name a place on a surface", async () => {
  expect(["finops", "slack:C1", "@os:root", "discord:@7"].map(placeOf)).toEqual(["finops", "C1", "@os:root", "@7"]);
  for (const channel of ["finops", "slack:C1", "@os:root", "discord:@7"]) await box.post("k", "card", channel);
  const rows = await db.sql<{ surface: string }[]>`select surface from outbox order by id`;
  expect(rows.map(({ surface }) => surface)).toEqual(["web", "slack", "web", "discord"]);
});
