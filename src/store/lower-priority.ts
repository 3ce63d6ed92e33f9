import { readFileSync } from "node:fs";
import { constants, getPriority, setPriority } from "node:os";

import type { Client } from "pg";

/** As the child that reads bills: after everything that answers somebody. */
const NICENESS = constants.priority.PRIORITY_BELOW_NORMAL;

/** This process comes after those that answer people: loading bills may take a little longer, a question may not. */
export function lowerOwnPriority(): void {
  lower(process.pid);
}

/**
 * The same for the server's side of a connection that loads, where the server is on this machine: COPY and the building
 * of indexes take half of the CPU of a load. Elsewhere, and where the system forbids it, nothing happens.
 */
export async function lowerBackendPriority(client: Client): Promise<void> {
  const { rows } = await client.query<{ pid: number; port: number | null }>(
    "select pg_backend_pid() as pid, inet_client_port() as port",
  );
  const [backend] = rows;
  if (backend?.port !== null && backend !== undefined && isBackendHere(backend.pid, backend.port)) lower(backend.pid);
}

/**
 * Whether a process of this machine is that backend: its title ends in our address and port. A server in a container or
 * behind a tunnel has process ids of its own, which here belong to somebody else.
 */
function isBackendHere(pid: number, port: number): boolean {
  try {
    const title = readFileSync(`/proc/${pid}/cmdline`, "latin1");
    return title.startsWith("postgres:") && title.includes(`(${port})`);
  } catch {
    return false; // no such process, or no /proc
  }
}

function lower(pid: number): void {
  try {
    if (getPriority(pid) < NICENESS) setPriority(pid, NICENESS);
  } catch {
    return; // forbidden in some containers: the load then merely competes
  }
}
