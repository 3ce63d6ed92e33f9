import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

import postgres from "postgres";

import { AppError } from "../domain/errors.ts";
import { findBinaries, type Binaries } from "./embedded-binaries.ts";

const run = promisify(execFile);

/** A running embedded Postgres, ours or another process's. `release` stops it when nobody else uses it. */
export type EmbeddedServer = {
  readonly urlOf: (database: string) => string;
  readonly release: () => Promise<void>;
};

/** How long one program of Postgres may take, and how often a race for the server is tried again. */
const PROGRAM_TIMEOUT_MS = 60_000;
const ATTEMPTS_MAX = 240;
const ATTEMPT_DELAY_MS = 250;
/** A start that fails this often with no other process behind it will not come right by itself. */
const START_FAILURES_MAX = 20;
/** Any constant: whoever uses the server holds it shared, so the last one out can tell. */
const IN_USE_LOCK = 7_316_202;
const SUPERUSER = "finops";
/** Unprivileged user Postgres runs as when we are root (it refuses root). 65534 = nobody, everywhere. */
const NOBODY = 65534;

/**
 * Settings that differ from Postgres' defaults: a bill load writes in bulk, a question must answer in
 * milliseconds, so WAL may grow between checkpoints and JIT (tens of ms to compile) is off.
 */
const SERVER_SETTINGS: Readonly<Record<string, string>> = {
  shared_buffers: "256MB",
  effective_cache_size: "1GB",
  work_mem: "32MB",
  maintenance_work_mem: "256MB",
  max_wal_size: "4GB",
  checkpoint_timeout: "15min",
  jit: "off",
  random_page_cost: "1.1",
  max_connections: "120",
  max_parallel_workers_per_gather: "2",
  parallel_setup_cost: "200",
  parallel_tuple_cost: "0.02",
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "''",
};

/** For a process that lives as long as its server should: told what happens to it. */
export type KeepServer = {
  /** The server is gone (killed, stopped by hand); it is being started again. */
  readonly onGone: () => void;
  /** It runs again where it was: clients find it by themselves. */
  readonly onBack: () => void;
  /** It runs again, but elsewhere (its port was taken): URLs given before lead nowhere. */
  readonly onMoved: () => void;
};

/**
 * Starts the embedded Postgres under `folder`, or adopts the one another process started.
 * The server is detached: it outlives a killed process and is found again by the next. With `keep`, it is started
 * again, on its port, whenever it goes away before `release`.
 */
export async function startEmbeddedServer(
  folder: string,
  options: { readonly settings?: Readonly<Record<string, string>>; readonly keep?: KeepServer } = {},
): Promise<EmbeddedServer> {
  await mkdir(folder, { recursive: true });
  const server = {
    extraSettings: options.settings ?? {},
    folder,
    data: join(folder, "data"),
    log: join(folder, "server.log"),
    asRoot: process.getuid?.() === 0,
  };
  const binaries = await findBinaries({ copyTo: join(folder, "programs"), readableByOthers: server.asRoot });
  await createCluster(server, binaries);
  const password = (await readFile(join(folder, "password"), "utf8")).trim();
  const found = { server, binaries, password };
  const held = await reach(found);
  if (held !== null) return adopted(found, held, options.keep);
  const lastWords = (await readFile(server.log, "utf8").catch(() => "")).trimEnd().split("\n").slice(-2).join(" ");
  throw new AppError("unavailable", `The built-in Postgres under ${folder} does not start: ${lastWords}`, {
    remedy: `See ${server.log}, or set DATABASE_URL to another Postgres.`,
  });
}

type Found = { readonly server: Server; readonly binaries: Binaries; readonly password: string };

/** The server held by this process, started where nobody runs it; null when it will not come up. */
async function reach({ server, binaries, password }: Found): Promise<Hold | null> {
  let failures = 0;
  for (let attempt = 1; attempt <= ATTEMPTS_MAX && failures < START_FAILURES_MAX; attempt += 1) {
    const port = await runningPort(server.data);
    const held = port === null ? null : await hold(port, password);
    if (held !== null) return held;
    if (port === null && !(await tryStart(server, binaries))) failures += 1;
    if (port !== null) await pause(ATTEMPT_DELAY_MS);
  }
  return null;
}

type Server = {
  readonly extraSettings: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly data: string;
  readonly log: string;
  readonly asRoot: boolean;
};

