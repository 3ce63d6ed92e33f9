import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { startJobs, type Jobs } from "../../src/jobs/start-jobs.ts";
import type { Act } from "../../src/service/run-schedule.ts";
import { openDatabase, type Database } from "../../src/store/db.ts";
import { testContext } from "../support/context.ts";
import { ingestUnderway } from "../../src/store/schedules.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { actsOf, dailyDigest, outcome, settableClock, settingsWith } from "../support/schedules.ts";

let db: TestDatabase;
let open: { jobs: Jobs; db: Database }[] = [];
beforeEach(async () => {
  db = await createTestDatabase();
});
afterEach(async () => {
  await Promise.all(open.map(({ jobs }) => jobs.stop()));
  await Promise.all(open.map((one) => one.db.close()));
  open = [];
  await db.close();
});

const clock = settableClock("2026-11-22T12:00:00Z");

/** One more "process": its own connections, its own queue workers. */
async function start(act: Act): Promise<Jobs> {
  const own = openDatabase(db.url, { connectionsMax: 5 });
  const ctx = testContext(own, { clock, dataDir: "/tmp", settings: settingsWith([dailyDigest()]) });
  const jobs = await startJobs({ ctx, acts: actsOf(act), atStart: [] });
  open.push({ jobs, db: own });
  return jobs;
}

const runs = () => db.sql`select status, note from schedule_run order by due_at`.then((rows) => [...rows]);
const posts = () => db.sql`select key from outbox order by id`.then((rows) => rows.map((row) => row["key"]));
const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 50 });

test("two services racing on one database: a due run is done and posted once", async () => {
  let acted = 0;
  const act: Act = async ({ run }) => {
    acted += 1;
    return outcome(`digest:${run.dueAt}`);
  };
  const one = await start(act);
  await until(async () => expect(await runs()).toEqual([{ status: "done", note: "" }]));
  const two = await start(act);
  await Promise.all([one.look(), two.look(), one.look(), two.look()]);
  expect(acted).toBe(1);
  clock.set("2026-11-23T08:00:00Z");
  await Promise.all([one.look(), two.look()]);
  await until(async () => expect((await runs()).map((run) => run["status"])).toEqual(["done", "done"]));
  expect(await posts()).toHaveLength(2);
  expect(acted).toBe(2);
});

test("two services starting at once: what one queues the other may take up again, and it is posted once", async () => {
  clock.set("2026-11-22T12:00:00Z");
  const acting = Promise.withResolvers<void>();
  const act: Act = async ({ run }) => {
    // Held until both have started: whoever starts second finds the run open.
    await acting.promise;
    return outcome(`digest:${run.dueAt}`);
  };
  const both = await Promise.all([start(act), start(act)]);
  acting.resolve();
  await until(async () => expect(await runs()).toEqual([{ status: "done", note: "" }]));
  await Promise.all(both.map((jobs) => jobs.stop()));
  expect(await posts()).toHaveLength(1);
});

test("a run that fails is tried again with the queue's pauses and then posts once", async () => {
  clock.set("2026-11-22T12:00:00Z");
  let attempts = 0;
  const jobs = await start(async () => {
    attempts += 1;
    if (attempts === 1) throw new Error("database restarted");
    return outcome("digest");
  });
  await jobs.look();
  await until(async () => expect(await runs()).toEqual([{ status: "done", note: "" }]));
  expect(await posts()).toEqual(["digest"]);
  expect(attempts).toBe(2);
});

test("a digest that found no data runs again as soon as data arrives", async () => {
  clock.set("2026-11-22T12:00:00Z");
  let data = false;
  const jobs = await start(async () =>
    data ? outcome("digest") : outcome("", { status: "skipped", note: "no bills yet", posts: [] }),
  );
  await jobs.look();
  await until(async () => expect(await runs()).toEqual([{ status: "skipped", note: "no bills yet" }]));
  data = true;
  await db.sql`select pg_notify('finops_flip', '1')`;
  await until(async () => expect(await posts()).toEqual(["digest"]));
});

test("a digest that is due while bills are being read waits for them, also when they bring nothing new", async () => {
  clock.set("2026-11-22T12:00:00Z");
  await db.sql`insert into source (name, provider) values ('aws', 'aws')`;
  await db.sql`insert into ingest_lease (source_id, epoch, holder, heartbeat_at) select id, 1, 'terminal', now() from source`;
  const jobs = await start(async (given) => {
    const underway = await ingestUnderway(given.ctx.db.sql);
    return underway ? outcome("", { status: "skipped", note: "reading", posts: [], waiting: true }) : outcome("digest");
  });
  await jobs.look();
  await until(async () => expect(await runs()).toEqual([{ status: "skipped", note: "reading" }]));
  await db.sql`update ingest_lease set holder = null`;
  await until(async () => expect(await posts()).toEqual(["digest"]));
});
