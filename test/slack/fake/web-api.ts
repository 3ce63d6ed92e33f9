import type { IncomingMessage, ServerResponse } from "node:http";

import { checkMessage } from "./block-rules.ts";
import { CHAT_METHODS } from "./methods-chat.ts";
import { FILE_METHODS, receiveUpload } from "./methods-files.ts";
import { OAUTH_METHODS } from "./methods-oauth.ts";
import { PEOPLE_METHODS } from "./methods-people.ts";
import { VIEW_METHODS } from "./methods-views.ts";
import type { Method, Methods } from "./method.ts";
import type { Pace } from "./pace.ts";
import { FakeRefusal, mintTs, type FakeState, type FakeToken, type Json } from "./state.ts";

const METHODS: Methods = {
  ...CHAT_METHODS,
  ...FILE_METHODS,
  ...VIEW_METHODS,
  ...PEOPLE_METHODS,
  ...OAUTH_METHODS,
};
const RESPONSE_USES_MAX = 5;
const RESPONSE_MS_MAX = 30 * 60_000;

/** What goes wrong, for how many calls, on which methods. */
export type Fault = {
  readonly methods: RegExp;
  readonly kind: "500" | "hang" | "reset" | "html";
  left: number;
};
export type Call = { readonly method: string; readonly args: Json; readonly error: string | null; readonly at: number };

export type WebApi = {
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly faults: Fault[];
  readonly calls: Call[];
};

/** The HTTP side: methods, upload addresses, response addresses. */
export function createWebApi(state: FakeState, pace: Pace, base: () => string): WebApi {
  const faults: Fault[] = [];
  const calls: Call[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    if (takeFault(faults, path, response, request)) return;
    if (path.startsWith("/upload/")) {
      response.writeHead(receiveUpload(state, path.slice("/upload/".length), uploaded(request, body))).end("OK");
    } else if (path.startsWith("/response/")) {
      answer(response, ...respond(state, path.slice("/response/".length), body));
    } else if (path.startsWith("/api/")) {
      const method = path.slice("/api/".length);
      const reply = callMethod({ state, pace, base: base() }, method, request, body);
      calls.push({ method, args: reply.args, error: reply.error, at: state.now() });
      answer(response, reply.status, reply.json, reply.headers);
    } else {
      answer(response, 404, { ok: false, error: "not_found" });
    }
  };
  return { handle, faults, calls };
}

type Reply = {
  readonly status: number;
  readonly json: Json;
  readonly headers: Record<string, string>;
  readonly args: Json;
  readonly error: string | null;
};
type Server = { readonly state: FakeState; readonly pace: Pace; readonly base: string };

function callMethod(server: Server, name: string, request: IncomingMessage, body: Buffer): Reply {
  const { state } = server;
  const args = parseArgs(request, body);
  const headers: Record<string, string> = { date: httpDate(state.now()) };
  const refuse = (error: string, extra: Json = {}): Reply => {
    return { status: 200, json: { ok: false, error, ...extra }, headers, args, error };
  };
  const method: Method | undefined = METHODS[name];
  if (method === undefined || state.features.withoutMethods.some((prefix) => name.startsWith(prefix))) {
    return refuse("unknown_method", { req_method: name });
  }
  try {
    const token = tokenOf(state, method, request);
    if (token !== null) headers["x-oauth-scopes"] = [...token.scopes].join(",");
    if (method.scopes.length > 0) headers["x-accepted-oauth-scopes"] = method.scopes.join(",");
    const granted = method.scopes.length === 0 || method.scopes.some((scope) => token?.scopes.has(scope) === true);
    if (!granted) {
      return refuse("missing_scope", { needed: method.scopes[0], provided: [...(token?.scopes ?? [])].join(",") });
    }
    const wait = server.pace.take(name, args);
    if (wait > 0) {
      const limited = { ...headers, "retry-after": String(wait) };
      return { status: 429, json: { ok: false, error: "ratelimited" }, headers: limited, args, error: "ratelimited" };
    }
    const json = { ok: true, ...method.run({ state, args, token, base: server.base }) };
    return { status: 200, json, headers, args, error: null };
  } catch (error) {
    if (error instanceof FakeRefusal) return refuse(error.code, error.extra);
    throw error;
  }
}

