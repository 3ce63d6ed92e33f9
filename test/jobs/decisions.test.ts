import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { createWebChannel } from "../../src/bot/channels/web/web-channel.ts";
import { recsCommand } from "../../src/bot/commands/recs.ts";
import { startDeliverer, type Deliverer } from "../../src/bot/deliver-outbox.ts";
import { dispatch } from "../../src/bot/dispatch.ts";
import type { Schedule } from "../../src/domain/schedule.ts";
import { ACTS } from "../../src/jobs/acts.ts";
import { passOnApprovals, type HandOffs } from "../../src/jobs/pass-on-approvals.ts";
import { startJobs, type Jobs } from "../../src/jobs/start-jobs.ts";
import type { Context } from "../../src/service/context.ts";
import { verifyWebhookSignature } from "../../src/service/hand-off-webhook.ts";
import { databaseNow } from "../../src/store/database-time.ts";
import { ingestBills } from "../../src/service/ingest-bills.ts";
import { verifyAudit } from "../../src/service/verify-audit.ts";
import { openDatabase, type Database } from "../../src/store/db.ts";
import { insertPerson } from "../../src/store/people.ts";
import { estate, person } from "../decisions/estate.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { dailyDigest, settableClock } from "../support/schedules.ts";

/** Seven weeks of bills that end on 17 October 2025, with eight things to decide on. */
const BILLS = fileURLToPath(new URL("../fixtures/waste/focus_daily.csv.gz", import.meta.url));
const SECRET = "a secret of sixteen";
const clock = settableClock("2025-10-25T12:00:00Z");

type Process = { jobs: Jobs; deliverer: Deliverer; handOffs: HandOffs; db: Database };
type Received = { headers: IncomingHttpHeaders; body: string };

let db: TestDatabase;
let dataDir: string;
let receiver: Server;
let received: Received[] = [];
let system: Context;
let running: Process[] = [];
beforeAll(async () => {
  db = await createTestDatabase({ connectionsMax: 8 });
  dataDir = await mkdtemp(join(tmpdir(), "finops-decisions-"));
  receiver = createServer((incoming, response) => {
    let body = "";
    incoming.on("data", (chunk: Buffer) => (body += chunk.toString()));
    incoming.on("end", () => {
      received.push({ headers: incoming.headers, body });
      response.writeHead(200, { "content-type": "application/json" }).end('{"id":"T-1"}');
    });
  });
  await new Promise<void>((resolve) => {
    receiver.listen(0, "127.0.0.1", () => resolve());
  });
  system = contextOn(db);
  await insertPerson(db.sql, {
    id: "person_ana",
    handle: "ana",
    name: "Ana",
    role: "approver",
    scope: [],
    origin: "chat",
  });
  running = [await startProcess(), await startProcess()];
  await ingestBills({ ctx: system, input: { paths: [BILLS], parts: false, replace: false, dryRun: false } });
}, 60_000);
afterAll(async () => {
  for (const { jobs, deliverer, handOffs } of running)
    await Promise.all([jobs.stop(), handOffs.stop(), deliverer.stop()]);
  for (const one of running) await one.db.close();
  receiver.closeAllConnections();
  receiver.close();
  await db.close();
  await rm(dataDir, { recursive: true, force: true });
});

const daily = (name: "recommendations" | "audit"): Schedule =>
  dailyDigest({ name, job: name, cron: "30 6 * * *", timeZone: "UTC" });

function contextOn(database: Database): Context {
  const { port } = receiver.address() as AddressInfo;
  const target = { kind: "webhook", name: "ops", url: `http://127.0.0.1:${port}/`, secret: SECRET } as const;
  const { system: ctx } = estate(database, {
    dataDir,
    handOff: [target],
    policy: { undoMinutes: 0 },
    retrySeconds: 60,
  });
  const schedules = [daily("recommendations"), daily("audit")];
  const settings = { ...ctx.settings, installation: { ...ctx.settings.installation, schedules } };
  return { ...ctx, clock, settings };
}

/** What one process of the service runs for decisions, on connections of its own. */
async function startProcess(): Promise<Process> {
  const own = openDatabase(db.url, { connectionsMax: 6 });
  const ctx = contextOn(own);
  const deliverer = await startDeliverer({ sql: own.sql, channels: [createWebChannel(own.sql)], log: ctx.log });
  const handOffs = passOnApprovals(ctx);
  const jobs = await startJobs({ ctx, acts: ACTS, atStart: ["recommendations"] });
  return { jobs, deliverer, handOffs, db: own };
}

const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 25_000, interval: 100 });
const count = async (text: string): Promise<number> => {
  const [row] = await db.sql.unsafe<{ count: number }[]>(`select count(*)::int as count from ${text}`);
  return row?.count ?? -1;
};
const say = async (id: string, text: string) => {
  const actor = person(id);
  return dispatch({ ctx: { ...system, actor }, text }, [recsCommand]);
};
/** Cards in a channel, as the web has them. */
const cards = (channel = "finops") => db.sql<{ key: string; revision: number; status: string; summary: string }[]>`
  select key, revision, card ->> 'status' as status, card ->> 'summary' as summary from message
  where channel = ${channel} and card is not null order by id`;
