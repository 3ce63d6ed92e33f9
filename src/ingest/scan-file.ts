import { countOf, type Duck } from "./duck/duck-process.ts";
import type { AmountShape, ColumnRole } from "./file/encode-csv.ts";
import type { Format, SourceFile } from "./formats/format.ts";
import { quoteName, typeOf } from "./formats/sql-text.ts";
import { partRelation } from "./sql/read-sql.ts";
import { NARROW_DIGITS } from "./sql/scan-amounts.ts";
import { HOUR_ROWS_MAX, planScan, type RowPlan, type ScanPlan } from "./sql/scan-plan.ts";
import {
  addPartSql,
  forgetNumbersSql,
  FULLEST_HOURS_SQL,
  keepNewSql,
  PERIOD_NUMBER,
  sumRowsSql,
  TEXT_NUMBER,
  textTable,
  periodTable,
  type NewRelations,
  type RowsOf,
} from "./sql/scan-sql.ts";
import { FEW_DECIMALS, widenStageSql, type StageDecimals } from "./sql/stage-tables.ts";

/** A file and how it is scanned into the stage. */
export type Scan = {
  readonly fileNo: number;
  readonly format: Format;
  readonly file: SourceFile;
  /** Values may hold the separator of the dictionary texts: it is taken out of each. */
  readonly separatorInText: boolean;
  readonly stage: Stage;
};

/** What the call knows of its stage. */
export type Stage = { decimals: StageDecimals };

/** Combinations kept at most before their numbers are forgotten: bounds what each piece is joined with. */
const NUMBERS_MAX = 1 << 19;
/** How most amounts are read: as 64-bit integers. */
const NARROW_TYPE = `DECIMAL(${NARROW_DIGITS},${FEW_DECIMALS})`;

/** What is encoded: the file itself, or its careful copy. */
export type EncodedSource = {
  readonly path: string;
  readonly gzip: boolean;
  readonly hasHeader: boolean;
  /** The line number stands before the columns. */
  readonly hasLine: boolean;
  readonly directory: string;
};

/**
 * Scans a CSV taken apart by the child (file/encode-csv.ts). Returns the rows it has. `onRead` hears the bytes of the
 * file read so far. Throws OddRecord, DuckError.
 */
export async function scanEncoded(
  duck: Duck,
  scan: Scan,
  source: EncodedSource,
  onRead: (bytes: number) => void,
): Promise<number> {
  const { file, format, separatorInText } = scan;
  const { textColumns, periodColumns, amountColumns } = planScan(format, file, separatorInText);
  const pieces = duck.encode({
    ...source,
    delimiter: file.delimiter,
    roles: [...(source.hasLine ? (["skip"] as const) : []), ...file.header.map((name) => roleOf(name))],
  });
  function roleOf(name: string): ColumnRole {
    if (textColumns.includes(name)) return "text";
    if (periodColumns.includes(name)) return "period";
    return amountColumns.includes(name) ? "amount" : "skip";
  }
  const amounts = amountsOf(format, file);
  let rows = 0;
  let isFirst = true;
  for await (const piece of pieces) {
    const types = amountColumns.map(
      (name, index) => [name, amounts.has(name) ? typeOfAmount(piece.amounts[index]) : "VARCHAR"] as const,
    );
    const plan = planScan(format, withTypes(file, types), separatorInText);
    const text = (names: readonly string[]): (readonly [string, string])[] => names.map((name) => [name, "VARCHAR"]);
    const facts = partRelation(piece.facts, file, [["~text", "UBIGINT"], ["~period", "UBIGINT"], ...types]);
    const texts = partRelation(piece.texts, file, [["~text", "UBIGINT"], ...text(textColumns)]);
    const periods = partRelation(piece.periods, file, [["~period", "UBIGINT"], ...text(periodColumns)]);
    await duck.run(
      ...(isFirst ? forgetNumbersSql() : []),
      ...(piece.newTexts + piece.newPeriods > 0 ? keepSql(plan, { texts, periods }, isFirst) : []),
    );
    await addRows(duck, scan, plan, facts);
    rows += piece.rows;
    isFirst = piece.forget;
    onRead(piece.readBytes);
  }
  await duck.run(...forgetNumbersSql());
  return rows;
}

