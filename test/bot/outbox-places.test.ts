import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { ChannelError } from "../../src/bot/channels/channel-error.ts";
import { createWebChannel } from "../../src/bot/channels/web/web-channel.ts";
import { startDeliverer } from "../../src/bot/deliver-outbox.ts";
import { ATTEMPTS_MAX, buryStale, secondsUntilDue } from "../../src/store/outbox-lanes.ts";
import { dropOutbox, outboxState, retryOutbox } from "../../src/store/outbox-state.ts";
import {
  configureMirrors,
  enqueuePrivate,
  enqueueUpdate,
  enqueueUpload,
  UPLOAD_BYTES_MAX,
} from "../../src/store/outbox.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { plainCard } from "./arbitrary-card.ts";
import { log, outboxOf } from "./outbox-support.ts";
import { createRecordingChannel, type Sent } from "./recording-channel.ts";

let db: TestDatabase;
let box: ReturnType<typeof outboxOf>;
beforeEach(async () => {
  db = await createTestDatabase({ connectionsMax: 10 });
  box = outboxOf(db.sql);
});
afterEach(() => db.close());

const person = (id: string, role: string | null, preferences: object = {}) =>
  db.sql`insert into principal (id, handle, name, role, origin, preferences)
    values (${id}, ${id}, ${id}, ${role}, 'chat', ${JSON.stringify(preferences)}::text::jsonb)`;
const identity = (id: string, surface: string, external: string) =>
  db.sql`insert into identity (surface, external_id, principal_id, origin) values (${surface}, ${external}, ${id}, 'chat')`;
const titlesOf = (sent: readonly Sent[]): string[] => sent.map(({ title }) => title);

