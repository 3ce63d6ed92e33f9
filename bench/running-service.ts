import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { Day } from "../src/domain/period.ts";

export type Place = {
  readonly folder: string;
  readonly today: Day;
  /** Further variables: tokens of a chat platform. */
  readonly variables?: Readonly<Record<string, string>>;
};
export type RunningService = {
  readonly url: string;
  readonly token: string;
  /** What the service did since the last call; the clock of a busy machine has no part in it. */
  readonly effort: () => Promise<Effort>;
  readonly stop: () => Promise<void>;
};
export type Effort = {
  /** CPU of all its threads (/proc of Linux); null = the system does not tell. Postgres is another process. */
  readonly cpuSeconds: number | null;
  /** How late the event loop was for a timer: 50th and 99th percentile and the worst, ms. */
  readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly worst: number };
};

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const CLI = fileURLToPath(new URL("../src/cli/finops.ts", import.meta.url));
const TOKEN_BYTES = 24;
/** The kernel counts CPU in hundredths of a second. */
const TICKS_PER_SECOND = 100;
/** prom-client looks at the event loop every 10 ms and counts the waiting itself. */
const LOOP_TIMER_MS = 10;

/** The service as people start it, a process of its own on a data folder; ready when it has said so. */
export async function startService(place: Place): Promise<RunningService> {
  const token = randomBytes(TOKEN_BYTES).toString("hex");
  // With a token people are told apart; on loopback alone everybody would be the same one.
  const given = { PORT: "0", FINOPS_HOST: "0.0.0.0", FINOPS_TOKEN: token };
  const child = run(MAIN, [], { ...environment(place), ...given });
  const url = await new Promise<string>((resolve, reject) => {
    let said = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const port = /is ready .*:(\d+)/.exec(said)?.[1];
      if (port !== undefined) resolve(`http://localhost:${port}`);
    });
    child.once("exit", (code) => reject(new Error(`the service ended with ${code ?? "a signal"}`)));
  });
  let before = cpuOf(child);
  const effort = async (): Promise<Effort> => {
    const now = cpuOf(child);
    const cpuSeconds = now === null || before === null ? null : now - before;
    before = now;
    return { cpuSeconds, loopDelayMs: await loopDelay(url) };
  };
  return { url, token, effort, stop: () => end(child) };
}

function cpuOf(child: ChildProcess): number | null {
  try {
    const text = readFileSync(`/proc/${child.pid ?? 0}/stat`, "utf8");
    // The name in brackets may hold blanks; user and system time are the 12th and 13th field after it.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return null;
  }
}

/** From the service's own metrics, which begin anew with every reading. */
async function loopDelay(url: string): Promise<Effort["loopDelayMs"]> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const read = (name: string): number => {
    const seconds = Number(new RegExp(`^finops_nodejs_eventloop_lag_${name}_seconds (\\S+)`, "m").exec(text)?.[1]);
    return Math.max(0, Math.round((seconds * 1_000 - LOOP_TIMER_MS) * 10) / 10);
  };
  return { p50: read("p50"), p99: read("p99"), worst: read("max") };
}

export type Ingesting = {
  /** Seconds of each ingest that ended before `stop`. */
  readonly stop: () => Promise<number[]>;
};

/** `finops ingest FILE --replace` again and again, a process each time, the files in turn, until stopped. */
export function ingestAgainAndAgain(place: Place, files: readonly string[]): Ingesting {
  const seconds: number[] = [];
  let child: ChildProcess | null = null;
  const stopping = new AbortController();
  const loop = async (): Promise<void> => {
    for (let turn = 0; !stopping.signal.aborted; turn += 1) {
      const started = performance.now();
      child = run(CLI, ["ingest", files[turn % files.length] ?? "", "--replace"], environment(place));
      let said = "";
      child.stdout?.setEncoding("utf8").on("data", (text: string) => (said += text));
      const [code] = (await once(child, "exit")) as [number | null];
      if (!stopping.signal.aborted && code !== 0)
        throw new Error(`the ingest ended with ${code ?? "a signal"}\n${said}`);
      if (!stopping.signal.aborted) seconds.push((performance.now() - started) / 1_000);
    }
  };
  const looping = loop();
  looping.catch(() => undefined); // `stop` tells
  return {
    stop: async () => {
      stopping.abort();
      if (child !== null) await end(child);
      await looping;
      return seconds;
    },
  };
}

function run(script: string, words: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, [script, ...words], { env, stdio: ["ignore", "pipe", "inherit"] });
}

function environment({ folder, today, variables = {} }: Place): NodeJS.ProcessEnv {
  const config = join(folder, "finops.yaml");
  return {
    PATH: process.env["PATH"],
    HOME: process.env["HOME"],
    ...variables,
    FINOPS_DATA_DIR: folder,
    FINOPS_TODAY: today,
    FINOPS_DEMO: "off",
    FINOPS_LOG: join(folder, "finops.log"),
    ...(existsSync(config) ? { FINOPS_CONFIG: config } : {}),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}