/** How DuckDB reads a column of amounts, from what the encoder saw of this piece. */
function typeOfAmount(shape: AmountShape | undefined): string {
  if (shape?.plain !== true) return "VARCHAR";
  if (shape.decimals <= FEW_DECIMALS && shape.integerDigits <= NARROW_DIGITS - FEW_DECIMALS) return NARROW_TYPE;
  const fits = shape.decimals + shape.integerDigits <= NARROW_DIGITS;
  return fits ? `DECIMAL(${NARROW_DIGITS},${shape.decimals})` : "VARCHAR";
}

function withTypes(file: SourceFile, types: readonly (readonly [string, string])[]): SourceFile {
  const given = file.types ?? new Map(file.header.map((name) => [name, "VARCHAR"]));
  return { ...file, types: new Map([...given, ...types]) };
}

function keepSql(plan: ScanPlan, { texts, periods }: NewRelations, isFirst: boolean): string[] {
  const read = { texts: "fresh_texts", periods };
  return [
    `create or replace table fresh_texts as select * from ${texts}`,
    ...keepNewSql(plan.lines, "lines", read, isFirst),
    ...(plan.extra === null ? [] : keepNewSql(plan.extra, "extra", read, isFirst)),
    "drop table fresh_texts",
  ];
}

/** Sums the rows of a piece and adds them to the stage. */
async function addRows(duck: Duck, { fileNo, stage }: Scan, plan: ScanPlan, facts: string): Promise<void> {
  const add = async (rowPlan: RowPlan, rows: RowsOf): Promise<void> => {
    const [full] = await duck.run(sumRowsSql(rowPlan, rows, facts, "packed"), FULLEST_HOURS_SQL);
    if (countOf(full, "n") > HOUR_ROWS_MAX) await duck.run(sumRowsSql(rowPlan, rows, facts, "apart"));
    const widen = rowPlan.amounts.decimals > stage.decimals;
    if (widen) stage.decimals = rowPlan.amounts.decimals;
    await duck.run(...(widen ? widenStageSql() : []), ...addPartSql(rowPlan, rows, fileNo));
  };
  await add(plan.lines, "lines");
  if (plan.extra !== null) await add(plan.extra, "extra");
}

/** Columns that hold amounts and nothing else. */
function amountsOf(format: Format, file: SourceFile): ReadonlySet<string> {
  return new Set([...format.mapping(file).amounts, ...(format.extra?.(file).amounts ?? [])]);
}

/** A relation over a file, and the column that tells its rows apart. */
export type Relation = { readonly sql: string; readonly row: string };

/**
 * Scans relations that DuckDB reads itself (Parquet), one after the other: combinations are numbered by a hash of their
 * columns. `next` hears how many combinations were new in the one before.
 */
export async function scanRelations(
  duck: Duck,
  scan: Scan,
  next: (freshTexts: number) => Relation | null,
): Promise<void> {
  const { format, file, separatorInText } = scan;
  const columns = planScan(format, file, separatorInText);
  const hashes = { text: hashOf(columns.textColumns), period: hashOf(columns.periodColumns) };
  let isFirst = true;
  await duck.run(...forgetNumbersSql());
  for (let relation = next(0); relation !== null;) {
    const { fresh, texts, narrow } = await lookOver(duck, scan, relation, hashes, isFirst);
    const types = columns.amountColumns.filter((name) => narrow.has(name)).map((name) => [name, NARROW_TYPE] as const);
    const plan = planScan(format, withTypes(file, types), separatorInText);
    if (fresh > 0) await duck.run(...keepSql(plan, newRelations(columns, relation, hashes), isFirst));
    const facts = [
      `${hashes.text} as ${TEXT_NUMBER}`,
      `${hashes.period} as ${PERIOD_NUMBER}`,
      ...columns.amountColumns.map((name) =>
        narrow.has(name) ? `try_cast(${quoteName(name)} as ${NARROW_TYPE}) as ${quoteName(name)}` : quoteName(name),
      ),
    ];
    await addRows(duck, scan, plan, `(select ${facts.join(", ")} from ${relation.sql})`);
    const [kept] = await duck.run(
      `select (select count(*) from ${textTable("lines")}) as texts, (select count(*) from ${periodTable("lines")}) as periods`,
    );
    isFirst = Math.max(countOf(kept, "texts"), countOf(kept, "periods")) > NUMBERS_MAX;
    relation = next(texts);
  }
  await duck.run(...forgetNumbersSql());
}

