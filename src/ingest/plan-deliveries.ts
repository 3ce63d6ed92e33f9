import { basename } from "node:path";

import { areChunks, chunkName } from "./chunk-names.ts";
import { claimKey, type Claim } from "./claims.ts";
import type { Manifest } from "./file/manifest.ts";

/** A file as the plan sees it. */
export type PlannedFile = {
  readonly fileNo: number;
  readonly path: string;
  readonly sha256: string;
  /** The formats whose later deliveries add to a month instead of replacing it. */
  readonly appends: boolean;
};

/** One delivery: what replaces (or adds to) one key. */
export type Delivery = {
  readonly claims: readonly Claim[];
  /** Of a delivery that appends, the files of each export it is made of: within one rows add up, between them they overlap. */
  readonly exports: readonly (readonly number[])[];
  readonly mode: "snapshot" | "parts" | "append";
  /** Null: it can be loaded; else why this key is refused. */
  readonly refusal: string | null;
};

export type PlanOptions = {
  readonly files: readonly PlannedFile[];
  readonly manifests: readonly Manifest[];
  /** --parts: the person says that files of one key belong together. */
  readonly parts: boolean;
};

/** Groups the claims of one call into deliveries. A key several files claim needs evidence that they are one set. */
export function planDeliveries(claims: readonly Claim[], options: PlanOptions): Delivery[] {
  const byKey = new Map<string, Claim[]>();
  for (const claim of claims) {
    const key = claimKey(claim);
    byKey.set(key, [...(byKey.get(key) ?? []), claim]);
  }
  const files = new Map(options.files.map((file) => [file.fileNo, file]));
  return [...byKey.keys()].sort().map((key) => planOne(byKey.get(key) ?? [], files, options));
}

function planOne(claims: readonly Claim[], files: ReadonlyMap<number, PlannedFile>, options: PlanOptions): Delivery {
  const paths = claims.map((claim) => files.get(claim.fileNo)).filter((file) => file !== undefined);
  const append = paths.some((file) => file.appends);
  const mode = append ? "append" : paths.length === 1 ? "snapshot" : "parts";
  const planned = { claims, mode, exports: append ? exportsOf(paths, options) : [] } as const;
  const missing = missingFromManifest(options, paths);
  if (missing !== null) return { ...planned, refusal: missing };
  if (paths.length === 1 || options.parts || append) return { ...planned, refusal: null };
  return { ...planned, refusal: evidence(paths, options.manifests) };
}

/** Files that are one export: by --parts, by a manifest, or as chunks by their names. Any other stands for itself. */
function exportsOf(files: readonly PlannedFile[], { parts, manifests }: PlanOptions): number[][] {
  const sets = new Map<string, number[]>();
  for (const { fileNo, path } of files) {
    const manifest = manifests.find((each) => each.names.includes(basename(path)));
    const name = parts ? "" : (manifest?.path ?? chunkName(path)?.template ?? `${fileNo}`);
    sets.set(name, [...(sets.get(name) ?? []), fileNo]);
  }
  return [...sets.values()];
}

/** Null when the files are one set by manifest or by chunk number; else the sentence that helps. */
function evidence(files: readonly PlannedFile[], manifests: readonly Manifest[]): string | null {
  const paths = files.map((file) => file.path);
  const together = manifests.some((manifest) => paths.every((path) => manifest.names.includes(basename(path))));
  if (together) return null;
  const chunks = areChunks(paths);
  const names = files.map((file) => basename(file.path));
  if (chunks?.complete === true) return null;
  if (chunks !== null) {
    return `by their names ${list(names)} are parts of one export, but part ${chunks.missing.join(", ")} is missing. Name all parts, or say --parts if these are all.`;
  }
  return `${list(names)} both hold this month, and nothing says whether they are parts of one bill or an older and a newer copy of it. Ingest only the newest, or one after the other, or say --parts if they belong together.`;
}

/** A manifest that lists a file of this key lists them all: one that was not named is missing. */
function missingFromManifest(options: PlanOptions, files: readonly PlannedFile[]): string | null {
  const given = new Set(options.files.map((file) => basename(file.path)));
  for (const manifest of options.manifests) {
    if (!files.some((file) => manifest.names.includes(basename(file.path)))) continue;
    const missing = manifest.names.filter((name) => !given.has(name));
    if (missing.length > 0) {
      return `the manifest "${basename(manifest.path)}" lists ${list(missing)}, which ${missing.length === 1 ? "is" : "are"} not here. Fetch the whole export, then ingest its folder.`;
    }
  }
  return null;
}

function list(names: readonly string[]): string {
  const SHOWN_MAX = 5;
  const shown = names.slice(0, SHOWN_MAX).map((name) => `"${name}"`);
  if (names.length > SHOWN_MAX) return `${shown.join(", ")} and ${names.length - SHOWN_MAX} more`;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1) ?? ""}`;
}
