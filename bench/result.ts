import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { Day } from "../src/domain/period.ts";
import { verdictOf, type Figure, type Verdict } from "./figure.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Beside this file, under version control: what docs/performance.md is made of. */
const RESULTS = "bench/results";

export type Machine = {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
};

/** One run of one bench. */
export type Result = {
  readonly name: string;
  readonly about: string;
  readonly command: string;
  readonly date: Day;
  /** Short id of the commit that was checked out; `changed` = with uncommitted changes in src, bench or migrations. */
  readonly commit: string;
  readonly changed: boolean;
  readonly machine: Machine;
  readonly seconds: number;
  readonly figures: readonly (Figure & { readonly verdict: Verdict })[];
};

export function withVerdicts(figures: readonly Figure[]): Result["figures"] {
  return figures.map((one) => ({ ...one, verdict: verdictOf(one) }));
}

export function thisMachine(): Machine {
  const all = cpus();
  const cpu = all[0]?.model.trim() || process.arch;
  return { cpu, cores: all.length, memoryGb: Math.round(totalmem() / 1024 ** 3), node: process.versions.node };
}

export function thisCommit(): { commit: string; changed: boolean } {
  const commit = git(["rev-parse", "--short", "HEAD"]).trim();
  return { commit, changed: git(["status", "--porcelain", "--", "src", "bench/*.ts", "migrations"]).trim() !== "" };
}

export async function writeResult(result: Result): Promise<string> {
  await mkdir(join(ROOT, RESULTS), { recursive: true });
  const path = `${RESULTS}/${result.name}.json`;
  await writeFile(join(ROOT, path), `${JSON.stringify(result, null, 2)}\n`);
  return path;
}

/** The results as they lie in the folder, in the order of `names`, others after. */
export async function readResults(names: readonly string[]): Promise<Result[]> {
  const folder = join(ROOT, RESULTS);
  if (!existsSync(folder)) return [];
  const files = (await readdir(folder)).filter((file) => file.endsWith(".json"));
  const all = await Promise.all(
    files.map(async (file) => JSON.parse(await readFile(join(folder, file), "utf8")) as Result),
  );
  const rank = ({ name }: Result): number => (names.includes(name) ? names.indexOf(name) : names.length);
  return all.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

/** The last committed result of a bench; null = none was ever committed. */
export function committedResult(name: string): Result | null {
  try {
    return JSON.parse(git(["show", `HEAD:${RESULTS}/${name}.json`])) as Result;
  } catch {
    return null;
  }
}

function git(words: readonly string[]): string {
  return execFileSync("git", words, { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}
