import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";

import type { Card } from "../../src/bot/card.ts";
import type { ChannelError } from "../../src/bot/channels/channel-error.ts";
import type { Channel } from "../../src/bot/channels/channel.ts";
import { createDiscordChannel } from "../../src/bot/channels/discord/discord-channel.ts";
import { createDiscordRest, type DiscordRest } from "../../src/bot/channels/discord/discord-rest.ts";
import type { ChartView } from "../../src/charts/chart-view.ts";
import { day } from "../../src/domain/period.ts";
import { plainCard } from "../bot/arbitrary-card.ts";
import { channelContract } from "../bot/channel-contract.ts";
import { posting as makePosting } from "../bot/posting.ts";
import { lookAt } from "./channel-look.ts";
import { createFakeDiscord, type FakeDiscord } from "./fake/fake-discord.ts";
import { bits } from "./fake/payloads.ts";
import { addChannel, addGuild, addUser, directChannelOf, type FakeChannel, type FakeGuild } from "./fake/world.ts";

const PNG = new Uint8Array([137, 80, 78, 71]);
const fakes: FakeDiscord[] = [];
let fake: FakeDiscord;
let guild: FakeGuild;
let place: FakeChannel;
let rest: DiscordRest;
let channel: Channel;
let drawn: ChartView[] = [];

beforeEach(async () => {
  fake = await createFakeDiscord();
  fakes.push(fake);
  guild = addGuild(fake.world, "acme");
  place = addChannel(fake.world, { guild, name: "finops" });
  rest = createDiscordRest({ apiUrl: fake.apiUrl, token: fake.world.token });
  drawn = [];
  channel = createDiscordChannel({
    rest,
    draw: async (view) => {
      drawn.push(view);
      return PNG;
    },
  });
});
afterEach(() => fake.requireNoViolations());
afterAll(async () => {
  await Promise.all(fakes.map((one) => one.close()));
});

const chart = (amount: string): ChartView => ({
  kind: "sparkline",
  title: "Daily",
  currency: "USD",
  provisionalFrom: null,
  points: [{ start: day("2026-11-01"), amount }],
});
const withChart = (title: string, amount = "1.00"): Card => ({
  ...plainCard(title),
  blocks: [{ kind: "chart", chart: chart(amount), alt: "one day" }],
});
const posting = (key: string, card: Card, changes: object = {}) =>
  makePosting({ channel: place.id, key, card, ...changes });
const failureOf = (attempt: Promise<unknown>): Promise<ChannelError> =>
  attempt.then(
    () => expect.unreachable("it worked"),
    (error: unknown) => error as ChannelError,
  );

describe("discord channel", () => {
  channelContract(async () => ({ channel, ...lookAt(fake, place) }));
});

describe("pictures", () => {
  test("an edit keeps the picture it has and attaches a new one in its place", async () => {
    const reference = await channel.post(posting("a", withChart("one")));
    const [before] = place.messages[0]?.attachments ?? [];
    expect(before).toMatchObject({ description: "one day" });
    await channel.update(reference, posting("a", withChart("two"), { revision: 2 }));
    expect(place.messages[0]?.attachments).toEqual([before]);
    await channel.update(reference, posting("a", withChart("three", "2.00"), { revision: 3 }));
    expect(place.messages[0]?.attachments).toHaveLength(1);
    expect(place.messages[0]?.attachments[0]?.id).not.toBe(before?.id);
    expect(drawn).toHaveLength(2);
  });

  test("another process keeps them too: it reads back what the message has", async () => {
    const reference = await channel.post(posting("a", withChart("one")));
    const other = createDiscordChannel({ rest, draw: () => Promise.reject(new Error("no need to draw")) });
    await other.update(reference, posting("a", withChart("two"), { revision: 2 }));
    expect(place.messages[0]).toMatchObject({ attachments: [{ description: "one day" }], embeds: [{ title: "two" }] });
  });

  test("one that cannot be drawn, or may not be attached, leaves the card", async () => {
    const blind = createDiscordChannel({ rest, draw: () => Promise.reject(new Error("late")) });
    await blind.post(posting("a", withChart("without")));
    place.denied = bits("attachFiles");
    await channel.post(posting("b", withChart("not allowed")));
    expect(place.messages.map(({ embeds, attachments }) => [embeds[0]?.title, attachments.length])).toEqual([
      ["without", 0],
      ["not allowed", 0],
    ]);
  });
});

