import { randomBytes } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";

import { WebSocketServer, type WebSocket } from "ws";

import { guildCreatePayload, userPayload } from "./payloads.ts";
import { asBag, startCheck, type Bag } from "./validate.ts";
import type { World } from "./world.ts";

// https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway
const OP = {
  dispatch: 0,
  heartbeat: 1,
  identify: 2,
  presence: 3,
  resume: 6,
  reconnect: 7,
  invalidSession: 9,
  hello: 10,
  ack: 11,
} as const;
const CLOSE = {
  unknownOpcode: 4001,
  authentication: 4004,
  rateLimited: 4008,
  version: 4012,
  intents: 4013,
  disallowed: 4014,
};
const SENDS_PER_MINUTE_MAX = 120;
const INTENT_GUILDS = 1;
/** Privileged: GUILD_MEMBERS, GUILD_PRESENCES, MESSAGE_CONTENT. The fake application was granted none. */
const INTENTS_PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15);
const INTENTS_KNOWN = 0x1_ff_ff_ff * 4;

type Session = { readonly id: string; seq: number; readonly sent: { seq: number; event: object }[] };

export type Gateway = {
  /** Sends an event to everybody connected; kept for whoever resumes. */
  readonly dispatch: (event: string, data: object) => void;
  /** op 7: asks clients to come back. */
  readonly askReconnect: () => void;
  /** Cuts the connections, as a network does. */
  readonly drop: () => void;
  /** Whether heartbeats are answered. */
  readonly answerHeartbeats: (answer: boolean) => void;
  /** While refusing, nobody connects. */
  readonly refuse: (refusing: boolean) => void;
  readonly forgetSessions: () => void;
  /** Clients that have identified or resumed and are connected. */
  readonly connected: () => number;
  readonly counts: { identifies: number; resumes: number; heartbeats: number };
  readonly close: () => void;
};

/** The event gateway beside the REST server: one shard, JSON, no compression. */
export function createGateway(world: World, server: Server, options: { heartbeatMs: number }): Gateway {
  const sockets = new WebSocketServer({ noServer: true });
  const sessions = new Map<string, Session>();
  const live = new Map<WebSocket, Session>();
  const counts = { identifies: 0, resumes: 0, heartbeats: 0 };
  let acks = true;
  let refusing = false;

  server.on("upgrade", (request: IncomingMessage, socket, head) => {
    if (refusing) return socket.destroy();
    sockets.handleUpgrade(request, socket, head, (client) => greet(client, request));
  });

  const send = (client: WebSocket, payload: object): void => client.send(JSON.stringify(payload));
  const deliver = (client: WebSocket | null, session: Session, t: string, d: object): void => {
    session.seq += 1;
    const event = { op: OP.dispatch, t, s: session.seq, d };
    session.sent.push({ seq: session.seq, event });
    if (client !== null) send(client, event);
  };

  function greet(client: WebSocket, request: IncomingMessage): void {
    const url = new URL(request.url ?? "/", "ws://fake");
    if (url.searchParams.get("v") !== "10" || url.searchParams.get("encoding") !== "json")
      return client.close(CLOSE.version);
    const heard: number[] = [];
    client.on("message", (raw: Buffer) => {
      const at = world.now();
      heard.push(at);
      if (heard.filter((time) => at - time < 60_000).length > SENDS_PER_MINUTE_MAX)
        return client.close(CLOSE.rateLimited);
      hear(client, asBag(startCheck(), JSON.parse(raw.toString())));
    });
    client.on("close", () => live.delete(client));
    send(client, { op: OP.hello, d: { heartbeat_interval: options.heartbeatMs } });
  }

  function hear(client: WebSocket, message: Bag): void {
    switch (message["op"]) {
      case OP.heartbeat:
        counts.heartbeats += 1;
        if (acks) send(client, { op: OP.ack });
        return;
      case OP.identify:
        return identify(client, message["d"] as Bag);
      case OP.resume:
        return resume(client, message["d"] as Bag);
      case OP.presence:
        return;
      default:
        return client.close(CLOSE.unknownOpcode);
    }
  }

  function identify(client: WebSocket, data: Bag): void {
    counts.identifies += 1;
    const intents = Number(data["intents"]);
    if (data["token"] !== world.token) return client.close(CLOSE.authentication);
    if (!Number.isInteger(intents) || intents < 0 || intents > INTENTS_KNOWN) return client.close(CLOSE.intents);
    if ((intents & INTENTS_PRIVILEGED) !== 0) return client.close(CLOSE.disallowed);
    if (intents !== INTENT_GUILDS) world.violations.push(`more intents than needed: ${intents}`);
    const session: Session = { id: randomBytes(16).toString("hex"), seq: 0, sent: [] };
    sessions.set(session.id, session);
    live.set(client, session);
    const guilds = [...world.guilds.values()].filter((guild) => guild.members.has(world.bot.id));
    deliver(client, session, "READY", {
      v: 10,
      user: userPayload(world.bot),
      guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
      session_id: session.id,
      resume_gateway_url: gatewayUrl(server),
      shard: data["shard"],
      application: { id: world.applicationId, flags: 0 },
      session_type: "normal",
      private_channels: [],
      relationships: [],
      presences: [],
      user_settings: {},
      geo_ordered_rtc_regions: [],
      guild_join_requests: [],
      auth: {},
      _trace: [],
    });
    for (const guild of guilds) deliver(client, session, "GUILD_CREATE", guildCreatePayload(world, guild));
  }

  function resume(client: WebSocket, data: Bag): void {
    counts.resumes += 1;
    const session = sessions.get(String(data["session_id"]));
    if (data["token"] !== world.token) return client.close(CLOSE.authentication);
    if (session === undefined) return send(client, { op: OP.invalidSession, d: false });
    live.set(client, session);
    const seen = Number(data["seq"]);
    for (const { seq, event } of session.sent) if (seq > seen) send(client, event);
    deliver(client, session, "RESUMED", { _trace: [] });
  }

  const each = (act: (client: WebSocket, session: Session) => void): void => {
    for (const [client, session] of live) act(client, session);
  };
  return {
    dispatch: (event, data) => {
      for (const session of sessions.values()) {
        const client = [...live].find(([, one]) => one === session)?.[0] ?? null;
        deliver(client, session, event, data);
      }
    },
    askReconnect: () => each((client) => send(client, { op: OP.reconnect, d: null })),
    drop: () => {
      for (const client of sockets.clients) client.terminate();
    },
    answerHeartbeats: (answer) => {
      acks = answer;
    },
    refuse: (value) => {
      refusing = value;
    },
    forgetSessions: () => sessions.clear(),
    connected: () => live.size,
    counts,
    close: () => {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
    },
  };
}

function gatewayUrl(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the fake does not listen");
  return `ws://127.0.0.1:${address.port}`;
}
