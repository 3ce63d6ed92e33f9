import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";

import { Hono } from "hono";

import type { Form } from "../../src/bot/channels/channel.ts";
import { createFetchReceiver, type FetchReceiver } from "../../src/bot/channels/slack/fetch-receiver.ts";
import type { Arrival } from "../../src/bot/channels/slack/read-payload.ts";
import { createSlackApp, type SlackHooks } from "../../src/bot/channels/slack/slack-app.ts";
import { DATABASE_AWAY, FOREIGN_PERSON } from "../../src/bot/channels/slack/slack-phrases.ts";
import { createSocketReceiver, type SocketReceiver } from "../../src/bot/channels/slack/socket-receiver.ts";
import { createWorkspaces } from "../../src/bot/channels/slack/workspaces.ts";
import { checkValues } from "../../src/bot/form-values.ts";
import type { SlackSettings } from "../../src/domain/slack.ts";
import { startHttp, type HttpServer } from "../../src/http/serve.ts";
import { createSlackRoutes } from "../../src/http/slack-routes.ts";
import { plainCard } from "../bot/arbitrary-card.ts";
import { posting } from "../bot/posting.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { makeChannel, settingsFor, silent } from "./channel-support.ts";
import { APP_TOKEN, FINOPS_CHANNEL, SIGNING_SECRET, startFakeSlack, type FakeSlack } from "./fake/fake-slack.ts";

/** Everything that arrives, as the rest of the product sees it. */
type Seen = { arrivals: Arrival[]; homes: string[]; joined: string[]; removed: string[]; fail: boolean };

const FORM_TOKEN = "f:FFFFFFFFFFFFFFFFFFFFFF";
const FORM: Form = {
  kind: "form",
  label: "Reject",
  style: "danger",
  title: "Reject",
  submit: "Send",
  fields: [{ kind: "text", name: "reason", label: "Why", required: true, lengthMax: 20 }],
  command: ["recs reject rec_1 --reason ", { field: "reason" }],
};

let db: TestDatabase;
let slack: FakeSlack;
let seen: Seen;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.sql`truncate slack_message`;
  slack = await startFakeSlack();
  ids = new Set();
  seen = { arrivals: [], homes: [], joined: [], removed: [], fail: false };
});
afterEach(() => slack.close());

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("it is not there");
  return value;
}

let ids = new Set<string>();
const hooks = (): SlackHooks => ({
  take: async (arrival) => {
    if (seen.fail) throw new Error("the database is away");
    const isNew = !ids.has(arrival.inbound.id);
    ids.add(arrival.inbound.id);
    if (isNew) seen.arrivals.push(arrival);
    return isNew;
  },
  isForBot: async () => true,
  formOf: async (token) => (token === FORM_TOKEN ? FORM : null),
  problemsOf: checkValues,
  isOfOrganisation: () => Promise.resolve(false),
  homeOpened: async (_tenant, user) => void seen.homes.push(user),
  joined: async (_tenant, channel) => void seen.joined.push(channel),
  removed: async (tenant) => void seen.removed.push(tenant),
});

async function startHttpMode(
  given: Partial<SlackSettings> = {},
): Promise<{ server: HttpServer; receiver: FetchReceiver }> {
  const settings = settingsFor(slack, given);
  const receiver = createFetchReceiver({ signingSecret: SIGNING_SECRET, now: slack.state.now, log: silent });
  const workspaces = createWorkspaces({ sql: db.sql, settings, installations: null, log: silent });
  createSlackApp({ receiver, settings, workspaces, hooks: hooks(), log: silent });
  const app = new Hono().route("/slack", createSlackRoutes({ handle: receiver.handle, installer: null }));
  const server = await startHttp({
    app: { fetch: (request) => app.fetch(request), close: () => receiver.stop() as Promise<void> },
    host: "127.0.0.1",
    port: 0,
  });
  return { server, receiver };
}