describe("what a surface says", () => {
  test("429 stalls that place for as long as it says, counts for nothing, and no other place waits", async () => {
    let limited = true;
    const slack = createRecordingChannel("slack", {
      fail: ({ place }) => {
        if (limited && place === "C1") throw new ChannelError("rate-limited", "slow down", { retryAfterSeconds: 30 });
      },
    });
    for (const title of ["one", "two"]) {
      await box.post(title, title, "slack:C1");
      await box.post(title, title, "slack:C2");
    }
    await box.deliver([slack]);
    expect(slack.sent.map(({ place, title }) => `${place} ${title}`)).toEqual(["C2 one", "C2 two"]);
    const seconds = await secondsUntilDue(db.sql, "slack");
    expect(Math.ceil(seconds ?? 0)).toBe(30);
    limited = false;
    await db.sql`update outbox_lane set not_before = now()`;
    await box.deliver([slack]);
    expect(titlesOf(slack.sent)).toEqual(["one", "two", "one", "two"]);
    expect(slack.sent.every(({ posting }) => !posting.maybePosted)).toBe(true);
    expect(await db.sql`select 1 from outbox where attempts > 0`).toHaveLength(0);
  });

  test("a platform that does not answer is asked for days, with pauses; a timeout may have posted", async () => {
    let down = true;
    const discord = createRecordingChannel("discord", {
      fail: () => {
        if (down) throw new ChannelError("unavailable", "timeout");
      },
    });
    await box.post("a", "late", "discord:1");
    const pauses: number[] = [];
    for (let attempt = 0; attempt < ATTEMPTS_MAX * 2; attempt += 1) {
      await box.skipPauses();
      await box.deliver([discord]);
      pauses.push(Math.ceil((await secondsUntilDue(db.sql, "discord")) ?? -1));
    }
    expect(pauses.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect((await outboxState(db.sql)).dead).toEqual([]);
    down = false;
    await box.skipPauses();
    await box.deliver([discord]);
    expect(discord.sent.map(({ title, posting }) => [title, posting.maybePosted])).toEqual([["late", true]]);
  });

  test("a refused connection cannot have posted", async () => {
    let down = true;
    const slack = createRecordingChannel("slack", {
      fail: () => {
        if (down) throw new ChannelError("unavailable", "ECONNREFUSED", { sent: "no" });
      },
    });
    await box.post("a", "late", "slack:C1");
    await box.deliver([slack]);
    down = false;
    await box.skipPauses();
    await box.deliver([slack]);
    expect(slack.sent.map(({ posting }) => posting.maybePosted)).toEqual([false]);
  });

  test("a message that is gone is posted afresh, with the newest card, under the next generation", async () => {
    let deleted = false;
    const slack = createRecordingChannel("slack", {
      fail: ({ act }) => {
        if (deleted && act === "update") throw new ChannelError("gone", "message_not_found");
      },
    });
    await box.post("a", "old", "slack:C1");
    await box.deliver([slack]);
    deleted = true;
    await enqueueUpdate(db.sql, { key: "a", card: plainCard("new") });
    await box.deliver([slack]);
    expect(slack.sent.map(({ act, title, posting }) => [act, title, posting.generation, posting.maybePosted])).toEqual([
      ["post", "old", 1, false],
      ["post", "new", 2, false],
    ]);
    expect((await outboxState(db.sql)).waiting).toBe(0);
  });

  test("what the platform calls wrong is given up at once and holds up nothing", async () => {
    const slack = createRecordingChannel("slack", {
      fail: ({ key }) => {
        if (key === "bad") throw new ChannelError("invalid", "invalid_blocks");
      },
    });
    await box.post("bad", "never", "slack:C1");
    await box.post("good", "second", "slack:C1");
    await box.deliver([slack]);
    expect(titlesOf(slack.sent)).toEqual(["second"]);
    const { dead } = await outboxState(db.sql);
    expect(dead.map(({ channel, key, error }) => ({ channel, key, error }))).toEqual([
      { channel: "slack:C1", key: "bad", error: "invalid_blocks" },
    ]);
  });

  test("an error of ours is tried so often, then given up with its reason", async () => {
    const slack = createRecordingChannel("slack", {
      fail: ({ key }) => {
        if (key === "bad") throw new Error("cannot read properties of undefined");
      },
    });
    await box.post("bad", "never", "slack:C1");
    await box.post("behind", "second", "slack:C1");
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      expect(slack.sent).toEqual([]);
      await box.skipPauses();
      await box.deliver([slack]);
    }
    expect(titlesOf(slack.sent)).toEqual(["second"]);
    expect((await outboxState(db.sql)).dead[0]?.error).toBe("cannot read properties of undefined");
  });

  test("what waited for days is given up: it would be old news", async () => {
    await box.post("a", "nobody serves it", "slack:C1");
    expect(await box.deliver()).toBe(0);
    expect((await outboxState(db.sql)).waiting).toBe(1);
    await db.sql`update outbox set wanted_at = now() - interval '73 hours'`;
    expect(await buryStale(db.sql, "slack")).toBe(1);
    expect((await outboxState(db.sql)).dead[0]?.error).toBe("not delivered within 72 hours");
  });
});

describe("a place nobody may write to", () => {
  const archived = () => {
    const state = { refused: true };
    const slack = createRecordingChannel("slack", {
      fail: ({ place }) => {
        if (state.refused && place.startsWith("C")) throw new ChannelError("refused", "is_archived");
      },
    });
    return { state, slack };
  };

  test("is stopped at once, told to admins once, tried again rarely, and told when it is over", async () => {
    await person("ada", "admin");
    await person("bob", "viewer");
    await identity("ada", "slack", "UADA");
    const { state, slack } = archived();
    const surfaces = [createWebChannel(db.sql), slack];
    for (const channel of ["slack:C1", "slack:C2"]) {
      await box.post("a", "lost?", channel);
      await box.post("b", "behind", channel);
    }
    await box.deliver(surfaces);
    await box.deliver(surfaces);
    const notices = () => slack.sent.filter(({ place }) => place === "UADA");
    expect(notices().filter(({ act }) => act === "private")).toHaveLength(1);
    const web = await db.sql<{ title: string }[]>`select card ->> 'title' as title from message where channel = '@ada'`;
    expect(web.map(({ title }) => title)).toEqual(["Cards do not reach slack"]);
    expect(await db.sql`select 1 from message where channel = '@bob'`).toHaveLength(0);
    const { places } = await outboxState(db.sql);
    expect(places.map(({ place, waiting, reason }) => `${place} ${waiting} ${reason}`).sort()).toEqual([
      "slack:C1 2 is_archived",
      "slack:C2 2 is_archived",
    ]);
    expect(Math.round(((await secondsUntilDue(db.sql, "slack")) ?? 0) / 60)).toBe(60);
    // An hour later it is still so: nobody is told again.
    await box.skipPauses();
    await box.deliver(surfaces);
    expect(notices().filter(({ act }) => act === "private")).toHaveLength(1);
    state.refused = false;
    expect(await retryOutbox(db.sql, "slack:C1")).toBe(2);
    await box.skipPauses();
    await box.deliver(surfaces);
    await box.deliver(surfaces);
    expect(slack.sent.filter(({ place }) => place === "C1").map(({ title }) => title)).toEqual(["lost?", "behind"]);
    expect(notices().at(-1)?.title).toBe("Delivery to slack works again");
  });

  test("without an admin the first channel is told; what is dropped is over", async () => {
    const { slack } = archived();
    await box.post("a", "lost", "slack:C1");
    await box.deliver([createWebChannel(db.sql), slack]);
    await box.deliver();
    expect(await box.titles()).toEqual(["Cards do not reach slack"]);
    expect(await dropOutbox(db.sql, "slack:C1")).toBe(1);
    expect(await outboxState(db.sql)).toEqual({ waiting: 0, places: [], dead: [] });
  });
});

