import { createTerminal, type TerminalRecord } from "./terminal-record.ts";
import { runFinops } from "../../src/cli/run-finops.ts";

export type Run = { readonly code: number; readonly out: string; readonly err: string };

export type Place = { readonly databaseUrl: string; readonly dataDir: string; readonly today?: string };

/** The environment of a run: nothing of the tests' own but what a process needs. */
export function environmentOf(place: Place): Record<string, string | undefined> {
  return {
    PATH: process.env["PATH"],
    HOME: process.env["HOME"],
    DATABASE_URL: place.databaseUrl,
    FINOPS_DATA_DIR: place.dataDir,
    FINOPS_TODAY: place.today ?? "2026-04-03",
    INIT_CWD: place.dataDir,
  };
}

/** One run of `finops`, in this process: everything but the start of Node. */
export async function runInProcess(args: readonly string[], place: Place): Promise<Run> {
  const record: TerminalRecord = createTerminal();
  const code = await runFinops({ argv: args, env: environmentOf(place), terminal: record.terminal });
  return { code, out: record.out(), err: record.err() };
}