async function startSocketMode(): Promise<SocketReceiver> {
  const settings = settingsFor(slack, { mode: "socket" });
  const receiver = createSocketReceiver({ appToken: APP_TOKEN, apiUrl: slack.apiUrl, log: silent });
  const workspaces = createWorkspaces({ sql: db.sql, settings, installations: null, log: silent });
  createSlackApp({ receiver, settings, workspaces, hooks: hooks(), log: silent });
  await receiver.start();
  return receiver;
}

/** A message with a button and a menu, as the channel posts it. */
async function postCard() {
  const { channel } = makeChannel(db.sql, slack);
  const card = {
    ...plainCard("Card"),
    actions: [
      {
        kind: "button" as const,
        label: "Approve",
        style: "primary" as const,
        command: "x",
        confirm: { title: "t", text: "t", yes: "y" },
      },
      {
        kind: "select" as const,
        label: "Snooze",
        options: [
          { label: "1 day", command: "a" },
          { label: "1 week", command: "b" },
        ],
      },
      FORM,
      { kind: "link" as const, label: "Open", href: "https://example.com/" },
    ],
  };
  const tokens = ["f:AAAAAAAAAAAAAAAAAAAAAA", "f:SSSSSSSSSSSSSSSSSSSSSS", FORM_TOKEN, "f:LLLLLLLLLLLLLLLLLLLLLL"];
  await channel.post(posting({ channel: FINOPS_CHANNEL, key: "card", card, tokens }));
  const [message] = slack.posted(FINOPS_CHANNEL);
  if (message === undefined) throw new Error("nothing posted");
  return message;
}

