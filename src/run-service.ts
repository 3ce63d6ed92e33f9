import { join } from "node:path";

import type { Logger } from "pino";

import type { ChartView } from "./charts/chart-view.ts";
import { createChartRenderer } from "./charts/render.ts";
import { loadConfig, processEnvironment, workingDirectory, type Config } from "./config.ts";
import type { ThemeName } from "./charts/theme.ts";
import { AppError, explain } from "./domain/errors.ts";
import { openDemo, openEstate, showDemo, startWork } from "./estate.ts";
import { createHttpApp } from "./http/app.ts";
import type { Access } from "./http/deps.ts";
import { createHealthApp } from "./http/health.ts";
import { createMetrics, timeRequests } from "./http/metrics.ts";
import { startHttp } from "./http/serve.ts";
import { loadSessionKey } from "./http/session.ts";
import type { Jobs } from "./jobs/start-jobs.ts";
import { createStack, stopOnSignals, type Stack } from "./lifecycle.ts";
import { createLog } from "./log.ts";
import { ingestBills } from "./service/ingest-bills.ts";
import { listSources } from "./store/batches-sources.ts";
import type { KeepServer } from "./store/embedded-server.ts";
import { startSurfaces } from "./surfaces.ts";

const EXIT_BAD_INPUT = 2;
const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

/** The service, until it is told to stop. What keeps it from starting is said in words, and the process ends. */
export async function runService(): Promise<void> {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${error instanceof AppError ? explain(error) : String((error as Error).stack)}\n`);
    process.exit(error instanceof AppError && error.code === "bad-input" ? EXIT_BAD_INPUT : 1);
  }
}

/** In the order it comes up: configuration and log here, the rest in `start`. */
async function main(): Promise<void> {
  const env = processEnvironment();
  const config = loadConfig(env, workingDirectory(env));
  const log = openLog(config);
  const stack = createStack();
  const signals = stopOnSignals({ stack, log, say });
  try {
    await start(config, log, stack);
  } catch (error) {
    // Stopped while starting: what was opened is being closed already.
    if (signals.stopping()) return;
    log.fatal({ err: error }, "start failed");
    await stack.closeAll(log);
    throw error;
  }
}

/** Stores, charts and metrics, the page, the sample estate, then everything that happens by itself. */
async function start(config: Config, log: Logger, stack: Stack): Promise<void> {
  const real = await openEstate(config, log, stack, { name: "real", keep: keepDatabase(config, log, stack) });
  const empty = config.sources.length === 0 && (await listSources(real.base.db.sql)).every(({ removed }) => removed);
  const demo = config.demo && empty ? await openDemo(config, log, stack) : null;

  const charts = stack.add("charts", createChartRenderer({ workers: config.chartWorkers }), (it) => it.close());
  const metrics = stack.add("metrics", createMetrics(real.base.db.sql), (it) => it.close());

  const draw = (view: ChartView, theme: ThemeName) => metrics.timeChart(() => charts.png(view, { theme }));
  const surfaces = await startSurfaces({ config, log, stack, real, demo, draw });

  let jobs: Jobs | null = null;
  const jobsRunning = (): boolean => jobs?.running() === true;
  const app = await createHttpApp({
    real,
    demo,
    channels: config.channels,
    access: accessOf(config),
    publicHosts: config.publicUrl === null ? [] : [new URL(config.publicUrl).hostname],
    https: config.publicUrl?.startsWith("https:") === true,
    uploadBytesMax: config.uploadBytesMax,
    sessionKey: await loadSessionKey(config.dataDir),
    png: (view, options) => metrics.timeChart(() => charts.png(view, options)),
    log,
    health: createHealthApp({ sql: real.base.db.sql, jobsRunning, metrics, surfaces: surfaces.states }),
    platforms: surfaces.routes,
    ingest: ingestBills,
  });
  const server = await startHttp({ app: timeRequests(app, metrics), host: config.host, port: config.port });
  stack.add("http", server, (it) => it.close());

  if (demo !== null) await showDemo(demo, { real, stack, metrics, platforms: surfaces.channels, say });
  jobs = await startWork(real, stack, metrics, surfaces.channels);

  const seconds = (performance.now() / 1000).toFixed(1);
  log.info({ port: server.port, seconds }, "ready");
  say(`Cloud Intelligence is ready (${seconds} s): ${config.publicUrl ?? `http://localhost:${server.port}`}`);
  if (demo !== null) say("This is a sample estate. Your own bills: npm run -s finops -- ingest PATH");
}

/**
 * The built-in Postgres was killed: it is started again where it was and all clients find it, as they find one of the
 * user's. Where its port was taken meanwhile, all that knew the old one is closed and comes up with the new one.
 */
function keepDatabase(config: Config, log: Logger, stack: Stack): KeepServer {
  return {
    onGone: () => log.error("the built-in database is gone, starting it again"),
    onBack: () => log.warn("the built-in database is back"),
    onMoved: () => {
      log.warn("the built-in database is back on another port, starting again with it");
      void stack.closeAll(log).then(() => start(config, log, stack));
    },
  };
}

/** Beyond this machine everybody who has the token may ask and load; roles.default may give more. */
function accessOf({ host, token, roles }: Config): Access {
  if (LOOPBACK.includes(host) || token === null) return { kind: "loopback", role: "admin" };
  return { kind: "token", token, role: roles.default === "viewer" ? "analyst" : roles.default };
}

/** The log stays off a terminal somebody reads. */
function openLog({ log, dataDir, secrets }: Config): Logger {
  const onScreen = log.destination === "stderr" && process.stderr.isTTY;
  return createLog({
    level: log.level,
    destination: onScreen ? join(dataDir, "finops.log") : log.destination,
    secrets,
  });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
