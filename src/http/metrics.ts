import { subscribe, unsubscribe } from "node:diagnostics_channel";

import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

import { COMMAND_DONE, type CommandDone } from "../bot/dispatch.ts";
import type { Sql } from "../store/db.ts";
import { loadMetricFacts, type MetricFacts } from "../store/operations.ts";
import type { HttpApp } from "./app.ts";

/** Seconds: from a rollup's 2 ms to the 10 s after which a person has gone. */
const FAST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 10];
const LATENESS_BUCKETS = [1, 5, 15, 60, 300, 1800, 7200, 43_200, 172_800];

/** What is timed in this process. Names end in their unit. */
const HISTOGRAMS = {
  http: {
    name: "finops_http_request_seconds",
    help: "Time to answer a request, by route and status.",
    labelNames: ["method", "route", "status"],
    buckets: FAST_BUCKETS,
  },
  command: {
    name: "finops_command_seconds",
    help: "Time from what was typed to its card, by command and exit code.",
    labelNames: ["command", "exit_code"],
    buckets: FAST_BUCKETS,
  },
  chart: {
    name: "finops_chart_render_seconds",
    help: "Time to a picture, cached ones included.",
    labelNames: ["result"],
    buckets: FAST_BUCKETS,
  },
  lateness: {
    name: "finops_schedule_lateness_seconds",
    help: "From the instant a run was due to its end, by job and result.",
    labelNames: ["job", "result"],
    buckets: LATENESS_BUCKETS,
  },
} as const;

/** What the database knows: true whichever process did the work. Read once a scrape. */
const GAUGES: readonly { name: string; help: string; value: (facts: MetricFacts) => number }[] = [
  {
    name: "finops_ingest_rows_accepted",
    help: "Source rows accepted in stored batches.",
    value: (f) => f.rowsAccepted,
  },
  { name: "finops_ingest_rows_rejected", help: "Source rows refused in stored batches.", value: (f) => f.rowsRejected },
  { name: "finops_ingest_batches_stored", help: "Batches people see.", value: (f) => f.batchesStored },
  { name: "finops_ingest_last_seconds", help: "Time the last stored batch took.", value: (f) => f.lastIngestSeconds },
  {
    name: "finops_newest_data_age_seconds",
    help: "Since any source brought something new.",
    value: (f) => f.newestDataAgeSeconds,
  },
  {
    name: "finops_oldest_source_age_seconds",
    help: "Since the quietest source brought something new.",
    value: (f) => f.oldestSourceAgeSeconds,
  },
  { name: "finops_outbox_waiting", help: "Cards not delivered yet.", value: (f) => f.outboxWaiting },
  { name: "finops_outbox_dead", help: "Cards given up.", value: (f) => f.outboxDead },
  { name: "finops_schedule_runs_queued", help: "Runs that wait or work.", value: (f) => f.runsQueued },
  { name: "finops_schedule_runs_failed", help: "Runs given up.", value: (f) => f.runsFailed },
  { name: "finops_database_bytes", help: "Size of the database.", value: (f) => f.databaseBytes },
];

/** A chat platform, and whether people there are heard. */
type SurfaceUp = { readonly surface: string; readonly ok: boolean };

export type Metrics = {
  /** `surfaces`: how the chat platforms in use stand at this scrape. */
  readonly text: (surfaces?: readonly SurfaceUp[]) => Promise<string>;
  readonly contentType: string;
  readonly httpDone: (request: { method: string; route: string; status: number; seconds: number }) => void;
  readonly runEnded: (run: { job: string; result: string; latenessSeconds: number }) => void;
  /** Times a picture being drawn. */
  readonly timeChart: <T>(draw: () => Promise<T>) => Promise<T>;
  readonly close: () => void;
};

/** The metrics of this process and of the real database, for Prometheus. */
export function createMetrics(sql: Sql): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "finops_" });
  const histogram = <Label extends string>(definition: {
    name: string;
    help: string;
    labelNames: readonly Label[];
    buckets: readonly number[];
  }) =>
    new Histogram({
      ...definition,
      labelNames: [...definition.labelNames],
      buckets: [...definition.buckets],
      registers: [registry],
    });
  const http = histogram(HISTOGRAMS.http);
  const command = histogram(HISTOGRAMS.command);
  const chart = histogram(HISTOGRAMS.chart);
  const lateness = histogram(HISTOGRAMS.lateness);
  const gauges = GAUGES.map(({ name, help, value }) => ({
    gauge: new Gauge({ name, help, registers: [registry] }),
    value,
  }));
  const databaseUp = new Gauge({
    name: "finops_database_up",
    help: "Whether the database answered this scrape.",
    registers: [registry],
  });

  const surfaceUp = new Gauge({
    name: "finops_surface_up",
    help: "Whether a chat platform in use is connected: people are heard there and cards are taken.",
    labelNames: ["surface"],
    registers: [registry],
  });

  const onCommand = (message: unknown): void => {
    const done = message as CommandDone;
    command.observe({ command: done.command, exit_code: String(done.exitCode) }, done.seconds);
  };
  subscribe(COMMAND_DONE, onCommand);

  return {
    contentType: registry.contentType,
    text: async (surfaces = []) => {
      surfaceUp.reset();
      for (const { surface, ok } of surfaces) surfaceUp.set({ surface }, ok ? 1 : 0);
      const facts = await loadMetricFacts(sql).catch(() => null);
      databaseUp.set(facts === null ? 0 : 1);
      for (const { gauge, value } of gauges) gauge.set(facts === null ? Number.NaN : value(facts));
      return registry.metrics();
    },
    httpDone: ({ method, route, status, seconds }) => http.observe({ method, route, status: String(status) }, seconds),
    runEnded: ({ job, result, latenessSeconds }) => lateness.observe({ job, result }, latenessSeconds),
    timeChart: async (draw) => {
      const end = chart.startTimer();
      try {
        const drawn = await draw();
        end({ result: "ok" });
        return drawn;
      } catch (error) {
        end({ result: "failed" });
        throw error;
      }
    },
    close: () => {
      unsubscribe(COMMAND_DONE, onCommand);
      registry.clear();
    },
  };
}

/** The app with every request timed. Ids in a path become `:id`, files of the page one route: labels stay few. */
export function timeRequests(app: HttpApp, metrics: Pick<Metrics, "httpDone">): HttpApp {
  return {
    ...app,
    fetch: async (request, ...rest) => {
      const started = performance.now();
      const response = await app.fetch(request, ...rest);
      const route = response.status === 404 ? "none" : routeOf(new URL(request.url).pathname);
      const seconds = (performance.now() - started) / 1000;
      metrics.httpDone({ method: request.method, route, status: response.status, seconds });
      return response;
    },
  };
}

const PROBES = ["/healthz", "/readyz", "/metrics"];
const WORD = /^[a-z][a-z-]{0,20}$/;

function routeOf(path: string): string {
  if (PROBES.includes(path)) return path;
  if (!path.startsWith("/api/")) return "page";
  return path
    .split("/")
    .map((part) => (part === "" || WORD.test(part) ? part : ":id"))
    .join("/");
}