describe.each(["http", "socket"] as const)("by %s", (mode) => {
  let stop: () => Promise<unknown> = () => Promise.resolve();
  beforeEach(async () => {
    if (mode === "http") {
      const { server } = await startHttpMode();
      slack.useHttp(`http://127.0.0.1:${server.port}/slack/events`);
      stop = () => server.close();
    } else {
      const receiver = await startSocketMode();
      await slack.sockets.connected();
      slack.useSocket();
      stop = () => receiver.stop();
    }
  });
  afterEach(() => stop());

  test("a command is recorded and acknowledged with what was asked", async () => {
    const ack = await slack.ana.command(FINOPS_CHANNEL, "cost mtd by service");
    expect(ack).toMatchObject({
      ok: true,
      body: { response_type: "ephemeral", text: "Working on it: cost mtd by service …" },
    });
    expect(seen.arrivals).toMatchObject([
      {
        inbound: {
          surface: "slack",
          channel: FINOPS_CHANNEL,
          thread: null,
          act: { kind: "command", text: "cost mtd by service" },
        },
        reply: { conversation: FINOPS_CHANNEL, responseUrl: expect.stringMatching(/\/response\//) },
      },
    ]);
  });

  test("/cost is finops cost", async () => {
    await slack.ana.command(FINOPS_CHANNEL, "mtd", { command: "/cost" });
    expect(seen.arrivals[0]?.inbound.act).toEqual({ kind: "command", text: "cost mtd" });
  });

  test("when it cannot be recorded the person is told, and an event is delivered again", async () => {
    seen.fail = true;
    const ack = await slack.ana.command(FINOPS_CHANNEL, "cost");
    expect(ack.body).toMatchObject({ text: DATABASE_AWAY });
    expect((await slack.ana.mention(FINOPS_CHANNEL, "cost")).ok).toBe(false);
    seen.fail = false;
    expect((await slack.ana.mention(FINOPS_CHANNEL, "cost")).ok).toBe(true);
    expect(seen.arrivals).toHaveLength(1);
  });

  test("a click, a choice, an address", async () => {
    const message = await postCard();
    expect((await slack.ana.click(message, "Approve")).ok).toBe(true);
    expect((await slack.ben.click(message, "1 week")).ok).toBe(true);
    expect((await slack.ben.click(message, "Open")).ok).toBe(true);
    expect(seen.arrivals.map(({ inbound }) => [inbound.person.name, inbound.act])).toEqual([
      ["ana", { kind: "act", token: "f:AAAAAAAAAAAAAAAAAAAAAA", confirmed: true }],
      ["ben", { kind: "act", token: "f:SSSSSSSSSSSSSSSSSSSSSS", choice: 1 }],
    ]);
  });

  test("a form opens at the click, is checked when it is sent, and arrives filled in", async () => {
    const message = await postCard();
    await slack.ana.click(message, "Reject");
    await vi.waitFor(() => slack.ana.form());
    const wrong = await slack.ana.submit({});
    expect(wrong.body).toMatchObject({ response_action: "errors", errors: { "0:reason": "Why is needed." } });
    expect(seen.arrivals).toEqual([]);
    expect((await slack.ana.submit({ Why: "too “risky”" })).body).toBeNull();
    expect(seen.arrivals).toMatchObject([
      {
        inbound: { channel: FINOPS_CHANNEL, act: { token: FORM_TOKEN, values: { reason: "too “risky”" } } },
        reply: { conversation: FINOPS_CHANNEL, responseUrl: null },
      },
    ]);
  });

  test("a mention is answered in its thread, a private word privately", async () => {
    await slack.ana.mention(FINOPS_CHANNEL, "cost mtd");
    await slack.ana.direct("whoami");
    expect(
      seen.arrivals.map(({ inbound, reply }) => [inbound.act, inbound.channel, inbound.thread, reply.thread]),
    ).toEqual([
      [{ kind: "command", text: "cost mtd" }, FINOPS_CHANNEL, null, expect.stringMatching(/^\d+\.\d+$/)],
      [{ kind: "command", text: "whoami" }, "@U0ANA000001", null, null],
    ]);
  });

  test("one thing delivered three times is recorded once", async () => {
    const envelope = slack.ana.commandEnvelope(FINOPS_CHANNEL, "cost");
    for (const retryNum of [0, 1, 2]) {
      expect((await slack.send(envelope, { retryNum })).ok).toBe(true);
      slack.advance(1_000);
    }
    expect(seen.arrivals).toHaveLength(1);
  });

  test("the home tab, an invitation, a removal", async () => {
    await slack.ana.openHome();
    const bot = slack.state.bot.user;
    await slack.ana.event({
      type: "member_joined_channel",
      user: bot,
      channel: FINOPS_CHANNEL,
      channel_type: "C",
      team: "T",
    });
    await slack.ana.event({
      type: "member_joined_channel",
      user: "U0ANA000001",
      channel: FINOPS_CHANNEL,
      channel_type: "C",
      team: "T",
    });
    await slack.ana.event({ type: "app_uninstalled" });
    expect(seen).toMatchObject({ homes: ["U0ANA000001"], joined: [FINOPS_CHANNEL], removed: [slack.state.team.id] });
  });

  test("what the bot says itself, and what somebody edits, is no question", async () => {
    const base = { type: "message", channel: "D1", channel_type: "im", ts: "1.1", text: "cost" };
    await slack.ana.event({ ...base, user: slack.state.bot.user, bot_id: slack.state.bot.id });
    await slack.ana.event({ ...base, subtype: "message_changed", message: {} });
    expect(seen.arrivals).toEqual([]);
  });
});

describe("signatures", () => {
  let server: HttpServer;
  let url: string;
  beforeEach(async () => {
    ({ server } = await startHttpMode());
    url = `http://127.0.0.1:${server.port}/slack/events`;
  });
  afterEach(() => server.close());

  test("wrong, old, from the future, or used before: refused", async () => {
    const sender = slack.useHttp(url);
    const envelope = () => slack.ana.commandEnvelope(FINOPS_CHANNEL, "cost");
    const status = async (options: object): Promise<number> => (await sender.send(envelope(), options)).status;
    expect(await status({})).toBe(200);
    expect(await status({ secret: "another" })).toBe(401);
    expect(await status({ skewSeconds: -301 })).toBe(401);
    expect(await status({ skewSeconds: 301 })).toBe(401);
    expect(await status({ skewSeconds: 290 })).toBe(200);
    expect((await sender.replay(envelope())).map((ack) => ack.status)).toEqual([200, 401]);
    expect(seen.arrivals).toHaveLength(3);
  });

  test("the address is verified, the certificate looked at, and what is not a payload refused", async () => {
    const sender = slack.useHttp(url);
    const json = "application/json";
    const challenge = await sender.raw(JSON.stringify({ type: "url_verification", challenge: "c1" }), json);
    expect(challenge.body).toEqual({ challenge: "c1" });
    expect((await fetch(url, { method: "POST", body: "ssl_check=1&token=x" })).status).toBe(200);
    expect((await sender.raw("[1]", json)).status).toBe(400);
    expect((await sender.raw("not json", json)).status).toBe(400);
    expect((await sender.raw("x".repeat(1024 * 1024 + 1), json)).status).toBe(413);
  });

  test("a command nobody handles is refused at once", async () => {
    slack.useHttp(url);
    const ack = await slack.ana.command(FINOPS_CHANNEL, "x", { command: "/other" });
    expect(ack.status).toBe(404);
  });

  test("people of another company in a shared channel are refused in words; those of a sister workspace are not", async () => {
    await server.close();
    const sister = "T0SISTER001";
    ({ server } = await startHttpMode({ teams: [slack.state.team.id, sister] }));
    slack.useHttp(`http://127.0.0.1:${server.port}/slack/events`);
    const { channel } = makeChannel(db.sql, slack);
    const card = plainCard("a decision");
    const actions = [{ kind: "button", label: "Approve", style: "primary", command: "recs approve x" }] as const;
    await channel.post(
      posting({
        channel: FINOPS_CHANNEL,
        key: "k",
        card: { ...card, actions: [...actions] },
        tokens: [`f:${"A".repeat(22)}`],
      }),
    );
    const message = there(slack.posted(FINOPS_CHANNEL).at(-1));
    const cleo = there(slack.state.users.get(slack.cleo.user));

    slack.state.users.set(cleo.id, { ...cleo, home: "T0FOREIGN01" });
    await slack.cleo.click(message, "Approve");
    await vi.waitFor(() => expect(slack.whispered(cleo.id).map(({ text }) => text)).toEqual([FOREIGN_PERSON]));
    await slack.cleo.mention(FINOPS_CHANNEL, "cost");
    expect(seen.arrivals).toEqual([]);

    slack.state.users.set(cleo.id, { ...cleo, home: sister });
    await slack.cleo.click(message, "Approve");
    await slack.cleo.mention(FINOPS_CHANNEL, "cost");
    expect(seen.arrivals.map(({ inbound }) => inbound.act.kind)).toEqual(["act", "command"]);
  });

  test("another workspace is refused in words", async () => {
    await server.close();
    ({ server } = await startHttpMode({ teams: ["T0OTHER0001"] }));
    slack.useHttp(`http://127.0.0.1:${server.port}/slack/events`);
    const ack = await slack.ana.command(FINOPS_CHANNEL, "cost");
    expect(ack.body).toMatchObject({ text: expect.stringContaining("slack.teams") });
    await slack.ana.mention(FINOPS_CHANNEL, "cost");
    expect(seen.arrivals).toEqual([]);
  });
});

describe("a socket", () => {
  test("Slack is away at the start, comes, refreshes, and is cut: it is connected each time", async () => {
    await slack.down();
    const receiver = await startSocketMode();
    expect(receiver.state()).not.toBe("connected");
    await slack.up();
    await slack.sockets.connected();
    slack.useSocket();
    expect((await slack.ana.command(FINOPS_CHANNEL, "one")).ok).toBe(true);
    for (const part of ["refresh", "cut"] as const) {
      const next = slack.sockets.nextConnection();
      slack.sockets[part]();
      await next;
      expect((await slack.ana.command(FINOPS_CHANNEL, part)).ok).toBe(true);
    }
    await receiver.stop();
    expect(receiver.state()).toBe("down");
  });

  test("a wrong app token is tried again and ends nothing", async () => {
    slack.token(APP_TOKEN).revoked = true;
    const receiver = await startSocketMode();
    expect(receiver.state()).not.toBe("connected");
    slack.token(APP_TOKEN).revoked = false;
    await slack.sockets.connected();
    await receiver.stop();
  });
});
