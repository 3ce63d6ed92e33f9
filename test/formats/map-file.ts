import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { DuckDBConnection } from "@duckdb/node-api";
import { DuckDBInstance } from "@duckdb/node-api";

import { buildSelect, stage1Sql } from "../../src/ingest/formats/build-select.ts";
import { chooseFormat } from "../../src/ingest/formats/formats.ts";
import type { Format, SourceFile } from "../../src/ingest/formats/format.ts";
import { moneySql } from "../../src/ingest/formats/sql-money.ts";
import { quoteText } from "../../src/ingest/formats/sql-text.ts";

export type Row = Record<string, string | number | boolean | null>;
export type MappedFile = {
  format: Format;
  file: SourceFile;
  rows: Row[];
  extra: Row[];
  /** Control totals of all rows of the file, and of those that were accepted. */
  control: Row;
  controlAccepted: Row;
  /** Rule → rows, those above 0. */
  warnings: Record<string, number>;
};

/** A DuckDB of its own with files of its own: formats are tested as the loader uses them, on real files. */
export type Mapper = {
  sql: (text: string) => Promise<Row[]>;
  /** Maps a CSV text. `name` is its file name. */
  csv: (text: string, options?: { name?: string; delimiter?: SourceFile["delimiter"] }) => Promise<MappedFile>;
  /** Maps the result of a query, written as Parquet. */
  parquet: (query: string) => Promise<MappedFile>;
  /** Maps a CSV on disk (gzip too). */
  path: (path: string, headerLine: string) => Promise<MappedFile>;
  close: () => void;
};

export async function openMapper(): Promise<Mapper> {
  const folder = mkdtempSync(join(tmpdir(), "finops-formats-"));
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  await connection.run("set TimeZone = 'UTC'");
  let count = 0;
  const nextPath = (name: string): string => join(folder, `${++count}-${name}`);
  const mapCsv = async (path: string, headerLine: string, delimiter: SourceFile["delimiter"]) => {
    const file: SourceFile = {
      path,
      container: "csv",
      header: splitHeader(headerLine, delimiter),
      types: null,
      delimiter,
      encoding: "utf-8",
    };
    return mapFile(connection, file, csvRelation(file));
  };
  return {
    sql: (text) => readRows(connection, text),
    csv: async (text, { name = "bill.csv", delimiter = "," } = {}) => {
      const path = nextPath(name);
      writeFileSync(path, text);
      return mapCsv(path, text.split(/\r?\n/)[0] ?? "", delimiter);
    },
    path: (path, headerLine) => mapCsv(path, headerLine, ","),
    parquet: async (query) => {
      const path = nextPath("bill.parquet");
      await connection.run(`copy (${query}) to ${quoteText(path)} (format parquet)`);
      const described = await readRows(connection, `describe select * from read_parquet(${quoteText(path)})`);
      const types = new Map(described.map((row) => [String(row.column_name), String(row.column_type)]));
      const file: SourceFile = {
        path,
        container: "parquet",
        header: [...types.keys()],
        types,
        delimiter: ",",
        encoding: "utf-8",
      };
      return mapFile(connection, file, `read_parquet(${quoteText(path)})`);
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Header names of a first line: BOM off, quotes off. Good enough for headers without quoted delimiters. */
function splitHeader(line: string, delimiter: string): string[] {
  return line
    .replace(/^\uFEFF/, "")
    .split(delimiter)
    .map((name) => name.replace(/^"(.*)"$/, "$1"));
}

function csvRelation(file: SourceFile): string {
  const columns = file.header.map((name) => `${quoteText(name)}: 'VARCHAR'`).join(", ");
  return `read_csv(${quoteText(file.path)}, header = true, delim = ${quoteText(file.delimiter)}, quote = '"', escape = '"',
    nullstr = ['NULL', 'null', ''], auto_detect = false, strict_mode = false, columns = {${columns}})`;
}

async function mapFile(connection: DuckDBConnection, file: SourceFile, relation: string): Promise<MappedFile> {
  const format = chooseFormat(file);
  // Only the columns the format asks for, and the control texts beside them as the loader has them.
  const listed = format.columns(file).map((name) => `"${name.replaceAll('"', '""')}"`);
  const { costs } = format.control(file);
  const texts = Object.entries(costs).map(([name, cost]) => `${cost?.text ?? "null::varchar"} as "~ctl ${name}"`);
  const within = (select: string): string =>
    `with raw as (select ${[...listed, ...texts].join(", ")} from ${relation}) ${select}`;
  const names = Object.keys(costs);
  const mapping = format.mapping(file);
  const kept = buildSelect(
    mapping,
    names.map((name) => `~ctl ${name}`),
  );
  const amounts = names.map((name) => `${moneySql(`"~ctl ${name}"`)} as "~ctl ${name}"`);
  const read = await readRows(connection, within(`select * replace (${amounts.join(", ")}) from (${kept})`));
  const isControl = (name: string): boolean => name.startsWith("~ctl ");
  const rows = read.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !isControl(name))));
  const extra = format.extra === undefined ? [] : await readRows(connection, within(buildSelect(format.extra(file))));
  const total = (some: readonly Row[]): Row => ({
    n: some.length,
    ...Object.fromEntries(names.map((name) => [name, decimalOf(atomsOf(some, `~ctl ${name}`))])),
  });
  const control = total(read);
  const controlAccepted = total(read.filter((row) => row.problem_column === null && row.dropped_reason === null));
  const rules = format.warnings?.(file) ?? [];
  const counts = rules.map(({ when }, index) => `(count(*) filter (where ${when}))::integer as w${index}`);
  const [counted = {}] = await readRows(
    connection,
    within(`select ${[...counts, "1 as one"].join(", ")} from (${stage1Sql(mapping)})`),
  );
  const warnings = Object.fromEntries(
    rules.map(({ rule }, index) => [rule, Number(counted[`w${index}`])] as const).filter(([, found]) => found > 0),
  );
  return { format, file, rows, extra, control, controlAccepted, warnings };
}

/** Rows as plain values; decimals and times as DuckDB's text. */
async function readRows(connection: DuckDBConnection, sql: string): Promise<Row[]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRowObjectsJson() as Row[];
}

/** "12.500000000000000000" → "12.5". */
export function plain(decimal: unknown): string {
  return String(decimal)
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
}

/** Σ of a decimal column of mapped rows, in 10⁻¹⁸. */
export function atomsOf(rows: readonly Row[], column: string): bigint {
  return rows.reduce(
    (sum, row) => sum + (row[column] === null ? 0n : BigInt(String(row[column]).replace(".", ""))),
    0n,
  );
}

/** 10⁻¹⁸ as decimal text with 18 decimals. */
export function decimalOf(atoms: bigint): string {
  const digits = (atoms < 0n ? -atoms : atoms).toString().padStart(19, "0");
  return `${atoms < 0n ? "-" : ""}${digits.slice(0, -18)}.${digits.slice(-18)}`;
}

/** A CSV of rows that share a set of columns; commas, quotes and newlines are quoted. */
export function toCsv(rows: readonly Readonly<Record<string, string | null>>[]): string {
  const header = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cell = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = rows.map((row) => header.map((name) => cell(row[name] ?? "")).join(","));
  return `${[header.map(cell).join(","), ...lines].join("\n")}\n`;
}
