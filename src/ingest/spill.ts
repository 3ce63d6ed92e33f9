import { randomUUID } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

/** A folder of this process for spilled data; folders of dead processes of this machine are removed. */
export async function makeSpillDirectory(dataDir: string): Promise<string> {
  const root = join(dataDir, "spill");
  await mkdir(root, { recursive: true, mode: 0o700 });
  for (const name of await readdir(root)) {
    const match = /^(.+)@(\d+)@/.exec(name);
    if (match?.[1] === hostname() && !isAlive(Number(match[2])))
      await rm(join(root, name), { recursive: true, force: true });
  }
  const own = join(root, `${hostname()}@${process.pid}@${randomUUID().slice(0, 8)}`);
  await mkdir(own, { mode: 0o700 });
  return own;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // no such process
  }
}