const shown = async () => (await cards()).filter(({ key }) => /^recommendation:[^#]+$/.test(key));
const idOf = (key: string): string => key.slice("recommendation:".length);

test("bills alone make the service propose, once, and show the three dearest and each approver what waits", async () => {
  await until(async () => expect(await count("recommendation")).toBe(8));
  await until(async () => expect(await shown()).toHaveLength(3));
  const dearest = await db.sql<{ id: string }[]>`select id from recommendation order by saving_asked desc limit 3`;
  expect((await shown()).map(({ key }) => idOf(key)).sort()).toEqual(dearest.map(({ id }) => id).sort());
  await until(async () => expect(await cards("@person_ana")).toHaveLength(1));
  const [reminder] = await cards("@person_ana");
  expect(reminder?.summary).toMatch(/^\d+ recommendations? waiting for you, \$/);
});

test("looking again, in a third process and on the next flip, changes nothing", async () => {
  const before = await count("schedule_run where status = 'done'");
  running.push(await startProcess());
  await db.sql`select pg_notify('finops_flip', '0')`;
  await until(async () => expect(await count("schedule_run where status = 'done'")).toBeGreaterThan(before + 1));
  await until(async () => expect(await count("schedule_run where status = 'queued'")).toBe(0));
  expect(await count("recommendation")).toBe(8);
  expect(await count("audit_event where action = 'recommendation.propose'")).toBe(8);
  expect(await shown()).toHaveLength(3);
  expect(await cards("@person_ana")).toHaveLength(1);
});

test("an approval in the terminal edits the card on the web and reaches the webhook once", async () => {
  const [card] = await shown();
  const id = idOf(card?.key ?? "");
  const [row] = await db.sql<{ resource: string }[]>`
    select finding ->> 'resource' as resource from recommendation where id = ${id}`;
  await say("bo", `recs approve ${id} --resource ${row?.resource}`);
  // Whatever tier it is in; a second approval that is not asked for is refused.
  await say("cy", `recs approve ${id} --resource ${row?.resource}`);
  await until(async () => {
    const now = (await shown()).find(({ key }) => idOf(key) === id);
    expect(now?.status).toMatch(/^Approved by Bo .* handed off/);
    expect(now?.revision).toBeGreaterThan(card?.revision ?? 0);
  });
  await until(async () => expect(await count("hand_off where state = 'waiting'")).toBe(0));
  expect(received).toHaveLength(1);
  const [{ headers, body }] = received as [Received];
  expect(JSON.parse(body)).toMatchObject({ idempotencyKey: headers["idempotency-key"] });
  expect(verifyWebhookSignature(SECRET, body, String(headers["x-finops-signature"]), await databaseNow(db.sql))).toBe(
    true,
  );
});

test("what is applied is measured by the bill once its days are in, and the card says so", async () => {
  const [handedOff] = await db.sql<{ id: string }[]>`select id from recommendation where state = 'handed-off'`;
  const id = handedOff?.id ?? "";
  await say("bo", `recs applied ${id}`);
  // The work was done twelve days before the bills end.
  await db.sql`update recommendation set applied_on = '2025-10-05' where id = ${id}`;
  clock.set("2025-10-26T12:00:00Z");
  for (const { jobs } of running) await jobs.look();
  await until(async () => expect(await count("savings_ledger")).toBe(1));
  const [line] = await db.sql`select recommendation_id as id, checkpoint_days as days from savings_ledger`;
  expect(line).toEqual({ id, days: 7 });
  expect(await count(`audit_event where action = 'recommendation.measure' and subject = '${id}'`)).toBe(1);
  await until(async () => {
    const [row] = await db.sql<{ text: string }[]>`
      select card::text as text from message where channel = 'finops' and key = ${`recommendation:${id}`}`;
    expect(row?.text).toContain("Promised and measured, a month");
  });
});

test("the daily anchor is written once a day, and the chain passes through it", async () => {
  const anchors = async (): Promise<string[]> =>
    (await readFile(join(dataDir, "audit-anchors.jsonl"), "utf8")).trim().split("\n");
  // The first start's and the next day's, whatever the number of processes.
  await until(async () => expect(await anchors()).toHaveLength(2));
  const verdict = await verifyAudit({ ctx: system, input: { anchors: null } });
  expect(verdict).toMatchObject({ intact: true, anchors: 2 });
});

test("what nobody decided expires by itself, and its card says so", async () => {
  clock.set("2025-11-24T12:00:00Z");
  for (const { jobs } of running) await jobs.look();
  await until(async () => expect(await count("recommendation where state in ('proposed', 'partly-approved')")).toBe(0));
  expect(await count("recommendation where state = 'expired'")).toBe(7);
  expect(await count("audit_event where action = 'recommendation.expire'")).toBe(7);
  await until(async () => {
    const open = (await shown()).filter(({ status }) => status.startsWith("Waiting"));
    expect(open).toEqual([]);
  });
});
