import { rm, stat } from "node:fs/promises";

import type { IngestAnswer, IngestBatchAnswer } from "../domain/contract.ts";
import { AppError, explain } from "../domain/errors.ts";
import { loadIncomplete } from "../store/batches-held.ts";
import { loadBatches, type Batch } from "../store/batches.ts";
import { cubeVersion, loadPromotedTags } from "../store/cube-version.ts";
import { takeLease, type Lease } from "../store/lease.ts";
import { openLoader, type Loader } from "../store/load.ts";
import { reapBatches } from "../store/reap.ts";
import { openReader } from "../store/rollups.ts";
import { exportDictionaries, type ExportedTable } from "./build-delivery.ts";
import { claimKey, readClaims, type Claim } from "./claims.ts";
import { crashPoint } from "./crash-point.ts";
import { countOf, openDuck, type Duck } from "./duck/duck-process.ts";
import { expandPaths } from "./file/expand-paths.ts";
import { fingerprintFile } from "./file/fingerprint.ts";
import { readManifest, type Manifest } from "./file/manifest.ts";
import { trackProgress, type Progress } from "./progress.ts";
import { refusedFile, type CallFile, type IngestEnvironment, type IngestInput, type IngestRun } from "./ingest-run.ts";
import { unchangedAnswer } from "./delivery-notices.ts";
import { loadDelivery } from "./load-delivery.ts";
import { planDeliveries } from "./plan-deliveries.ts";
import { refreshPromotedTags } from "./promoted-tags.ts";
import { rebuildStaleRollups } from "./rebuild-rollups.ts";
import { makeSpillDirectory } from "./spill.ts";
import type { Stage } from "./scan-file.ts";
import { openFile, stageFile, type StagedFile } from "./stage-file.ts";
import { checkDigestsSql, checkHashesSql, dictionarySql, forgetSplitTextsSql, keysSql } from "./sql/dictionary-sql.ts";
import { createStageSql, FEW_DECIMALS, forgetFileSql } from "./sql/stage-tables.ts";

/** How long a call waits for another ingest of the same source. */
const WAIT_SECONDS = 900;

/** Ingests the files of one call: each delivery by itself, whatever becomes of the others. */
export async function runIngest(env: IngestEnvironment, input: IngestInput): Promise<IngestAnswer> {
  const { files, manifests } = await listFiles(input);
  const known = await findUnchanged(env, files, input.replace);
  const spillDirectory = await makeSpillDirectory(env.dataDir);
  const progress = trackProgress(files, input.onProgress);
  const opened = openResources(env, progress);
  const duck = await openDuck({
    memoryMb: env.settings.ingestMemoryMb,
    spillDirectory,
  });
  try {
    const staging: Staging = {
      env,
      input,
      duck,
      spillDirectory,
      progress,
      staged: new Map(),
      refused: [],
      stage: { decimals: FEW_DECIMALS },
    };
    await duck.run(...createStageSql());
    await stageAll(
      staging,
      files.filter((file) => !known.has(file.fileNo)),
    );
    let claims = await claimsOf(staging);
    const rereads = rereadable(known, claims, files, input, manifests);
    await stageAll(staging, rereads);
    for (const file of rereads) known.delete(file.fileNo);
    if (rereads.length > 0) claims = await claimsOf(staging);
    progress.rows(claims.reduce((sum, claim) => sum + claim.accepted + claim.rejected, 0));
    const cube = await prepareDictionaries(staging, claims);
    const run: CallRun = {
      env,
      input,
      duck,
      spillDirectory,
      files: new Map(files.map((file) => [file.fileNo, file])),
      staged: withClaims(staging.staged, claims),
      stage: staging.stage,
      cube,
      loader: opened.loader,
      secondLoader: opened.secondLoader,
      reader: opened.reader,
      leaseOf: opened.leaseOf,
      report: progress.report,
    };
    crashPoint("staged");
    const answers = [...staging.refused, ...(await loadAll(run, claims, known, manifests))];
    crashPoint("before-release");
    return { batches: await markIncomplete(env, answers) };
  } finally {
    await opened.close();
    env.onChildPeak?.(duck.peakRssBytes());
    await duck.close();
    await rm(spillDirectory, { recursive: true, force: true });
  }
}

/** Old batches cleaned up and stored rows rebuilt after a call; more of either is left to the background job. */
const REAPED_MAX = 20;
const REBUILT_ROWS_MAX = 1_000_000;

/** What a load leaves to do: batches nobody needs any more, rollups that lack a newly promoted tag. */
export async function tidyUp(env: IngestEnvironment): Promise<void> {
  await reapBatches(env.db.sql, REAPED_MAX);
  await rebuildStaleRollups(env, REBUILT_ROWS_MAX);
}

/** What a call shares before its dictionaries are on their way. */
type CallRun = Omit<IngestRun, "dictionaries">;

type Resources = Pick<IngestRun, "loader" | "secondLoader" | "reader" | "leaseOf"> & {
  readonly close: () => Promise<void>;
};

