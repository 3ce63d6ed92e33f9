import { basename } from "node:path";

import type { Manifest, MatchedPart } from "./file/manifest.ts";

/** A manifest, and which file of the call each of its parts is. */
export type MatchedManifest = { readonly manifest: Manifest; readonly parts: readonly MatchedPart[] };

type CheckedFile = {
  readonly path: string;
  readonly bytes: number;
  readonly rows: number | null;
  readonly broken: string | null;
};

/**
 * Why files are not the whole snapshot their manifest describes: a part is missing, cut off, unreadable, or has another
 * number of rows. Null when all is as it says, or no manifest lists them.
 */
export function manifestProblem(
  manifests: readonly MatchedManifest[],
  mine: readonly { readonly path: string }[],
  all: readonly CheckedFile[],
): string | null {
  for (const { manifest, parts } of manifests) {
    if (!parts.some((part) => mine.some((file) => file.path === part.path))) continue;
    const name = `the manifest "${basename(manifest.path)}"`;
    const missing = parts.filter((part) => part.path === null).map((part) => basename(part.entry));
    if (missing.length > 0) {
      return `${name} lists ${quotedList(missing)}, which ${missing.length === 1 ? "is" : "are"} not here. Fetch the whole export, then ingest its folder.`;
    }
    const files = parts.map((part) => ({ part, file: all.find((each) => each.path === part.path) }));
    for (const { part, file } of files) {
      const problem = file === undefined ? null : partProblem(part, file, name);
      if (problem !== null) return problem;
    }
    const rows = files.map(({ file }) => file?.rows ?? null);
    const total = rows.reduce<number | null>((sum, n) => (sum === null || n === null ? null : sum + n), 0);
    if (manifest.rows !== null && total !== null && total !== manifest.rows) {
      const each = files.map(({ file }) => `"${basename(file?.path ?? "")}" ${counted(file?.rows ?? 0, "row")}`);
      return `${name} says ${counted(manifest.rows, "row")} in all, the files have ${counted(total, "row")} (${each.slice(0, PARTS_SHOWN).join(", ")}). ${AGAIN}`;
    }
  }
  return null;
}

const PARTS_SHOWN = 5;
const AGAIN = "Fetch the export again, when it is written whole.";

function partProblem(part: MatchedPart, file: CheckedFile, name: string): string | null {
  const shown = `"${basename(part.entry)}"`;
  if (file.broken !== null) return `${shown}, which ${name} lists, cannot be read (${file.broken}).`;
  // What was unpacked on the way has another size; what is packed tells by itself when it is cut off.
  const isPacked = /\.gz$/i.test(part.entry);
  if (part.bytes !== null && !isPacked && part.bytes !== file.bytes)
    return `${shown} has ${counted(file.bytes, "byte")}, ${name} says ${counted(part.bytes, "byte")}. ${AGAIN}`;
  if (part.rows !== null && file.rows !== null && part.rows !== file.rows)
    return `${shown} has ${counted(file.rows, "row")}, ${name} says ${counted(part.rows, "row")}. ${AGAIN}`;
  return null;
}

function counted(number: number, noun: string): string {
  return `${number.toLocaleString("en-US")} ${noun}${number === 1 ? "" : "s"}`;
}

/** "a", "b" and 3 more. */
export function quotedList(names: readonly string[]): string {
  const SHOWN_MAX = 5;
  const shown = names.slice(0, SHOWN_MAX).map((name) => `"${name}"`);
  if (names.length > SHOWN_MAX) return `${shown.join(", ")} and ${names.length - SHOWN_MAX} more`;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1) ?? ""}`;
}
