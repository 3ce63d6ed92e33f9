import { rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";

import { AppError } from "../domain/errors.ts";
import type { Claim } from "./claims.ts";
import { OddRecord } from "./file/encode-csv.ts";
import { FAULTS_MAX, writeCarefulCopy, type CarefulCopy } from "./file/careful-copy.ts";
import { inspectFile, uniqueNames } from "./file/inspect-file.ts";
import { countOf, DuckError, textOf, type Duck } from "./duck/duck-process.ts";
import { stage1Sql } from "./formats/build-select.ts";
import type { Format, SourceFile } from "./formats/format.ts";
import { chooseFormat } from "./formats/formats.ts";
import { quoteName, quoteText } from "./formats/sql-text.ts";
import type { Reject } from "../store/batches.ts";
import { scanEncoded, scanRelations, type EncodedSource, type Relation, type Stage } from "./scan-file.ts";
import { carefulRelation, LINE_COLUMN, parquetRelation, type RowRange } from "./sql/read-sql.ts";
import { rejectsSql } from "./sql/scan-sql.ts";
import { forgetFileSql, ROW_STATE } from "./sql/stage-tables.ts";

/** A reject with the key its row names, as far as it can be read. */
export type LocatedReject = Reject & {
  readonly provider: string | null;
  readonly dataset: string | null;
  readonly account: string | null;
  readonly billingMonth: string | null;
};

export type OpenedFile = { readonly file: SourceFile & { gzip: boolean }; readonly format: Format };

export type StagedFile = OpenedFile & {
  readonly fileNo: number;
  readonly rejects: readonly LocatedReject[];
  /** Of each warning of its format, where the first rows are that it is about. */
  readonly places: readonly (readonly string[])[];
  /** What it holds of each delivery key, once all files are staged. */
  readonly claims?: readonly Claim[];
  /** Lines that are no record at all: counted as read and rejected, under the file's main key. */
  readonly faultCount: number;
};

/** Parquet is scanned in runs of row groups: memory stays flat however large the file is. */
const RANGE_ROWS_MAX = 1_000_000;
const REPEATS_MIN = 4;

/** Finds container, header and format of a file. Throws AppError when it is no bill we know. */
export async function openFile(duck: Duck, path: string): Promise<OpenedFile> {
  const inspected = await inspectFile(path);
  if (inspected.container === "csv") {
    const { header, delimiter, encoding, gzip } = inspected;
    const file = { path, container: "csv" as const, header, types: null, delimiter, encoding, gzip };
    return { file, format: chooseFormat(file) };
  }
  const rows = await asRefusal(path, duck.run(`describe select * from read_parquet(${quoteText(path)})`));
  const names = rows.map((row) => textOf(row, "column_name") ?? "");
  if (uniqueNames(names).some((name, index) => name !== names[index])) {
    throw new AppError("bad-input", `${path}: two of its columns have the same name.`);
  }
  const types = new Map(rows.map((row) => [textOf(row, "column_name") ?? "", textOf(row, "column_type") ?? ""]));
  const file: SourceFile & { gzip: boolean } = {
    path,
    container: "parquet",
    header: names,
    types,
    delimiter: ",",
    encoding: "utf-8",
    gzip: false,
  };
  return { file, format: chooseFormat(file) };
}

export type StageOptions = OpenedFile & {
  readonly fileNo: number;
  readonly spillDirectory: string;
  readonly separatorInText: boolean;
  readonly stage: Stage;
  /** Hears how much of the file has been read, 0…1. */
  readonly onRead: (share: number) => void;
};

/**
 * Scans a file into the stage. The fast way reads it as it is; structural faults, another encoding, or rejects to be
 * located send a CSV through the careful copy, which knows the line of every record.
 */
export async function stageFile(duck: Duck, options: StageOptions): Promise<StagedFile> {
  if (options.file.container === "parquet") return stageParquet(duck, options);
  const careful = join(options.spillDirectory, `careful-${options.fileNo}.csv`);
  let copy: CarefulCopy | null = null;
  if (options.file.encoding === "utf-8") {
    try {
      await scanPlain(duck, options);
    } catch (error) {
      if (!(error instanceof OddRecord) && !(error instanceof DuckError && isAboutContent(error))) throw error;
      copy = await stageCarefully(duck, options, careful);
    }
  } else {
    copy = await stageCarefully(duck, options, careful);
  }
  const counts = await countRows(duck, options.fileNo);
  const staged = { file: options.file, format: options.format, fileNo: options.fileNo, places: [] };
  const pointed = await warningsToLocate(duck, options);
  if (counts.rejected === 0 && copy === null && pointed.length === 0) return { ...staged, rejects: [], faultCount: 0 };
  if (copy === null) {
    copy = await asRefusal(options.file.path, writeCarefulCopy(options.file, careful));
    // Both readers must agree on what a record is; where they do not, the careful one counts.
    if (copy.rows !== counts.rows || copy.faultCount > 0) await stageCarefully(duck, options, careful, copy);
  }
  const relation = carefulRelation(careful, options.file);
  const located = await locateRejects(duck, options, relation);
  const places = await locateWarnings(duck, options, relation, pointed);
  await rm(careful, { force: true });
  return {
    ...staged,
    rejects: [...faultsOf(options.file.path, copy), ...located],
    faultCount: copy.faultCount,
    places,
  };
}

/** A UTF-8 CSV as it is. */
async function scanPlain(duck: Duck, options: StageOptions): Promise<void> {
  const { file } = options;
  await scanApart(duck, options, { path: file.path, gzip: file.gzip, hasHeader: true, hasLine: false });
}

/** A file that cannot be unpacked is refused by name; what was taken apart must have arrived. */
async function scanApart(duck: Duck, options: StageOptions, source: Omit<EncodedSource, "directory">): Promise<void> {
  const { file, spillDirectory, onRead } = options;
  const { size } = await stat(source.path);
  try {
    const rows = await scanEncoded(duck, options, { ...source, directory: spillDirectory }, (bytes) =>
      onRead(bytes / size),
    );
    const counts = await countRows(duck, options.fileNo);
    if (counts.rows !== rows)
      throw new AppError("internal", `${file.path}: ${rows} rows were read, ${counts.rows} arrived.`);
  } catch (error) {
    if (!(error instanceof DuckError) || !error.code.startsWith("Z_")) throw error;
    throw new AppError("bad-input", `${file.path} cannot be unpacked: ${error.message}.`, {
      remedy: "Fetch the file again.",
      cause: error,
    });
  }
}

async function stageParquet(duck: Duck, options: StageOptions): Promise<StagedFile> {
  const { path } = options.file;
  const groups = await asRefusal(
    path,
    duck.run(
      `select row_group_id, any_value(row_group_num_rows) as n from parquet_metadata(${quoteText(path)}) group by 1 order by 1`,
    ),
  );
  const sizes = groups.map((group) => countOf(group, "n"));
  const rows = sizes.reduce((sum, n) => sum + n, 0);
  const ranges = rowRanges(sizes);
  const next = (fresh: number): Relation | null => {
    const range = ranges(fresh);
    options.onRead((range?.from ?? rows) / rows);
    return range === null ? null : { sql: parquetRelation(path, range), row: quoteName(LINE_COLUMN) };
  };
  await asRefusal(path, scanRelations(duck, options, next));
  const counts = await countRows(duck, options.fileNo);
  if (counts.rows !== rows)
    throw new AppError("internal", `${path}: ${rows} rows are in the file, ${counts.rows} were read.`);
  const relation = parquetRelation(path, null);
  const places = await locateWarnings(duck, options, relation, await warningsToLocate(duck, options));
  const staged = { file: options.file, format: options.format, fileNo: options.fileNo, faultCount: 0, places };
  if (counts.rejected === 0) return { ...staged, rejects: [] };
  return { ...staged, rejects: await locateRejects(duck, options, relation) };
}

/**
 * Runs of whole row groups (a part of one would be unpacked whole again for the next): one to begin with, and as long as
 * most rows have a text of their own, which is what takes memory; else many. The function is told how many texts were new.
 */
function rowRanges(groupRows: readonly number[]): (freshTexts: number) => RowRange | null {
  let group = 0;
  let last: RowRange = { from: 0, to: 0 };
  return (freshTexts) => {
    const repeats = last.to > 0 && freshTexts * REPEATS_MIN < last.to - last.from;
    const from = last.to;
    let to = from;
    while (group < groupRows.length) {
      const rows = groupRows[group] ?? 0;
      if (to > from && (!repeats || to + rows - from > RANGE_ROWS_MAX)) break;
      to += rows;
      group += 1;
    }
    last = { from, to };
    return to === from ? null : last;
  };
}

async function stageCarefully(
  duck: Duck,
  options: StageOptions,
  target: string,
  done: CarefulCopy | null = null,
): Promise<CarefulCopy> {
  await duck.run(...forgetFileSql(options.fileNo));
  const { file } = options;
  const copy = done ?? (await asRefusal(file.path, writeCarefulCopy(file, target)));
  const source = { path: target, gzip: false, hasHeader: false, hasLine: true };
  await asRefusal(file.path, scanApart(duck, options, source));
  return copy;
}

async function countRows(duck: Duck, fileNo: number): Promise<{ rows: number; rejected: number }> {
  const [row] = await duck.run(`select coalesce(sum(n), 0)::bigint as n,
    coalesce(sum(n) filter (where state = ${ROW_STATE.rejected}), 0)::bigint as rejected
    from stage_keys where file_no = ${fileNo}`);
  return { rows: countOf(row, "n"), rejected: countOf(row, "rejected") };
}

/** Places shown of one warning. */
const PLACES_MAX = 3;

/** Warnings that say where, and that rows of this file have: their places in the format's list. */
async function warningsToLocate(duck: Duck, { format, file, fileNo }: StageOptions): Promise<number[]> {
  const indexes = (format.warnings?.(file) ?? []).flatMap(({ located }, index) => (located?.length ? [index] : []));
  if (indexes.length === 0) return [];
  const counts = indexes.map((index) => `coalesce(sum(warning_${index}), 0)::bigint as w${index}`);
  const [row] = await duck.run(`select ${counts.join(", ")} from stage_keys where file_no = ${fileNo}`);
  return indexes.filter((index) => countOf(row, `w${index}`) > 0);
}

/** The first rows each of these warnings is about, in words. */
async function locateWarnings(
  duck: Duck,
  { format, file }: StageOptions,
  relation: string,
  indexes: readonly number[],
): Promise<string[][]> {
  const places: string[][] = (format.warnings?.(file) ?? []).map(() => []);
  for (const index of indexes) {
    for (const { column, value, when } of format.warnings?.(file)[index]?.located ?? []) {
      const rows = await duck.run(`with raw as (select * from ${relation})
select ${quoteName(LINE_COLUMN)} as line, left(${value}, 60) as value from (${stage1Sql(format.mapping(file), [LINE_COLUMN])})
where ${when} order by line limit ${PLACES_MAX}`);
      places[index]?.push(
        ...rows.map(
          (row) => `${basename(file.path)} line ${countOf(row, "line")}, ${column} "${textOf(row, "value") ?? ""}"`,
        ),
      );
    }
  }
  return places;
}

async function locateRejects(duck: Duck, options: StageOptions, relation: string): Promise<LocatedReject[]> {
  const { format, file } = options;
  // Pushed down, the filter writes out every value once for each place that uses it: planning alone took seconds for a CUR.
  await duck.run("set disabled_optimizers = 'filter_pushdown'");
  const sql = rejectsSql({ format, file, relation, lineColumn: LINE_COLUMN, limit: FAULTS_MAX });
  const rows = await duck.run(sql).finally(() => duck.run("reset disabled_optimizers"));
  return rows.map((row) => ({
    file: file.path,
    line: countOf(row, "line"),
    column: textOf(row, "column_name"),
    value: textOf(row, "value"),
    reason: textOf(row, "reason") ?? "",
    provider: textOf(row, "provider"),
    dataset: textOf(row, "dataset"),
    account: textOf(row, "account"),
    billingMonth: textOf(row, "billing_month"),
  }));
}

function faultsOf(path: string, copy: CarefulCopy): LocatedReject[] {
  const unknown = { provider: null, dataset: null, account: null, billingMonth: null };
  return copy.faults.map((fault) => ({
    file: path,
    line: fault.line,
    column: null,
    value: fault.value,
    reason: fault.reason,
    ...unknown,
  }));
}

/** Errors about what is in the file, as opposed to memory, disk or our own SQL. */
function isAboutContent(error: DuckError): boolean {
  return /^(Invalid Input|Conversion|Not implemented|Invalid unicode|CSV|IO|Parser CSV)/i.test(error.message);
}

/** DuckDB's complaint about a file becomes a refusal of that file. */
async function asRefusal<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof DuckError)) throw error;
    const first = error.message.split("\n")[0] ?? "";
    if (/out of memory/i.test(first)) {
      throw new AppError("limit", `${path} needs more memory than the reader may use.`, {
        remedy: "Raise `ingest.memoryMb` in finops.yaml.",
        cause: error,
      });
    }
    throw new AppError("bad-input", `${path} cannot be read: ${first}`, {
      remedy: "Fetch the file again, or export it as CSV.",
      cause: error,
    });
  }
}