function adopted(found: Found, first: Hold, keep: KeepServer | undefined): EmbeddedServer {
  const { server, binaries, password } = found;
  const kept = keep === undefined ? { stop: async () => first } : keepUp(found, first, keep);
  return {
    urlOf: (database) => `postgres://${SUPERUSER}:${password}@127.0.0.1:${first.port}/${database}`,
    release: async () => {
      const { sql } = await kept.stop();
      const alone =
        await sql`select pg_advisory_unlock_shared(${IN_USE_LOCK}) as released, pg_try_advisory_lock(${IN_USE_LOCK}) as alone`
          .then((rows) => rows[0]?.["alone"] === true)
          .catch(() => false);
      if (alone)
        await program(server, binaries.pgCtl, ["stop", "-D", server.data, "-m", "fast", "-w"]).catch(() => undefined);
      await sql.end({ timeout: 1 });
    },
  };
}

/** Holds the server for as long as it is wanted, starting it again where it went away. `stop` gives the last hold. */
function keepUp(found: Found, first: Hold, told: KeepServer): { readonly stop: () => Promise<Hold> } {
  let held = first;
  let stopped = false;
  let reviving: Promise<Hold | null> = Promise.resolve(null);
  const keep = async (): Promise<void> => {
    for (;;) {
      await held.lost;
      if (stopped) return;
      const gone = (await runningPort(found.server.data)) === null;
      if (gone) told.onGone();
      reviving = reach(found);
      const again = await reviving;
      if (again === null) continue;
      void held.sql.end({ timeout: 1 });
      // A connection may be cut while its server lives: then it is only held again. But a killed one can look alive still.
      const another = again.started !== held.started;
      held = again;
      if (another && !gone) told.onGone();
      if (again.port !== first.port) return told.onMoved();
      if (another) told.onBack();
    }
  };
  void keep();
  return {
    stop: async () => {
      stopped = true;
      return (await reviving) ?? held;
    },
  };
}

/** The mark of a process that uses the server: a lock that lives as long as its connection. */
type Hold = {
  readonly sql: postgres.Sql;
  readonly port: number;
  /** When the server started: tells one run of it from the next. */
  readonly started: string;
  readonly lost: Promise<void>;
};

/** Marks the server as in use; null while it cannot be had. */
async function hold(port: number, password: string): Promise<Hold | null> {
  let onLost: () => void = () => undefined;
  const lost = new Promise<void>((resolve) => {
    onLost = resolve;
  });
  const sql = postgres(`postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`, {
    max: 1,
    connect_timeout: 5,
    // By default a connection is renewed within the hour, and the lock would go with the old one.
    max_lifetime: null,
    onclose: () => onLost(),
    onnotice: () => undefined,
    connection: { application_name: "finops-hold" },
  });
  try {
    // A server on its way down still holds the exclusive lock of whoever stops it: not ours to adopt.
    const [row] = await sql<{ held: boolean; started: string }[]>`
      select pg_try_advisory_lock_shared(${IN_USE_LOCK}) as held, pg_postmaster_start_time()::text as started`;
    if (row?.held === true) return { sql, port, started: row.started, lost };
  } catch {
    // Starting up, shutting down, or a stale port: the caller tries again.
  }
  await sql.end({ timeout: 1 });
  return null;
}

/** Port of a live postmaster (line 4 of its pid file); clears the file of a dead or zombie one. */
async function runningPort(data: string): Promise<number | null> {
  const file = join(data, "postmaster.pid");
  const lines = (await readFile(file, "utf8").catch(() => "")).split("\n");
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  if (await isZombieOrForeign(pid)) {
    await rm(file, { force: true });
    return null;
  }
  const port = Number(lines[3]);
  return Number.isInteger(port) && port > 0 && isAlive(pid) ? port : null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * A killed postmaster stays a zombie until PID 1 reaps it, and its number may be reused after a reboot:
 * in both cases Postgres' own lock file would keep it from starting.
 */
async function isZombieOrForeign(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  if (status === null) return false;
  const name = status.slice(status.indexOf("(") + 1, status.lastIndexOf(")"));
  const state = status.slice(status.lastIndexOf(")") + 2, status.lastIndexOf(")") + 3);
  return state === "Z" || name !== "postgres";
}

/** Whether the server came up. */
async function tryStart(server: Server, binaries: Binaries): Promise<boolean> {
  try {
    const port = (await portOfLastRun(server.data)) ?? (await freePort());
    const settings = { ...SERVER_SETTINGS, ...server.extraSettings, port: String(port) };
    const flags = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
    await program(server, binaries.pgCtl, [
      "start",
      "-w",
      "-t",
      "60",
      "-D",
      server.data,
      "-l",
      server.log,
      "-o",
      flags.join(" "),
    ]);
    return true;
  } catch {
    // Lost the race for the lock file, or the old server is still going down: look again.
    await pause(ATTEMPT_DELAY_MS);
    return false;
  }
}

/** The port it had, where it is still free: whoever knew the server finds it again. Postgres notes how it was started. */
async function portOfLastRun(data: string): Promise<number | null> {
  const started = await readFile(join(data, "postmaster.opts"), "utf8").catch(() => "");
  const port = /\bport=(\d+)/.exec(started)?.[1];
  return port === undefined ? null : await freePort(Number(port)).catch(() => null);
}

/** `wanted` when it is free (it throws otherwise), or any port that is. */
async function freePort(wanted = 0): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", reject);
    probe.listen(wanted, "127.0.0.1", resolve);
  });
  const address = probe.address();
  await new Promise<void>((resolve) => {
    probe.close(() => resolve());
  });
  if (address === null || typeof address === "string")
    throw new AppError("unavailable", "No free port for the built-in Postgres.");
  return address.port;
}