/** The loading connections and the leases of a call, taken on first use. */
function openResources(env: IngestEnvironment, progress: Progress): Resources {
  const leases = new Map<string, Lease>();
  let loader: Promise<Loader> | null = null;
  let second: Promise<Loader> | null = null;
  let reader: ReturnType<typeof openReader> | null = null;
  return {
    loader: () => (loader ??= openLoader(env.db.url)),
    secondLoader: () => (second ??= openLoader(env.db.url)),
    reader: () => (reader ??= openReader(env.db.url)),
    leaseOf: async (sourceId) => {
      const held = leases.get(sourceId);
      if (held !== undefined) return held;
      const lease = await takeLease(env.db.sql, sourceId, {
        leaseSeconds: env.settings.ingestLeaseSeconds,
        waitSeconds: WAIT_SECONDS,
        onWait: () => progress.report("waiting", "another ingest of the same source", 0),
      });
      leases.set(sourceId, lease);
      return lease;
    },
    close: async () => {
      await Promise.allSettled([...leases.values()].map((lease) => lease.release()));
      await reader?.then((opened) => opened.end()).catch(() => undefined);
      for (const each of [loader, second]) await each?.then((opened) => opened.close()).catch(() => undefined);
    },
  };
}

type Staging = {
  readonly env: IngestEnvironment;
  readonly input: IngestInput;
  readonly duck: Duck;
  readonly spillDirectory: string;
  readonly progress: Progress;
  readonly staged: Map<number, StagedFile>;
  readonly stage: Stage;
  readonly refused: IngestBatchAnswer[];
};

async function listFiles(input: IngestInput): Promise<{ files: CallFile[]; manifests: Manifest[] }> {
  const expanded = await expandPaths(input.paths, input.cwd);
  const files: CallFile[] = [];
  const seen = new Set<string>();
  for (const path of expanded.files) {
    input.onProgress({ phase: "checking", what: path, rows: 0, bytes: 0, bytesTotal: 0, percent: 0 });
    const sha256 = await fingerprintFile(path);
    // The same content twice is one delivery, whatever the copies are called.
    if (seen.has(sha256)) continue;
    seen.add(sha256);
    files.push({ fileNo: files.length + 1, path, sha256, bytes: (await stat(path)).size });
  }
  const manifests = await Promise.all(expanded.manifests.map(readManifest));
  return { files, manifests: manifests.filter((manifest) => manifest !== null) };
}

/** Files whose content is what readers see already, with the batches that hold it: not read again. */
async function findUnchanged(
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
    const settled = (batch: Batch): boolean =>
      (batch.status === "stored" && !(replace && isGrown(batch))) || (batch.status === "held" && !replace);
    if (latest.length > 0 && latest.every(settled)) known.set(file.fileNo, latest);
  }
  return known;
}

/** The newest finished batch of each key. */
function latestByKey(batches: readonly Batch[]): Batch[] {
  const latest = new Map<string, Batch>();
  for (const batch of batches) {
    if (batch.status === "loading" || batch.status === "failed") continue;
    const key = `${batch.sourceId}/${claimKey(batch)}`;
    if (!latest.has(key)) latest.set(key, batch);
  }
  return [...latest.values()];
}

async function stageAll(staging: Staging, files: readonly CallFile[]): Promise<void> {
  for (const file of files) {
    staging.progress.file(file);
    await stageOne(staging, file);
  }
}

async function stageOne(staging: Staging, file: CallFile): Promise<void> {
  const { duck, spillDirectory } = staging;
  try {
    const opened = await openFile(duck, file.path);
    const options = {
      ...opened,
      fileNo: file.fileNo,
      spillDirectory,
      separatorInText: false,
      stage: staging.stage,
      onRead: staging.progress.within,
    };
    let staged = await stageFile(duck, options);
    const [check] = await duck.run(checkHashesSql());
    if (countOf(check, "split") > 0) {
      await duck.run(...forgetFileSql(file.fileNo), ...forgetSplitTextsSql());
      staged = await stageFile(duck, { ...options, separatorInText: true });
    }
    staging.staged.set(file.fileNo, staged);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "internal" || error.code === "unavailable") throw error;
    await duck.run(...forgetFileSql(file.fileNo));
    staging.refused.push(refusedFile(file.path, explain(error)));
  }
}

async function claimsOf(staging: Staging): Promise<Claim[]> {
  return readClaims(await staging.duck.run(keysSql()));
}

function withClaims(staged: ReadonlyMap<number, StagedFile>, claims: readonly Claim[]): Map<number, StagedFile> {
  return new Map(
    [...staged].map(([fileNo, file]) => [
      fileNo,
      { ...file, claims: claims.filter((claim) => claim.fileNo === fileNo) },
    ]),
  );
}

/**
 * Unchanged files whose month a file of this call claims too: they are read after all when the two belong together
 * (--parts); otherwise the plan refuses that month without reading them.
 */
