import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { dispatch } from "../../src/bot/dispatch.ts";
import type { Role } from "../../src/domain/actor.ts";
import type { ScopeFilter } from "../../src/domain/scope.ts";
import type { Context } from "../../src/service/context.ts";
import { directChannel, listChannels, postMessage, setChannelScope } from "../../src/store/conversations.ts";
import { readWindow } from "../../src/store/message-window.ts";
import { enqueuePost } from "../../src/store/outbox.ts";
import { findPerson, insertOwner, ownersOf, syncPeople } from "../../src/store/people.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase({ connectionsMax: 4 });
});
afterAll(() => db.close());

const PAYMENTS: ScopeFilter = [{ dimension: "team", negated: false, values: ["payments"] }];
const SEARCH: ScopeFilter = [{ dimension: "team", negated: false, values: ["search"] }];

function as(id: string, role: Role = "admin", more: Partial<Context> = {}): Context {
  const scope = more.scope ?? [];
  return {
    ...testContext(db, { dataDir: "/tmp" }),
    actor: { kind: "user", id, name: id, role, scope },
    scope,
    ...more,
  };
}

async function say(
  text: string,
  ctx: Context = as("root"),
): Promise<{ summary: string; data: unknown; code: number; text: string }> {
  const { card, data, exitCode } = await dispatch({ ctx, text });
  return { summary: card.summary, data, code: exitCode, text: JSON.stringify(card) };
}

describe("roles, scopes and names", () => {
  test("an admin adds, promotes, narrows and links somebody; each is one audit line without their name", async () => {
    for (const text of [
      "people add mia --role analyst --name Mia Mint",
      "people role mia approver",
      "people scope mia for team payments",
      "people link mia slack U0MIA",
    ]) {
      expect([text, (await say(text)).code]).toEqual([text, 0]);
    }
    const mia = await findPerson(db.sql, "slack:U0MIA");
    expect(mia).toMatchObject({ handle: "mia", name: "Mia Mint", role: "approver", scope: PAYMENTS });
    const rows = await db.sql<{ action: string; text: string }[]>`
      select action, convert_from(bytes, 'UTF8') as text from audit_event where subject = ${mia?.id ?? ""} order by id`;
    expect(rows.map(({ action }) => action)).toEqual(["person.add", "person.role", "person.scope", "person.link"]);
    expect(rows.map(({ text }) => text).join()).not.toMatch(/mia|mint|U0MIA/i);
  });

  test("nobody but an admin who sees everything manages people", async () => {
    expect((await say("people list", as("ann", "approver"))).code).toBe(2);
    expect((await say("people list", as("ann", "admin", { scope: PAYMENTS }))).code).toBe(2);
  });

  test("what finops.yaml says wins, comes back, and goes when it is taken out; scopes of both apply together", async () => {
    const given = {
      handle: "noa",
      name: "Noa",
      role: "viewer" as const,
      scope: PAYMENTS,
      identities: [{ surface: "os" as const, externalId: "noa" }],
    };
    await syncPeople(db.sql, [given], () => "seed-noa");
    expect((await say("people role noa admin")).code).toBe(2);
    await say("people scope noa for region eu-west-1");
    const noa = await findPerson(db.sql, "os:noa");
    expect(noa).toMatchObject({ role: "viewer", roleFrom: "configuration" });
    expect(noa?.scope.map(({ dimension }) => dimension)).toEqual(["team", "region"]);
    await syncPeople(db.sql, [], () => "none");
    // Without the file's role they are whatever everybody is, and still see no more than before.
    expect(await findPerson(db.sql, "noa")).toMatchObject({ role: null, scope: noa?.scope, identities: [] });
  });

  test("a code shown to one name makes another name the same person, once", async () => {
    const mia = await findPerson(db.sql, "mia");
    const shown = (await say("link", as(mia?.id ?? "", "approver", { channel: directChannel(mia?.id ?? "") })))
      .data as { code: string };
    expect((await say("link", as(mia?.id ?? "", "approver", { channel: "finops" }))).code).toBe(2);
    expect((await say(`link ${shown.code}`, as("os:mia.m", "viewer"))).code).toBe(0);
    expect((await findPerson(db.sql, "os:mia.m"))?.handle).toBe("mia");
    expect((await say(`link ${shown.code}`, as("os:other", "viewer"))).code).toBe(2);
  });

  test("whoami and settings say who, what and where", async () => {
    const mia = await findPerson(db.sql, "mia");
    const ctx = as(mia?.id ?? "", "approver", { scope: PAYMENTS, channel: "finops" });
    const who = await say("whoami", ctx);
    expect(who.text).toContain("slack:U0MIA");
    expect(who.text).toContain("team payments");
    await say("settings timezone Europe/Berlin", ctx);
    expect((await say("settings", ctx)).summary).toBe("Your time zone is Europe/Berlin. #finops shows everything.");
    expect((await say("settings timezone Berlin", ctx)).code).toBe(2);
  });
});

describe("owners", () => {
  test("the most specific entry that contains all of a part owns it", async () => {
    const mia = await findPerson(db.sql, "mia");
    await say("owners set mia for team payments");
    await insertOwner(db.sql, { scope: [], personId: null, channel: "finops", setBy: "root" });
    const narrow = [...PAYMENTS, { dimension: "region" as const, negated: false, values: ["eu-west-1"] }];
    expect((await ownersOf(db.sql, narrow)).map(({ person }) => person?.id)).toEqual([mia?.id]);
    expect((await ownersOf(db.sql, SEARCH)).map(({ channel }) => channel)).toEqual(["finops"]);
    expect((await say("owners set mia for team search")).summary).toContain("does not see");
    const seen = (await say("owners list", as("x", "viewer", { scope: SEARCH }))).data as { owners: unknown[] };
    expect(seen.owners).toEqual([]);
  });
});

