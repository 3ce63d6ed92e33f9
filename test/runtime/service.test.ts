import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { openStore } from "../../src/store/open-store.ts";
import { freePort, messagesOf, spawnService, type Service } from "../support/service.ts";

const BILLS = fileURLToPath(new URL("../fixtures/scenario/", import.meta.url));
const FINOPS = fileURLToPath(new URL("../../src/cli/finops.ts", import.meta.url));
const LONG = 180_000;

let dataDir: string;
let running: Service[] = [];
let env: Record<string, string>;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "finops-service-"));
  const config = join(dataDir, "finops.yaml");
  await writeFile(config, `sources:\n  - name: bills\n    path: ${BILLS}*_2026-0?.csv.gz\n`);
  env = { FINOPS_DATA_DIR: dataDir, FINOPS_CONFIG: config, FINOPS_TODAY: "2026-04-03" };
});
afterEach(async () => {
  for (const service of running) service.process.kill("SIGTERM");
  await Promise.all(running.map(({ ended }) => ended));
  running = [];
  await rm(dataDir, { recursive: true, force: true });
});

async function start(port: number, changes: Record<string, string> = {}): Promise<Service> {
  const service = spawnService({ ...env, ...changes }, port);
  running.push(service);
  await service.ready;
  return service;
}

/** Kinds of the keys posted, sorted: `digest`, `ingest`, `waste`. */
async function posted(service: Service): Promise<string[]> {
  return (await messagesOf(service.url)).map(({ key }) => key.split(":")[0] ?? "").toSorted();
}
const keys = async ({ url }: Service): Promise<string[]> => (await messagesOf(url)).map(({ key }) => key);
const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 60_000, interval: 200 });
/** Ingest is due each quarter of an hour by the real clock: a run that falls into a load tells its own part of it. */
const kindsOf = (cards: string[]) =>
  cards
    .filter((kind) => kind !== "waste" && kind !== "silence")
    .filter((kind, index, all) => kind !== "ingest" || all[index - 1] !== "ingest");

test(
  "watched bills are loaded and digested by the scheduled path, once, whatever kills the service",
  { timeout: LONG },
  async () => {
    const port = await freePort();
    const first = spawnService(env, port);
    running.push(first);
    // Killed while it starts, while it loads, and after: three times without a chance to tidy up.
    await until(async () => expect((await fetch(`${first.url}/healthz`)).status).toBe(200));
    first.process.kill("SIGKILL");
    expect(await first.ended).toBe("SIGKILL");

    const second = await start(port);
    second.process.kill("SIGKILL");
    await second.ended;

    const third = await start(port);
    await until(async () => expect(kindsOf(await posted(third))).toEqual(["digest", "ingest", "recommendation"]));
    third.process.kill("SIGKILL");
    await third.ended;

    const fourth = await start(port);
    await until(async () => expect((await fetch(`${fourth.url}/readyz`)).status).toBe(200));
    expect(kindsOf(await posted(fourth))).toEqual(["digest", "ingest", "recommendation"]);
    const digest = (await messagesOf(fourth.url)).find(({ key }) => key.startsWith("digest:"));
    expect(digest?.card.blocks.map(({ kind }) => kind)).toContain("chart");
    expect(digest?.card.summary).toMatch(/€/);

    fourth.process.kill("SIGINT");
    expect(await fourth.ended).toBe(0);
  },
);

test("two services on one data directory share the work: everything is posted once", { timeout: LONG }, async () => {
  const [one, two] = await Promise.all([start(await freePort()), start(await freePort())]);
  await until(async () => expect(kindsOf(await posted(one))).toEqual(["digest", "ingest", "recommendation"]));
  expect(kindsOf(await posted(two))).toEqual(["digest", "ingest", "recommendation"]);
  one.process.kill("SIGTERM");
  expect(await one.ended).toBe(0);
  expect((await fetch(`${two.url}/readyz`)).status).toBe(200);
});

test(
  "the built-in Postgres is killed under it: it comes back, and the service goes on where it was",
  { timeout: LONG },
  async () => {
    await writeFile(env["FINOPS_CONFIG"] ?? "", `sources:\n  - name: bills\n    path: ${BILLS}*.early.csv.gz\n`);
    const service = await start(await freePort());
    await until(async () => expect(kindsOf(await posted(service))).toContain("recommendation"));
    const before = await keys(service);
    const pidFile = await readFile(join(dataDir, "postgres", "data", "postmaster.pid"), "utf8");
    process.kill(Number(pidFile.split("\n")[0]), "SIGKILL");
    await until(async () => expect(service.printed()).toContain("the built-in database is back"));
    await until(async () => expect((await fetch(`${service.url}/readyz`)).status).toBe(200));
    // What was going out meanwhile may follow; nothing is lost, and nothing is there twice.
    const after = await keys(service);
    expect(after).toEqual(expect.arrayContaining(before));
    expect(new Set(after).size).toBe(after.length);

    // It still hears what others load: new bills of a terminal are looked through by the service.
    const store = await openStore({ dataDir, databaseUrl: undefined, database: "finops" });
    const detections = async (): Promise<number> =>
      (
        await store.sql`select 1 from schedule_run join schedule on schedule.name = schedule_run.schedule
        where job = 'detection' and finished_at is not null`
      ).length;
    const seen = await detections();
    const terminal = spawn(process.execPath, [FINOPS, "ingest", ...globSync(`${BILLS}*_2026-0?.csv.gz`)], {
      env: { ...process.env, ...env },
      stdio: "ignore",
    });
    expect(await once(terminal, "exit")).toEqual([0, null]);
    await until(async () => expect(await detections()).toBeGreaterThan(seen));
    await store.close();
    service.process.kill("SIGTERM");
    expect(await service.ended).toBe(0);
  },
);

test("a port in use and a broken configuration are said in words, with the way out", { timeout: LONG }, async () => {
  const port = await freePort();
  await start(port, { FINOPS_DEMO: "off" });
  const second = spawnService(env, port);
  expect(await second.ended).toBe(1);
  expect(second.printed()).toMatch(/Cannot listen on 127\.0\.0\.1:\d+: it is in use.*set PORT/);

  await writeFile(join(dataDir, "finops.yaml"), "curency: USD\nserver: { port: x }\n");
  const third = spawnService({ FINOPS_DATA_DIR: dataDir, FINOPS_CONFIG: join(dataDir, "finops.yaml") }, port);
  expect(await third.ended).toBe(2);
  expect(third.printed()).toMatch(
    /has 2 problems:\n {2}curency \(line 1\).*\n.*Did you mean "currency"\?\n {2}server\.port \(line 2\)/,
  );
});