function rereadable(
  known: ReadonlyMap<number, Batch[]>,
  claims: readonly Claim[],
  files: readonly CallFile[],
  input: IngestInput,
  manifests: readonly Manifest[],
): CallFile[] {
  const claimed = new Set(claims.map(claimKey));
  return files.filter((file) => {
    const clash = known.get(file.fileNo)?.find((batch) => claimed.has(claimKey(batch)));
    if (clash === undefined) return false;
    const together = claims
      .filter((claim) => claimKey(claim) === claimKey(clash))
      .map((claim) => files.find((each) => each.fileNo === claim.fileNo)?.path ?? "");
    const [plan] = planDeliveries(
      [file.path, ...together].map((_, index) => ({ ...emptyClaimOf(clash), fileNo: index })),
      {
        files: [file.path, ...together].map((path, fileNo) => ({ fileNo, path, sha256: "", appends: false })),
        manifests,
        parts: input.parts,
      },
    );
    return plan?.refusal === null;
  });
}

function emptyClaimOf(batch: Batch): Claim {
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

/** Dictionaries of the whole call, and the tag keys its rollups carry. */
async function prepareDictionaries(staging: Staging, claims: readonly Claim[]): Promise<IngestRun["cube"]> {
  const { duck, env, input } = staging;
  const { sql } = env.db;
  if (claims.length === 0) {
    const promoted = await loadPromotedTags(sql);
    return { promoted, version: cubeVersion(env.settings.tagAliases, promoted) };
  }
  const [check] = await duck.run(checkHashesSql());
  if (countOf(check, "texts") > 0)
    throw new AppError("internal", "Two texts of this bill share a hash; nothing was stored. Please report this.");
  await duck.run(...dictionarySql());
  const [clash] = await duck.run(checkDigestsSql());
  if (countOf(clash, "clashes") > 0)
    throw new AppError("internal", "Two entries of this bill share an id; nothing was stored. Please report this.");
  const promoted = input.dryRun
    ? await loadPromotedTags(sql)
    : await refreshPromotedTags(duck, sql, env.settings.promotedTags);
  return { promoted, version: cubeVersion(env.settings.tagAliases, promoted) };
}

async function loadAll(
  run: CallRun,
  claims: readonly Claim[],
  known: ReadonlyMap<number, Batch[]>,
  manifests: readonly Manifest[],
): Promise<IngestBatchAnswer[]> {
  const files = [...run.files.values()].map((file) => {
    const staged = run.staged.get(file.fileNo);
    return { ...file, appends: (staged?.format.appends?.(staged.file) ?? null) !== null };
  });
  // Unchanged files still claim their months: a second file of one of them needs evidence all the same.
  const phantoms = [...known].flatMap(([fileNo, batches]) =>
    batches.map((batch) => ({ ...emptyClaimOf(batch), fileNo })),
  );
  const mine = new Set(claims.map(claimKey));
  const deliveries = planDeliveries([...claims, ...phantoms.filter((claim) => mine.has(claimKey(claim)))], {
    files,
    manifests,
    parts: run.input.parts,
  });
  const answers: IngestBatchAnswer[] = [];
  for (const [fileNo, batches] of known) {
    const path = run.files.get(fileNo)?.path ?? "";
    for (const batch of batches) {
      const seen = answers.find((answer) => answer.id === batch.id);
      if (seen === undefined) answers.push(unchangedAnswer(batch, [path]));
      else seen.files.push(path);
    }
  }
  const storing = claims.length > 0 && !run.input.dryRun;
  const exported = storing ? await exportDictionaries(run.duck, run.spillDirectory) : [];
  const dictionaries = storing ? storeDictionaries(run, exported) : Promise.resolve();
  dictionaries.catch(() => undefined); // awaited by every delivery that is stored, and below
  try {
    for (const delivery of deliveries) answers.push(await loadDelivery({ ...run, dictionaries }, delivery));
  } finally {
    await Promise.allSettled([dictionaries]);
  }
  await dictionaries;
  return answers;
}

/** Stores the dictionaries of the call while DuckDB goes on to the first delivery. */
async function storeDictionaries(run: CallRun, exported: readonly ExportedTable[]): Promise<void> {
  const loader = await run.secondLoader();
  for (const { table, columns, path } of exported) await loader.copyDictionary(table, columns, path);
  crashPoint("dictionaries-loaded");
}

/** A month that still lacks one of its exports is stored, and says so. */
async function markIncomplete(
  env: IngestEnvironment,
  answers: readonly IngestBatchAnswer[],
): Promise<IngestBatchAnswer[]> {
  const ids = answers
    .filter((answer) => answer.status === "stored" || answer.status === "replaced")
    .flatMap((answer) => answer.id ?? []);
  const incomplete = await loadIncomplete(env.db.sql, ids);
  return answers.map((answer) => {
    const reason = answer.id === null ? undefined : incomplete.get(answer.id);
    return reason === undefined || answer.status === "unchanged" ? answer : { ...answer, status: "incomplete", reason };
  });
}
