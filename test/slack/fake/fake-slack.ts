import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { createHttpSender, createSockets, type Ack, type Envelope, type SendOptions } from "./delivery.ts";
import { BOT_SCOPES } from "./methods-oauth.ts";
import { createPace } from "./pace.ts";
import { createPerson, type Person } from "./person.ts";
import { createState, type FakeChannel, type FakeMessage } from "./state.ts";
import { createWebApi } from "./web-api.ts";

export const BOT_TOKEN = "xoxb-fake-bot-token-0001";
export const APP_TOKEN = "xapp-fake-app-token-0001";
export const SIGNING_SECRET = "fake-signing-secret-0123456789";

/** People and places every test finds. */
export const ANA = "U0ANA000001";
export const BEN = "U0BEN000001";
export const CLEO = "U0CLEO00001";
export const FINOPS_CHANNEL = "C0FINOPS001";
export const PAYMENTS_CHANNEL = "C0PAYMENTS1";
export const SECRET_CHANNEL = "G0SECRET001";
export const ELSEWHERE_CHANNEL = "C0ELSEWHERE";

/**
 * A strict local Slack: it refuses what the platform refuses. Its clock is the machine's plus what tests advance it by,
 * so that signatures fit and nobody waits.
 */
export async function startFakeSlack() {
  let ahead = 0;
  const state = createState(() => performance.timeOrigin + performance.now() + ahead);
  const pace = createPace(state);
  let base = "";
  const api = createWebApi(state, pace, () => base);
  const sockets = createSockets();
  seed(state);

  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  base = `http://127.0.0.1:${port}`;
  async function listen(wanted: number): Promise<Server> {
    const made = createServer((request, response) => {
      api.handle(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
    made.on("upgrade", sockets.upgrade);
    made.listen(wanted, "127.0.0.1");
    await once(made, "listening");
    return made;
  }
  async function shut(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  }

  let target: ((envelope: Envelope, options?: SendOptions) => Promise<Ack>) | null = null;
  const send = (envelope: Envelope, options?: SendOptions): Promise<Ack> => {
    if (target === null) throw new Error("call useHttp or useSocket first");
    return target(envelope, options);
  };
  const person = (user: string): Person => createPerson({ state, user, base: () => base, send });
  return {
    state,
    api,
    pace,
    sockets,
    apiUrl: `${base}/api/`,
    port,
    /** Events go to this address, signed. */
    useHttp: (url: string, secret: string = SIGNING_SECRET) => {
      const sender = createHttpSender({ url, secret, state });
      target = (envelope, options) => sender.send(envelope, options);
      return sender;
    },
    useSocket: () => {
      target = (envelope, options) => sockets.send(envelope, options);
    },
    send,
    ana: person(ANA),
    ben: person(BEN),
    cleo: person(CLEO),
    person,
    advance: (ms: number) => {
      ahead += ms;
    },
    /** What stands in a channel for everybody, oldest first. */
    posted: (channel: string): FakeMessage[] =>
      state.messages.filter(
        (one) => one.channel === channel && one.ephemeralTo === null && one.user === state.bot.user,
      ),
    whispered: (user: string): FakeMessage[] => state.messages.filter((one) => one.ephemeralTo === user),
    channel: (id: string): FakeChannel => {
      const channel = state.channels.get(id);
      if (channel === undefined) throw new Error(`no channel ${id}`);
      return channel;
    },
    token: (token: string = BOT_TOKEN) => {
      const found = state.tokens.get(token);
      if (found === undefined) throw new Error("no such token");
      return found;
    },
    /** Nobody listens any more: connections are refused. */
    down: shut,
    up: async () => {
      server = await listen(port);
    },
    close: async () => {
      sockets.close();
      await shut();
    },
  };
}
export type FakeSlack = Awaited<ReturnType<typeof startFakeSlack>>;

function seed(state: ReturnType<typeof createState>): void {
  const { team, bot } = state;
  const token = (text: string, kind: "bot" | "app", scopes: readonly string[]) =>
    state.tokens.set(text, {
      token: text,
      team: team.id,
      kind,
      scopes: new Set(scopes),
      expiresAt: null,
      revoked: false,
    });
  token(BOT_TOKEN, "bot", BOT_SCOPES);
  token(APP_TOKEN, "app", ["connections:write"]);
  const user = (id: string, name: string, realName: string) =>
    state.users.set(id, { id, name, realName, email: `${name}@acme.example` });
  user(ANA, "ana", "Ana Approver");
  user(BEN, "ben", "Ben Boss");
  user(CLEO, "cleo", "Cleo Clicker");
  const everybody = [ANA, BEN, CLEO];
  const place = (id: string, name: string, kind: FakeChannel["kind"], members: readonly string[]) =>
    state.channels.set(id, { id, name, kind, archived: false, members: new Set(members), user: null });
  place(FINOPS_CHANNEL, "finops", "public", [...everybody, bot.user]);
  place(PAYMENTS_CHANNEL, "payments", "public", [...everybody, bot.user]);
  place(SECRET_CHANNEL, "secret", "private", [ANA]);
  place(ELSEWHERE_CHANNEL, "elsewhere", "public", [ANA]);
}
