import { randomBytes } from "node:crypto";

import { Hono } from "hono";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { checkSlack } from "../../src/bot/channels/slack/check-slack.ts";
import { createInstaller } from "../../src/bot/channels/slack/installer.ts";
import type { Installations } from "../../src/bot/channels/slack/installations.ts";
import { openWorkspaces } from "../../src/bot/channels/slack/open-workspaces.ts";
import { seal, unseal } from "../../src/bot/channels/slack/seal.ts";
import type { Workspaces } from "../../src/bot/channels/slack/workspaces.ts";
import type { SlackSettings } from "../../src/domain/slack.ts";
import { startHttp, type HttpServer } from "../../src/http/serve.ts";
import { createSlackRoutes } from "../../src/http/slack-routes.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { settingsFor, silent } from "./channel-support.ts";
import { APP_TOKEN, BOT_TOKEN, FINOPS_CHANNEL, startFakeSlack, type FakeSlack } from "./fake/fake-slack.ts";
import { CLIENT_ID, CLIENT_SECRET } from "./fake/methods-oauth.ts";

const oauth = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, keyHex: "ab".repeat(32) };
let db: TestDatabase;
let slack: FakeSlack;
beforeAll(async () => {
  db = await createTestDatabase({ connectionsMax: 8 });
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.sql`truncate slack_installation, slack_place`;
  slack = await startFakeSlack();
});
afterEach(() => slack.close());

const credentials = { botToken: null, signingSecret: null, appToken: null, oauth };
const settings = (teams: readonly string[]): SlackSettings => settingsFor(slack, { teams, credentials });
const open = (teams: readonly string[]): { workspaces: Workspaces; installations: Installations } => {
  const { workspaces, installations } = openWorkspaces({
    sql: db.sql,
    settings: settings(teams),
    now: slack.state.now,
    log: silent,
  });
  if (installations === null) throw new Error("not by OAuth");
  return { workspaces, installations };
};

