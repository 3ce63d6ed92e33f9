import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { deliverHandOffs } from "../../src/service/deliver-hand-offs.ts";
import { recommendationKey } from "../../src/service/recommendation-view.ts";
import { verifyAudit } from "../../src/service/verify-audit.ts";
import { enqueuePost } from "../../src/store/outbox.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aFinding, approve, crashEstate, propose, render, stateOf, trail, type Estate } from "./estate.ts";

const POINTS = 10;
// Two dozen processes start one after another; on a busy machine each takes seconds.
vi.setConfig({ testTimeout: 300_000 });

let db: TestDatabase;
let all: Estate;
let server: Server;
let base: string;
let issues: { number: number; html_url: string; body: string }[] = [];
/** Called when an issue was made and before the answer leaves: where a kill hurts most. */
let onCreated: () => Promise<void> = async () => undefined;

beforeAll(async () => {
  db = await createTestDatabase({ connectionsMax: 6 });
  server = createServer((incoming, response) => {
    let body = "";
    incoming.on("data", (chunk: Buffer) => (body += chunk.toString()));
    incoming.on("end", () => {
      if (incoming.method === "GET") {
        response.end(JSON.stringify(issues));
        return;
      }
      const issue = { number: issues.length + 1, html_url: "https://github.com/acme/ops/issues/1", ...parse(body) };
      issues.push(issue);
      void onCreated().then(() => response.writeHead(201).end(JSON.stringify(issue)));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  all = crashEstate(db, base);
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await db.close();
});

const parse = (body: string) => JSON.parse(body) as { body: string };
const idOf = (number: number): string => `waste_${String(number).padStart(12, "0")}`;
const deliver = () => deliverHandOffs({ ctx: all.system, input: { render } });

function start(what: "approve" | "deliver", id: string, point: number) {
  const script = fileURLToPath(new URL("./crashing-decider.ts", import.meta.url));
  return spawn(process.execPath, [script, db.url, base, what, id, String(point)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Runs a process until it stands before its Nth call, and kills it there; its output says whether it got that far. */
async function killAt(what: "approve" | "deliver", id: string, point: number): Promise<string> {
  const child = start(what, id, point);
  const exited = once(child, "exit");
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  if (said.toString().startsWith("here")) child.kill("SIGKILL");
  await exited;
  return said.toString().trim();
}

/** Points spread over all calls a process makes, the first and the last included. */
async function pointsOf(what: "approve" | "deliver", id: string): Promise<number[]> {
  const said = await killAt(what, id, 0);
  const total = Number(said.split(" ")[1]);
  expect(total).toBeGreaterThan(POINTS);
  return Array.from({ length: POINTS }, (_, index) => 1 + Math.round((index * (total - 1)) / (POINTS - 1)));
}

/** Proposes findings, and posts the card of each that has none yet. */
async function proposePosted(ids: readonly string[]): Promise<void> {
  await propose(
    all,
    ids.map((id) => aFinding({ id })),
  );
  for (const id of ids) await enqueuePost(db.sql, { channel: "finops", key: recommendationKey(id), card: {} });
}

/** Whatever happened before: one approval that counts, one hand-off, one issue, one line of each in the audit. */
async function expectOnce(id: string): Promise<void> {
  expect(await stateOf(db, id)).toBe("handed-off 1");
  expect(issues.filter((issue) => issue.body.includes(`finops-hand-off: ${id}-`))).toHaveLength(1);
  const done = (await trail(db, id)).filter((line) => line.includes("done"));
  expect(done).toEqual(["test propose done", "ana approve done", "hand-off:issues hand-off done"]);
  expect(await db.sql`select 1 from decision where recommendation_id = ${id}`).toHaveLength(1);
  expect(await db.sql`select state from hand_off where recommendation_id = ${id}`).toEqual([{ state: "done" }]);
  // The card says so once too, and each event once in its thread.
  const [card] = await db.sql<{ status: string }[]>`
    select card ->> 'status' as status from outbox where key = ${recommendationKey(id)}`;
  expect(card?.status).toMatch(/^Approved by Ana · .* · handed off$/);
  const said = await db.sql`
    select card ->> 'title' as title from outbox where under = ${recommendationKey(id)} order by id`;
  expect(said).toEqual([{ title: "Approved" }, { title: "Handed off" }]);
}

test(`an approval killed with -9 at ${POINTS} points happened or did not, and is never lost or doubled`, async () => {
  const ids = Array.from({ length: POINTS + 1 }, (_, index) => idOf(100 + index));
  await proposePosted(ids);
  const points = await pointsOf("approve", ids[0] ?? "");
  const states: string[] = [];
  for (const [index, point] of points.entries()) {
    const id = ids[index + 1] ?? "";
    expect(await killAt("approve", id, point)).toBe("here");
    states.push((await stateOf(db, id)).split(" ")[0] ?? "");
    // Ana sees no answer and presses again: it is done now, or she is told that it was.
    const again = await approve(all.as("ana"), aFinding({ id }));
    expect([again.kind, again.kind === "refused" ? again.reason : ""]).toEqual(
      states.at(-1) === "approved" ? ["refused", "wrong-state"] : ["done", ""],
    );
  }
  expect(new Set(states)).toEqual(new Set(["proposed", "approved"]));
  await deliver();
  for (const id of ids) await expectOnce(id);
  expect(await verifyAudit({ ctx: all.system, input: { anchors: null } })).toMatchObject({ intact: true, unsealed: 0 });
});

test(`a hand-off killed with -9 at ${POINTS} points arrives, and arrives once`, async () => {
  const measured = idOf(200);
  await proposePosted([measured]);
  await approve(all.as("ana"), aFinding({ id: measured }));
  for (const [index, point] of (await pointsOf("deliver", measured)).entries()) {
    const id = idOf(201 + index);
    await proposePosted([measured, ...ids(index)]);
    await approve(all.as("ana"), aFinding({ id }));
    expect(await killAt("deliver", id, point)).toBe("here");
    while ((await db.sql`select 1 from hand_off where state = 'waiting'`).length > 0) await deliver();
    await expectOnce(id);
  }
  function ids(upTo: number): string[] {
    return Array.from({ length: upTo + 1 }, (_, index) => idOf(201 + index));
  }
});

test("a hand-off killed after the issue was made and before its answer came finds it, and makes no second", async () => {
  const id = idOf(300);
  await proposePosted([id]);
  await approve(all.as("ana"), aFinding({ id }));
  const child = start("deliver", id, 0);
  const exited = once(child, "exit");
  const before = issues.length;
  onCreated = async () => {
    child.kill("SIGKILL");
    await exited;
  };
  await exited;
  onCreated = async () => undefined;
  expect(issues.length).toBe(before + 1);
  expect(await stateOf(db, id)).toBe("approved 1");
  // The database may not know yet that the killed process is gone, and keep its claim a moment.
  while ((await db.sql`select 1 from hand_off where state = 'waiting'`).length > 0) await deliver();
  expect(issues.length).toBe(before + 1);
  await expectOnce(id);
});
