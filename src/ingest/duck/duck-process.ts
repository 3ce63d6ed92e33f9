import { fork, type ChildProcess } from "node:child_process";
import { constants, setPriority } from "node:os";
import { fileURLToPath } from "node:url";

import { AppError } from "../../domain/errors.ts";
import { OddRecord } from "../file/encode-csv.ts";
import { KEPT_DATABASE } from "../sql/stage-tables.ts";
import type { EncodedPiece, EncodeOptions } from "../file/encode-pieces.ts";

export type DuckValue = string | number | boolean | null;
export type DuckRow = Readonly<Record<string, DuckValue>>;
export type DuckRequest = { readonly id: number } & (
  | { readonly what: "run"; readonly statements: readonly string[] }
  | { readonly what: "encode"; readonly options: EncodeOptions }
  | { readonly what: "next-piece" }
);
export type DuckAnswer = {
  readonly id: number;
  readonly rows?: readonly DuckRow[];
  readonly error?: string;
  /** The error is about a record that the careful reader must look at. */
  readonly odd?: boolean;
  /** The error's code, such as zlib's. */
  readonly code?: string;
  readonly rssBytes?: number;
  readonly piece?: EncodedPiece | null;
  readonly readBytes?: number;
};

/** A piece of a file taken apart, and how many bytes of the file that took. */
export type ReadPiece = EncodedPiece & { readonly readBytes: number };

/** A DuckDB in a child process. One statement list at a time; later calls wait. */
export type Duck = {
  /** Runs the statements in order and answers the rows of the last. Throws DuckError. */
  readonly run: (...statements: string[]) => Promise<readonly DuckRow[]>;
  /**
   * Takes a CSV apart beside the statements, one piece ahead; one file at a time. Throws OddRecord, and DuckError with
   * zlib's code when the file cannot be unpacked.
   */
  readonly encode: (options: EncodeOptions) => AsyncGenerator<ReadPiece>;
  /** Highest resident memory the child has had, bytes. */
  readonly peakRssBytes: () => number;
  /** False once the child has ended; every call then throws AppError("unavailable"). */
  readonly isAlive: () => boolean;
  readonly close: () => Promise<void>;
};

/** What DuckDB said about one statement. Not for people: callers turn it into an AppError or a reject. */
export class DuckError extends Error {
  readonly code: string;
  constructor(message: string, code = "") {
    super(message);
    this.name = "DuckError";
    this.code = code;
  }
}

export type DuckOptions = {
  /** Memory of the whole child, MB; DuckDB's own limit is what Node and its buffers leave. */
  readonly memoryMb: number;
  /** Where it may spill. */
  readonly spillDirectory: string;
};

const CHILD = fileURLToPath(new URL("./duck-child.ts", import.meta.url));
/** Below the chat, so that answers stay quick during an ingest. */
const NICENESS = constants.priority.PRIORITY_BELOW_NORMAL;
const THREADS = 2;
/** Node itself and DuckDB's code (120 MB), and what its allocator keeps beside the counted blocks. */
const OVERHEAD_MB = 200;
const MEMORY_MB_MIN = 120;
const CLOSE_WAIT_MS = 2_000;
/**
 * One arena each for DuckDB's allocator (jemalloc) and the system's. By default there are several for each core, and pages
 * that one has freed wait there while another takes new ones: 60 MB where nothing repeats, for no gain in time with two
 * threads. It can be said only before the first byte is allocated, so in the environment.
 */
const ALLOCATORS = { DUCKDB_JE_MALLOC_CONF: "narenas:1", MALLOC_ARENA_MAX: "1" };

