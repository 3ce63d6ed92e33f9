import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { Card } from "../../src/bot/card.ts";
import type { Command } from "../../src/bot/command.ts";
import { COMMANDS } from "../../src/bot/commands.ts";
import { handleInbound, type Handling, type InboundBase } from "../../src/bot/handle-inbound.ts";
import type { Inbound, InboundAct } from "../../src/bot/inbound.ts";
import { CLICK_REFUSED } from "../../src/bot/phrases.ts";
import { resumeInbound } from "../../src/bot/resume-inbound.ts";
import type { ScopeFilter } from "../../src/domain/scope.ts";
import { DEFAULT_SETTINGS } from "../../src/domain/settings.ts";
import { configureChannels } from "../../src/store/conversations.ts";
import { receiveInbound } from "../../src/store/inbound.ts";
import { configureMirrors, enqueuePost, enqueueUpdate } from "../../src/store/outbox.ts";
import { findByIdentity, loadPeople } from "../../src/store/people.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { plainCard } from "./arbitrary-card.ts";
import { outboxOf } from "./outbox-support.ts";
import { createRecordingChannel } from "./recording-channel.ts";

const PAYMENTS: ScopeFilter = [{ dimension: "team", negated: false, values: ["payments"] }];
const SEARCH: ScopeFilter = [{ dimension: "team", negated: false, values: ["search"] }];
let db: TestDatabase;
let base: InboundBase;
let asked: { by: string; role: string; scope: ScopeFilter; channel: string | undefined }[];
beforeEach(async () => {
  db = await createTestDatabase({ connectionsMax: 6 });
  const groups = { finops: "approver", S0ADMINS: "admin" } as const;
  const settings = { ...DEFAULT_SETTINGS, people: { defaultRole: "viewer", people: [], groups } } as const;
  base = testContext(db, { dataDir: "/tmp", settings });
  asked = [];
});
afterEach(() => db.close());

const block = { kind: "note", tone: "neutral", text: "a figure" } as const;
const look: Command = {
  name: "look",
  summary: "",
  usage: "",
  examples: [],
  role: "viewer",
  run: async ({ ctx }) => {
    const { actor, scope, channel } = ctx;
    if (actor.kind === "user") asked.push({ by: actor.name, role: actor.role, scope, channel });
    return { card: { ...plainCard("looked"), blocks: [block] }, data: {}, exitCode: 0 };
  },
};
const decide: Command = {
  ...look,
  name: "decide",
  role: "approver",
  effect: () => "shared",
  run: async ({ text }) => {
    if (text === "edit") await enqueueUpdate(db.sql, { key: "k", card: plainCard("decided") });
    return { card: plainCard("decided"), data: {}, exitCode: 0 };
  },
};
const commands = [...COMMANDS, look, decide];

let count = 0;
const inbound = (act: InboundAct | string, more: Partial<Inbound> = {}): Inbound => ({
  id: `Ev${(count += 1)}`,
  surface: "slack",
  tenant: "T1",
  person: { externalId: "U1", name: "Ada Lovelace", groups: [] },
  channel: "C1",
  thread: null,
  act: typeof act === "string" ? { kind: "command", text: act } : act,
  ...more,
});
const handle = (given: Inbound, more: Partial<Handling> = {}) =>
  handleInbound({ base, inbound: given, commands, ...more });
const ben = { externalId: "U2", name: "Ben", groups: ["finops"] };
const sharing = (card: Card) => card.actions.find(({ label }) => label.startsWith("Share"));