describe("exactly once", () => {
  test("an answer lost on the way is no second message", async () => {
    fake.world.faults.push({ method: "POST", path: /\/messages$/, how: "lost", times: 1 });
    const lost = await failureOf(channel.post(posting("a", plainCard("once"))));
    expect(lost).toMatchObject({ kind: "unavailable", sent: "unknown" });
    const reference = await channel.post(posting("a", plainCard("once"), { maybePosted: true }));
    expect(place.messages.map(({ id }) => id)).toEqual([reference.id]);
  });

  test("after the platform has forgotten the nonce it is found by its tokens", async () => {
    const card: Card = {
      ...plainCard("decide"),
      actions: [{ kind: "button", label: "Yes", style: "primary", command: "x" }],
    };
    await channel.post(posting("a", card, { tokens: ["tok-1"] }));
    fake.world.advance(60 * 60_000);
    await channel.post(
      posting("a", { ...card, title: "decide now" }, { tokens: ["tok-1"], maybePosted: true, revision: 2 }),
    );
    expect(place.messages.map(({ embeds }) => embeds[0]?.title)).toEqual(["decide now"]);
  });

  test("what was deleted is posted anew under the same key", async () => {
    const reference = await channel.post(posting("a", plainCard("first")));
    place.messages.length = 0;
    const gone = await failureOf(channel.update(reference, posting("a", plainCard("second"), { revision: 2 })));
    expect(gone.kind).toBe("gone");
    await channel.post(posting("a", plainCard("second"), { revision: 2, generation: 2 }));
    expect(place.messages.map(({ embeds }) => embeds[0]?.title)).toEqual(["second"]);
  });
});

describe("threads", () => {
  test("replies go into one public thread named after their parent, also of another process", async () => {
    const parent = await channel.post(posting("p", plainCard("Budget payments")));
    const one = await channel.post(posting("a", plainCard("80 %"), { thread: parent }));
    const other = createDiscordChannel({ rest, draw: async () => PNG });
    const two = await other.post(posting("b", plainCard("100 %"), { thread: parent }));
    const thread = fake.world.channels.get(one.thread ?? "");
    expect(two.thread).toBe(one.thread);
    expect(thread).toMatchObject({ type: 11, name: "Budget payments", parentId: place.id });
    expect(thread?.messages.map(({ embeds }) => embeds[0]?.title)).toEqual(["80 %", "100 %"]);
  });

  test("an archived one is opened again for an edit", async () => {
    const parent = await channel.post(posting("p", plainCard("parent")));
    const reply = await channel.post(posting("a", plainCard("draft"), { thread: parent }));
    const thread = fake.world.channels.get(reply.thread ?? "");
    if (thread !== undefined) thread.archived = true;
    await channel.update(reply, posting("a", plainCard("final"), { revision: 2, thread: parent }));
    expect(thread).toMatchObject({ archived: false });
    expect(thread?.messages[0]?.embeds[0]?.title).toBe("final");
  });

  test("in a private talk there are none: replies follow", async () => {
    const ana = addUser(fake.world, "ana");
    const parent = await channel.postPrivate(ana.id, posting("p", plainCard("parent")));
    const reply = await channel.post(posting("a", plainCard("reply"), { channel: `@${ana.id}`, thread: parent }));
    expect(reply.thread).toBeUndefined();
    expect(directChannelOf(fake.world, ana.id).messages).toHaveLength(2);
  });

  test("a parent that is gone says so", async () => {
    const parent = await channel.post(posting("p", plainCard("parent")));
    place.messages.length = 0;
    expect((await failureOf(channel.post(posting("a", plainCard("reply"), { thread: parent })))).kind).toBe("gone");
  });
});