/** Starts the child and sets its limits. */
export async function openDuck(options: DuckOptions): Promise<Duck> {
  const child = fork(CHILD, [], {
    execArgv: ["--max-old-space-size=64"],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    env: { ...process.env, ...ALLOCATORS },
  });
  lowerPriority(child);
  const channel = openChannel(child);
  const memory = Math.max(MEMORY_MB_MIN, options.memoryMb - OVERHEAD_MB);
  await channel.run(
    "set TimeZone = 'UTC'",
    `set memory_limit = '${memory}MB'`,
    `set threads = ${THREADS}`,
    `set temp_directory = '${options.spillDirectory.replaceAll("'", "''")}'`,
    "set preserve_insertion_order = false",
    // What a call keeps to its end is a database of its own: it is compressed apart from what changes all the time.
    `attach ':memory:' as ${KEPT_DATABASE}`,
    `set search_path = 'memory,${KEPT_DATABASE}'`,
    // What is freed goes back to the system soon: else 60 MB more are held than counted.
    "set allocator_flush_threshold = '4MB'",
    "set allocator_bulk_deallocation_flush_threshold = '4MB'",
  );
  return channel;
}

function lowerPriority(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) setPriority(child.pid, NICENESS);
  } catch {
    // Some containers forbid it; the load then merely competes.
    return;
  }
}

type Waiting = { resolve: (answer: DuckAnswer) => void; reject: (error: Error) => void };

function openChannel(child: ChildProcess): Duck {
  const waiting = new Map<number, Waiting>();
  let stderr = "";
  let peak = 0;
  let next = 0;
  let last: Promise<unknown> = Promise.resolve();
  const ended = new Promise<void>((resolve) => {
    child.once("exit", (code, signal) => {
      for (const each of waiting.values()) each.reject(crashed(code, signal, stderr));
      waiting.clear();
      resolve();
    });
  });
  child.stderr?.on("data", (data: Buffer) => {
    stderr = (stderr + data.toString("utf8")).slice(-2_000);
  });
  child.on("message", (answer: DuckAnswer) => {
    peak = Math.max(peak, answer.rssBytes ?? 0);
    const one = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (answer.error === undefined) one?.resolve(answer);
    else one?.reject(answer.odd === true ? new OddRecord(answer.error) : new DuckError(answer.error, answer.code));
  });
  const ask = (request: Ask): Promise<DuckAnswer> =>
    new Promise((resolve, reject) => {
      if (!child.connected) return reject(crashed(child.exitCode, child.signalCode, stderr));
      const id = next++;
      waiting.set(id, { resolve, reject });
      child.send({ id, ...request } satisfies DuckRequest);
    });
  return {
    run: (...statements) => {
      const answer = last.then(() => ask({ what: "run", statements }));
      last = answer.catch(() => undefined);
      return answer.then(({ rows }) => rows ?? []);
    },
    encode: (options) => readPieces(ask, options),
    peakRssBytes: () => peak,
    isAlive: () => child.connected && child.exitCode === null && child.signalCode === null,
    close: () => closeChild(child, ended),
  };
}

type Ask = DistributiveOmit<DuckRequest, "id">;
type DistributiveOmit<T, K extends keyof T> = T extends unknown ? Omit<T, K> : never;

async function* readPieces(
  ask: (request: Ask) => Promise<DuckAnswer>,
  options: EncodeOptions,
): AsyncGenerator<ReadPiece> {
  await ask({ what: "encode", options });
  for (;;) {
    const { piece, readBytes = 0 } = await ask({ what: "next-piece" });
    if (piece === null || piece === undefined) return;
    yield { ...piece, readBytes };
  }
}

async function closeChild(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill("SIGKILL"), CLOSE_WAIT_MS);
  await ended;
  clearTimeout(timer);
}

function crashed(code: number | null, signal: string | null, stderr: string): AppError {
  return new AppError("unavailable", `The file reader stopped (${signal ?? `exit ${code ?? "?"}`}). ${stderr}`.trim(), {
    remedy: "Nothing was changed. Run the ingest again; if it repeats, raise `ingest.memoryMb`.",
  });
}

/** An integer column of an answer (BIGINT arrives as text). */
export function countOf(row: DuckRow | undefined, column: string): number {
  return Number(row?.[column] ?? 0);
}

/** A text column of an answer. */
export function textOf(row: DuckRow | undefined, column: string): string | null {
  const value = row?.[column];
  return value === null || value === undefined ? null : String(value);
}
