import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { Day } from "../src/domain/period.ts";

export type Place = { readonly folder: string; readonly today: Day };
export type RunningService = { readonly url: string; readonly token: string; readonly stop: () => Promise<void> };

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const CLI = fileURLToPath(new URL("../src/cli/finops.ts", import.meta.url));
const TOKEN_BYTES = 24;

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
  return { url, token, stop: () => end(child) };
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

function environment({ folder, today }: Place): NodeJS.ProcessEnv {
  const config = join(folder, "finops.yaml");
  return {
    PATH: process.env["PATH"],
    HOME: process.env["HOME"],
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