describe("threads, files, people, copies", () => {
  test("a reply waits for its parent's reference; a reply to a reply goes under the parent", async () => {
    let down = true;
    const slack = createRecordingChannel("slack", {
      fail: ({ key }) => {
        if (down && key === "parent") throw new ChannelError("unavailable", "down", { sent: "no" });
      },
    });
    await box.post("parent", "parent", "slack:C1", { priority: "digest" });
    await box.post("reply", "reply", "slack:C1", { under: "parent" });
    await box.post("nested", "nested", "slack:C1", { under: "reply" });
    await box.post("other", "other", "slack:C1");
    await box.deliver([slack]);
    expect(titlesOf(slack.sent)).toEqual(["other"]);
    down = false;
    await box.skipPauses();
    await box.deliver([slack]);
    expect(slack.sent.map(({ title, posting }) => [title, posting.thread?.id ?? null])).toEqual([
      ["other", null],
      ["parent", null],
      ["reply", "2"],
      ["nested", "2"],
    ]);
  });

  test("under a parent that was given up, or never was, a reply goes into the channel", async () => {
    const slack = createRecordingChannel("slack", {
      fail: ({ key }) => {
        if (key === "parent") throw new ChannelError("invalid", "wrong");
      },
    });
    await box.post("parent", "parent", "slack:C1");
    await box.post("reply", "reply", "slack:C1", { under: "parent" });
    await box.post("orphan", "orphan", "slack:C1", { under: "nobody" });
    await box.deliver([slack]);
    expect(slack.sent.map(({ title, posting }) => [title, posting.thread])).toEqual([
      ["reply", null],
      ["orphan", null],
    ]);
  });

  test("a thread whose parent was deleted on the platform: the reply goes into the channel", async () => {
    const slack = createRecordingChannel("slack", {
      fail: ({ posting }) => {
        if (posting.thread !== null) throw new ChannelError("gone", "thread_not_found");
      },
    });
    await box.post("reply", "reply", "slack:C1", { thread: { channel: "C1", id: "17.1" } });
    await box.deliver([slack]);
    expect(titlesOf(slack.sent)).toEqual(["reply"]);
  });

  test("a file goes under its card, once, and is bounded", async () => {
    const slack = createRecordingChannel("slack");
    await box.post("digest", "digest", "slack:C1");
    const file = { name: "digest.csv", mime: "text/csv", text: "team,cost\n\0é,1.5\n" };
    await enqueueUpload(db.sql, { channel: "slack:C1", key: "digest:csv", under: "digest", file });
    await enqueueUpload(db.sql, { channel: "slack:C1", key: "digest:csv", under: "digest", file });
    await box.deliver([slack]);
    const upload = slack.sent.find(({ act }) => act === "upload");
    expect(slack.sent).toHaveLength(2);
    expect(upload?.posting.thread?.id).toBe("1");
    expect(Buffer.from(upload?.posting.file?.bytes ?? []).toString("utf8")).toBe("team,cost\n\uFFFDé,1.5\n");
    const large = { ...file, text: "x".repeat(UPLOAD_BYTES_MAX + 1) };
    await expect(enqueueUpload(db.sql, { channel: "finops", key: "l", file: large })).rejects.toThrow("at most");
  });

  test("a private card reaches a person wherever they are linked, or where they like; edits reach all copies", async () => {
    await person("ada", null);
    await identity("ada", "slack", "UADA");
    await identity("ada", "discord", "77");
    await identity("ada", "os", "ada");
    await person("bob", null, { surface: "discord" });
    await identity("bob", "slack", "UBOB");
    await identity("bob", "discord", "88");
    await person("eve", null, { surface: "slack" });
    for (const personId of ["ada", "bob", "eve"])
      await enqueuePrivate(db.sql, { personId, key: `hello:${personId}`, card: plainCard("hello") });
    const rows = await db.sql<{ channel: string }[]>`select channel from outbox order by channel`;
    expect(rows.map(({ channel }) => channel)).toEqual(["@ada", "@eve", "discord:@77", "discord:@88", "slack:@UADA"]);
    const slack = createRecordingChannel("slack");
    await box.deliver([createWebChannel(db.sql), slack]);
    await enqueueUpdate(db.sql, { key: "hello:ada", card: plainCard("bye") });
    await box.deliver([createWebChannel(db.sql), slack]);
    expect(slack.sent.map(({ act, title }) => [act, title])).toEqual([
      ["private", "hello"],
      ["update", "bye"],
    ]);
    const web = await db.sql<{ title: string }[]>`select card ->> 'title' as title from message where channel = '@ada'`;
    expect(web.map(({ title }) => title)).toEqual(["bye"]);
  });

  test("a channel's copies elsewhere are posted and edited too; one that is down delays no other", async () => {
    await configureMirrors(db.sql, [
      { name: "finops", also: ["slack:C1", "discord:9"] },
      { name: "costs", also: ["slack:C2"] },
    ]);
    await configureMirrors(db.sql, [{ name: "finops", also: ["slack:C1", "discord:9"] }]);
    const slack = createRecordingChannel("slack", {
      fail: () => {
        throw new ChannelError("unavailable", "down");
      },
    });
    const discord = createRecordingChannel("discord");
    const surfaces = [createWebChannel(db.sql), slack, discord];
    await box.post("a", "alert");
    await box.post("b", "reply", "finops", { under: "a" });
    await box.post("c", "elsewhere", "costs");
    await box.deliver(surfaces);
    await enqueueUpdate(db.sql, { key: "a", card: plainCard("acknowledged") });
    await box.deliver(surfaces);
    expect(discord.sent.map(({ act, title, posting }) => [act, title, posting.thread?.id ?? null])).toEqual([
      ["post", "alert", null],
      ["post", "reply", "1"],
      ["update", "acknowledged", null],
    ]);
    expect(await box.titles()).toContain("acknowledged");
    expect((await outboxState(db.sql)).places.map(({ place, waiting }) => [place, waiting])).toEqual([["slack:C1", 2]]);
  });
});

test("a place that hangs holds up no other", async () => {
  let release: () => void = () => undefined;
  const hanging = new Promise<void>((resolve) => (release = resolve));
  let arrived: () => void = () => undefined;
  const all = new Promise<void>((resolve) => (arrived = resolve));
  const slack = createRecordingChannel("slack", {
    fail: async ({ place, key }) => {
      if (place === "C0") await hanging;
      if (place === "C9" && key === "k19") arrived();
    },
  });
  for (let index = 0; index < 20; index += 1)
    for (let place = 0; place < 10; place += 1) await box.post(`k${index}`, `${index}`, `slack:C${place}`);
  const deliverer = await startDeliverer({ sql: db.sql, channels: [slack], log });
  await all;
  release();
  await deliverer.stop();
  expect(slack.sent.filter(({ place }) => place === "C9").map(({ title }) => title)).toEqual(
    Array.from({ length: 20 }, (_, index) => String(index)),
  );
});
