import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { addPerson, changeScope, issueToken } from "../../src/service/manage-people.ts";
import { addSamplePeople } from "../../src/service/sample-people.ts";
import { startChatServer, type ChatServer } from "../http/chat-server.ts";
import { createClient, jsonOf } from "../http/http-client.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let db: TestDatabase;
let demoDb: TestDatabase;
let guarded: ChatServer;
let open: ChatServer;
const SHARED = "x".repeat(32);
const PAYMENTS = [{ dimension: "team" as const, negated: false, values: ["payments"] }];
const root = () => ({ ...testContext(db, { dataDir: "/tmp" }), actor: { kind: "system", id: "root" } as const });

beforeAll(async () => {
  db = await createTestDatabase({ connectionsMax: 6 });
  demoDb = await createTestDatabase({ connectionsMax: 4 });
  await addSamplePeople(demoDb.sql);
  const channels = [
    { name: "finops", title: "All", scope: [] },
    { name: "payments", title: "Payments", scope: PAYMENTS },
  ];
  guarded = await startChatServer(db, { access: { kind: "token", token: SHARED, role: "analyst" }, channels });
  open = await startChatServer(db, { demoDb, channels });
});
afterAll(async () => {
  await guarded.close();
  await open.close();
  await db.close();
  await demoDb.close();
});

type Start = {
  person: { id: string; name: string; role: string };
  channels: { name: string }[];
  people: { id: string }[] | null;
  roles: unknown;
};
type Signed = { cookie: string; csrf: string };

function signedOf(response: Response): Signed {
  const cookies = response.headers.getSetCookie().map((line) => line.split(";")[0] ?? "");
  const csrf = decodeURIComponent(/finops_csrf=([^;]+)/.exec(cookies.join("; "))?.[1] ?? "");
  return { cookie: cookies.join("; "), csrf };
}

const login = (name: string, token: string): Promise<Response> =>
  fetch(`${guarded.url}/api/chat/login`, {
    method: "POST",
    headers: { origin: guarded.url, "content-type": "application/json" },
    body: JSON.stringify({ name, token }),
  });
const start = (signed: Signed): Promise<Response> =>
  fetch(`${guarded.url}/api/chat/start`, { headers: { cookie: signed.cookie } });

describe("a login of one's own", () => {
  test("shows what the person may see now, and ends with the token", async () => {
    const kim = await addPerson({ ctx: root(), input: { handle: "kim", name: "Kim", role: "approver" } });
    const { token } = await issueToken({ ctx: root(), input: { who: "kim", revoke: false } });
    const [row] = await db.sql<
      { hash: string }[]
    >`select encode(token_hash, 'escape') as hash from principal where id = ${kim.id}`;
    expect(row?.hash).not.toContain(token ?? "");
    const signed = signedOf(await login("whatever", token ?? ""));
    const first = await jsonOf<Start>(start(signed));
    expect(first.person).toEqual({ id: kim.id, name: "Kim", role: "approver" });
    expect(first.roles).toBeNull();
    expect(first.people).toBeNull();
    expect(first.channels.map(({ name }) => name)).toContain("finops");

    // The same cookie, and less to see.
    await changeScope({ ctx: root(), input: { who: "kim", scope: PAYMENTS } });
    const then = await jsonOf<Start>(start(signed));
    expect(then.channels.map(({ name }) => name)).toEqual(["payments", `@${kim.id}`]);
    const messages = (channel: string) =>
      fetch(`${guarded.url}/api/chat/messages?channel=${channel}`, { headers: { cookie: signed.cookie } });
    expect((await messages("finops")).status).toBe(404);
    expect((await messages("payments")).status).toBe(200);
    const upload = await fetch(`${guarded.url}/api/chat/upload?name=a.csv`, {
      method: "POST",
      headers: { cookie: signed.cookie, origin: guarded.url, "x-csrf-token": signed.csrf },
      body: "a,b",
    });
    expect(upload.status).toBe(403);

    await issueToken({ ctx: root(), input: { who: "kim", revoke: true } });
    expect((await start(signed)).status).toBe(403);
    expect((await login("kim", token ?? "")).status).toBe(403);
  });

  test("the shared token speaks for nobody who stands out", async () => {
    await addPerson({ ctx: root(), input: { handle: "lea", name: "Lea", role: "admin" } });
    expect((await login("Lea", SHARED)).status).toBe(409);
    const guest = signedOf(await login("Gus", SHARED));
    expect((await jsonOf<Start>(start(guest))).person).toMatchObject({ name: "Gus", role: "analyst" });
    // Who loads bills is the verb's rule, asked before anything is received.
    const upload = await fetch(`${guarded.url}/api/chat/upload?name=a.csv`, {
      method: "POST",
      headers: { cookie: guest.cookie, origin: guarded.url, "x-csrf-token": guest.csrf },
      body: "a,b",
    });
    expect(upload.status).toBe(403);
    expect(await upload.text()).toContain("Only an admin may load bills.");
    await changeScope({ ctx: root(), input: { who: "gus", scope: PAYMENTS } });
    expect((await start(guest)).status).toBe(403);
  });
});

describe("the sample estate", () => {
  test("lets one be each of its people, with their role and scope; real bills do not", async () => {
    const client = await createClient(open.url);
    const first = await jsonOf<Start>(client.get("/api/chat/start"));
    expect(first.people?.map(({ id }) => id)).toEqual([
      "local",
      "demo_ada",
      "demo_ines",
      "demo_marc",
      "demo_tom",
      "demo_vera",
    ]);
    const signed = signedOf(await client.post("/api/chat/person", { id: "demo_tom" }));
    const asTom = await jsonOf<Start>(client.get("/api/chat/start", { cookie: signed.cookie }));
    expect(asTom.person).toMatchObject({ id: "demo_tom", role: "analyst" });
    expect(asTom.channels.map(({ name }) => name)).toEqual(["@demo_tom"]);
    expect((await client.post("/api/chat/person", { id: "root" })).status).toBe(404);
    await db.sql`insert into source (name, provider) values ('aws-real', 'aws')`;
    const later = await jsonOf<Start>(client.get("/api/chat/start", { cookie: signed.cookie }));
    expect(later.person).toMatchObject({ id: "local", role: "admin" });
    expect((await client.post("/api/chat/person", { id: "demo_tom" })).status).toBe(403);
  });
});