describe("channels", () => {
  const reader = (scope: ScopeFilter) => ({ personId: "tim", scope });
  const post = (channel: string, key: string, body: string) =>
    postMessage(db.sql, { channel, key, author: { kind: "person", id: "root", name: "root" }, body });
  const read = async (channel: string, scope: ScopeFilter) =>
    (await readWindow(db.sql, { channel, reader: reader(scope), place: { at: "end" }, limit: 50 })).messages.map(
      ({ body }) => body,
    );

  test("whoever sees a part reads channels of that part alone, and nothing from before they were", async () => {
    await post("costs", "before", "all of it");
    expect((await listChannels(db.sql, reader(PAYMENTS))).map(({ name }) => name)).toEqual(["@tim"]);
    expect(await read("costs", PAYMENTS)).toEqual([]);
    await setChannelScope(db.sql, "costs", PAYMENTS);
    await post("costs", "after", "of payments");
    expect(await read("costs", PAYMENTS)).toEqual(["of payments"]);
    expect(await read("costs", SEARCH)).toEqual([]);
    expect(await read("costs", [])).toEqual(["all of it", "of payments"]);
    await setChannelScope(db.sql, "costs", []);
    expect(await read("costs", PAYMENTS)).toEqual([]);
  });
});

describe("erasing somebody", () => {
  const TRACES = /\bzoe\b|zora|zimmer|U0ZOE|zz@example/i;

  async function everyTrace(): Promise<string[]> {
    const tables = await db.sql<{ name: string }[]>`
      select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`;
    const found: string[] = [];
    for (const { name } of tables) {
      const rows = await db.sql<{ text: string }[]>`select t::text as text from ${db.sql(name)} t`;
      found.push(...rows.filter(({ text }) => TRACES.test(text)).map(({ text }) => `${name}: ${text.slice(0, 120)}`));
    }
    return found;
  }

  test("no trace is left outside the audit trail, which never had a name; others' words stay", async () => {
    for (const text of [
      "people add zoe --role approver --name Zora Zimmer",
      "people link zoe slack U0ZOE",
      "people link zoe discord zz@example.com",
      "owners set zoe everything",
    ]) {
      expect([text, (await say(text)).code]).toEqual([text, 0]);
    }
    const zoe = await findPerson(db.sql, "zoe");
    const id = zoe?.id ?? "";
    await listChannels(db.sql, { personId: id, scope: [] });
    const author = { kind: "person" as const, id, name: "Zora Zimmer" };
    await postMessage(db.sql, { channel: directChannel(id), key: "z1", author, body: "my secret" });
    await postMessage(db.sql, { channel: "finops", key: "z2", author, body: "I am Zora" });
    const card = {
      title: "Approved by Zora Zimmer",
      kind: "note",
      blocks: [{ kind: "note", text: "asked by @zoe, not by Zoey" }],
    };
    await postMessage(db.sql, { channel: "finops", key: "z3", author: { kind: "bot", id: "bot", name: "Bot" }, card });
    await postMessage(db.sql, {
      channel: "finops",
      key: "z4",
      author: { kind: "person", id: "root", name: "root" },
      body: "people role ZOE admin, please",
    });
    await enqueuePost(db.sql, { channel: "finops", key: "z5", card });
    await say("owners list", as(id, "approver"));
    const asked = await say("people forget zoe");
    expect(asked.summary).toContain("1 messages in channels");
    expect(await findPerson(db.sql, "zoe")).not.toBeNull();
    const command = /people forget zoe --confirm [0-9a-f]+/.exec(asked.text)?.[0] ?? "";
    expect((await say(command)).summary).toContain("nobody here any more");

    expect(await everyTrace()).toEqual([]);
    const rows = await db.sql<
      { key: string; body: string | null; card: { title: string; kind: string } | null; name: string }[]
    >`
      select key, body, card, author_name as name from message where key like 'z%' order by key`;
    expect(rows.map(({ key, body, name }) => [key, body, name])).toEqual([
      ["z2", "This message was removed with its author.", "a former member"],
      ["z3", null, "Bot"],
      ["z4", "people role a former member admin, please", "root"],
    ]);
    expect(rows[1]?.card).toMatchObject({ title: "Approved by a former member", kind: "note" });
    const [audit] = await db.sql<{ text: string }[]>`
      select convert_from(bytes, 'UTF8') as text from audit_event where action = 'person.forget'`;
    expect(audit?.text).toContain(id);
  });

  test("the wrong confirmation, oneself and people of finops.yaml are refused", async () => {
    await say("people add yan");
    expect((await say("people forget yan --confirm 00000000")).summary).toContain("cannot be undone");
    expect(await findPerson(db.sql, "yan")).not.toBeNull();
    const yan = await findPerson(db.sql, "yan");
    expect((await say("people forget yan", as(yan?.id ?? ""))).code).toBe(2);
    const people = {
      defaultRole: "viewer" as const,
      people: [{ handle: "yan", name: "Yan", role: null, scope: [], identities: [] }],
    };
    const base = as("root");
    expect((await say("people forget yan", { ...base, settings: { ...base.settings, people } })).code).toBe(2);
  });
});

test("start sees what is done and offers the next step", async () => {
  const first = await say("start");
  expect(first.summary).toMatch(/^1 of 4 done\. Next: bring your bills/);
  await say("settings show #costs for team payments");
  await db.sql`insert into source (name, provider) values ('aws', 'aws')`;
  const next = await say("start");
  expect(next.data).toMatchObject({
    next: "source",
    steps: [{ done: false }, { done: true }, { done: false }, { done: true }],
  });
});