describe("who asks", () => {
  test("somebody new becomes a person of the default role under their name, once", async () => {
    await Promise.all([handle(inbound("look")), handle(inbound("look")), handle(inbound("look"))]);
    expect(asked.map(({ by, role }) => [by, role])).toEqual(
      Array.from({ length: 3 }, () => ["Ada Lovelace", "viewer"]),
    );
    expect((await loadPeople(db.sql)).map(({ handle: word, name }) => [word, name])).toEqual([
      ["ada-lovelace", "Ada Lovelace"],
    ]);
  });

  test("names that say nothing, or what somebody else is called", async () => {
    const names = ["ada", "Ada", "\u202e\u0000", "アダ", "x".repeat(500)];
    for (const [index, name] of names.entries())
      await handle(inbound("look", { person: { externalId: `U9${index}`, name, groups: [] } }));
    const people = await loadPeople(db.sql);
    expect(people).toHaveLength(names.length);
    expect(people.every(({ name }) => name !== "" && name.length <= 80)).toBe(true);
  });

  test("the role is the highest of their own and their groups'", async () => {
    await handle(inbound("look", { person: ben }));
    await handle(inbound("look", { person: { ...ben, groups: ["other", "S0ADMINS", "finops"] } }));
    await db.sql`update principal set role = 'admin' where name = 'Ben'`;
    await handle(inbound("look", { person: { ...ben, groups: [] } }));
    expect(asked.map(({ role }) => role)).toEqual(["approver", "admin", "admin"]);
  });

  test("somebody met here and known elsewhere is one person after link", async () => {
    await db.sql`insert into principal (id, handle, name, role, origin) values ('person_root', 'root', 'Root', 'admin', 'chat')`;
    const as = {
      actor: { kind: "user", id: "person_root", name: "Root", role: "admin", scope: [] },
      scope: [],
    } as const;
    const offer = await handle(inbound("link", { surface: "web", channel: "@person_root" }), { as });
    const code = /link (\w+)/.exec(offer.card.summary)?.[1] ?? "";
    await handle(inbound("look"));
    const linked = await handle(inbound(`link ${code}`));
    expect([linked.show, linked.card.title]).toEqual(["private", "Linked"]);
    await handle(inbound("look"));
    expect(asked.map(({ by, role }) => [by, role])).toEqual([
      ["Ada Lovelace", "viewer"],
      ["Root", "admin"],
    ]);
    expect(await loadPeople(db.sql)).toHaveLength(1);
    const again = await handle(inbound("link 2345678923"));
    expect(again.card.summary).toBe("You are known here already.");
  });
});

describe("what may be shown", () => {
  beforeEach(async () => {
    await configureChannels(db.sql, [
      { name: "payments", scope: PAYMENTS },
      { name: "open", scope: [] },
    ]);
    await configureMirrors(db.sql, [
      { name: "payments", also: ["slack:CPAY"] },
      { name: "open", also: ["slack:CTWO"] },
      { name: "payments", also: ["slack:CTWO"] },
    ]);
  });

  test("person and channel together; a copy shows what its channel may; in private what the person may", async () => {
    await handle(inbound("look"));
    await db.sql`update principal set scope = ${JSON.stringify(SEARCH)}::text::jsonb`;
    const ada = await findByIdentity(db.sql, { surface: "slack", externalId: "U1" });
    for (const channel of ["C1", "CPAY", "CTWO", "@U1"]) await handle(inbound("look", { channel }));
    expect(asked.map(({ scope, channel }) => [channel, scope])).toEqual([
      ["slack:C1", []],
      ["slack:C1", SEARCH],
      ["payments", [...SEARCH, ...PAYMENTS]],
      ["slack:CTWO", [...SEARCH, ...PAYMENTS]],
      [`@${ada?.id}`, SEARCH],
    ]);
  });

  test("an answer is shared as it was given, by whoever asked, and not asked again", async () => {
    const read = await handle(inbound("look", { thread: "17.5" }));
    expect([read.show, read.tokens.length]).toEqual(["private", 1]);
    const token = read.tokens[0] ?? "";
    const other = await handle(inbound({ kind: "act", token }, { person: ben }));
    expect([other.show, other.card.summary]).toEqual(["private", CLICK_REFUSED.audience]);
    const shared = await handle(inbound({ kind: "act", token }));
    await handle(inbound({ kind: "act", token }));
    expect([shared.show, shared.card.title, asked.length]).toEqual(["private", "Shared", 1]);
    const slack = createRecordingChannel("slack");
    await outboxOf(db.sql).deliver([slack]);
    expect(slack.sent).toHaveLength(1);
    expect(slack.sent[0]?.posting).toMatchObject({
      channel: "C1",
      thread: { id: "17.5" },
      card: { title: "looked", status: "Shared by Ada Lovelace", blocks: [block] },
    });
    expect(sharing(slack.sent[0]?.posting.card as Card)).toBeUndefined();
  });

  test("an answer asked in the thread of a copy is shared in that thread, and in the channel elsewhere", async () => {
    const read = await handle(inbound("look", { channel: "CPAY", thread: "17.5" }));
    await handle(inbound({ kind: "act", token: read.tokens[0] ?? "" }, { channel: "CPAY", thread: "17.5" }));
    const rows = await db.sql<{ channel: string; thread: { id: string } | null }[]>`
      select channel, thread from outbox order by channel`;
    expect(rows.map(({ channel, thread }) => [channel, thread?.id ?? null])).toEqual([
      ["payments", null],
      ["slack:CPAY", "17.5"],
      ["slack:CTWO", null],
    ]);
  });

  test("what shows more than a channel may cannot be shared there; what was asked in private says where to", async () => {
    const direct = await handle(inbound("look", { channel: "@U1" }));
    expect(direct.show).toBe("private");
    expect(sharing(direct.card)).toMatchObject({ label: "Share in #finops", command: "share 1 #finops" });
    const refused = await handle(inbound("share 1 #payments"));
    expect([refused.show, refused.card.title]).toEqual(["private", "Not allowed"]);
    await db.sql`update channel set scope = ${JSON.stringify(PAYMENTS)}::text::jsonb where name = 'finops'`;
    expect(sharing((await handle(inbound("look", { channel: "@U1" }))).card)).toBeUndefined();
    const late = await handle(inbound({ kind: "act", token: direct.tokens[0] ?? "" }));
    expect(late.card.title).toBe("Not allowed");
    const stranger = await handle(inbound("share 1 #open", { person: ben }));
    expect(stranger.card.title).toBe("Not found");
  });
});

