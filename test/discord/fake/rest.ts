import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

import { notFound, Refusal, unauthorized } from "./errors.ts";
import type { Body } from "./messages.ts";
import type { RateLimits } from "./rate-limits.ts";
import { ROUTES } from "./routes.ts";
import type { UploadedFile } from "./validate-message.ts";
import type { World } from "./world.ts";

/** What a route answers: JSON, or nothing (204, and then no content type either). */
export type Answer = { readonly status: number; readonly json?: unknown };
export type Call = {
  readonly world: World;
  readonly ids: readonly string[];
  readonly query: URLSearchParams;
  readonly body: Body;
  readonly gatewayUrl: string;
  readonly limits: RateLimits;
};
export type Route = {
  readonly method: string;
  readonly path: RegExp;
  /** Interaction routes carry their own token in the path and no Authorization. */
  readonly open?: true;
  readonly run: (call: Call) => Answer;
};

const BODY_BYTES_MAX = 110 * 1024 * 1024;

export function createRestServer(world: World, limits: RateLimits): Server {
  return createServer((request, response) => {
    void handle(world, limits, request, response);
  });
}

async function handle(world: World, limits: RateLimits, request: IncomingMessage, response: ServerResponse) {
  const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
  const method = request.method ?? "GET";
  const path = url.pathname.replace(/^\/api\/v\d+/, "");
  let body: Body = { json: undefined, files: [] };
  let status = 500;
  try {
    body = await readBody(request);
    const fault = world.faults.find((one) => one.times > 0 && (one.method ?? method) === method && one.path.test(path));
    if (fault !== undefined) fault.times -= 1;
    if (fault?.how === "hang") return;
    if (typeof fault?.how === "object") {
      status = fault.how.status;
      return send(response, { status, json: fault.how.body ?? { message: "on purpose", code: 0 } }, fault.how.headers);
    }
    if (!url.pathname.startsWith("/api/v10/")) throw notFound();
    const route = ROUTES.find((one) => one.method === method && one.path.test(path));
    if (route === undefined) throw notFound();
    authorise(world, route, request);
    const headers = limits.take(method, path);
    const ids = (route.path.exec(path) ?? []).slice(1).map((id) => decodeURIComponent(id));
    const gatewayUrl = `ws://${request.headers.host}`;
    const answer = route.run({ world, ids, query: url.searchParams, body, gatewayUrl, limits });
    status = answer.status;
    if (fault?.how === "lost") return void request.socket.destroy();
    send(response, answer, headers);
  } catch (error) {
    const refusal = error instanceof Refusal ? error : new Refusal(500, 0, String((error as Error).stack));
    if (!(error instanceof Refusal)) world.violations.push(`the fake failed: ${String((error as Error).stack)}`);
    status = refusal.status;
    send(response, { status, json: refusal.body }, refusal.headers);
  } finally {
    world.requests.push({ method, path, status, at: world.now(), body: body.json });
  }
}

function authorise(world: World, route: Route, request: IncomingMessage): void {
  const { authorization } = request.headers;
  if (route.open === true) {
    if (authorization !== undefined) world.violations.push("an interaction route was sent the bot's token");
    return;
  }
  if (authorization !== `Bot ${world.token}`) throw unauthorized();
}

function send(response: ServerResponse, answer: Answer, headers: Record<string, string> = {}): void {
  if (answer.json === undefined) {
    response.writeHead(answer.status, headers).end();
    return;
  }
  response
    .writeHead(answer.status, { ...headers, "content-type": "application/json" })
    .end(JSON.stringify(answer.json));
}

async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > BODY_BYTES_MAX) throw new Refusal(413, 40_005, "Request entity too large");
    chunks.push(chunk);
  }
  const type = request.headers["content-type"] ?? "";
  const bytes = Buffer.concat(chunks);
  if (bytes.byteLength === 0) return { json: undefined, files: [] };
  if (type.startsWith("application/json")) return { json: parse(bytes.toString()), files: [] };
  if (!type.startsWith("multipart/form-data"))
    throw new Refusal(
      400,
      50_035,
      `Expected "Content-Type" header to be one of {'application/json', 'multipart/form-data'}.`,
    );
  const form = await new Response(bytes, { headers: { "content-type": type } }).formData();
  const files: UploadedFile[] = [];
  let json: unknown;
  for (const [name, value] of form) {
    const index = /^files\[(\d+)\]$/.exec(name)?.[1];
    if (name === "payload_json" && typeof value === "string") json = parse(value);
    else if (index !== undefined && typeof value !== "string") {
      files.push({ index, name: value.name, bytes: new Uint8Array(await value.arrayBuffer()) });
    } else throw new Refusal(400, 50_035, `Invalid form part ${name}`);
  }
  return { json, files };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 50_109, "The request body contains invalid JSON.");
  }
}
