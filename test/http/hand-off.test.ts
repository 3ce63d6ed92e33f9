import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { signWebhook } from "../../src/service/hand-off-webhook.ts";
import { databaseNow } from "../../src/store/database-time.ts";
import { aFinding, approve, estate, propose, stateOf, trail } from "../decisions/estate.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { startChatServer, type ChatServer } from "./chat-server.ts";

const SECRET = "a secret of sixteen";
const finding = aFinding();
let db: TestDatabase;
let server: ChatServer;
let nowMs: number;
beforeAll(async () => {
  db = await createTestDatabase({ connectionsMax: 8 });
  const target = { kind: "webhook", name: "ops", url: "http://127.0.0.1:9/", secret: SECRET } as const;
  const all = estate(db, { handOff: [target] });
  await propose(all, [finding]);
  await approve(all.as("ana"), finding);
  const { actor: _actor, scope: _scope, ...base } = all.system;
  nowMs = await databaseNow(db.sql);
  server = await startChatServer(db, { real: { name: "real", base } });
});
afterAll(async () => {
  await server.close();
  await db.close();
});

const say = (body: string, headers: Record<string, string> = {}, target = "ops") =>
  fetch(`${server.url}/api/hand-off/${target}`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", "x-finops-signature": signWebhook(SECRET, body, nowMs), ...headers },
  });
const done = JSON.stringify({ id: finding.id, status: "applied" });

describe("a receiver that says the work is done", () => {
  test.each([
    ["without a signature", done, { "x-finops-signature": "" }, "ops", 403],
    ["with another secret's", done, { "x-finops-signature": signWebhook("another", done, 0) }, "ops", 403],
    ["with a signature of another body", done, { "x-finops-signature": "t=1,v1=".padEnd(71, "0") }, "ops", 403],
    ["for a target there is none of", done, {}, "nobody", 403],
    ["with more than fits", " ".repeat(70_000), {}, "ops", 413],
    ["with nothing we know", '{"status":"?"}', {}, "ops", 400],
    ["about what there is not", '{"id":"waste_ffffffffffff","status":"applied"}', {}, "ops", 404],
  ])("%s is refused and changes nothing", async (_name, body, headers, target, status) => {
    expect((await say(body, headers, target)).status).toBe(status);
    expect(await stateOf(db)).toBe("approved 1");
  });

  test("is heard without session or page, once", async () => {
    const first = await say(done);
    expect([first.status, await first.json()]).toEqual([200, { state: "applied", repeated: false }]);
    const second = await say(done);
    expect([second.status, await second.json()]).toEqual([200, { state: "applied", repeated: true }]);
    expect(await stateOf(db)).toBe("applied 1");
    expect((await trail(db)).filter((line) => line.includes("apply done"))).toEqual(["hand-off:ops apply done"]);
  });
});
