import { request } from "node:http";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { safeFileName } from "../../src/http/upload-routes.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { startChatServer, type ChatServer } from "./chat-server.ts";
import { createClient, jsonOf, type HttpClient, type Refusal } from "./http-client.ts";

let db: TestDatabase;
let server: ChatServer;
let client: HttpClient;
beforeAll(async () => {
  db = await createTestDatabase({ connectionsMax: 8 });
  server = await startChatServer(db, { uploadBytesMax: 100_000 });
  client = await createClient(server.url);
});
afterAll(async () => {
  await server.close();
  await db.close();
});

const ask = (headers: Record<string, string> = {}) =>
  client.post("/api/chat/ask", { channel: "finops", text: "whoami", askId: crypto.randomUUID() }, headers);

/** A request with a path and Host as they are on the wire: fetch would tidy them up. */
function raw(path: string, headers: Record<string, string>): Promise<number> {
  const { port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, headers, setHost: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on("error", reject);
    sent.end();
  });
}

describe("who may speak to it", () => {
  test("our own page may", async () => {
    expect((await ask()).status).toBe(200);
  });

  test.each(["evil.example", "evil.example:3000", "localhost.evil.example", "127.0.0.1.nip.io", ""])(
    "host %j is refused",
    async (host) => expect(await raw("/", { host })).toBeGreaterThanOrEqual(400),
  );

  test.each(["localhost", "127.0.0.1:1", "[::1]:3000"])("host %j is fine", async (host) =>
    expect(await raw("/", { host })).toBe(200),
  );

  test.each([
    ["another origin", { origin: "http://evil.example" }],
    ["another port of this machine", { origin: "http://localhost:1" }],
    ["an opaque origin", { origin: "null" }],
    ["cross-site by the browser's word", { "sec-fetch-site": "cross-site" }],
    ["same-site is not same-origin", { "sec-fetch-site": "same-site" }],
  ])("%s is refused", async (_name, headers) => expect((await ask(headers)).status).toBe(403));

  test("a write without an Origin is refused", async () => {
    const response = await fetch(`${server.url}/api/chat/role`, {
      method: "POST",
      headers: { cookie: client.cookie, "x-csrf-token": client.csrf },
      body: "{}",
    });
    expect(response.status).toBe(403);
  });

  test("a read from another origin is refused", async () => {
    expect((await client.get("/api/chat/start", { origin: "http://evil.example" })).status).toBe(403);
  });
});

describe("sessions", () => {
  test("without one there is nothing to see", async () => {
    for (const path of ["start", "messages?channel=finops", "events?since=real-0"]) {
      expect((await fetch(`${server.url}/api/chat/${path}`)).status).toBe(403);
    }
  });

  test("an altered one is none", async () => {
    const altered = client.cookie.replace(
      /finops_session=(.)/,
      (_, first) => `finops_session=${first === "a" ? "b" : "a"}`,
    );
    expect((await client.get("/api/chat/start", { cookie: altered })).status).toBe(403);
  });

  test.each([
    ["no token", ""],
    ["a made-up token", "abc"],
  ])("a write with %s is refused", async (_name, token) => {
    expect((await ask({ "x-csrf-token": token })).status).toBe(403);
  });

  test("another session's token does not fit, even with its cookie", async () => {
    const other = await createClient(server.url);
    const mixed = client.cookie.replace(client.csrf, other.csrf);
    expect((await ask({ cookie: mixed, "x-csrf-token": other.csrf })).status).toBe(403);
  });

  test("cookies are strict, and scripts cannot read the session", async () => {
    const response = await fetch(`${server.url}/api/chat/session`);
    const [session = "", csrf = ""] = response.headers.getSetCookie();
    expect(session).toMatch(/HttpOnly/);
    expect(session).toMatch(/SameSite=Strict/);
    expect(csrf).toMatch(/SameSite=Strict/);
  });
});

