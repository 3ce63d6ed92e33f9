import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { Hono } from "hono";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";

import { checkSlack } from "../../src/bot/channels/slack/check-slack.ts";
import { createInstaller } from "../../src/bot/channels/slack/installer.ts";
import type { Installations } from "../../src/bot/channels/slack/installations.ts";
import { openWorkspaces } from "../../src/bot/channels/slack/open-workspaces.ts";
import { seal, unseal } from "../../src/bot/channels/slack/seal.ts";
import type { Workspaces } from "../../src/bot/channels/slack/workspaces.ts";
import type { SlackSettings } from "../../src/domain/slack.ts";
import { startHttp, type HttpServer } from "../../src/http/serve.ts";
import { createSlackRoutes } from "../../src/http/slack-routes.ts";
import { enqueuePost } from "../../src/store/outbox.ts";
import { plainCard } from "../bot/arbitrary-card.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { settingsFor, silent } from "./channel-support.ts";
import {
  APP_TOKEN,
  BOT_TOKEN,
  FINOPS_CHANNEL,
  SIGNING_SECRET,
  startFakeSlack,
  type FakeSlack,
} from "./fake/fake-slack.ts";
import { wordsOf } from "./fake/reading.ts";
import { startSlackService, type SlackService } from "./slack-service.ts";
import { CLIENT_ID, CLIENT_SECRET } from "./fake/methods-oauth.ts";

