import { readFile } from "node:fs/promises";
import { basename, dirname, sep } from "node:path";

import { z } from "zod";

/** A file of the snapshot a manifest describes; what the manifest does not say is null. */
export type ManifestPart = {
  /** As the manifest writes it: a key or blob name, with folders. */
  readonly entry: string;
  readonly rows: number | null;
  /** Size as stored. */
  readonly bytes: number | null;
};

/** Files that a vendor's manifest says form one snapshot. */
export type Manifest = {
  readonly path: string;
  readonly parts: readonly ManifestPart[];
  /** Rows of all of them. */
  readonly rows: number | null;
};

const count = z.number().int().nonnegative().optional();

/**
 * AWS Data Exports (`dataFiles`) and legacy CUR (`reportKeys`): lists only. Azure exports: row and byte counts too.
 * Google's exports and FOCUS have none. Unknown members are ignored.
 */
const manifestSchema = z.object({
  reportKeys: z.array(z.string()).optional(),
  dataFiles: z
    .array(z.union([z.string(), z.object({ key: z.string().optional(), file: z.string().optional() })]))
    .optional(),
  blobs: z.array(z.object({ blobName: z.string(), dataRowCount: count, byteCount: count })).optional(),
  dataRowCount: count,
});

/** What a file called …manifest.json says: the files it lists; that it is no manifest we know; or why it cannot be read. */
export type ReadManifest =
  | { readonly kind: "manifest"; readonly manifest: Manifest }
  | { readonly kind: "other" }
  | { readonly kind: "broken"; readonly reason: string };

/** Reads a manifest. */
export async function readManifest(path: string): Promise<ReadManifest> {
  let json: unknown;
  try {
    json = JSON.parse((await readFile(path, "utf8")).replace(/^\uFEFF/, ""));
  } catch {
    return { kind: "broken", reason: "is no JSON: it may be cut off. Fetch it again with its files." };
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) return { kind: "other" };
  const { reportKeys = [], dataFiles = [], blobs = [], dataRowCount } = parsed.data;
  const keys = [
    ...reportKeys,
    ...dataFiles.map((each) => (typeof each === "string" ? each : (each.key ?? each.file ?? ""))),
  ];
  const parts = [
    ...keys.map((entry): ManifestPart => ({ entry, rows: null, bytes: null })),
    ...blobs.map((blob): ManifestPart => {
      return { entry: blob.blobName, rows: blob.dataRowCount ?? null, bytes: blob.byteCount ?? null };
    }),
  ];
  const named = new Map(parts.filter((part) => basename(part.entry) !== "").map((part) => [part.entry, part]));
  if (named.size === 0) return { kind: "other" };
  return { kind: "manifest", manifest: { path, parts: [...named.values()], rows: dataRowCount ?? null } };
}

/** A part and the file that is it; null: it is not among the files. */
export type MatchedPart = ManifestPart & { readonly path: string | null };

/**
 * Finds the parts of a manifest among files. Folders tell files of one name apart (every run of an Azure export has its
 * part_0_0001.csv): the file whose path ends most like the entry is meant, among equals one in the manifest's folder.
 * A file that shares no more than its name with the entry must lie in the manifest's folder or below, or there must be
 * no other manifest that lists it better.
 */
export function matchManifests(
  manifests: readonly Manifest[],
  paths: readonly string[],
): { readonly manifest: Manifest; readonly parts: readonly MatchedPart[] }[] {
  const byName = new Map<string, string[]>();
  for (const path of paths) byName.set(basename(path), [...(byName.get(basename(path)) ?? []), path]);
  const likeness = (manifest: Manifest, { entry }: ManifestPart, path: string): number =>
    2 * alike(entry, path) + (isBelow(dirname(manifest.path), path) ? 1 : 0);
  /** How well the manifest that lists a file best does so. */
  const best = new Map<string, number>();
  for (const manifest of manifests)
    for (const part of manifest.parts)
      for (const path of byName.get(basename(part.entry)) ?? [])
        best.set(path, Math.max(best.get(path) ?? 0, likeness(manifest, part, path)));
  return manifests.map((manifest) => ({
    manifest,
    parts: manifest.parts.map((part) => {
      const [found] = (byName.get(basename(part.entry)) ?? [])
        .map((path) => ({ path, likeness: likeness(manifest, part, path) }))
        .filter((each) => each.likeness === best.get(each.path))
        .sort((a, b) => b.likeness - a.likeness);
      return { ...part, path: found?.path ?? null };
    }),
  }));
}

/** How many of the last parts of two paths are the same. */
function alike(entry: string, path: string): number {
  const [a, b] = [entry.split("/").reverse(), path.split(sep).reverse()];
  const differs = a.findIndex((name, index) => name !== b[index]);
  return differs < 0 ? a.length : differs;
}

function isBelow(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
