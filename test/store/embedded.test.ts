import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import postgres from "postgres";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const HOLDER = fileURLToPath(new URL("../support/hold-store.ts", import.meta.url));

type Holder = {
  readonly process: ChildProcess;
  readonly ready: Promise<{ tables: string; port: string }>;
  /** The moment it says a line: `gone`, `back`, `moved`. */
  readonly says: (line: string) => Promise<void>;
};

let folder: string;
const holders: Holder[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "finops-embedded-"));
});
afterEach(async () => {
  for (const holder of holders.splice(0)) holder.process.kill("SIGKILL");
  // Whatever a test left running: one more user, the last one out, stops it.
  const last = holdStore();
  await last.ready;
  await leave(last);
  await rm(folder, { recursive: true, force: true });
});

/** Another process using the store of this test's folder. */
function holdStore(): Holder {
  const child = spawn(process.execPath, [HOLDER, folder], { stdio: ["pipe", "pipe", "inherit"] });
  let output = "";
  const saying = (line: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const match = line.exec(output);
        if (match !== null) resolve(match);
      };
      look();
      child.stdout.on("data", look);
      child.once("exit", (code) => reject(new Error(`holder ended (${code}) and never said ${line}: ${output}`)));
    });
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ready = saying(/^ready (\d+) (\d+)$/m).then(([, tables = "", port = ""]) => ({ tables, port }));
  const says = async (line: string): Promise<void> => void (await saying(new RegExp(`^${line}$`, "m")));
  const holder = { process: child, ready, says };
  holders.push(holder);
  return holder;
}

async function leave(holder: Holder): Promise<void> {
  const gone = once(holder.process, "exit");
  holder.process.stdin?.end();
  await gone;
}

const postmasterPid = async (): Promise<number> =>
  Number((await readFile(join(folder, "postgres", "data", "postmaster.pid"), "utf8")).split("\n")[0]);

test("processes starting at once on a new folder share one server", async () => {
  const answers = await Promise.all([holdStore(), holdStore(), holdStore()].map((holder) => holder.ready));
  expect(new Set(answers.map((answer) => answer.port)).size).toBe(1);
});

test("the server stays while somebody uses it, and the last one out stops it", async () => {
  const first = holdStore();
  await first.ready;
  const second = holdStore();
  const { port } = await second.ready;
  await leave(first);
  const third = holdStore();
  expect((await third.ready).port).toBe(port);
  await leave(second);
  await leave(third);
  expect(existsSync(join(folder, "postgres", "data", "postmaster.pid"))).toBe(false);
});

test("a killed user leaves the server running for the next", async () => {
  const killed = holdStore();
  const { port, tables } = await killed.ready;
  const gone = once(killed.process, "exit");
  killed.process.kill("SIGKILL");
  await gone;
  const next = holdStore();
  expect(await next.ready).toEqual({ port, tables });
});

test("a killed server is started again with everything it had", async () => {
  const user = holdStore();
  const { tables } = await user.ready;
  user.process.kill("SIGKILL");
  process.kill(await postmasterPid(), "SIGKILL");
  expect((await holdStore().ready).tables).toBe(tables);
});

test("a server killed under its user comes back where it was, and stays until the last one is out", async () => {
  const user = holdStore();
  const { port } = await user.ready;
  process.kill(await postmasterPid(), "SIGKILL");
  await user.says("back");
  const visitor = holdStore();
  expect((await visitor.ready).port).toBe(port);
  await leave(visitor);
  expect(existsSync(join(folder, "postgres", "data", "postmaster.pid"))).toBe(true);
  await leave(user);
  expect(existsSync(join(folder, "postgres", "data", "postmaster.pid"))).toBe(false);
});

test("a user whose mark of use is cut marks it again: a visitor who leaves does not stop the server", async () => {
  const user = holdStore();
  const { port } = await user.ready;
  const password = (await readFile(join(folder, "postgres", "password"), "utf8")).trim();
  const admin = postgres(`postgres://finops:${password}@127.0.0.1:${port}/postgres`, { max: 1 });
  const marks = () => admin<{ pid: number }[]>`
    select pid from pg_locks where locktype = 'advisory' and mode = 'ShareLock' and granted`;
  const [before] = await marks();
  await admin`select pg_terminate_backend(${before?.pid ?? 0})`;
  await vi.waitFor(async () => expect((await marks()).map(({ pid }) => pid)).not.toContain(before?.pid));
  await vi.waitFor(async () => expect(await marks()).toHaveLength(1), { timeout: 20_000 });
  await admin.end();
  const visitor = holdStore();
  await visitor.ready;
  await leave(visitor);
  const again = holdStore();
  expect((await again.ready).port).toBe(port);
  await leave(user);
});
