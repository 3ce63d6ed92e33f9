import { rm } from "node:fs/promises";

import type { IngestAnswer, IngestBatchAnswer } from "../domain/contract.ts";
import { AppError, explain } from "../domain/errors.ts";
import { loadIncomplete } from "../store/batches-held.ts";
import type { Batch } from "../store/batches.ts";
import { reapBatches } from "../store/reap.ts";
import { emptyClaimOf, findUnchanged, listCallFiles, type CallFiles } from "./call-files.ts";
import { openResources } from "./call-resources.ts";
import { claimKey, type Claim } from "./claims.ts";
import { crashPoint } from "./crash-point.ts";
import { unchangedAnswer } from "./delivery-notices.ts";
import { openDuck, type Duck } from "./duck/duck-process.ts";
import { groupFiles, WAVE_BYTES, wavesOf } from "./group-files.ts";
import { refusedFile, type CallFile, type IngestEnvironment, type IngestInput } from "./ingest-run.ts";
import { keepRefusal } from "./keep-refusal.ts";
import { loadGroup, plannedFile, type GroupCall } from "./load-group.ts";
import { planDeliveries } from "./plan-deliveries.ts";
import { previewKeys } from "./preview-keys.ts";
import { trackProgress, type Progress } from "./progress.ts";
import { rebuildStaleRollups } from "./rebuild-rollups.ts";
import { makeSpillDirectory } from "./spill.ts";
import { openFile, type OpenedFile } from "./stage-file.ts";
import { claimsOf, openStage, stageFiles, type StagedGroup } from "./stage-group.ts";

/**
 * Ingests the files of one call: each delivery by itself, whatever becomes of the others. Files that may belong together
 * are read together; each such group is stored and shown before the next is read.
 */
export async function runIngest(env: IngestEnvironment, input: IngestInput): Promise<IngestAnswer> {
  const spillDirectory = await makeSpillDirectory(env.dataDir);
  const reader = openReaderProcess(env, spillDirectory);
  // It starts while the files are fingerprinted.
  reader.open().catch(() => undefined); // opened again, and heard, when it is needed
  try {
    return await ingestWith(env, input, spillDirectory, reader);
  } finally {
    await reader.close();
    await rm(spillDirectory, { recursive: true, force: true });
  }
}