function tokenOf(state: FakeState, method: Method, request: IncomingMessage): FakeToken | null {
  if (method.token === "none") return null;
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (given === undefined) throw new FakeRefusal("not_authed");
  const token = state.tokens.get(given);
  if (token === undefined) throw new FakeRefusal("invalid_auth");
  if (token.revoked) throw new FakeRefusal("token_revoked");
  if (token.expiresAt !== null && token.expiresAt <= state.now()) throw new FakeRefusal("token_expired");
  if (token.kind !== method.token) throw new FakeRefusal("not_allowed_token_type");
  return token;
}

/** Form fields; what is nested comes as JSON text inside them. */
function parseArgs(request: IncomingMessage, body: Buffer): Json {
  const type = request.headers["content-type"] ?? "";
  if (type.startsWith("application/json")) return JSON.parse(body.toString("utf8")) as Json;
  if (!type.startsWith("application/x-www-form-urlencoded")) return {};
  return Object.fromEntries(
    [...new URLSearchParams(body.toString("utf8"))].map(([name, value]) => [name, nested(value)]),
  );
}

function nested(value: string): unknown {
  if (!/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** What is posted to a response address: five times within half an hour. */
function respond(state: FakeState, id: string, body: Buffer): [number, Json] {
  const url = state.responseUrls.get(id);
  if (url === undefined) return [404, { ok: false, error: "not_found" }];
  if (url.uses >= RESPONSE_USES_MAX) return [404, { ok: false, error: "used_url" }];
  if (state.now() - url.at > RESPONSE_MS_MAX) return [404, { ok: false, error: "expired_url" }];
  url.uses += 1;
  const args = JSON.parse(body.toString("utf8")) as Json;
  if (args["delete_original"] === true) {
    const index = url.original === null ? -1 : state.messages.indexOf(url.original);
    if (index >= 0) state.messages.splice(index, 1);
    return [200, { ok: true }];
  }
  try {
    const { text, blocks } = checkMessage(state, args);
    if (args["replace_original"] === true && url.original !== null) {
      url.original.text = text;
      url.original.blocks = blocks;
      url.original.edits += 1;
      return [200, { ok: true }];
    }
    const message = {
      channel: url.channel,
      ts: mintTs(state),
      user: state.bot.user,
      text,
      blocks,
      threadTs: typeof args["thread_ts"] === "string" ? args["thread_ts"] : null,
      metadata: null,
      files: [],
      edits: 0,
      ephemeralTo: args["response_type"] === "in_channel" ? null : url.user,
      unfurl: false,
    };
    state.messages.push(message);
    return [200, { ok: true }];
  } catch (error) {
    if (error instanceof FakeRefusal) return [400, { ok: false, error: error.code, ...error.extra }];
    throw error;
  }
}

function takeFault(faults: Fault[], path: string, response: ServerResponse, request: IncomingMessage): boolean {
  const fault = faults.find(({ methods, left }) => left > 0 && methods.test(path));
  if (fault === undefined) return false;
  fault.left -= 1;
  if (fault.kind === "500") response.writeHead(500).end("Internal Server Error");
  if (fault.kind === "html") response.writeHead(200, { "content-type": "text/html" }).end("<h1>Maintenance</h1>");
  if (fault.kind === "reset") request.socket.destroy();
  return true;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Raw, or the one part of a multipart body. */
function uploaded(request: IncomingMessage, body: Buffer): Buffer {
  const boundary = /boundary="?([^";]+)"?/.exec(request.headers["content-type"] ?? "")?.[1];
  if (boundary === undefined) return body;
  const start = body.indexOf("\r\n\r\n") + 4;
  return body.subarray(start, body.indexOf(`\r\n--${boundary}`, start));
}

function answer(response: ServerResponse, status: number, json: Json, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
  response.end(JSON.stringify(json));
}

function httpDate(ms: number): string {
  return new Date(ms).toUTCString();
}
