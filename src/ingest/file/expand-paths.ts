import { glob, readdir, stat } from "node:fs/promises";
import { basename, isAbsolute, join, resolve } from "node:path";

import { AppError } from "../../domain/errors.ts";

/** Files named by the arguments of one call, in a stable order, each once. */
export type ExpandedPaths = { readonly files: readonly string[]; readonly manifests: readonly string[] };

const BILL_NAME = /\.(csv|csv\.gz|gz|parquet|pq|tsv|tsv\.gz)$/i;
const MANIFEST_NAME = /manifest\.json$/i;
const GLOB_SIGNS = /[*?[\]{}]/;
/** A folder this large is a mistake in the path, not a bill. */
const FILES_MAX = 20_000;

/**
 * Files, folders (searched through) and globs, relative to `cwd`. A file named outright is taken whatever its name;
 * in folders and globs only bills and manifests are. Throws AppError when a path names nothing.
 */
export async function expandPaths(paths: readonly string[], cwd: string): Promise<ExpandedPaths> {
  if (paths.length === 0) {
    throw new AppError("bad-input", "No file was named.", {
      remedy: "Name files, folders or globs: finops ingest bills/*.csv.gz",
    });
  }
  const found = new Set<string>();
  for (const path of paths) {
    const matches = await expandOne(path, cwd);
    if (matches.length === 0) {
      throw new AppError("bad-input", `${path}: no bill was found there.`, {
        remedy: "Bills are .csv, .csv.gz or .parquet files; check the path.",
      });
    }
    for (const match of matches) found.add(match);
    if (found.size > FILES_MAX) throw new AppError("limit", `${path}: more than ${FILES_MAX} files.`);
  }
  const all = [...found].sort();
  return {
    files: all.filter((path) => !MANIFEST_NAME.test(path)),
    manifests: all.filter((path) => MANIFEST_NAME.test(path)),
  };
}

async function expandOne(path: string, cwd: string): Promise<string[]> {
  const absolute = isAbsolute(path) ? path : resolve(cwd, path);
  const info = await stat(absolute).catch(() => null);
  if (info?.isDirectory() === true) return listFolder(absolute);
  if (info !== null) return [absolute];
  if (!GLOB_SIGNS.test(path)) {
    throw new AppError("not-found", `${path}: there is no such file or folder.`, {
      remedy: `Paths are read from ${cwd}.`,
    });
  }
  const matches: string[] = [];
  for await (const match of glob(path, { cwd })) {
    const full = resolve(cwd, match);
    const entry = await stat(full);
    if (entry.isDirectory()) matches.push(...(await listFolder(full)));
    else if (isWanted(full)) matches.push(full);
  }
  return matches;
}

async function listFolder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (path) =>
        isWanted(path) &&
        !path
          .slice(folder.length)
          .split("/")
          .some((part) => part.startsWith(".")),
    );
}

function isWanted(path: string): boolean {
  return BILL_NAME.test(path) || MANIFEST_NAME.test(basename(path));
}