describe("beyond loopback", () => {
  const token = "correct horse battery staple";
  let guarded: ChatServer;
  beforeAll(async () => {
    guarded = await startChatServer(db, { access: { kind: "token", token, role: "analyst" }, https: true });
  });
  afterAll(() => guarded.close());
  const login = (given: string, url = guarded.url) =>
    fetch(`${url}/api/chat/login`, {
      method: "POST",
      headers: { origin: url, "content-type": "application/json" },
      body: JSON.stringify({ name: "Ada", token: given }),
    });

  test("nobody gets a session for nothing", async () => {
    const response = await fetch(`${guarded.url}/api/chat/session`);
    expect(await response.json()).toEqual({ signedIn: false });
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  test("the wrong token is refused, the right one is in, with Secure cookies and without role switching", async () => {
    expect((await login("wrong")).status).toBe(403);
    const response = await login(token);
    expect(response.status).toBe(200);
    const cookies = response.headers.getSetCookie();
    expect(cookies.every((line) => line.includes("Secure"))).toBe(true);
    const cookie = cookies.map((line) => line.split(";")[0]).join("; ");
    const start = await jsonOf<{ person: object; roles: unknown }>(
      fetch(`${guarded.url}/api/chat/start`, { headers: { cookie } }),
    );
    expect(start.person).toMatchObject({ name: "Ada", role: "analyst" });
    expect(start.roles).toBeNull();
  });

  test("guessing is slowed down", async () => {
    const statuses = await Promise.all(Array.from({ length: 15 }, async () => (await login("guess")).status));
    expect(statuses).toContain(429);
  });
});

describe("limits and paths", () => {
  test("a large body is refused before it is read whole", async () => {
    const response = await client.post("/api/chat/ask", { channel: "finops", text: "x".repeat(200_000), askId: "" });
    expect(response.status).toBe(413);
    expect((await jsonOf<Refusal>(response)).error.code).toBe("limit");
  });

  test("a large upload is refused, by its word and by its bytes, and leaves nothing behind", async () => {
    const big = new Uint8Array(200_000);
    const send = (body: Uint8Array | ReadableStream) =>
      fetch(`${server.url}/api/chat/upload?name=a.csv`, {
        method: "POST",
        headers: { cookie: client.cookie, origin: server.url, "x-csrf-token": client.csrf },
        body,
        duplex: "half",
      });
    expect((await send(big)).status).toBe(413);
    const chunks = new ReadableStream({
      start: (controller) => {
        for (let index = 0; index < 4; index += 1) controller.enqueue(new Uint8Array(50_000));
        controller.close();
      },
    });
    expect((await send(chunks)).status).toBe(413);
  });

  test.each([
    "/../package.json",
    "/..%2fpackage.json",
    "/%2e%2e/%2e%2e/package.json",
    "/public/../app.ts",
    "/app.ts",
    "//etc/passwd",
    "/index.html%00.js",
    "/.git/config",
  ])("%s leads nowhere", async (path) => expect(await raw(path, { host: "localhost" })).toBe(404));

  test.each([
    ["../../etc/passwd", "passwd"],
    ["..\\..\\boot.ini", "boot.ini"],
    [".hidden", "hidden"],
    ["", "upload"],
    ["a\u0000b\u202E.csv", "a_b_.csv"],
    ["aws 2026-03 (1).csv.gz", "aws 2026-03 (1).csv.gz"],
  ])("upload name %j becomes %j", (name, safe) => expect(safeFileName(name)).toBe(safe));

  test("an upload of another session is not there", async () => {
    const upload = await fetch(`${server.url}/api/chat/upload?name=a.csv`, {
      method: "POST",
      headers: { cookie: client.cookie, origin: server.url, "x-csrf-token": client.csrf },
      body: "x",
    });
    const other = await createClient(server.url);
    const response = await other.post("/api/chat/ingest", {
      channel: "finops",
      uploads: [(await jsonOf<{ upload: string }>(upload)).upload],
    });
    expect(response.status).toBe(404);
  });

  test("errors are JSON that says what", async () => {
    const response = await client.post("/api/chat/ask", "{not json");
    expect(response.status).toBe(400);
    expect((await jsonOf<Refusal>(response)).error).toMatchObject({ code: "bad-input" });
  });

  test("many questions at once are slowed down", async () => {
    const statuses = await Promise.all(Array.from({ length: 60 }, async () => (await ask()).status));
    expect(statuses).toContain(429);
  });
});

test("headers that keep a page to itself", async () => {
  const { headers } = await fetch(server.url);
  expect(headers.get("content-security-policy")).toContain("default-src 'none'; script-src 'self'");
  expect(headers.get("content-security-policy")).not.toContain("unsafe");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("x-frame-options")).toBe("DENY");
  expect((await client.get("/api/chat/start")).headers.get("cache-control")).toBe("no-store");
});
