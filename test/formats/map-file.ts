import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { DuckDBConnection } from "@duckdb/node-api";
import { DuckDBInstance } from "@duckdb/node-api";

import { chooseFormat } from "../../src/ingest/formats/formats.ts";
import type { Format, SourceFile } from "../../src/ingest/formats/format.ts";
import { moneySql } from "../../src/ingest/formats/sql-money.ts";
import { quoteText } from "../../src/ingest/formats/sql-text.ts";

export type Row = Record<string, string | number | boolean | null>;
export type MappedFile = { format: Format; file: SourceFile; rows: Row[]; extra: Row[]; control: Row };

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
  const read = format.columns(file);
  const listed = read.map((name) => `"${name.replaceAll('"', '""')}"`).join(", ");
  // Only the columns the format asks for: what the mapping reads besides them would fail here.
  const within = (select: string): string => `with raw as (select ${listed} from ${relation}) ${select}`;
  const rows = await readRows(connection, within(format.select(file)));
  const extra = format.extra === undefined ? [] : await readRows(connection, within(format.extra(file)));
  const { costs, currency } = format.control(file);
  const sums = Object.entries(costs).map(
    ([name, text]) => `${text === null ? "null" : `sum(${moneySql(text)})`}::varchar as ${name}`,
  );
  const totals = `select count(*)::integer as n, min(${currency}) as currency, ${sums.join(", ")} from raw`;
  const [control = {}] = await readRows(connection, within(totals));
  return { format, file, rows, extra, control };
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

/** A CSV of rows that share a set of columns; commas, quotes and newlines are quoted. */
export function toCsv(rows: readonly Readonly<Record<string, string | null>>[]): string {
  const header = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cell = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = rows.map((row) => header.map((name) => cell(row[name] ?? "")).join(","));
  return `${[header.map(cell).join(","), ...lines].join("\n")}\n`;
}
