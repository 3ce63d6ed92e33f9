import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import type { ChannelError } from "../../src/bot/channels/channel-error.ts";
import type { Channel, Form } from "../../src/bot/channels/channel.ts";
import { MAYBE_TWICE } from "../../src/bot/channels/slack/slack-channel.ts";
import { plainCard } from "../bot/arbitrary-card.ts";
import { channelContract } from "../bot/channel-contract.ts";
import { posting } from "../bot/posting.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { lookAt } from "./channel-look.ts";
import { cardWithChart, cardWithRows, makeChannel } from "./channel-support.ts";
import { BEN, ELSEWHERE_CHANNEL, FINOPS_CHANNEL, startFakeSlack, type FakeSlack } from "./fake/fake-slack.ts";
import { mintTrigger } from "./fake/methods-views.ts";
import { buttonsOf, wordsOf } from "./fake/reading.ts";

let db: TestDatabase;
let slack: FakeSlack;
let channel: Channel;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.sql`truncate slack_message, slack_picture, slack_place`;
  slack = await startFakeSlack();
  ({ channel } = makeChannel(db.sql, slack));
});
afterEach(() => slack.close());

const to = (key: string, card = plainCard(key), given: object = {}) =>
  posting({ channel: FINOPS_CHANNEL, key, card, ...given });
const texts = (): string[] => slack.posted(FINOPS_CHANNEL).map(({ text }) => text.split("\n")[0] ?? "");
const kinds = (index: number): string[] =>
  (slack.posted(FINOPS_CHANNEL)[index]?.blocks ?? []).map((block) => String(block["type"]));
const failure = (attempt: Promise<unknown>): Promise<ChannelError> =>
  attempt.then(
    () => {
      throw new Error("it was done");
    },
    (error: unknown) => error as ChannelError,
  );

describe("slack channel", () => {
  channelContract(async () => {
    slack.state.features.postBurst = 1_000;
    return { channel, ...lookAt(slack) };
  });

  test("posts are not unfurled, carry their mark, and answer in the thread of the parent", async () => {
    const parent = await channel.post(to("a"));
    const reply = await channel.post(to("b", plainCard("b"), { thread: parent }));
    // A reply's own reference leads to the same thread: threads are one deep.
    await channel.post(to("c", plainCard("c"), { thread: JSON.parse(JSON.stringify(reply)) }));
    const [first, ...replies] = slack.posted(FINOPS_CHANNEL);
    expect(first).toMatchObject({ unfurl: false, threadTs: null, metadata: { event_type: "finops_card" } });
    expect(replies.map(({ threadTs }) => threadTs)).toEqual([first?.ts, first?.ts]);
  });

  test("a private card goes into the talk with that person, once", async () => {
    const one = await channel.postPrivate(BEN, posting({ channel: `@${BEN}`, key: "p", card: plainCard("yours") }));
    const two = await channel.postPrivate(BEN, posting({ channel: `@${BEN}`, key: "p", card: plainCard("yours") }));
    expect(two).toEqual(one);
    const talk = [...slack.state.channels.values()].find(({ kind }) => kind === "im");
    expect(slack.posted(talk?.id ?? "")).toHaveLength(1);
    await channel.update(one, posting({ channel: `@${BEN}`, key: "p", card: plainCard("changed"), revision: 2 }));
    expect(slack.posted(talk?.id ?? "")[0]?.text).toContain("changed");
  });

  test("a file comes once", async () => {
    const parent = await channel.post(to("a"));
    const file = { name: "rows.csv", mime: "text/csv", bytes: Buffer.from("a,b\r\n") };
    const { card: _card, tokens: _tokens, ...rest } = to("f", plainCard("f"), { thread: parent });
    const one = await channel.upload({ ...rest, file });
    expect(await channel.upload({ ...rest, file })).toEqual(one);
    expect([...slack.state.files.values()].map(({ name, bytes }) => [name, bytes?.toString()])).toEqual([
      ["rows.csv", "a,b\r\n"],
    ]);
  });

  test("a form opens for whoever clicked", async () => {
    const form: Form = {
      kind: "form",
      label: "Reject",
      style: "danger",
      title: "Reject",
      submit: "Send",
      fields: [{ kind: "text", name: "reason", label: "Why", required: true, lengthMax: 200 }],
      command: ["recs reject rec_1 --reason ", { field: "reason" }],
    };
    const trigger = { triggerId: mintTrigger(slack.state, BEN), team: "home", origin: { channel: "C1", thread: null } };
    await channel.openForm(JSON.stringify(trigger), form, "f:token");
    expect(slack.ben.form().body).toMatchObject({ callback_id: "f:token", title: { text: "Reject" } });
    expect((await failure(channel.openForm(JSON.stringify(trigger), form, "f:token"))).message).toContain(
      "exchanged_trigger_id",
    );
  });
});

