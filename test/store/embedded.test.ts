import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, expect, test } from "vitest";

const HOLDER = fileURLToPath(new URL("../support/hold-store.ts", import.meta.url));

type Holder = { readonly process: ChildProcess; readonly ready: Promise<{ tables: string; port: string }> };

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
  const ready = new Promise<{ tables: string; port: string }>((resolve, reject) => {
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const match = /^ready (\d+) (\d+)$/m.exec(output);
      if (match !== null) resolve({ tables: match[1] ?? "", port: match[2] ?? "" });
    });
    child.once("exit", (code) => reject(new Error(`holder ended (${code}) before it was ready: ${output}`)));
  });
  const holder = { process: child, ready };
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