type Hashes = { readonly text: string; readonly period: string };

function hashOf(columns: readonly string[]): string {
  return columns.length === 0 ? "0::ubigint" : `hash(${columns.map(quoteName).join(", ")})`;
}

/** One row of each new combination, and of each new period. */
function newRelations(plan: ScanPlan, { sql, row }: Relation, { text, period }: Hashes): NewRelations {
  const once = (number: string, hash: string, table: string, columns: readonly string[]): string => {
    const wanted = [`${hash} as ${number}`, ...columns.map(quoteName)].join(", ");
    return `(select ${wanted} from ${sql} where ${row} in (select first from ${table}))`;
  };
  return {
    texts: once(TEXT_NUMBER, text, "new_text", plan.textColumns),
    periods: once(PERIOD_NUMBER, period, "new_period", plan.periodColumns),
  };
}

/** Finds the combinations and periods a relation is the first to have, and which of its amounts are narrow. */
async function lookOver(
  duck: Duck,
  { format, file }: Scan,
  { sql, row: rowNumber }: Relation,
  { text, period }: Hashes,
  isFirst: boolean,
): Promise<{ fresh: number; texts: number; narrow: ReadonlySet<string> }> {
  const found = (number: string, table: string, column: string): string =>
    `select number, first from (select ${number} as number, min(${rowNumber}) as first from ${sql} group by 1)${isFirst ? "" : ` anti join ${table} on number = ${column}`}`;
  const amounts = [...amountsOf(format, file)].flatMap((name) => {
    const holds = isNarrow(file, name);
    return holds === null ? [] : [{ name, holds }];
  });
  const checks = amounts.map(({ holds }, index) => `coalesce(bool_and(${holds}), true) as a${index}`);
  const [row] = await duck.run(
    `create or replace table new_text as ${found(text, textTable("lines"), TEXT_NUMBER)}`,
    `create or replace table new_period as ${found(period, periodTable("lines"), PERIOD_NUMBER)}`,
    `select (select count(*) from new_text) as texts, (select count(*) from new_period) as periods, * from (select ${["1 as one", ...checks].join(", ")} from ${sql})`,
  );
  const narrow = amounts.filter((_, index) => row?.[`a${index}`] === true).map(({ name }) => name);
  const texts = countOf(row, "texts");
  return { fresh: texts + countOf(row, "periods"), texts, narrow: new Set(narrow) };
}

/**
 * Whether a value is an amount that NARROW_TYPE holds exactly (SQL); null: its type is no matter of values. Of a double:
 * 15 digits that give it back are its shortest text (formats/sql-money.ts).
 */
function isNarrow(file: SourceFile, name: string): string | null {
  const column = quoteName(name);
  const type = typeOf(file, name);
  const cast = `try_cast(${column} as ${NARROW_TYPE})`;
  if (type === "DOUBLE") return `${column} is null or (abs(${column}) < 1000 and ${cast}::double = ${column})`;
  if (type !== "VARCHAR") return null;
  const decimals = `strlen(${column}) - instr(${column}, '.')`; // of text without a point more than it has
  const short = `strlen(${column}) <= ${FEW_DECIMALS} or ${decimals} <= ${FEW_DECIMALS}`;
  return `coalesce(${column}, '') = '' or (${cast} is not null and (${short}) and not contains(lower(${column}), 'e'))`;
}