describe("pictures", () => {
  test("a card and its picture are one message, with words for who cannot see it", async () => {
    await channel.post(to("a", cardWithChart("Digest")));
    expect(kinds(0)).toContain("image");
    expect(wordsOf(slack.posted(FINOPS_CHANNEL)[0]?.blocks ?? [])).toContain("Daily cost is 1.00");
  });

  test("an edit shows the picture it has; another picture is uploaded", async () => {
    const reference = await channel.post(to("a", cardWithChart("Digest")));
    await channel.update(reference, to("a", cardWithChart("Digest, corrected"), { revision: 2 }));
    expect(slack.state.files.size).toBe(1);
    await channel.update(reference, to("a", cardWithChart("Digest", "2.00"), { revision: 3 }));
    expect(slack.state.files.size).toBe(2);
    expect(kinds(0)).toContain("image");
  });

  test("a picture that is never ready: text and table are there, the picture follows in the thread", async () => {
    slack.state.features.looksUntilReady = Infinity;
    ({ channel } = makeChannel(db.sql, slack, { readyMs: 200 }));
    const card = cardWithChart("Digest");
    await channel.post(to("a", { ...card, blocks: [...card.blocks, ...cardWithRows("", 2).blocks] }));
    const [first, second] = slack.posted(FINOPS_CHANNEL);
    expect(kinds(0)).not.toContain("image");
    expect(wordsOf(first?.blocks ?? [])).toMatch(/Daily cost is 1.00[\s\S]*Total +\$2\.00/);
    expect(second).toMatchObject({ threadTs: first?.ts, files: [expect.stringMatching(/^F/)] });
  });

  test("a file Slack lost since is uploaded anew", async () => {
    await channel.post(to("a", cardWithChart("Digest")));
    slack.state.files.clear();
    await channel.post(to("b", cardWithChart("Digest")));
    expect(kinds(1)).not.toContain("image");
    await channel.post(to("c", cardWithChart("Digest")));
    expect(kinds(slack.posted(FINOPS_CHANNEL).length - 1)).toContain("image");
  });

  test("a server that knows no files: text and table", async () => {
    slack.state.features.withoutMethods.push("files.");
    await channel.post(to("a", cardWithChart("Digest")));
    expect(texts()).toEqual(["Digest"]);
    expect(slack.api.calls.filter(({ method }) => method.startsWith("files."))).toHaveLength(1);
    await channel.post(to("b", cardWithChart("Digest")));
    expect(slack.api.calls.filter(({ method }) => method.startsWith("files."))).toHaveLength(1);
  });

  test("rows that do not fit are a file in the thread, harmless in a spreadsheet", async () => {
    await channel.post(to("a", cardWithRows("Cost", 40)));
    const [first, second] = slack.posted(FINOPS_CHANNEL);
    expect(second?.threadTs).toBe(first?.ts);
    const [file] = [...slack.state.files.values()];
    const lines = file?.bytes?.toString("utf8").split("\r\n") ?? [];
    expect(lines.slice(0, 2)).toEqual(["service,Cost", "'=HYPERLINK(1),$1.00"]);
    expect(lines.at(-2)).toBe("Total,$40.00");
  });
});

describe("native tables", () => {
  test("are sent where they are taken", async () => {
    slack.state.features.tables = true;
    ({ channel } = makeChannel(db.sql, slack, { nativeTables: true }));
    await channel.post(to("a", cardWithRows("Cost", 2)));
    expect(kinds(0)).toContain("table");
  });

  test("and in plain form where they are not, without asking each time", async () => {
    ({ channel } = makeChannel(db.sql, slack, { nativeTables: true }));
    await channel.post(to("a", cardWithRows("Cost", 2)));
    await channel.post(to("b", cardWithRows("Cost", 2)));
    expect(texts()).toEqual(["Cost", "Cost"]);
    expect(slack.api.calls.filter(({ error }) => error === "invalid_blocks")).toHaveLength(1);
  });
});

