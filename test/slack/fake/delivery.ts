import { createHmac, randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

import { WebSocketServer, type WebSocket } from "ws";

import type { FakeState, Json } from "./state.ts";

/** Longer than this and the platform tells the person that the app did not respond. */
export const ACK_MS_MAX = 3_000;

/** What the app said to a delivery, and how long it took. */
export type Ack = {
  readonly ok: boolean;
  readonly status: number;
  readonly ms: number;
  readonly body: Json | string | null;
};
export type Envelope = {
  readonly kind: "slash_commands" | "interactive" | "events_api";
  readonly payload: Json;
};
export type SendOptions = {
  readonly retryNum?: number;
  /** Seconds the signature's time is off. */
  readonly skewSeconds?: number;
  readonly secret?: string;
};

/** Sends as the platform does by HTTP: form, form with `payload`, or JSON; signed. */
export function createHttpSender(input: { url: string; secret: string; state: FakeState }) {
  const signed = (body: string, options: SendOptions): Record<string, string> => {
    const timestamp = String(Math.floor(input.state.now() / 1000) + (options.skewSeconds ?? 0));
    const hmac = createHmac("sha256", options.secret ?? input.secret).update(`v0:${timestamp}:${body}`);
    return { "x-slack-request-timestamp": timestamp, "x-slack-signature": `v0=${hmac.digest("hex")}` };
  };
  const post = async (body: string, type: string, headers: Record<string, string>): Promise<Ack> => {
    const started = performance.now();
    const response = await fetch(input.url, { method: "POST", body, headers: { "content-type": type, ...headers } });
    const text = await response.text();
    const ms = performance.now() - started;
    return { ok: response.ok && ms < ACK_MS_MAX, status: response.status, ms, body: parsed(text) };
  };
  return {
    send: (envelope: Envelope, options: SendOptions = {}): Promise<Ack> => {
      const body = encode(envelope);
      const type = envelope.kind === "events_api" ? "application/json" : "application/x-www-form-urlencoded";
      const retry: Record<string, string> =
        options.retryNum === undefined
          ? {}
          : { "x-slack-retry-num": String(options.retryNum), "x-slack-retry-reason": "http_timeout" };
      return post(body, type, { ...signed(body, options), ...retry });
    },
    /** The very same request a second time, signature and all. */
    replay: async (envelope: Envelope): Promise<[Ack, Ack]> => {
      const body = encode(envelope);
      const type = envelope.kind === "events_api" ? "application/json" : "application/x-www-form-urlencoded";
      const headers = signed(body, {});
      return [await post(body, type, headers), await post(body, type, headers)];
    },
    raw: (body: string, type: string, options: SendOptions = {}): Promise<Ack> =>
      post(body, type, signed(body, options)),
  };
}

function encode({ kind, payload }: Envelope): string {
  if (kind === "events_api") return JSON.stringify(payload);
  if (kind === "interactive") return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  return new URLSearchParams(
    Object.entries(payload).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
}

function parsed(text: string): Json | string | null {
  if (text === "") return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** The Socket Mode side: connections greet, each envelope goes to one of them and is acknowledged there. */
export function createSockets() {
  const server = new WebSocketServer({ noServer: true });
  const open = new Set<WebSocket>();
  const waiting = new Map<string, (payload: Json | null) => void>();
  const arrivals: (() => void)[] = [];
  let turn = 0;
  const ping = setInterval(() => {
    for (const socket of open) socket.ping();
  }, 5_000);
  ping.unref();
  server.on("connection", (socket: WebSocket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("message", (data) => {
      const { envelope_id, payload } = JSON.parse(Buffer.from(data as ArrayBuffer).toString("utf8")) as {
        envelope_id: string;
        payload?: Json;
      };
      waiting.get(envelope_id)?.(payload ?? null);
      waiting.delete(envelope_id);
    });
    socket.send(JSON.stringify({ type: "hello", num_connections: open.size, connection_info: {} }));
    for (const arrived of arrivals.splice(0)) arrived();
  });
  return {
    upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      server.handleUpgrade(request, socket, head, (connection) => server.emit("connection", connection, request));
    },
    connections: (): number => open.size,
    /** Resolves when a connection greets next (at once, when one is open). */
    connected: (): Promise<void> =>
      open.size > 0 ? Promise.resolve() : new Promise((resolve) => arrivals.push(resolve)),
    nextConnection: (): Promise<void> => new Promise((resolve) => arrivals.push(resolve)),
    send: async ({ kind, payload }: Envelope, options: SendOptions = {}): Promise<Ack> => {
      const sockets = [...open];
      if (sockets.length === 0) throw new Error("no socket is connected");
      turn += 1;
      const socket = sockets[turn % sockets.length];
      const id = randomBytes(8).toString("hex");
      const started = performance.now();
      const acked = new Promise<Json | null | undefined>((resolve) => {
        const timer = setTimeout(() => resolve(undefined), ACK_MS_MAX);
        waiting.set(id, (body) => {
          clearTimeout(timer);
          resolve(body);
        });
      });
      socket?.send(
        JSON.stringify({
          envelope_id: id,
          type: kind,
          payload,
          accepts_response_payload: kind !== "events_api",
          ...(options.retryNum === undefined ? {} : { retry_attempt: options.retryNum, retry_reason: "timeout" }),
        }),
      );
      const body = await acked;
      const ms = performance.now() - started;
      const text = body?.["text"];
      const plain = body !== null && body !== undefined && typeof text === "string" && Object.keys(body).length === 1;
      const empty = body === undefined || body === null || Object.keys(body).length === 0;
      const said = plain ? text : empty ? null : body;
      return { ok: body !== undefined, status: body === undefined ? 0 : 200, ms, body: said };
    },
    /** What the platform says now and then: connect anew, this one ends. */
    refresh: (): void => {
      for (const socket of open) socket.send(JSON.stringify({ type: "disconnect", reason: "refresh_requested" }));
    },
    /** Gone without a word. */
    cut: (): void => {
      for (const socket of open) socket.terminate();
    },
    close: (): void => {
      clearInterval(ping);
      for (const socket of open) socket.terminate();
      server.close();
    },
  };
}

export type Sockets = ReturnType<typeof createSockets>;
export type HttpSender = ReturnType<typeof createHttpSender>;