/** Goes through the pages as a browser would. */
async function install(teams: readonly string[], changes: { cookie?: string } = {}) {
  const given = { settings: settings(teams), oauth, publicUrl: null, log: silent };
  const installer = createInstaller({ ...given, installations: open(teams).installations });
  const app = new Hono().route("/slack", createSlackRoutes({ handle: null, installer }) as unknown as Hono);
  const server: HttpServer = await startHttp({
    app: { fetch: (request, bindings) => app.fetch(request, bindings), close: () => Promise.resolve() },
    host: "127.0.0.1",
    port: 0,
  });
  const at = `http://127.0.0.1:${server.port}/slack`;
  const begun = await fetch(`${at}/install`, { redirect: "manual" });
  const cookie = (begun.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const asked = new URL(begun.headers.get("location") ?? "");
  slack.state.oauth.codes.set("code-1", slack.state.team.id);
  const back = `${at}/oauth_redirect?code=code-1&state=${asked.searchParams.get("state") ?? ""}`;
  const done = await fetch(back, { headers: { cookie: changes.cookie ?? cookie } });
  const text = await done.text();
  await server.close();
  return { asked, status: done.status, text };
}

describe("installation by OAuth", () => {
  test("a workspace on the list gets the bot, with the rights of the manifest and a sealed token", async () => {
    const { asked, status, text } = await install([slack.state.team.id]);
    expect(asked.searchParams.get("scope")).toContain("chat:write");
    expect({ status, text }).toMatchObject({ status: 200, text: expect.stringContaining("Acme") });
    const [row] = await db.sql<{ sealed: Buffer }[]>`select sealed from slack_installation`;
    expect(row?.sealed.toString("latin1")).not.toContain("xox");
    const { client } = await open([slack.state.team.id]).workspaces.of(slack.state.team.id);
    expect((await client.read((web) => web.auth.test())).team_id).toBe(slack.state.team.id);
  });

  test("one that is not on the list, and one begun in another browser, are refused", async () => {
    expect(await install(["T0OTHER0001"])).toMatchObject({ status: 403, text: expect.stringContaining("slack.teams") });
    expect(await install([slack.state.team.id], { cookie: "slack-app-oauth-state=x" })).toMatchObject({ status: 403 });
    expect(await db.sql`select 1 from slack_installation`).toHaveLength(0);
  });

  test("a removed app leaves no token", async () => {
    await install([slack.state.team.id]);
    const { installations, workspaces } = open([slack.state.team.id]);
    await installations.remove(slack.state.team.id);
    expect(await db.sql`select 1 from slack_installation`).toHaveLength(0);
    await expect(workspaces.of(slack.state.team.id)).rejects.toMatchObject({ kind: "refused" });
  });
});

describe("a token that ends", () => {
  test("is changed once, however many need it at the same moment", async () => {
    await install([slack.state.team.id]);
    await db.sql`update slack_installation set expires_at = now() + interval '1 minute'`;
    const several = Array.from({ length: 6 }, () => open([slack.state.team.id]).installations);
    const bots = await Promise.all(several.map((one) => one.bot(slack.state.team.id)));
    expect(slack.state.oauth.refreshes).toBe(1);
    expect(new Set(bots.map((bot) => bot?.token)).size).toBe(1);
    expect(await Promise.all(several.map((one) => one.rotateDue()))).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("stays as it is when Slack does not answer, and is changed later", async () => {
    await install([slack.state.team.id]);
    await db.sql`update slack_installation set expires_at = now() + interval '1 minute'`;
    const { installations } = open([slack.state.team.id]);
    slack.api.faults.push({ methods: /oauth/, kind: "500", left: 1 });
    await expect(installations.rotateDue()).rejects.toMatchObject({ kind: "unavailable" });
    expect(await installations.rotateDue()).toBe(1);
  });
});

test("what is sealed opens with its key, for its row, unaltered", () => {
  const key = randomBytes(32);
  const sealed = seal("xoxb-secret", key, "T1");
  expect(unseal(sealed, key, "T1")).toBe("xoxb-secret");
  expect(() => unseal(sealed, key, "T2")).toThrow();
  expect(() => unseal(sealed, randomBytes(32), "T1")).toThrow();
  sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
  expect(() => unseal(sealed, key, "T1")).toThrow();
});

describe("doctor", () => {
  const check = async (given: { now?: () => number; places?: string[]; mode?: "http" | "socket" } = {}) => {
    const { mode = "socket", places = [FINOPS_CHANNEL], now = slack.state.now } = given;
    const own = settingsFor(slack, { mode });
    const { workspaces } = openWorkspaces({ sql: db.sql, settings: own, now, log: silent });
    const checks = await checkSlack({ settings: own, workspaces, places, now, log: silent });
    return checks
      .filter(({ state }) => state !== "ok")
      .map(({ check: name, finding, mend }) => `${name}: ${finding} → ${mend}`);
  };

  test("finds nothing where all is well", async () => expect(await check()).toEqual([]));

  const cases: [string, string, () => void, object][] = [
    ["a revoked token", "Reinstall", () => (slack.token(BOT_TOKEN).revoked = true), {}],
    ["a missing right", "files:write is missing", () => slack.token().scopes.delete("files:write"), {}],
    ["a channel it is not in", "/invite @finops", () => slack.channel(FINOPS_CHANNEL).members.clear(), {}],
    ["an archived channel", "is archived", () => (slack.channel(FINOPS_CHANNEL).archived = true), {}],
    ["a channel that is not there", "correct channels[].also", () => undefined, { places: ["C0NOWHERE01"] }],
    ["no channel", "no channel gets cards", () => undefined, { places: [] }],
    ["a wrong app token", "connections:write", () => (slack.token(APP_TOKEN).revoked = true), {}],
  ];
  test.each(cases)("%s: says what mends it", async (_, want, arrange, given) => {
    arrange();
    expect((await check(given)).join("\n")).toContain(want);
  });

  test("a clock that is wrong, and a Slack that is away", async () => {
    expect((await check({ now: () => slack.state.now() + 120_000 })).join()).toContain("NTP");
    await slack.down();
    expect((await check()).join("\n")).toContain("check the network");
  });
});
