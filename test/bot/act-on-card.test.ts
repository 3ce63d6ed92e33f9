import * as fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { actOnCard, formOfClick, type Click } from "../../src/bot/act-on-card.ts";
import { isToken, makeToken, mintTokens, type TokenOwner } from "../../src/bot/action-token.ts";
import type { Action, Card } from "../../src/bot/card.ts";
import { effectByWord, type Command } from "../../src/bot/command.ts";
import { readArguments } from "../../src/bot/commands/recs-arguments.ts";
import { CLICK_REFUSED } from "../../src/bot/phrases.ts";
import type { Role } from "../../src/domain/actor.ts";
import type { Context } from "../../src/service/context.ts";
import { reapActionTokens } from "../../src/store/action-tokens.ts";
import { enqueuePost, enqueueUpdate } from "../../src/store/outbox.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { HOSTILE, plainCard } from "./arbitrary-card.ts";
import { outboxOf } from "./outbox-support.ts";
import { createRecordingChannel } from "./recording-channel.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase({ connectionsMax: 4 });
});
afterAll(() => db.close());
let auditedBefore = "0";
const ran: { by: string; text: string }[] = [];
beforeEach(async () => {
  ran.length = 0;
  await db.sql`truncate outbox, action_token`;
  const [last] = await db.sql<{ id: string }[]>`select coalesce(max(id), 0)::text as id from audit_event`;
  auditedBefore = last?.id ?? "0";
});

/** A command that notes what it was asked, edits the card `k` where told to, and decides with the role of an approver. */
const note: Command = {
  name: "note",
  summary: "",
  usage: "",
  examples: [],
  role: "viewer",
  effect: effectByWord({ decide: "shared" }),
  run: async ({ ctx, text }) => {
    ran.push({ by: ctx.actor.id, text });
    if (text.startsWith("decide edit")) await enqueueUpdate(db.sql, { key: "k", card: plainCard("decided") });
    return { card: plainCard("noted"), data: {}, exitCode: 0 };
  },
};
const approve: Command = { ...note, name: "approve", role: "approver", effect: () => "shared" };

const as = (id: string, role: Role = "viewer"): Context => ({
  ...testContext(db, { dataDir: "/tmp" }),
  actor: { kind: "user", id, name: id, role, scope: [] },
});
const button = (command: string, more: Partial<Extract<Action, { kind: "button" }>> = {}): Action => ({
  kind: "button",
  label: command,
  style: "plain",
  command,
  ...more,
});
const cardWith = (...actions: Action[]): Card => ({ ...plainCard("card"), actions });
const form: Extract<Action, { kind: "form" }> = {
  kind: "form",
  label: "Reject…",
  style: "danger",
  title: "Reject",
  submit: "Reject",
  fields: [
    { kind: "text", name: "reason", label: "Reason", required: true, lengthMax: 200, multiline: true },
    { kind: "choice", name: "kind", label: "Kind", required: true, options: [{ label: "Kept", value: "kept" }] },
    { kind: "day", name: "until", label: "Until", required: false },
  ],
  command: [
    "note decide a --reason ",
    { field: "reason" },
    " --to ",
    { field: "kind" },
    " --until ",
    { field: "until" },
  ],
};

async function mint(actions: Action[], more: Partial<TokenOwner> = {}): Promise<string[]> {
  const owner = { channel: "finops", key: "k", revision: 1, audience: null, seconds: 60, ...more };
  return mintTokens(db.sql, cardWith(...actions), owner);
}
const click = (ctx: Context, given: Partial<Click> & { token: string | undefined }) =>
  actOnCard({ ctx, click: { place: "finops", ...given, token: given.token ?? "" } }, [note, approve]);
const refusedAudits = async () =>
  (
    await db.sql<
      { text: string }[]
    >`select convert_from(bytes, 'UTF8') as text from audit_event where outcome = 'refused' and id > ${auditedBefore}::bigint order by id`
  ).map(({ text }) => JSON.parse(text) as { action: string; subject: string; reason: string; actor: { id: string } });

