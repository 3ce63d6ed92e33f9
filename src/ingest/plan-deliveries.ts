import { basename } from "node:path";

import { areChunks, chunkName } from "./chunk-names.ts";
import { claimKey, type Claim } from "./claims.ts";
import { APPENDING_PROVIDER } from "./formats/format.ts";
import { manifestProblem, quotedList, type MatchedManifest } from "./manifest-problem.ts";

/** A file as the plan sees it. */
export type PlannedFile = {
  readonly fileNo: number;
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  /** The formats whose later deliveries add to a month instead of replacing it. */
  readonly appends: boolean;
  /** Lines read, good and bad; null: it was not read in this call. */
  readonly rows: number | null;
  /** Why it could not be read; null: it could. */
  readonly broken: string | null;
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
  readonly manifests: readonly MatchedManifest[];
  /** Keys that files read earlier in this call have filled, with the names of those files. */
  readonly filled: ReadonlyMap<string, readonly string[]>;
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
  const append = claims[0]?.provider === APPENDING_PROVIDER && paths.some((file) => file.appends);
  const mode = append ? "append" : paths.length === 1 ? "snapshot" : "parts";
  const planned = { claims, mode, exports: append ? exportsOf(paths, options) : [] } as const;
  const incomplete = manifestProblem(options.manifests, paths, options.files) ?? brokenPart(paths, options);
  if (incomplete !== null) return { ...planned, refusal: incomplete };
  const [claim] = claims;
  const filled = claim === undefined ? undefined : options.filled.get(claimKey(claim));
  if (filled !== undefined && !append) return { ...planned, refusal: alreadyFilled(paths, filled) };
  if (paths.length === 1 || options.parts || append) return { ...planned, refusal: null };
  return { ...planned, refusal: evidence(paths, options.manifests) };
}

/** What the files of one export have in common: --parts, a manifest, or the name but for the chunk number; null = nothing. */
export function exportName(
  path: string,
  { parts, manifests }: Pick<PlanOptions, "parts" | "manifests">,
): string | null {
  const manifest = manifests.find((each) => each.parts.some((part) => part.path === path));
  return parts ? "" : (manifest?.manifest.path ?? chunkName(path)?.template ?? null);
}

/** Files that are one export. Any other stands for itself. */
function exportsOf(files: readonly PlannedFile[], options: PlanOptions): number[][] {
  const sets = new Map<string, number[]>();
  for (const { fileNo, path } of files) {
    const name = exportName(path, options) ?? `${fileNo}`;
    sets.set(name, [...(sets.get(name) ?? []), fileNo]);
  }
  return [...sets.values()];
}

/** Null when the files are one set by manifest or by chunk number; else the sentence that helps. */
function evidence(files: readonly PlannedFile[], manifests: readonly MatchedManifest[]): string | null {
  const paths = files.map((file) => file.path);
  const together = manifests.some(({ parts }) => paths.every((path) => parts.some((part) => part.path === path)));
  if (together) return null;
  const chunks = areChunks(paths);
  const names = files.map((file) => basename(file.path));
  if (chunks?.complete === true) return null;
  if (chunks !== null) {
    return `by their names ${quotedList(names)} are parts of one export, but part ${chunks.missing.join(", ")} is missing. Name all parts, or say --parts if these are all.`;
  }
  return `${quotedList(names)} ${names.length === 2 ? "both" : "all"} hold this month, and nothing says whether they are parts of one bill or an older and a newer copy of it. Ingest only the newest, or one after the other, or say --parts if they belong together.`;
}

function alreadyFilled(files: readonly PlannedFile[], before: readonly string[]): string {
  const names = files.map((file) => basename(file.path));
  return `${quotedList(names)} also ${names.length === 1 ? "holds" : "hold"} this month, which ${quotedList(before)} of this call ${before.length === 1 ? "has" : "have"} just filled, and nothing says whether they are parts of one bill or an older and a newer copy of it. Ingest only the newest, or one after the other, or say --parts if they belong together.`;
}

/** A file that by its name, or by --parts, belongs to these and could not be read: without it the month is not whole. */
function brokenPart(files: readonly PlannedFile[], { files: all, parts }: PlanOptions): string | null {
  const templates = new Set(files.map(({ path }) => chunkName(path)?.template ?? path));
  const broken = all.find(
    (each) => each.broken !== null && (parts || templates.has(chunkName(each.path)?.template ?? "")),
  );
  if (broken === undefined) return null;
  return `"${basename(broken.path)}" belongs to the same export and cannot be read (${broken.broken ?? ""}), so this month would not be whole. Mend or leave out that file.`;
}
