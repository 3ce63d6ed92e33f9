import { spawn, type ChildProcess } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { CRASH_POINTS } from "../../src/ingest/crash-point.ts";
import { focusCsv, openIngest, rollupGaps, shownTotal, statuses, type IngestFixture } from "./support.ts";

const CHILD = fileURLToPath(new URL("./ingest-child.ts", import.meta.url));
const LEASE_SECONDS = 1;
/** Each starts processes of its own: on a busy machine that takes its time. */
const LONG = { timeout: 240_000 };

let fixture: IngestFixture;
beforeAll(async () => {
  fixture = await openIngest({ ingestLeaseSeconds: LEASE_SECONDS });
});
afterAll(async () => fixture.close());

type Ended = { signal: string | null; output: string };

function startIngest(
  path: string,
  environment: Record<string, string>,
): { child: ChildProcess; ended: Promise<Ended> } {
  const args = [CHILD, fixture.db.url, fixture.ctx.dataDir, String(LEASE_SECONDS), path];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (data: Buffer) => {
    output += data.toString("utf8");
  });
  const ended = new Promise<Ended>((resolve) => child.on("exit", (_, signal) => resolve({ signal, output })));
  return { child, ended };
}

describe("killed (-9) at any step, then run again: the same result, nothing stuck, nothing doubled", LONG, () => {
  test.each(CRASH_POINTS)("%s", async (point) => {
    const account = `crash-${point}`;
    const before = await fixture.write(`${point}-1.csv`, focusCsv([{ cost: "10", account }]));
    const after = await fixture.write(
      `${point}-2.csv`,
      focusCsv([
        { cost: "10", account },
        { cost: "7", account },
      ]),
    );
    await fixture.ingest([before]);
    const { signal } = await startIngest(after, { FINOPS_TEST_CRASH_AT: point }).ended;
    expect(signal).toBe("SIGKILL");
    // Readers see the old bill or the new one, never something between.
    const flipped = point === "after-flip" || point === "before-release";
    expect(await totalOf(account)).toBe(flipped ? "17" : "10");
    expect(statuses(await fixture.ingest([after]))).toEqual([flipped ? "unchanged" : "replaced"]);
    expect(await totalOf(account)).toBe("17");
    expect(await rollupGaps(fixture.db)).toEqual([]);
    const loading = await fixture.db.sql`select id from ingest_batch where status = 'loading'`;
    expect(loading).toHaveLength(0);
  });
});

test("a worker paused past its lease and woken changes nothing: it is fenced", LONG, async () => {
  const account = "paused";
  const slow = await fixture.write("slow.csv", focusCsv([{ cost: "1", account }]));
  const quick = await fixture.write(
    "quick.csv",
    focusCsv([
      { cost: "2", account },
      { cost: "3", account },
    ]),
  );
  const { child, ended } = startIngest(slow, { FINOPS_TEST_PAUSE_AT: "before-flip" });
  await stopped(child);
  expect(statuses(await fixture.ingest([quick]))).toEqual(["stored"]);
  child.kill("SIGCONT");
  const { output } = await ended;
  expect(output).toMatch(/another worker took over|Another load/);
  expect(await totalOf(account)).toBe("5");
});

test("two ingests of one source at once: one waits, both are told the truth", LONG, async () => {
  const account = "twice";
  const paths = await Promise.all(
    [1, 2].map((n) => fixture.write(`twice-${n}.csv`, focusCsv([{ cost: String(n), account }]))),
  );
  const [a, b] = await Promise.all(paths.map((path) => startIngest(path, {}).ended));
  const said = [a, b].map((each) => /"status":"(\w+)"/.exec(each?.output ?? "")?.[1]);
  expect(said.filter((status) => status === "stored" || status === "replaced").length).toBeGreaterThanOrEqual(1);
  expect(["1", "2"]).toContain(await totalOf(account));
  expect((await shownTotal(fixture.db))["USD"]).toBeDefined();
});

async function totalOf(account: string): Promise<string | undefined> {
  const rows = await fixture.db.sql<{ billed: string }[]>`
    select trim_scale(sum(c.billed_cost))::text as billed from active_batch v join charge c on c.batch_id = v.batch_id
    where v.billing_account = ${account}`;
  return rows[0]?.billed;
}

/** Waits until the process has stopped itself (state T in /proc). */
async function stopped(child: ChildProcess): Promise<void> {
  for (;;) {
    const state = await readFile(`/proc/${child.pid ?? 0}/stat`, "utf8");
    if (/\) T /.test(state)) return;
    await fixture.db.sql`select pg_sleep(0.05)`;
  }
}
