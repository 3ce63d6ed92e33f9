import { readFileSync } from "node:fs";

import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";

import type { DuckAnswer, DuckRequest } from "./duck-process.ts";

/**
 * The DuckDB child: runs the statements it is sent, one after the other, and answers the rows of the last.
 * A process of its own, so that a native crash or an out-of-memory never takes the chat down.
 * It ends with its parent: the channel closing is the signal, whatever killed the parent.
 */
const PROGRESS_EVERY_MS = 250;

process.on("disconnect", () => process.exit(0));
// Ctrl-C reaches the whole process group; the parent decides when we stop.
process.on("SIGINT", () => undefined);

let connection: DuckDBConnection | null = null;

process.on("message", (request: DuckRequest) => {
  void answer(request);
});

async function answer(request: DuckRequest): Promise<void> {
  const watch = setInterval(reportProgress, PROGRESS_EVERY_MS);
  try {
    connection ??= await (await DuckDBInstance.create(":memory:")).connect();
    let rows: DuckAnswer["rows"] = [];
    for (const statement of request.statements) {
      const reader = await connection.runAndReadAll(statement);
      rows = reader.getRowObjectsJson() as DuckAnswer["rows"];
    }
    send({ id: request.id, rows, rssBytes: peakRssBytes() });
  } catch (error) {
    send({ id: request.id, rows: [], error: error instanceof Error ? error.message : String(error) });
  } finally {
    clearInterval(watch);
  }
}

function reportProgress(): void {
  const percentage = connection?.progress.percentage ?? -1;
  if (percentage >= 0) send({ id: -1, rows: [], percentage });
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
