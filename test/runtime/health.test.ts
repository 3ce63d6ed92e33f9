import { afterAll, beforeAll, expect, test } from "vitest";

import { dispatch } from "../../src/bot/dispatch.ts";
import { createHealthApp, type SurfaceState } from "../../src/http/health.ts";
import { createMetrics, type Metrics } from "../../src/http/metrics.ts";
import { openDatabase } from "../../src/store/db.ts";
import { insertDeliveries } from "../support/bills.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let db: TestDatabase;
let metrics: Metrics;
let jobsRunning = true;
beforeAll(async () => {
  db = await createTestDatabase();
  metrics = createMetrics(db.sql);
});
afterAll(async () => {
  metrics.close();
  await db.close();
});

let surfaces: SurfaceState[] = [];
const appOf = (sql = db.sql) =>
  createHealthApp({ sql, jobsRunning: () => jobsRunning, metrics, surfaces: () => surfaces });

async function ready(app = appOf()): Promise<{ status: number; missing: unknown[] }> {
  const response = await app.request("/readyz");
  const body = (await response.json()) as { checks: { check: string; ok: boolean; finding: string }[] };
  const missing = body.checks.filter(({ ok }) => !ok).map(({ check, finding }) => `${check}: ${finding}`);
  return { status: response.status, missing };
}

test("alive is alive", async () => {
  expect((await appOf().request("/healthz")).status).toBe(200);
});

test("a chat platform that is away degrades and stops nothing", async () => {
  surfaces = [{ surface: "slack", ok: false, finding: "Slack does not answer" }];
  const response = await appOf().request("/healthz");
  expect({ status: response.status, body: await response.json() }).toEqual({
    status: 200,
    body: { status: "degraded", surfaces },
  });
  expect((await ready()).status).toBe(200);
  surfaces = [];
});

test("ready tells the truth about database, migrations and jobs, and what is missing", async () => {
  expect(await ready()).toEqual({ status: 200, missing: [] });
  jobsRunning = false;
  expect(await ready()).toEqual({ status: 503, missing: ["jobs: not running"] });
  jobsRunning = true;
  await db.sql`delete from migration where name = '0003_schedules.sql'`;
  expect(await ready()).toEqual({ status: 503, missing: ["migrations: not applied: 0003_schedules.sql"] });
  await db.sql`insert into migration (name) values ('0003_schedules.sql')`;
});

test("without a database it is alive but not ready, and says so without addresses", async () => {
  const away = openDatabase("postgres://nobody:hunter22@127.0.0.1:1/none");
  const app = appOf(away.sql);
  expect((await app.request("/healthz")).status).toBe(200);
  const answer = await ready(app);
  expect(answer.status).toBe(503);
  expect(answer.missing.join()).toMatch(/database: (not reachable|no answer)/);
  expect(answer.missing.join()).not.toMatch(/127\.0\.0\.1|hunter22/);
  await away.close();
});

test("metrics: what happened in this process and what the database knows", async () => {
  await insertDeliveries(db.sql, { source: "aws", at: ["2026-11-20T06:00:00Z"] });
  const ctx = testContext(db, { dataDir: "/tmp" });
  await dispatch({ ctx, text: "whoami" });
  await dispatch({ ctx, text: "whomai <script>" });
  metrics.httpDone({ method: "GET", route: "/", status: 200, seconds: 0.003 });
  metrics.runEnded({ job: "digest", result: "done", latenessSeconds: 2 });
  await metrics.timeChart(async () => "drawn");
  await expect(metrics.timeChart(() => Promise.reject(new Error("no")))).rejects.toThrow("no");

  surfaces = [
    { surface: "slack", ok: true, finding: "connected" },
    { surface: "discord", ok: false, finding: "reconnecting" },
  ];
  const response = await appOf().request("/metrics");
  surfaces = [];
  expect(response.headers.get("content-type")).toContain("text/plain");
  const text = await response.text();
  for (const line of [
    'finops_command_seconds_count{command="whoami",exit_code="0"} 1',
    'finops_command_seconds_count{command="unknown",exit_code="2"} 1',
    'finops_http_request_seconds_bucket{le="0.005",method="GET",route="/",status="200"} 1',
    'finops_schedule_lateness_seconds_count{job="digest",result="done"} 1',
    'finops_chart_render_seconds_count{result="ok"} 1',
    'finops_chart_render_seconds_count{result="failed"} 1',
    "finops_ingest_batches_stored 1",
    "finops_outbox_waiting 0",
    "finops_database_up 1",
    'finops_surface_up{surface="slack"} 1',
    'finops_surface_up{surface="discord"} 0',
  ]) {
    expect(text).toContain(line);
  }
  expect(text).not.toContain("whomai");
});