describe("where an answer is shown", () => {
  const button = { kind: "button", label: "Decide", style: "primary", command: "decide edit" } as const;

  test("reads and refusals privately, decisions where all see them, everything in private talks", async () => {
    const shows = async (text: string, more: Partial<Inbound> = {}) => (await handle(inbound(text, more))).show;
    expect(await shows("look")).toBe("private");
    expect(await shows("decide")).toBe("private");
    expect(await shows("decide", { person: ben })).toBe("public");
    expect(await shows("decide", { person: ben, channel: "@U2" })).toBe("private");
    expect(await shows("settings theme dark")).toBe("private");
    expect(await shows("nonsense")).toBe("private");
    expect(await shows("look", { surface: "web", channel: "finops" })).toBe("public");
  });

  test("a click whose card was edited says nothing more; a stale one is told only to whoever clicked", async () => {
    await enqueuePost(db.sql, { channel: "slack:C1", key: "k", card: { ...plainCard("card"), actions: [button] } });
    const slack = createRecordingChannel("slack");
    await outboxOf(db.sql).deliver([slack]);
    const token = slack.sent[0]?.posting.tokens?.[0] ?? "";
    expect((await handle(inbound({ kind: "act", token }, { person: ben }))).show).toBe("none");
    const second = await handle(inbound({ kind: "act", token }, { person: ben }));
    expect(second.show).toBe("private");
    expect(second.card).toMatchObject({ title: "decided", blocks: [{ text: CLICK_REFUSED.stale }] });
  });
});

describe("once", () => {
  test("a redelivery is not new, and is answered as the first time", async () => {
    const given = inbound("look");
    expect([await receiveInbound(db.sql, given), await receiveInbound(db.sql, given)]).toEqual([true, false]);
    const first = await handle(given);
    expect(await handle(given)).toEqual(first);
    expect(asked).toHaveLength(1);
  });

  test("one that is being worked on is not begun again", async () => {
    let go: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => (go = resolve));
    const slow: Command = { ...look, name: "slow", run: async (given) => waiting.then(() => look.run(given)) };
    const given = inbound("slow");
    const first = handle(given, { commands: [slow] });
    while ((await db.sql`select 1 from inbound where holder is not null`).length === 0);
    expect((await handle(given, { commands: [slow] })).card.title).toBe("Still at it");
    go();
    expect((await first).card.title).toBe("looked");
  });

  test("an answer that cannot be shown where it belongs goes through the outbox", async () => {
    await handle(inbound("look", { channel: "@U1" }), { show: () => Promise.reject(new Error("expired token")) });
    await handle(inbound("decide", { person: ben, thread: "17.5" }), { show: () => Promise.reject(new Error("gone")) });
    const slack = createRecordingChannel("slack");
    await outboxOf(db.sql).deliver([slack]);
    expect(slack.sent.map(({ act, place, title, posting }) => [act, place, title, posting.thread?.id])).toEqual(
      expect.arrayContaining([
        ["private", "U1", "looked", undefined],
        ["post", "C1", "decided", "17.5"],
      ]),
    );
  });

  test.each(["received", "claimed", "done", "shown"])(
    "a process killed with -9 when %s: done once, and answered",
    async (point) => {
      await handle(inbound("look"));
      await db.sql`update principal set role = 'admin'`;
      const given = inbound("budget set food 100 USD");
      const script = fileURLToPath(new URL("./crashing-inbound.ts", import.meta.url));
      const child = spawn(process.execPath, [script, db.url, point, JSON.stringify(given)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const exited = once(child, "exit");
      await once(child.stdout, "data");
      child.kill("SIGKILL");
      await exited;
      expect(await resumeInbound(base)).toBe(0);
      await db.sql`update inbound set lease_until = now() - interval '1 second', received_at = now() - interval '1 hour'`;
      expect(await resumeInbound(base)).toBe(1);
      expect(await resumeInbound(base)).toBe(0);
      expect(await db.sql`select 1 from audit_event where action = 'budget.set' and outcome = 'done'`).toHaveLength(1);
      expect(await db.sql`select 1 from budget where name = 'food'`).toHaveLength(1);
      expect(await db.sql`select 1 from outbox where key = ${`answer:slack:${given.id}`}`).toHaveLength(1);
    },
  );
});
