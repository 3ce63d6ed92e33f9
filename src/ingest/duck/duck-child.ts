import { readFileSync } from "node:fs";

import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";

import { OddRecord } from "../file/encode-csv.ts";
import { encodePieces, type EncodedPiece } from "../file/encode-pieces.ts";
import type { DuckAnswer, DuckRequest } from "./duck-process.ts";

/**
 * The DuckDB child: runs the statements it is sent, one after the other, and answers the rows of the last; beside them it
 * takes CSVs apart, one piece ahead of what DuckDB reads.
 * A process of its own, so that a native crash or an out-of-memory never takes the chat down, and reading a bill never
 * holds up an answer. It ends with its parent: the channel closing is the signal, whatever killed the parent.
 */
process.on("disconnect", () => process.exit(0));
// Ctrl-C reaches the whole process group; the parent decides when we stop.
process.on("SIGINT", () => undefined);

let connection: DuckDBConnection | null = null;
let pieces: AsyncGenerator<EncodedPiece> | null = null;
let upcoming: Promise<IteratorResult<EncodedPiece>> | null = null;
let encodedBytes = 0;

/** How often the limit may grow, and by how much each time: 120 MB become 180, 270 and then 405. */
const RAISES_MAX = 3;
const RAISE_FACTOR = 1.5;
let raises = 0;
/** A child of this size has done much: below, nothing is worth giving back. */
const RETURN_ABOVE_BYTES = 230_000_000;

process.on("message", (request: DuckRequest) => {
  void answer(request);
});

async function answer(request: DuckRequest): Promise<void> {
  try {
    if (request.what === "run")
      return send({ id: request.id, rows: await runAll(request.statements), rssBytes: peakRssBytes() });
    if (request.what === "encode") {
      await pieces?.return(undefined);
      encodedBytes = 0;
      pieces = encodePieces(request.options, (bytes) => (encodedBytes = bytes));
      upcoming = nextPiece();
      return send({ id: request.id });
    }
    const { value, done } = (await upcoming) ?? { value: undefined, done: true };
    if (done !== true) upcoming = nextPiece();
    send({ id: request.id, piece: done === true ? null : value, readBytes: encodedBytes });
  } catch (error) {
    send({ id: request.id, error: textOf(error), odd: error instanceof OddRecord, code: codeOf(error) });
  }
}

function nextPiece(): Promise<IteratorResult<EncodedPiece>> | null {
  const next = pieces?.next() ?? null;
  next?.catch(() => undefined); // awaited by the request that asks for it
  return next;
}

async function runAll(statements: readonly string[]): Promise<DuckAnswer["rows"]> {
  connection ??= await (await DuckDBInstance.create(":memory:")).connect();
  let rows: DuckAnswer["rows"] = [];
  for (const statement of statements) {
    const reader = await runOne(connection, statement);
    rows = reader.getRowObjectsJson() as DuckAnswer["rows"];
    if (process.memoryUsage.rss() > RETURN_ABOVE_BYTES) await returnFreed(connection);
  }
  return rows;
}

/**
 * A statement that does not fit into the memory it has is run again with more, a bounded number of times: a bill in which
 * nothing repeats is loaded with more memory rather than refused. A failed statement has left nothing behind.
 */
async function runOne(duck: DuckDBConnection, statement: string) {
  for (;;) {
    try {
      return await duck.runAndReadAll(statement);
    } catch (error) {
      if (raises >= RAISES_MAX || !/^Out of Memory/i.test(textOf(error))) throw error;
      raises += 1;
      await raiseLimit(duck);
    }
  }
}

/**
 * Gives what statements have freed back to the system, where the allocator would keep it for the next: 50 MB in 10 ms.
 * Setting a limit, were it the same one, is how DuckDB is told to.
 */
async function returnFreed(duck: DuckDBConnection): Promise<void> {
  await raiseLimit(duck, 1).catch(() => undefined); // refused when there is more in use just now: next time then
}

async function raiseLimit(duck: DuckDBConnection, factor = RAISE_FACTOR): Promise<void> {
  const reader = await duck.runAndReadAll("select current_setting('memory_limit') as is");
  const [row] = reader.getRowObjectsJson();
  const [, amount = "", unit = ""] = /^([\d.]+) (\w+)$/.exec(typeof row?.is === "string" ? row.is : "") ?? [];
  await duck.run(`set memory_limit = '${(Number(amount) * factor).toFixed(1)} ${unit}'`);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** Highest resident memory of this process so far. Linux tells it apart from what the parent had when it forked us. */
function peakRssBytes(): number {
  try {
    const match = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"));
    if (match?.[1] !== undefined) return Number(match[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024; // no /proc on this system
  }
  return process.resourceUsage().maxRSS * 1024;
}

function send(message: DuckAnswer): void {
  if (process.connected) process.send?.(message);
}
