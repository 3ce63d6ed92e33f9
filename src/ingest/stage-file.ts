import { stat } from "node:fs/promises";
import { join } from "node:path";

import { AppError } from "../domain/errors.ts";
import type { Claim } from "./claims.ts";
import { FAULTS_MAX, writeCarefulCopy, type CarefulCopy } from "./file/careful-copy.ts";
import { splitCsv, SPLIT_ABOVE_BYTES } from "./file/split-csv.ts";
import { inspectFile, uniqueNames } from "./file/inspect-file.ts";
import { countOf, DuckError, textOf, type Duck } from "./duck/duck-process.ts";
import type { Format, SourceFile } from "./formats/format.ts";
import { chooseFormat } from "./formats/formats.ts";
import { quoteText } from "./formats/sql-text.ts";
import type { Reject } from "../store/batches.ts";
import {
  carefulRelation,
  csvRelation,
  LINE_COLUMN,
  parquetRelation,
  pieceRelation,
  type RowRange,
} from "./sql/read-sql.ts";
import {
  foldSql,
  forgetFileSql,
  rejectsSql,
  ROW_STATE,
  scanSql,
  STAGE_TEXTS,
  textsSql,
  type ScanOptions,
} from "./sql/scan-sql.ts";

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
  /** What it holds of each delivery key, once all files are staged. */
  readonly claims?: readonly Claim[];
  /** Lines that are no record at all: counted as read and rejected, under the file's main key. */
  readonly faultCount: number;
};

/** Parquet is scanned in runs of row groups of at most this many rows: memory stays flat however large the file is. */
const PARQUET_RANGE_ROWS = 250_000;

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
};

/**
 * Scans a file into the stage. The fast way lets DuckDB read it as it is; structural faults, another encoding, or
 * rejects to be located send a CSV through the careful copy, which knows the line of every record.
 */
export async function stageFile(duck: Duck, options: StageOptions): Promise<StagedFile> {
  if (options.file.container === "parquet") return stageParquet(duck, options);
  const careful = join(options.spillDirectory, `careful-${options.fileNo}.csv`);
  let copy: CarefulCopy | null = null;
  if (options.file.encoding === "utf-8") {
    try {
      await scanPlain(duck, options);
    } catch (error) {
      if (!(error instanceof DuckError) || !isAboutContent(error)) throw error;
      copy = await stageCarefully(duck, options, careful);
    }
  } else {
    copy = await stageCarefully(duck, options, careful);
  }
  const counts = await countRows(duck, options.fileNo);
  if (counts.rejected === 0 && copy === null) return { ...options, rejects: [], faultCount: 0 };
  if (copy === null) {
    copy = await writeCarefulCopy(options.file, careful);
    // Both readers must agree on what a record is; where they do not, the careful one counts.
    if (copy.rows !== counts.rows || copy.faultCount > 0) await stageCarefully(duck, options, careful, copy);
  }
  const located = await locateRejects(duck, options, carefulRelation(careful, options.file));
  return { ...options, rejects: [...faultsOf(options.file.path, copy), ...located], faultCount: copy.faultCount };
}

/** A UTF-8 CSV as it is; a large one in pieces, so that memory stays flat and both cores parse. */
async function scanPlain(duck: Duck, options: StageOptions): Promise<void> {
  const { file } = options;
  const { size } = await stat(file.path);
  if (size <= (file.gzip ? SPLIT_ABOVE_BYTES.gzip : SPLIT_ABOVE_BYTES.plain))
    return scan(duck, options, csvRelation(file));
  for await (const piece of asContent(file.path, splitCsv(file, options.spillDirectory))) {
    await scan(duck, options, pieceRelation(piece, file));
  }
}

/** A file that cannot be unpacked is refused by name. */
async function* asContent(path: string, pieces: AsyncGenerator<string>): AsyncGenerator<string> {
  try {
    yield* pieces;
  } catch (error) {
    if (error instanceof Error && "code" in error && String(error.code).startsWith("Z_")) {
      throw new AppError("bad-input", `${path} cannot be unpacked: ${error.message}.`, {
        remedy: "Fetch the file again.",
        cause: error,
      });
    }
    throw error;
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
  const ranges = rowRanges(groups.map((group) => countOf(group, "n")));
  const rows = ranges.at(-1)?.to ?? 0;
  for (const range of ranges) await asRefusal(path, scan(duck, options, parquetRelation(path, range, false)));
  const counts = await countRows(duck, options.fileNo);
  if (counts.rows !== rows)
    throw new AppError("internal", `${path}: ${rows} rows are in the file, ${counts.rows} were read.`);
  if (counts.rejected === 0) return { ...options, rejects: [], faultCount: 0 };
  return { ...options, rejects: await locateRejects(duck, options, parquetRelation(path, null, true)), faultCount: 0 };
}

/** Runs of whole row groups: a part of one would be unpacked whole again for the next. */
function rowRanges(groupRows: readonly number[]): RowRange[] {
  const ranges: { from: number; to: number }[] = [];
  let at = 0;
  for (const rows of groupRows) {
    const last = ranges.at(-1);
    // The first is one row group: it fills the dictionaries, so that few others look at their texts again.
    if (last !== undefined && ranges.length > 1 && at + rows - last.from <= PARQUET_RANGE_ROWS) last.to = at + rows;
    else ranges.push({ from: at, to: at + rows });
    at += rows;
  }
  return ranges;
}

async function stageCarefully(
  duck: Duck,
  options: StageOptions,
  target: string,
  done: CarefulCopy | null = null,
): Promise<CarefulCopy> {
  await duck.run(...forgetFileSql(options.fileNo));
  const copy = done ?? (await asRefusal(options.file.path, writeCarefulCopy(options.file, target)));
  await asRefusal(options.file.path, scan(duck, options, carefulRelation(target, options.file)));
  return copy;
}

async function scan(duck: Duck, options: StageOptions, relation: string): Promise<void> {
  const { fileNo, format, file, separatorInText } = options;
  await scanOne(duck, { fileNo, format, file, relation, extra: false, separatorInText });
  if (format.extra === undefined) return;
  await scanOne(duck, { fileNo, format, file, relation, extra: true, separatorInText });
}

async function scanOne(duck: Duck, options: ScanOptions): Promise<void> {
  const [missing] = await duck.run(...scanSql(options));
  for (const stage of STAGE_TEXTS) {
    if (countOf(missing, stage.table) > 0) await duck.run(textsSql(options, stage));
  }
  await duck.run(...foldSql(options));
}

async function countRows(duck: Duck, fileNo: number): Promise<{ rows: number; rejected: number }> {
  const [row] = await duck.run(`select coalesce(sum(n), 0)::bigint as n,
    coalesce(sum(n) filter (where state = ${ROW_STATE.rejected}), 0)::bigint as rejected
    from stage_keys where file_no = ${fileNo}`);
  return { rows: countOf(row, "n"), rejected: countOf(row, "rejected") };
}

async function locateRejects(duck: Duck, options: StageOptions, relation: string): Promise<LocatedReject[]> {
  const { format, file } = options;
  const rows = await duck.run(rejectsSql({ format, file, relation, lineColumn: LINE_COLUMN, limit: FAULTS_MAX }));
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
