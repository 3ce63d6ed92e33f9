import { stat } from "node:fs/promises";
import { basename } from "node:path";

import type { IngestBatchAnswer } from "../domain/contract.ts";
import { loadBatches, type Batch } from "../store/batches.ts";
import { claimKey, type Claim } from "./claims.ts";
import { expandPaths } from "./file/expand-paths.ts";
import { fingerprintFile, fingerprintSet } from "./file/fingerprint.ts";
import { matchManifests, readManifest, type Manifest } from "./file/manifest.ts";
import { refusedFile, type CallFile, type IngestEnvironment, type IngestInput } from "./ingest-run.ts";
import type { MatchedManifest } from "./manifest-problem.ts";
import { exportName } from "./plan-deliveries.ts";

/** What the paths of a call name: the files to be read, manifests, and what is refused outright. */
export type CallFiles = {
  readonly files: readonly CallFile[];
  readonly manifests: readonly MatchedManifest[];
  readonly refused: readonly IngestBatchAnswer[];
};

/** Finds and fingerprints the files of a call. Throws AppError when a path names nothing. */
export async function listCallFiles(input: IngestInput): Promise<CallFiles> {
  const expanded = await expandPaths(input.paths, input.cwd);
  const files: CallFile[] = [];
  const first = new Map<string, string>();
  const same = new Map<string, string>();
  for (const path of expanded.files) {
    input.onProgress({ phase: "checking", what: path, rows: 0, bytes: 0, bytesTotal: 0, percent: 0 });
    const sha256 = await fingerprintFile(path);
    const before = first.get(sha256);
    same.set(path, before ?? path);
    // The same content twice is one delivery, whatever the copies are called.
    if (before !== undefined) continue;
    first.set(sha256, path);
    files.push({ fileNo: files.length + 1, path, sha256, bytes: (await stat(path)).size, set: null });
  }
  const read = await Promise.all(expanded.manifests.map(async (path) => ({ path, ...(await readManifest(path)) })));
  const refused = read.flatMap(({ path, ...each }) =>
    each.kind === "broken"
      ? [refusedFile(path, `"${basename(path)}" ${each.reason}`)]
      : each.kind === "other" && files.length === 0
        ? [
            refusedFile(
              path,
              `"${basename(path)}" is no manifest of a bill. Name the files of the bill, or their folder.`,
            ),
          ]
        : [],
  );
  const found = read.flatMap((each) => (each.kind === "manifest" ? [each.manifest] : []));
  const matched = matchManifests(found, expanded.files).map(({ manifest, parts }) => ({
    manifest,
    parts: parts.map((part) => ({ ...part, path: part.path === null ? null : (same.get(part.path) ?? part.path) })),
  }));
  return {
    files: withSets(files, { parts: input.parts, manifests: matched }),
    manifests: matched,
    refused: [...refused, ...withoutFiles(matched)],
  };
}

/** Each file with the fingerprint of the export it is a part of. */
function withSets(files: readonly CallFile[], options: Parameters<typeof exportName>[1]): CallFile[] {
  const sets = Map.groupBy(files, ({ path }) => exportName(path, options));
  return files.map((file) => {
    const name = exportName(file.path, options);
    const together = name === null ? [] : (sets.get(name) ?? []);
    return { ...file, set: together.length < 2 ? null : fingerprintSet(together.map(({ sha256 }) => sha256)) };
  });
}

/** Manifests none of whose files are here; not those of which another version is (each refresh of an export has one). */
function withoutFiles(matched: readonly MatchedManifest[]): IngestBatchAnswer[] {
  const hasFiles = ({ parts }: MatchedManifest): boolean => parts.some((part) => part.path !== null);
  const name = (manifest: Manifest): string => basename(manifest.path);
  return matched
    .filter(
      (each) =>
        !hasFiles(each) && !matched.some((other) => hasFiles(other) && name(other.manifest) === name(each.manifest)),
    )
    .map(({ manifest }) =>
      refusedFile(
        manifest.path,
        `the manifest "${name(manifest)}" lists ${manifest.parts.length} files, none of which is here. Fetch the whole export, then ingest its folder.`,
      ),
    );
}

/** Files whose content is what readers see already, with the batches that hold it: not read again. */
export async function findUnchanged(
  env: IngestEnvironment,
  files: readonly CallFile[],
  replace: boolean,
): Promise<Map<number, Batch[]>> {
  const batches = await loadBatches(env.db.sql, { by: "files", sha256s: files.map((file) => file.sha256) });
  const known = new Map<number, Batch[]>();
  for (const file of files) {
    const mine = batches.filter((batch) => batch.files.some((each) => each.sha256 === file.sha256));
    const latest = latestByKey(mine);
    // What was held is held again, without reading, until --replace.
    // A month that grew from several files is not what --replace makes of one of them.
    const isGrown = (batch: Batch): boolean => batch.rowIdentity !== null && batch.files.length > 1;
    // Within an export equal rows add up: files of one that were read in other company must be read together.
    const together = (batch: Batch): boolean =>
      batch.rowIdentity === null ||
      file.set === null ||
      batch.files.some(({ sha256, set }) => sha256 === file.sha256 && set === file.set);
    // A month that another source or export took over is not shown, whatever it was.
    const settled = (batch: Batch): boolean =>
      (batch.status === "stored" && batch.visible !== null && together(batch) && !(replace && isGrown(batch))) ||
      (batch.status === "held" && !replace);
    if (latest.length > 0 && latest.every(settled)) known.set(file.fileNo, latest);
  }
  return known;
}

/** The newest finished batch of each key. */
function latestByKey(batches: readonly Batch[]): Batch[] {
  const latest = new Map<string, Batch>();
  for (const batch of batches) {
    if (batch.status === "loading" || batch.status === "failed" || batch.status === "refused") continue;
    const key = `${batch.sourceId}/${claimKey(batch)}`;
    if (!latest.has(key)) latest.set(key, batch);
  }
  return [...latest.values()];
}

/** What a stored batch claims, as if its file had been read and had no rows. */
export function emptyClaimOf(batch: Batch): Claim {
  const { provider, dataset, billingAccount, billingMonth } = batch;
  const nothing = {
    keyHashes: [],
    accepted: 0,
    rejected: 0,
    dropped: {},
    residuals: 0,
    control: {},
    refused: {},
    warnings: [],
  };
  return { fileNo: 0, provider, dataset, billingAccount, billingMonth, ...nothing };
}
