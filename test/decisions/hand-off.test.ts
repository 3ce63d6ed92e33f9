import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { HandOffTarget } from "../../src/domain/recommendation.ts";
import { deliverHandOffs } from "../../src/service/deliver-hand-offs.ts";
import { signWebhook, verifyWebhookSignature } from "../../src/service/hand-off-webhook.ts";
import { receiveHandOffAnswer } from "../../src/service/receive-hand-off-answer.ts";
import { undoRecommendation } from "../../src/service/undo-recommendation.ts";
import { databaseNow } from "../../src/store/database-time.ts";
import { HAND_OFF_ATTEMPTS_MAX } from "../../src/store/recommendations-hand-off.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aFinding, approve, estate, propose, render, stateOf, trail, type Estate } from "./estate.ts";

type Seen = { method: string; url: string; headers: IncomingMessage["headers"]; body: string };

let db: TestDatabase;
let server: Server;
let seen: Seen[];
let reply: (request: Seen) => { status: number; body: unknown };
let base: string;
let dataDir: string;
const hostile = aFinding({ name: "```\n@everyone <img src=x> =1+1", title: "=cmd|' /C calc'!A0" });

beforeEach(async () => {
  db = await createTestDatabase({ connectionsMax: 8 });
  dataDir = await mkdtemp(join(tmpdir(), "finops-hand-off-"));
  seen = [];
  server = createServer((incoming, response) => {
    let body = "";
    incoming.on("data", (chunk: Buffer) => (body += chunk.toString()));
    incoming.on("end", () => {
      const request = { method: incoming.method ?? "", url: incoming.url ?? "", headers: incoming.headers, body };
      seen.push(request);
      const answer = reply(request);
      response.writeHead(answer.status, { "content-type": "application/json" });
      response.end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve());
  });
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  await db.close();
  await rm(dataDir, { recursive: true, force: true });
});

const webhook = (): HandOffTarget => ({ kind: "webhook", name: "ops", url: `${base}/hook`, secret: "s3cret" });
const github = (): HandOffTarget => ({
  kind: "github",
  name: "issues",
  apiUrl: base,
  repository: "acme/ops",
  token: "ghp_x",
  labels: ["finops"],
});
const jira = (): HandOffTarget => ({
  kind: "jira",
  name: "board",
  siteUrl: `${base}/`,
  projectKey: "OPS",
  issueType: "Task",
  email: "bot@example.com",
  token: "t",
});

async function approved(targets: HandOffTarget[], finding = hostile, undoMinutes = 0): Promise<Estate> {
  const all = estate(db, { handOff: targets, policy: { undoMinutes }, dataDir });
  await propose(all, [finding]);
  await approve(all.as("ana"), finding);
  return all;
}
const deliver = (all: Estate) => deliverHandOffs({ ctx: all.system, input: { render } });

describe("a webhook", () => {
  test("gets one signed request with everything needed, and its answer is kept", async () => {
    reply = () => ({ status: 200, body: { id: "T-1", url: "https://tickets.example.com/T-1" } });
    const all = await approved([webhook()]);
    expect(await deliver(all)).toEqual(["sent"]);
    expect(await deliver(all)).toEqual([]);
    expect(await stateOf(db)).toBe("handed-off 1");
    const [request] = seen;
    const body = JSON.parse(request?.body ?? "") as Record<string, unknown>;
    expect(body).toMatchObject({
      event: "recommendation.approved",
      id: "waste_000000000001",
      saving: { monthly: "120", yearly: "1440", currency: "USD" },
      approvedBy: [{ id: "ana" }],
      idempotencyKey: request?.headers["idempotency-key"],
    });
    const signature = String(request?.headers["x-finops-signature"]);
    const now = await databaseNow(db.sql);
    expect(verifyWebhookSignature("s3cret", request?.body ?? "", signature, now)).toBe(true);
    expect(verifyWebhookSignature("s3cret", `${request?.body} `, signature, now)).toBe(false);
    expect(verifyWebhookSignature("other", request?.body ?? "", signature, now)).toBe(false);
    expect(verifyWebhookSignature("s3cret", request?.body ?? "", signature, now + 301_000)).toBe(false);
    expect(await trail(db)).toEqual(["test propose done", "ana approve done", "hand-off:ops hand-off done"]);
  });

  test("may answer that the work is done", async () => {
    reply = () => ({ status: 202, body: { status: "applied" } });
    await deliver(await approved([webhook()]));
    expect(await stateOf(db)).toBe("applied 1");
  });

  test("that fails is tried again with the same key, said on the card, and given up in the end", async () => {
    reply = () => ({ status: 503, body: "down" });
    const all = await approved([webhook()]);
    expect(await deliver(all)).toEqual([
      ...Array.from({ length: HAND_OFF_ATTEMPTS_MAX - 1 }, () => "failed"),
      "given-up",
    ]);
    expect(new Set(seen.map((request) => request.headers["idempotency-key"])).size).toBe(1);
    expect(await stateOf(db)).toBe("approved 1");
    const [row] = await db.sql`select state, last_error from hand_off`;
    expect(row).toMatchObject({ state: "given-up", last_error: expect.stringContaining("answered 503") as string });
  });

  test("that answers with something that is no web address gets no link", async () => {
    reply = () => ({ status: 200, body: { id: "T-1", url: "javascript:alert(1)" } });
    await deliver(await approved([webhook()]));
    expect(await db.sql`select state, remote_url from hand_off`).toEqual([{ state: "done", remote_url: null }]);
  });

  test("may answer later, signed, and once", async () => {
    reply = () => ({ status: 200, body: {} });
    const all = await approved([webhook()]);
    await deliver(all);
    const now = await databaseNow(db.sql);
    const body = JSON.stringify({ id: "waste_000000000001", status: "applied", note: "merged" });
    const answer = (signature: string, target = "ops", text = body) =>
      receiveHandOffAnswer({ ctx: all.system, input: { target, body: text, signature, render } });
    await expect(answer(signWebhook("guess", body, now))).rejects.toThrow(/not signed/);
    await expect(answer(signWebhook("s3cret", body, now), "other")).rejects.toThrow(/not signed/);
    await expect(answer(signWebhook("s3cret", "{}", now), "ops", "{}")).rejects.toThrow(/An answer is/);
    expect((await answer(signWebhook("s3cret", body, now))).kind).toBe("done");
    expect(await stateOf(db)).toBe("applied 1");
    expect(await answer(signWebhook("s3cret", body, now))).toMatchObject({ kind: "refused", reason: "wrong-state" });
    expect((await trail(db)).slice(-2)).toEqual(["hand-off:ops apply done", "hand-off:ops apply refused wrong-state"]);
  });

  test("is not followed elsewhere", async () => {
    server.removeAllListeners("request");
    server.on("request", (_, response) => response.writeHead(307, { location: `${base}/elsewhere` }).end());
    const all = await approved([webhook()]);
    expect((await deliver(all))[0]).toBe("failed");
  });
});

describe("undo", () => {
  test("inside its window keeps everything in the house", async () => {
    reply = () => ({ status: 200, body: {} });
    const all = await approved([webhook()], hostile, 10);
    expect(await deliver(all)).toEqual([]);
    const id = "waste_000000000001";
    await undoRecommendation({ ctx: all.as("bo"), input: { id, seenRevision: null, render } });
    await db.sql`update hand_off set next_attempt_at = now()`;
    expect(await deliver(all)).toEqual([]);
    expect(seen).toEqual([]);
  });
});

describe("GitHub", () => {
  type Issue = { number: number; html_url: string; body: string; title: string };
  let issues: Issue[];
  beforeEach(() => {
    issues = [];
    reply = (request) => {
      if (request.method === "GET") return { status: 200, body: issues };
      const given = JSON.parse(request.body) as { title: string; body: string };
      const issue = { ...given, number: issues.length + 1, html_url: `https://github.com/acme/ops/issues/1` };
      issues.push(issue);
      return { status: 201, body: issue };
    };
  });

  test("gets one issue in which nothing is live", async () => {
    const all = await approved([github()]);
    expect(await deliver(all)).toEqual(["sent"]);
    expect(seen.map((request) => `${request.method} ${request.url.split("?")[0]}`)).toEqual([
      "GET /repos/acme/ops/issues",
      "POST /repos/acme/ops/issues",
    ]);
    expect(seen[1]?.headers).toMatchObject({
      authorization: "Bearer ghp_x",
      accept: "application/vnd.github+json",
      "x-github-api-version": "2022-11-28",
    });
    const body = issues[0]?.body ?? "";
    expect(body).toContain("<!-- finops-hand-off: waste_000000000001-r1-d1-issues -->");
    // The fence is longer than any run of backticks inside: the mention stays in the code block.
    expect(body).toMatch(/````text\n[\s\S]*@everyone[\s\S]*\n````/);
    expect(issues[0]?.title).not.toContain("\n");
  });

  test("that has it already, from a try whose answer was lost, gets no second", async () => {
    const all = await approved([github()]);
    let lost = true;
    const honest = reply;
    reply = (request) => {
      const answer = honest(request);
      if (request.method !== "POST" || !lost) return answer;
      lost = false;
      return { status: 502, body: "bad gateway" };
    };
    expect(await deliver(all)).toEqual(["failed", "sent"]);
    expect(issues).toHaveLength(1);
    const [row] = await db.sql`select remote_id, remote_url from hand_off`;
    expect(row).toEqual({ remote_id: "1", remote_url: "https://github.com/acme/ops/issues/1" });
  });
});

describe("Jira", () => {
  test("gets one issue, found again by its label", async () => {
    const issues: { id: string; key: string; labels: string[] }[] = [];
    let lost = true;
    reply = (request) => {
      if (request.method === "GET") {
        const jql = new URL(request.url, base).searchParams.get("jql") ?? "";
        return {
          status: 200,
          body: { issues: issues.filter((issue) => issue.labels.some((label) => jql.includes(`"${label}"`))) },
        };
      }
      const { fields } = JSON.parse(request.body) as { fields: { labels: string[]; summary: string } };
      expect(fields).toMatchObject({
        project: { key: "OPS" },
        issuetype: { name: "Task" },
        description: { type: "doc" },
      });
      issues.push({ id: "10001", key: "OPS-7", labels: fields.labels });
      if (!lost) return { status: 201, body: issues[0] };
      lost = false;
      return { status: 500, body: "lost" };
    };
    const all = await approved([jira()]);
    expect(await deliver(all)).toEqual(["failed", "sent"]);
    expect(issues).toHaveLength(1);
    expect(seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from("bot@example.com:t").toString("base64")}`);
    expect(seen[1]?.url).toBe("/rest/api/3/issue");
    expect(await db.sql`select remote_url from hand_off`).toEqual([{ remote_url: `${base}/browse/OPS-7` }]);
  });
});

test("several targets: handed off when the last has it, each once", async () => {
  let down = true;
  reply = (request) => {
    if (request.url === "/hook") return down ? { status: 500, body: "" } : { status: 200, body: {} };
    return request.method === "GET"
      ? { status: 200, body: [] }
      : { status: 201, body: { number: 1, html_url: "https://github.com/x", body: "" } };
  };
  const all = estate(db, { handOff: [webhook(), github()], policy: { undoMinutes: 0 }, retrySeconds: 60, dataDir });
  await propose(all, [hostile]);
  await approve(all.as("ana"), hostile);
  expect((await deliver(all)).sort()).toEqual(["failed", "sent"]);
  expect(await stateOf(db)).toBe("approved 1");
  down = false;
  await db.sql`update hand_off set next_attempt_at = now()`;
  expect(await deliver(all)).toEqual(["sent"]);
  expect(await stateOf(db)).toBe("handed-off 1");
  expect(seen.filter((request) => request.method === "POST" && request.url.includes("issues"))).toHaveLength(1);
});

test("a file is written whole, once, and holds no formula", async () => {
  const all = await approved([{ kind: "csv", name: "files", directory: "approved" }]);
  expect(await deliver(all)).toEqual(["sent"]);
  const folder = join(dataDir, "approved");
  expect(await readdir(folder)).toEqual(["waste_000000000001-r1-d1-files.csv"]);
  const text = await readFile(join(folder, "waste_000000000001-r1-d1-files.csv"), "utf8");
  expect(text).toContain("'=cmd|");
});

test("without a target the card is the hand-off", async () => {
  const all = await approved([]);
  expect(await deliver(all)).toEqual(["sent"]);
  expect(await stateOf(db)).toBe("handed-off 1");
});

test("several deliverers at once send once", async () => {
  reply = () => ({ status: 200, body: {} });
  const all = await approved([webhook()]);
  const results = await Promise.all([deliver(all), deliver(all), deliver(all), deliver(all)]);
  expect(results.flat().filter((result) => result === "sent")).toHaveLength(1);
  expect(seen).toHaveLength(1);
});