describe("what Slack does not take", () => {
  const cases: [string, string, () => void][] = [
    ["an archived channel", "refused", () => (slack.channel(FINOPS_CHANNEL).archived = true)],
    ["a bot that was removed", "refused", () => slack.channel(FINOPS_CHANNEL).members.clear()],
    ["a token that was revoked", "refused", () => (slack.token().revoked = true)],
    ["a missing scope", "refused", () => slack.token().scopes.delete("chat:write")],
    ["a token that ended", "unavailable", () => (slack.token().expiresAt = 1)],
    ["500", "unavailable", () => slack.api.faults.push({ methods: /postMessage/, kind: "500", left: 1 })],
    [
      "a page of some proxy",
      "unavailable",
      () => slack.api.faults.push({ methods: /postMessage/, kind: "html", left: 1 }),
    ],
    [
      "a cut connection",
      "unavailable",
      () => slack.api.faults.push({ methods: /postMessage/, kind: "reset", left: 1 }),
    ],
    ["too many", "rate-limited", () => slack.pace.limitChannel(FINOPS_CHANNEL, 30)],
  ];
  test.each(cases)("%s is told apart", async (_, kind, arrange) => {
    arrange();
    expect((await failure(channel.post(to("a")))).kind).toBe(kind);
  });

  test("a 429 says how long, and holds nobody else up", async () => {
    slack.pace.limitChannel(FINOPS_CHANNEL, 30);
    expect((await failure(channel.post(to("a")))).retryAfterSeconds).toBe(30);
    slack.channel(ELSEWHERE_CHANNEL).members.add(slack.state.bot.user);
    await channel.post(posting({ channel: ELSEWHERE_CHANNEL, key: "a", card: plainCard("a") }));
    expect(slack.posted(ELSEWHERE_CHANNEL)).toHaveLength(1);
  });

  test("whether it may have arrived is said: not when nobody listened, perhaps when the answer was cut", async () => {
    slack.api.faults.push({ methods: /postMessage/, kind: "reset", left: 1 });
    expect((await failure(channel.post(to("a")))).sent).toBe("unknown");
    await slack.down();
    expect((await failure(channel.post(to("b")))).sent).toBe("no");
    await slack.up();
    await channel.post(to("b"));
    expect(texts()).toEqual(["b"]);
  });

  test("a message that is gone, somebody else's, or no longer to be edited", async () => {
    const reference = await channel.post(to("a"));
    slack.state.features.editWindowClosed = true;
    expect((await failure(channel.update(reference, to("a", plainCard("x"), { revision: 2 })))).kind).toBe("gone");
    slack.state.messages.splice(0);
    expect((await failure(channel.update(reference, to("a", plainCard("x"), { revision: 2 })))).kind).toBe("gone");
    // Posted anew under the next generation: what is known of the old one is not it.
    await channel.post(to("a", plainCard("again"), { generation: 2, revision: 2 }));
    expect(texts()).toEqual(["again"]);
  });
});

describe("a send that was cut off", () => {
  test("is looked for where reading is granted, and brought to what is wanted now", async () => {
    ({ channel } = makeChannel(db.sql, slack, { history: true }));
    slack.token().scopes.add("channels:history");
    await channel.post(to("a", plainCard("first")));
    await db.sql`truncate slack_message`;
    await channel.post(to("a", plainCard("second"), { maybePosted: true, revision: 2 }));
    expect(texts()).toEqual(["second"]);
  });

  test("is marked where it is not", async () => {
    await channel.post(to("a", plainCard("first")));
    await db.sql`truncate slack_message`;
    await channel.post(to("a", plainCard("first"), { maybePosted: true }));
    const marked = slack.posted(FINOPS_CHANNEL).map(({ blocks }) => wordsOf(blocks).includes(MAYBE_TWICE));
    expect(marked).toEqual([false, true]);
  });
});

test("buttons carry their tokens", async () => {
  const actions = [{ kind: "button" as const, label: "Approve", style: "primary" as const, command: "recs approve x" }];
  await channel.post(to("a", { ...plainCard("a"), actions }, { tokens: ["f:0123456789012345678901"] }));
  expect(buttonsOf(slack.posted(FINOPS_CHANNEL)[0]?.blocks ?? [])).toEqual(["Approve"]);
});
