import { Hono } from "hono";

import type { Sql } from "../store/db.ts";
import { pendingMigrations } from "../store/migrate.ts";
import type { Metrics } from "./metrics.ts";

/** A probe that hangs is as bad as one that fails: load balancers give up after a few seconds. */
const CHECK_TIMEOUT_MS = 2_000;

/** How a chat platform stands: whether people there are heard. */
export type SurfaceState = { readonly surface: string; readonly ok: boolean; readonly finding: string };

export type HealthDeps = {
  readonly sql: Sql;
  /** Whether schedules are looked at and queues worked on. */
  readonly jobsRunning: () => boolean;
  readonly metrics: Pick<Metrics, "text" | "contentType">;
  /** Chat platforms in use; the rest works without them. */
  readonly surfaces: () => readonly SurfaceState[];
};

type Check = { readonly check: string; readonly ok: boolean; readonly finding: string };

/**
 * Probes and metrics. `/healthz`: the process answers. `/readyz`: it can do its work, or says what is missing (503).
 * None of them needs a login and none shows a cost.
 */
export function createHealthApp(deps: HealthDeps): Hono {
  const app = new Hono();
  app.get("/healthz", (c) => {
    // Alive either way: a restart would mend no platform.
    const surfaces = deps.surfaces();
    const status = surfaces.every(({ ok }) => ok) ? "ok" : "degraded";
    return c.json(surfaces.length === 0 ? { status } : { status, surfaces });
  });
  app.get("/readyz", async (c) => {
    const checks = await Promise.all([
      check("database", async () => {
        await deps.sql`select 1`;
        return null;
      }),
      check("migrations", async () => {
        const pending = await pendingMigrations(deps.sql);
        return pending.length === 0 ? null : `not applied: ${pending.join(", ")}`;
      }),
      check("jobs", async () => (deps.jobsRunning() ? null : "not running")),
    ]);
    const ready = checks.every(({ ok }) => ok);
    return c.json({ ready, checks }, ready ? 200 : 503);
  });
  app.get("/metrics", async (c) => {
    c.header("Content-Type", deps.metrics.contentType);
    return c.body(await deps.metrics.text(deps.surfaces()));
  });
  return app;
}

/** `look` answers null when all is well, else what is not. Errors and silence count as not. */
async function check(name: string, look: () => Promise<string | null>): Promise<Check> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${CHECK_TIMEOUT_MS} ms`), CHECK_TIMEOUT_MS);
  });
  try {
    const finding = await Promise.race([look(), silence]);
    return { check: name, ok: finding === null, finding: finding ?? "ok" };
  } catch {
    // The cause may carry addresses: it is in the log, not on a page without login.
    return { check: name, ok: false, finding: "not reachable" };
  } finally {
    clearTimeout(timer);
  }
}