describe("tokens", () => {
  test("are opaque, short, the same on every replica, and other for every place, card, revision and position", () => {
    const key = new Uint8Array(32).fill(7);
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(), fc.nat({ max: 30 }), (channel, card, revision, index) => {
        const token = makeToken(key, { channel, key: card, revision }, index);
        expect(isToken(token)).toBe(true);
        expect(token.length).toBeLessThanOrEqual(24);
        expect(makeToken(key, { channel, key: card, revision }, index)).toBe(token);
        expect(makeToken(key, { channel, key: card, revision: revision + 1 }, index)).not.toBe(token);
        expect(makeToken(key, { channel: `${channel}x`, key: card, revision }, index)).not.toBe(token);
      }),
    );
  });

  test("a post repeated after a crash carries the same; a link has one that stands for nothing", async () => {
    const actions: Action[] = [button("note a"), { kind: "link", label: "Docs", href: "https://example.com" }];
    const first = await mint(actions);
    expect(await mint(actions)).toEqual(first);
    expect(await db.sql`select 1 from action_token`).toHaveLength(1);
    const { answer } = await click(as("ada"), { token: first[1] });
    expect(answer.card.summary).toBe(CLICK_REFUSED.unknown);
  });

  test("delivery gives every posted card its own, before the surface sees it", async () => {
    const slack = createRecordingChannel("slack");
    await enqueuePost(db.sql, { channel: "slack:C1", key: "k", card: cardWith(button("note a"), form) });
    await outboxOf(db.sql).deliver([slack]);
    const tokens = slack.sent[0]?.posting.tokens ?? [];
    expect(tokens.map(isToken)).toEqual([true, true]);
    await click(as("ada"), { token: tokens[0], place: "slack:C1" });
    expect(ran).toEqual([{ by: "ada", text: "a" }]);
    expect(await formOfClick(as("ada"), tokens[1] ?? "")).toMatchObject({ title: "Reject" });
    expect(await formOfClick(as("ada"), tokens[0] ?? "")).toBeNull();
  });

  test("are reaped long after they expired, not before", async () => {
    await mint([button("note a")], { seconds: -60 });
    expect(await reapActionTokens(db.sql)).toBe(0);
    await db.sql`update action_token set expires_at = now() - interval '61 days'`;
    expect(await reapActionTokens(db.sql)).toBe(1);
  });
});

describe("a click", () => {
  test("runs the command as whoever clicked, with their role of that moment", async () => {
    const [token] = await mint([button("approve a")]);
    const viewer = await click(as("tom"), { token });
    expect([viewer.answer.exitCode, ran]).toEqual([2, []]);
    const approver = await click(as("ada", "approver"), { token });
    expect([approver.answer.exitCode, ran]).toEqual([0, [{ by: "ada", text: "a" }]]);
  });

  test("a menu runs what was picked, and nothing else", async () => {
    const options = [
      { label: "One", command: "note one" },
      { label: "Two", command: "note two" },
    ];
    const [token] = await mint([{ kind: "select", label: "Pick", options }]);
    await click(as("ada"), { token, choice: 1 });
    expect(ran).toEqual([{ by: "ada", text: "two" }]);
    for (const choice of [undefined, -1, 2, 0.5, Number.NaN]) {
      const { answer } = await click(as("ada"), { token, ...(choice === undefined ? {} : { choice }) });
      expect(answer.card.summary).toBe(CLICK_REFUSED.choice);
    }
    expect(ran).toHaveLength(1);
  });

  test("what asks first runs only when somebody said yes", async () => {
    const confirm = {
      title: "Approve $1,240 a month?",
      text: "vol-1 is deleted by whoever applies it.",
      yes: "Approve",
    };
    const [token] = await mint([button("note decide a", { style: "danger", confirm })]);
    const asked = await click(as("ada"), { token });
    expect(asked.answer.card).toMatchObject({ title: confirm.title, actions: [{ label: "Approve", style: "danger" }] });
    expect(ran).toEqual([]);
    await click(as("ada"), { token, confirmed: true });
    expect(ran).toEqual([{ by: "ada", text: "decide a" }]);
  });

  test("says that the posted card says it all, when the card was edited by it", async () => {
    await enqueuePost(db.sql, { channel: "finops", key: "k", card: cardWith() });
    const [token, other] = await mint([button("note decide edit"), button("note decide other")]);
    expect((await click(as("ada"), { token: other })).edited).toBe(false);
    expect((await click(as("ada"), { token })).edited).toBe(true);
  });
});