const oauth = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, keyHex: "ab".repeat(32) };
/** A busy machine is slow, not wrong. */
const PATIENT = { timeout: 20_000 };
/** As long as a process takes to start there. */
const STARTING = { timeout: 50_000, interval: 100 };
const WHO = { kind: "button", label: "Who am I", style: "plain", command: "whoami" } as const;
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
async function install(teams: readonly string[], changes: { cookie?: string; into?: string } = {}) {
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
  slack.state.oauth.codes.set("code-1", changes.into ?? slack.state.team.id);
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

describe("an organisation (Enterprise Grid)", () => {
  const ORGANISATION = "E0ACMEGRID1";
  const SISTER = "T0SISTER001";
  const GROUP = "S0FINANCE01";
  let service: SlackService | null = null;
  beforeEach(() => {
    slack.state.organisation = { id: ORGANISATION, name: "Acme Group" };
  });
  afterEach(async () => {
    await service?.stop();
    service = null;
  });

  test("is installed in as a whole when it is on the list itself; so is a workspace of it", async () => {
    expect(await install([slack.state.team.id], { into: ORGANISATION })).toMatchObject({
      status: 403,
      text: expect.stringContaining(`organisation ${ORGANISATION} is not on the list`),
    });
    const whole = await install([ORGANISATION], { into: ORGANISATION });
    expect(whole).toMatchObject({ status: 200, text: expect.stringMatching(/Acme Group.*add it to the workspaces/) });
    const { workspaces, installations } = open([ORGANISATION]);
    expect((await workspaces.all()).map(({ team }) => team)).toEqual([ORGANISATION]);
    await db.sql`update slack_installation set expires_at = now() + interval '1 minute'`;
    expect([await installations.rotateDue(), slack.state.oauth.refreshes]).toEqual([1, 1]);
    const { client } = await workspaces.ofPlace(FINOPS_CHANNEL);
    expect((await client.read((web) => web.auth.test())).is_enterprise_install).toBe(true);
    await install([ORGANISATION]);
    expect((await open([ORGANISATION]).workspaces.of(slack.state.team.id)).team).toBe(slack.state.team.id);
    await expect(open([SISTER]).workspaces.of(slack.state.team.id)).rejects.toMatchObject({ kind: "refused" });
  });

  test("has all its workspaces served by one installation, and nobody of another company", async () => {
    await install([ORGANISATION], { into: ORGANISATION });
    const { sql } = db;
    const [dana, eve] = ["U0DANA00001", "U0EVE000001"] as const;
    const person = { name: "dana", realName: "Dana Sister", email: "dana@acme.example" };
    slack.state.users.set(dana, { ...person, id: dana, home: SISTER });
    slack.state.users.set(eve, { ...person, id: eve, name: "eve", home: "T0FOREIGN01", organisation: "E0OTHERGRID" });
    for (const one of [dana, eve]) slack.channel(FINOPS_CHANNEL).members.add(one);
    // Groups belong to a workspace: this one to hers; another is configured that nobody there has.
    slack.state.groups.set(GROUP, [dana]);
    slack.state.groupsAt.set(GROUP, { handle: "finance", team: SISTER });
    const ctx = testContext(db, { dataDir: "/nowhere" });
    const groups = { "@finance": "approver", S0ELSEWHERE: "admin" } as const;
    const people = { defaultRole: "viewer", people: [], groups } as const;
    const base = { ...ctx, settings: { ...ctx.settings, people } };
    const given = { teams: [ORGANISATION], credentials: { ...credentials, signingSecret: SIGNING_SECRET } };
    service = await startSlackService(base, { ...given, slack, closesSlack: false });
    const { deliver } = service;
    await enqueuePost(sql, { channel: "finops", key: "grid", card: { ...plainCard("Grid"), actions: [WHO] } });
    await deliver();
    const [card] = slack.posted(FINOPS_CHANNEL);
    if (card === undefined) throw new Error("nothing was posted");
    const told = (user: string): string =>
      slack
        .whispered(user)
        .map((one) => `${one.text} ${wordsOf(one.blocks)}`)
        .join("\n");
    const [home, sister, foreign] = [slack.ana, slack.person(dana), slack.person(eve)];
    await home.command(FINOPS_CHANNEL, "whoami");
    await sister.command(FINOPS_CHANNEL, "whoami");
    await vi.waitFor(() => {
      expect(told(home.user)).toContain("You are Ana Approver");
      expect(told(dana)).toMatch(/You are Dana Sister[^]*approver/);
    }, PATIENT);
    const before = slack.whispered(dana).length;
    expect((await sister.click(card, "Who am I")).ok).toBe(true);
    await vi.waitFor(() => expect(slack.whispered(dana).length).toBeGreaterThan(before), PATIENT);
    expect(told(dana)).not.toContain("another company");
    await foreign.click(card, "Who am I");
    await foreign.mention(FINOPS_CHANNEL, "whoami");
    await sister.mention(FINOPS_CHANNEL, "help cost");
    await sister.openHome();
    await vi.waitFor(() => {
      expect(slack.whispered(dana).some(({ threadTs }) => threadTs !== null)).toBe(true);
      expect(wordsOf(sister.home().body["blocks"] as never)).toMatch(/Waiting for you|Nothing waits|budget/i);
    }, PATIENT);
    expect(told(eve)).not.toContain("You are");
    expect(await sql`select 1 from identity where external_id = ${eve}`).toHaveLength(0);
    await home.event({ type: "app_uninstalled" });
    expect(await sql`select 1 from slack_installation`).toHaveLength(0);
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

  test("is changed once by two processes that need it at the same moment", async () => {
    const team = slack.state.team.id;
    await install([team]);
    await db.sql`update slack_installation set expires_at = now() + interval '1 minute'`;
    const args = [db.url, team, JSON.stringify(settings([team])), String(slack.state.now())];
    const script = fileURLToPath(new URL("./rotating.ts", import.meta.url));
    const run = async (): Promise<unknown> => {
      const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "inherit"] });
      const [said] = await Promise.all([text(child.stdout), once(child, "exit")]);
      return JSON.parse(said) as unknown;
    };
    // Both are held at the door until both stand before it.
    const said = await db.sql.begin(async (tx) => {
      await tx`select 1 from slack_installation for update`;
      const both = [run(), run()];
      await vi.waitFor(async () => {
        const waiting = await db.sql`
          select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
        expect(waiting).toHaveLength(2);
      }, STARTING);
      return { both };
    });
    const [one, two] = await Promise.all(said.both);
    expect(slack.state.oauth.refreshes).toBe(1);
    expect(one).toEqual({ token: expect.stringMatching(/^xoxe\.xoxb-/), left: 0 });
    expect(two).toEqual(one);
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