/** Makes the cluster in a draft folder and renames it: of two racers one wins, the other uses the winner's. */
async function createCluster(server: Server, binaries: Binaries): Promise<void> {
  if (existsSync(join(server.data, "PG_VERSION")) && existsSync(join(server.folder, "password"))) return;
  const draft = join(server.folder, `draft-${process.pid}-${randomBytes(4).toString("hex")}`);
  const passwordFile = `${draft}.password`;
  await writeFile(passwordFile, `${randomBytes(24).toString("hex")}\n`, { mode: 0o600 });
  if (server.asRoot) await chmod(server.folder, 0o777);
  try {
    const access = ["-D", draft, "-U", SUPERUSER, `--pwfile=${passwordFile}`, "-A", "scram-sha-256"];
    const locale = ["-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
    await program(server, binaries.initdb, [...access, ...locale, "--no-sync", "--no-instructions"]);
    // The password has its name before the data has: whoever sees the data can read it.
    if (!existsSync(server.data)) await claimPassword(server, passwordFile, draft);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(draft, { recursive: true, force: true });
    if (server.asRoot) await chmod(server.folder, 0o755);
  }
}

async function claimPassword(server: Server, passwordFile: string, draft: string): Promise<void> {
  const inside = join(draft, "finops.password");
  await rename(passwordFile, inside);
  try {
    await rename(draft, server.data);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
  }
  await writeFile(join(server.folder, "password"), await readFile(join(server.data, "finops.password")), {
    mode: 0o600,
  });
}

/**
 * Runs a program of Postgres; as root through setpriv as nobody, keeping only the right to read and write
 * folders that belong to root (checked: no user needs to be added).
 */
async function program(server: Server, file: string, args: readonly string[]): Promise<void> {
  const capabilities = "-all,+dac_override";
  const asNobody = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", `--inh-caps=${capabilities}`];
  const keepOnly = [`--ambient-caps=${capabilities}`, `--bounding-set=${capabilities}`];
  const command = server.asRoot ? "setpriv" : file;
  const commandArgs = server.asRoot ? [...asNobody, ...keepOnly, file, ...args] : args;
  try {
    await run(command, [...commandArgs], {
      timeout: PROGRAM_TIMEOUT_MS,
      cwd: server.folder,
      env: { PATH: process.env["PATH"], LC_ALL: "C" },
    });
  } catch (cause) {
    throw new AppError("unavailable", `${file.split("/").at(-1)} failed: ${reasonOf(cause)}`, {
      remedy: remedyOf(cause),
      cause,
    });
  }
}

function reasonOf(cause: unknown): string {
  const stderr = (cause as { stderr?: string }).stderr?.trim() ?? "";
  return (stderr === "" ? (cause as Error).message : stderr).split("\n").slice(-3).join(" ").slice(0, 500);
}

function remedyOf(cause: unknown): string {
  if ((cause as NodeJS.ErrnoException).code === "ENOENT") {
    return "Install util-linux (setpriv), start as an ordinary user, or set DATABASE_URL.";
  }
  if (reasonOf(cause).includes("could not look up effective user ID")) {
    return "This user id has no passwd entry: start through deploy/entrypoint.sh, or add one.";
  }
  return "Set DATABASE_URL to use another Postgres.";
}