describe("a click that can no longer mean what it said", () => {
  const posted = (title: string) => enqueuePost(db.sql, { channel: "finops", key: "k", card: plainCard(title) });

  test.each(["", "f:short", "approve a", `f:${"x".repeat(22)}`, "f:' or true --aaaaaaaaaa"])(
    "%j is no token",
    async (token) => {
      const { answer } = await click(as("ada"), { token });
      expect([answer.exitCode, answer.card.summary]).toEqual([2, CLICK_REFUSED.unknown]);
    },
  );

  test("on an old revision: nothing is done, the card as it is now is shown, the attempt is in the audit trail", async () => {
    await posted("first");
    const [decide, read] = await mint([button("note decide a"), button("note a")]);
    await enqueueUpdate(db.sql, { key: "k", card: cardWith(button("note decide b")) });
    const { answer } = await click(as("ada"), { token: decide });
    expect(ran).toEqual([]);
    expect(answer.exitCode).toBe(2);
    expect(answer.card.blocks[0]).toMatchObject({ kind: "note", text: CLICK_REFUSED.stale });
    expect(answer.card.actions).toMatchObject([{ command: "note decide b" }]);
    expect(await refusedAudits()).toMatchObject([
      { action: "card.act", subject: "k", reason: "stale", actor: { id: "ada" } },
    ]);
    // Reading is harmless however old the card.
    await click(as("ada"), { token: read });
    expect(ran).toEqual([{ by: "ada", text: "a" }]);
    expect(await refusedAudits()).toHaveLength(1);
  });

  test("expired: said, with the card as it is now", async () => {
    await posted("now");
    const [token] = await mint([button("note decide a")], { seconds: 0 });
    const { answer } = await click(as("ada"), { token });
    expect(JSON.stringify(answer.card)).toContain(CLICK_REFUSED.expired);
    expect(answer.card.title).toBe("now");
    expect([ran, (await refusedAudits()).map(({ reason }) => reason)]).toEqual([[], ["expired"]]);
  });

  test("from elsewhere: the card of a place one is not in is not shown", async () => {
    await posted("of another channel");
    const [token] = await mint([button("note decide a")], { seconds: 0 });
    const { answer } = await click(as("eve"), { token, place: "slack:C9" });
    expect(JSON.stringify(answer.card)).not.toContain("of another channel");
  });

  test("meant for somebody else", async () => {
    await posted("private");
    const [token] = await mint([button("note decide a")], { audience: "ada" });
    const { answer } = await click(as("eve"), { token });
    expect([answer.card.summary, ran]).toEqual([CLICK_REFUSED.audience, []]);
    expect((await refusedAudits()).map(({ reason, actor }) => [reason, actor.id])).toEqual([["audience", "eve"]]);
    await click(as("ada"), { token });
    expect(ran).toHaveLength(1);
  });
});

describe("forms", () => {
  test("what does not fit is said by field, and nothing runs", async () => {
    const [token] = await mint([form]);
    const values = { reason: " ", kind: "other", until: "2026-02-30" };
    const { answer } = await click(as("ada"), { token, values });
    expect(answer.card.blocks).toEqual([
      {
        kind: "list",
        items: ["Reason: Reason is needed.", "Kind: Pick one of the list.", "Until: Write a day as 2026-12-31."],
      },
    ]);
    expect((await click(as("ada"), { token })).answer.card.summary).toBe(CLICK_REFUSED.form);
    const long = await click(as("ada"), { token, values: { reason: "x".repeat(201), kind: "kept" } });
    expect(JSON.stringify(long.answer.card)).toContain("At most 200 characters; these are 201.");
    expect(ran).toEqual([]);
  });

  test("any text in a field arrives as exactly that one argument, never as another option", async () => {
    const [token] = await mint([form]);
    const text = fc.oneof(
      fc.string({ unit: "binary", minLength: 1, maxLength: 60 }),
      fc.constantFrom(...HOSTILE.map((hostile) => hostile.slice(0, 200))),
      fc.constantFrom('" --to other', "--until 2026-01-01", '\\" --revision 9', "a\\", "a\nb --to c"),
    );
    await fc.assert(
      fc.asyncProperty(text, async (reason) => {
        const kept = reason.replaceAll("\0", "").replaceAll(/\r\n?/g, "\n").trim().toWellFormed();
        ran.length = 0;
        await click(as("ada"), { token, values: { reason, kind: "kept" } });
        const read = ran.map((one) => readArguments(one.text));
        const wanted =
          kept === "" ? [] : [{ words: ["decide", "a"], options: { reason: kept, to: "kept", until: "" } }];
        expect(read.map(({ words, options }) => ({ words, options: Object.fromEntries(options) }))).toEqual(wanted);
      }),
      { numRuns: 60 },
    );
  });
});