describe("files and private cards", () => {
  test("a file is put once, however often it is sent", async () => {
    const file = { name: "rows;rm -rf.csv", mime: "text/csv", bytes: Buffer.from("a,b\n1,2\n") };
    const { card: _card, tokens: _tokens, ...given } = posting("f", plainCard(""));
    const one = await channel.upload({ ...given, file });
    expect(await channel.upload({ ...given, file })).toEqual(one);
    expect(place.messages[0]?.attachments).toMatchObject([{ filename: "rows_rm -rf.csv" }]);
    const large = { ...file, bytes: new Uint8Array(10 * 1024 * 1024 + 1) };
    expect((await failureOf(channel.upload({ ...given, key: "g", file: large }))).kind).toBe("invalid");
  });

  test("a private card reaches one person; closed doors are refused", async () => {
    const ana = addUser(fake.world, "ana");
    await channel.postPrivate(ana.id, posting("a", plainCard("for you")));
    expect(directChannelOf(fake.world, ana.id).messages[0]?.embeds[0]?.title).toBe("for you");
    fake.world.closedTo.add(ana.id);
    expect((await failureOf(channel.postPrivate(ana.id, posting("b", plainCard("x"))))).kind).toBe("refused");
  });
});

describe("what goes wrong", () => {
  test("a 429 concerns one channel alone and says how long", async () => {
    fake.limits.set(new RegExp(`^/channels/${place.id}/messages$`), { limit: 1, perMs: 30_000 });
    const other = addChannel(fake.world, { guild, name: "other" });
    await channel.post(posting("a", plainCard("fits")));
    const error = await failureOf(channel.post(posting("b", plainCard("too many"))));
    expect(error.kind).toBe("rate-limited");
    expect(error.retryAfterSeconds).toBeGreaterThan(20);
    await channel.post(posting("c", plainCard("elsewhere"), { channel: other.id }));
    expect(other.messages).toHaveLength(1);
  });

  test("a 429 the headers did not announce is told the same way", async () => {
    const how = {
      status: 429,
      body: { message: "slow", retry_after: 7.5, global: false },
      headers: { "retry-after": "8" },
    };
    fake.world.faults.push({ path: /\/messages$/, how, times: 1 });
    const error = await failureOf(channel.post(posting("a", plainCard("x"))));
    expect([error.kind, error.retryAfterSeconds]).toEqual(["rate-limited", expect.closeTo(8, 0)]);
  });

  const refused: [string, () => void][] = [
    ["no right to write", () => (place.denied = bits("sendMessages"))],
    ["no right to see", () => (place.denied = bits("viewChannel"))],
    ["the bot was removed", () => guild.members.delete(fake.world.bot.id)],
    ["the channel is gone", () => fake.world.channels.delete(place.id)],
  ];
  test.each(refused)("%s: refused", async (_, happens) => {
    happens();
    expect((await failureOf(channel.post(posting("a", plainCard("x"))))).kind).toBe("refused");
  });

  test("a 500 and a dead platform are unavailable; a refused connection sent nothing", async () => {
    fake.world.faults.push({ path: /\/messages$/, how: { status: 503 }, times: 2 });
    expect(await failureOf(channel.post(posting("a", plainCard("x"))))).toMatchObject({
      kind: "unavailable",
      sent: "unknown",
    });
    expect(rest.trouble()).toContain("503");
    await fake.stop();
    // The first may find a connection that was still open, and cannot know what became of it.
    await failureOf(channel.post(posting("a", plainCard("x"))));
    expect(await failureOf(channel.post(posting("a", plainCard("x"))))).toMatchObject({
      kind: "unavailable",
      sent: "no",
    });
    await fake.start();
    await channel.post(posting("a", plainCard("x")));
    expect(rest.trouble()).toBeNull();
  });

  test("one 401 does not make the client forget its token; no error shows it", async () => {
    fake.world.faults.push({
      path: /\/messages$/,
      how: { status: 401, body: { message: "401: Unauthorized", code: 0 } },
      times: 1,
    });
    const error = await failureOf(channel.post(posting("a", plainCard("secret title"))));
    expect(error.kind).toBe("unavailable");
    expect(JSON.stringify([error.message, String(error.cause), Object.entries(error.cause as object)])).not.toMatch(
      new RegExp(`${fake.world.token}|secret title`),
    );
    await channel.post(posting("a", plainCard("again")));
    expect(place.messages).toHaveLength(1);
  });
});
