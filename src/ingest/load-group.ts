import { basename } from "node:path";

import type { IngestBatchAnswer } from "../domain/contract.ts";
import { AppError } from "../domain/errors.ts";
import type { Batch } from "../store/batches.ts";
import { cubeVersion, loadPromotedTags } from "../store/cube-version.ts";
import { exportDictionaries, type ExportedTable } from "./build-delivery.ts";
import { emptyClaimOf } from "./call-files.ts";
import { claimKey, type Claim } from "./claims.ts";
import { crashPoint } from "./crash-point.ts";
import { countOf } from "./duck/duck-process.ts";
import type { CallFile, IngestRun } from "./ingest-run.ts";
import { loadDelivery } from "./load-delivery.ts";
import type { MatchedManifest } from "./manifest-problem.ts";
import { planDeliveries, type Delivery, type PlannedFile } from "./plan-deliveries.ts";
import { refreshPromotedTags } from "./promoted-tags.ts";
import { checkDigestsSql, checkHashesSql, countTextsSql, dictionarySql } from "./sql/dictionary-sql.ts";
import type { StagedGroup } from "./stage-group.ts";

/** What a call shares between its groups. */
export type GroupCall = Omit<IngestRun, "dictionaries" | "cube" | "staged" | "stage"> & {
  readonly manifests: readonly MatchedManifest[];
  /** Files not read because what they hold is shown already, with the batches that hold it. */
  readonly known: ReadonlyMap<number, readonly Batch[]>;
  /** Keys that this call has filled, with the names of the files. */
  readonly filled: Map<string, readonly string[]>;
};

/** Plans and loads the deliveries of a staged group, each made visible by itself. */
export async function loadGroup(
  call: GroupCall,
  group: StagedGroup,
  claims: readonly Claim[],
): Promise<IngestBatchAnswer[]> {
  const deliveries = planGroup(call, group, claims);
  const cube = await prepareDictionaries(call, claims);
  const storing = claims.length > 0 && !call.input.dryRun;
  const exported = storing ? await exportDictionaries(call.duck, call.spillDirectory) : [];
  const dictionaries = storing ? storeDictionaries(call, exported) : Promise.resolve();
  dictionaries.catch(() => undefined); // awaited by every delivery that is stored, and below
  const run: IngestRun = { ...call, staged: group.staged, stage: group.stage, cube, dictionaries };
  const answers: IngestBatchAnswer[] = [];
  try {
    for (const delivery of deliveries) {
      const answer = await loadDelivery(run, delivery);
      answers.push(answer);
      const [claim] = delivery.claims;
      if (claim !== undefined && answer.status !== "refused")
        call.filled.set(
          claimKey(claim),
          answer.files.map((path) => basename(path)),
        );
    }
  } finally {
    await Promise.allSettled([dictionaries]);
  }
  await dictionaries;
  return answers;
}

function planGroup(call: GroupCall, group: StagedGroup, claims: readonly Claim[]): Delivery[] {
  // Unchanged files still claim their months: a second file of one of them needs evidence all the same.
  const phantoms = [...call.known].flatMap(([fileNo, batches]) =>
    batches.map((batch) => ({ ...emptyClaimOf(batch), fileNo })),
  );
  const mine = new Set(claims.map(claimKey));
  return planDeliveries([...claims, ...phantoms.filter((claim) => mine.has(claimKey(claim)))], {
    files: [...call.files.values()].map((file) => plannedFile(file, group, claims)),
    manifests: call.manifests,
    filled: call.filled,
    parts: call.input.parts,
  });
}

/** A file as the plan sees it: what is known of it once its group is staged. */
export function plannedFile(file: CallFile, group: StagedGroup, claims: readonly Claim[]): PlannedFile {
  const staged = group.staged.get(file.fileNo);
  const counted = claims
    .filter((claim) => claim.fileNo === file.fileNo)
    .map(({ accepted, rejected, dropped }) => accepted + rejected + Object.values(dropped).reduce((a, b) => a + b, 0));
  return {
    ...file,
    appends: (staged?.format.appends?.(staged.file) ?? null) !== null,
    rows: staged === undefined ? null : counted.reduce((sum, n) => sum + n, staged.faultCount),
    broken: group.broken.get(file.fileNo) ?? null,
  };
}

/** Dictionaries of the group, and the tag keys its rollups carry. */
async function prepareDictionaries(call: GroupCall, claims: readonly Claim[]): Promise<IngestRun["cube"]> {
  const { duck, env, input } = call;
  const { sql } = env.db;
  if (claims.length === 0) {
    const promoted = await loadPromotedTags(sql);
    return { promoted, version: cubeVersion(env.settings.tagAliases, promoted) };
  }
  const [check] = await duck.run(checkHashesSql());
  if (countOf(check, "texts") > 0)
    throw new AppError("internal", "Two texts of this bill share a hash; nothing was stored. Please report this.");
  const [texts] = await duck.run(countTextsSql());
  await duck.run(...dictionarySql(countOf(texts, "n")));
  const [clash] = await duck.run(checkDigestsSql());
  if (countOf(clash, "clashes") > 0)
    throw new AppError("internal", "Two entries of this bill share an id; nothing was stored. Please report this.");
  const promoted = input.dryRun
    ? await loadPromotedTags(sql)
    : await refreshPromotedTags(duck, sql, env.settings.promotedTags);
  return { promoted, version: cubeVersion(env.settings.tagAliases, promoted) };
}

/** Stores the dictionaries of the group while DuckDB goes on to the first delivery. */
async function storeDictionaries(call: GroupCall, exported: readonly ExportedTable[]): Promise<void> {
  const loader = await call.secondLoader();
  for (const { table, columns, path } of exported) await loader.copyDictionary(table, columns, path);
  crashPoint("dictionaries-loaded");
}
