import { AppError, explain } from "../domain/errors.ts";
import { readClaims, type Claim } from "./claims.ts";
import { countOf, type Duck } from "./duck/duck-process.ts";
import type { CallFile } from "./ingest-run.ts";
import type { Progress } from "./progress.ts";
import type { Stage } from "./scan-file.ts";
import { checkHashesSql, forgetSplitTextsSql, keysSql } from "./sql/dictionary-sql.ts";
import { createStageSql, FEW_DECIMALS, forgetFileSql } from "./sql/stage-tables.ts";
import { stageFile, type OpenedFile, type StagedFile } from "./stage-file.ts";

/** Files that are read together, as far as they are read. */
export type StagedGroup = {
  readonly stage: Stage;
  readonly staged: Map<number, StagedFile>;
  /** Why a file could not be read. */
  readonly broken: Map<number, string>;
};

export type StageEnvironment = {
  readonly duck: Duck;
  readonly spillDirectory: string;
  readonly progress: Progress;
  /** Files as opened, or why they cannot be. */
  readonly opened: ReadonlyMap<number, OpenedFile | string>;
};

/** An empty stage. */
export async function openStage(duck: Duck): Promise<StagedGroup> {
  await duck.run(...createStageSql());
  return { stage: { decimals: FEW_DECIMALS, looseRows: 0 }, staged: new Map(), broken: new Map() };
}

/** Reads files into the stage. What cannot be read is noted and takes nothing with it. */
export async function stageFiles(env: StageEnvironment, group: StagedGroup, files: readonly CallFile[]): Promise<void> {
  for (const file of files) {
    env.progress.file(file);
    const opened = env.opened.get(file.fileNo) ?? "it was not opened";
    if (typeof opened === "string") group.broken.set(file.fileNo, opened);
    else await stageOne(env, group, file, opened);
  }
}

async function stageOne(
  { duck, spillDirectory, progress }: StageEnvironment,
  group: StagedGroup,
  file: CallFile,
  opened: OpenedFile,
): Promise<void> {
  try {
    const options = {
      ...opened,
      fileNo: file.fileNo,
      spillDirectory,
      separatorInText: false,
      stage: group.stage,
      onRead: progress.within,
    };
    let staged = await stageFile(duck, options);
    const [check] = await duck.run(checkHashesSql());
    if (countOf(check, "split") > 0) {
      await duck.run(...forgetFileSql(file.fileNo), ...forgetSplitTextsSql());
      staged = await stageFile(duck, { ...options, separatorInText: true });
    }
    group.staged.set(file.fileNo, staged);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "internal" || error.code === "unavailable") throw error;
    await duck.run(...forgetFileSql(file.fileNo));
    group.broken.set(file.fileNo, explain(error));
  }
}

/** What the staged files hold of each delivery key. */
export async function claimsOf(duck: Duck, group: StagedGroup): Promise<Claim[]> {
  const claims = readClaims(await duck.run(keysSql()));
  for (const [fileNo, file] of group.staged)
    group.staged.set(fileNo, { ...file, claims: claims.filter((claim) => claim.fileNo === fileNo) });
  return claims;
}
