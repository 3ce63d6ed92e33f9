import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** A bench that takes longer hangs: the slowest takes five minutes on two quiet cores. */
const MINUTES_MAX = 15;
const STOP_WAIT_MS = 10_000;
/** Where a bench's own server may lie below the folder it was given: bench folder, postgres, data. */
const DEPTH_MAX = 4;

/**
 * Runs a script of this folder as a process of its own, so that its memory and its warm code are its own; what it says
 * on the way is shown. Returns what it printed. However it ends, nothing of it is left: no file, and no server that a
 * killed script could not stop any more. Throws when it fails or hangs.
 */
export async function runScript(script: string, words: readonly string[]): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), "finops-benches-"));
  try {
    return await outputOf(script, words, scratch);
  } finally {
    await stopServers(scratch, DEPTH_MAX);
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function outputOf(script: string, words: readonly string[], scratch: string): Promise<string> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [path, ...words], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, TMPDIR: scratch },
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, MINUTES_MAX * 60_000);
  try {
    return await new Promise<string>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => {
        if (late) reject(new Error(`it was stopped after ${MINUTES_MAX} minutes\n${output}`));
        else if (code === 0) resolve(output);
        else reject(new Error(`it ended with ${signal ?? String(code)}\n${output}`));
      });
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Built-in servers are processes of their own: one that still runs from this folder has lost its bench. */
async function stopServers(folder: string, depth: number): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth > 0) await stopServers(path, depth - 1);
    if (entry.name !== "postmaster.pid") continue;
    const pid = Number((await readFile(path, "utf8")).split("\n")[0]);
    if (pid > 0) await stop(pid);
  }
}

/** SIGINT is Postgres' fast shutdown. */
async function stop(pid: number): Promise<void> {
  for (let waited = 0; waited < STOP_WAIT_MS; waited += 100) {
    try {
      process.kill(pid, waited === 0 ? "SIGINT" : 0);
    } catch {
      return; // gone
    }
    await pause(100);
  }
}