async function ingestWith(
  env: IngestEnvironment,
  input: IngestInput,
  spillDirectory: string,
  reader: ReaderProcess,
): Promise<IngestAnswer> {
  const listed = await listCallFiles(input);
  const known = await findUnchanged(env, listed.files, input.replace);
  const progress = trackProgress(listed.files, input.onProgress);
  const { close, ...resources } = openResources(env, progress);
  const answers = [...listed.refused];
  const filled = new Map<string, readonly string[]>();
  const shared = { env, input, spillDirectory, files: new Map(listed.files.map((file) => [file.fileNo, file])) };
  try {
    const { opened, waves } = await groupCall({ ...listed, spillDirectory, known, reader, parts: input.parts });
    const { manifests } = listed;
    const call = { ...shared, ...resources, report: progress.report, manifests, known, filled };
    for (const wave of waves) answers.push(...(await ingestWave({ call, reader, opened, known, progress }, wave)));
    crashPoint("before-release");
    return { batches: await markIncomplete(env, [...unchangedAnswers(listed.files, known), ...answers]) };
  } finally {
    await close();
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

type ReaderProcess = { readonly open: () => Promise<Duck>; readonly close: () => Promise<void> };

/** The DuckDB child of a call, and another in its place once it has died of a file. */
function openReaderProcess(env: IngestEnvironment, spillDirectory: string): ReaderProcess {
  let opening: Promise<Duck> | null = null;
  const opened = async (): Promise<Duck | null> => (await opening?.catch(() => null)) ?? null;
  const close = async (): Promise<void> => {
    const duck = await opened();
    opening = null;
    if (duck !== null) env.onChildPeak?.(duck.peakRssBytes());
    await duck?.close();
  };
  return {
    open: async () => {
      if (opening !== null && (await opened())?.isAlive() !== true) await close();
      return (opening ??= openDuck({ memoryMb: env.settings.ingestMemoryMb, spillDirectory }));
    },
    close,
  };
}

type Grouping = CallFiles & {
  readonly spillDirectory: string;
  readonly known: ReadonlyMap<number, readonly Batch[]>;
  readonly reader: ReaderProcess;
  readonly parts: boolean;
};

/** Opens the files to be read and finds which may belong together. */
async function groupCall(
  grouping: Grouping,
): Promise<{ opened: Map<number, OpenedFile | string>; waves: number[][][] }> {
  const { manifests, known, reader, parts, spillDirectory } = grouping;
  // What is stored already stands by itself, unless it must be read again (`rereadable`).
  const files = grouping.files.filter((file) => !known.has(file.fileNo));
  const bytesOf = (fileNo: number): number => files.find((file) => file.fileNo === fileNo)?.bytes ?? 0;
  const isOneWave = files.reduce((sum, file) => sum + file.bytes, 0) <= WAVE_BYTES || files.length === 1;
  const opened = new Map<number, OpenedFile | string>();
  const keyed: { fileNo: number; path: string; keys: string[] }[] = [];
  for (const { fileNo, path } of files) {
    const duck = await reader.open();
    const one = await openOne(duck, path);
    opened.set(fileNo, one);
    const plain = isOneWave || typeof one === "string";
    keyed.push({ fileNo, path, keys: plain ? [] : await previewKeys(duck, one, spillDirectory) });
  }
  return { opened, waves: wavesOf(groupFiles(keyed, manifests, parts), bytesOf) };
}

async function openOne(duck: Duck, path: string): Promise<OpenedFile | string> {
  try {
    return await openFile(duck, path);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "internal" || error.code === "unavailable") throw error;
    return explain(error);
  }
}

type Wave = {
  readonly call: Omit<GroupCall, "duck">;
  readonly reader: ReaderProcess;
  readonly opened: Map<number, OpenedFile | string>;
  /** Files read again after all leave it. */
  readonly known: Map<number, Batch[]>;
  readonly progress: Progress;
};

/** Ingests some groups at once. When the reader dies of a file, each group by itself: it takes no other with it. */
async function ingestWave(wave: Wave, groups: readonly (readonly number[])[]): Promise<IngestBatchAnswer[]> {
  const { call, progress } = wave;
  const files = [...call.files.values()].filter((file) => groups.some((group) => group.includes(file.fileNo)));
  const filled = [...call.filled];
  progress.group(files);
  const duck = await wave.reader.open();
  try {
    const answers = await ingestFiles({ ...call, duck }, wave, files);
    if (duck.isAlive() || groups.length === 1) return answers;
  } catch (error) {
    if (duck.isAlive() || !(error instanceof AppError)) throw error;
    const why = explain(error);
    if (groups.length === 1)
      return refuseFiles(
        call,
        files.map((file) => [file.fileNo, why] as const),
      );
  }
  call.filled.clear();
  for (const [key, names] of filled) call.filled.set(key, names);
  const answers: IngestBatchAnswer[] = [];
  for (const group of groups) answers.push(...(await ingestWave(wave, [group])));
  return answers;
}

async function ingestFiles(call: GroupCall, wave: Wave, files: readonly CallFile[]): Promise<IngestBatchAnswer[]> {
  const { duck, spillDirectory } = call;
  const { opened, known, progress } = wave;
  const group = await openStage(duck);
  const env = { duck, spillDirectory, progress, opened };
  await stageFiles(env, group, files);
  let claims = await claimsOf(duck, group);
  const rereads = rereadable(call, group, claims);
  if (rereads.length > 0) {
    for (const { fileNo, path } of rereads) opened.set(fileNo, await openOne(duck, path));
    await stageFiles(env, group, rereads);
    for (const file of rereads) known.delete(file.fileNo);
    claims = await claimsOf(duck, group);
  }
  progress.rows(claims.reduce((sum, claim) => sum + claim.accepted + claim.rejected, 0));
  crashPoint("staged");
  const loaded = await loadGroup(call, group, claims);
  return [...(await refuseFiles(call, [...group.broken])), ...loaded];
}

/** Files that nothing could be read of. */
async function refuseFiles(
  call: Pick<GroupCall, "env" | "input" | "files">,
  files: readonly (readonly [number, string])[],
): Promise<IngestBatchAnswer[]> {
  const answers: IngestBatchAnswer[] = [];
  for (const [fileNo, reason] of files) {
    const file = call.files.get(fileNo);
    if (file === undefined) continue;
    const answer = refusedFile(file.path, reason);
    const kept = { dataset: "", files: [file], rejects: [] };
    answers.push(call.input.dryRun ? answer : await keepRefusal(call, answer, kept));
  }
  return answers;
}

/**
 * Unchanged files whose month a file of this group claims too: they are read after all when the two belong together
 * (--parts); otherwise the plan refuses that month without reading them.
 */
function rereadable(call: GroupCall, group: StagedGroup, claims: readonly Claim[]): CallFile[] {
  const claimed = new Set(claims.map(claimKey));
  const planned = [...call.files.values()].map((file) => plannedFile(file, group, claims));
  return [...call.known].flatMap(([fileNo, batches]) => {
    const clash = batches.find((batch) => claimed.has(claimKey(batch)));
    const file = call.files.get(fileNo);
    if (clash === undefined || file === undefined) return [];
    const together = claims.filter((claim) => claimKey(claim) === claimKey(clash));
    const [plan] = planDeliveries([...together, { ...emptyClaimOf(clash), fileNo }], {
      files: planned,
      manifests: call.manifests,
      filled: new Map(),
      parts: call.input.parts,
    });
    // What is added to a month need not be read again with it.
    return plan?.refusal === null && plan.mode !== "append" ? [file] : [];
  });
}

/** One answer for each batch whose files were not read. */
function unchangedAnswers(
  files: readonly CallFile[],
  known: ReadonlyMap<number, readonly Batch[]>,
): IngestBatchAnswer[] {
  const answers: IngestBatchAnswer[] = [];
  for (const [fileNo, batches] of known) {
    const path = files.find((file) => file.fileNo === fileNo)?.path ?? "";
    for (const batch of batches) {
      const seen = answers.find((answer) => answer.id === batch.id);
      if (seen === undefined) answers.push(unchangedAnswer(batch, [path]));
      else seen.files.push(path);
    }
  }
  return answers;
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
