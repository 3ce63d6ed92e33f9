import { readFile } from "node:fs/promises";
import { basename } from "node:path";

import { z } from "zod";

/** Files that a vendor's manifest says form one snapshot. */
export type Manifest = { readonly path: string; readonly names: readonly string[]; readonly rows: number | null };

/** AWS Data Exports and legacy CUR; Azure exports. Unknown members are ignored. */
const manifestSchema = z.object({
  reportKeys: z.array(z.string()).optional(),
  dataFiles: z
    .array(z.union([z.string(), z.object({ key: z.string().optional(), file: z.string().optional() })]))
    .optional(),
  blobs: z.array(z.object({ blobName: z.string(), dataRowCount: z.number().optional() })).optional(),
  dataRowCount: z.number().optional(),
});

/** The file names a manifest lists (last part of each path); null when the file is no manifest we know. */
export async function readManifest(path: string): Promise<Manifest | null> {
  const parsed = manifestSchema.safeParse(parseJson(await readFile(path, "utf8")));
  if (!parsed.success) return null;
  const { reportKeys = [], dataFiles = [], blobs = [], dataRowCount } = parsed.data;
  const keys = [
    ...reportKeys,
    ...dataFiles.map((each) => (typeof each === "string" ? each : (each.key ?? each.file ?? ""))),
    ...blobs.map((blob) => blob.blobName),
  ];
  const names = [...new Set(keys.map((key) => basename(key)).filter((name) => name !== ""))];
  return names.length === 0 ? null : { path, names, rows: dataRowCount ?? null };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // no JSON, so no manifest: the caller says so
  }
}
