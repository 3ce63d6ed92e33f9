import { AppError } from "../domain/errors.ts";
import { countOf, type Duck } from "./duck/duck-process.ts";
import type { AmountShape } from "./file/amount-shape.ts";
import type { ColumnRole } from "./file/encode-csv.ts";
import type { EncodedPiece } from "./file/encode-pieces.ts";
import type { Format, SourceFile } from "./formats/format.ts";
import { quoteName, typeOf } from "./formats/sql-text.ts";
import { numbersRelation, partRelation } from "./sql/read-sql.ts";
import { NARROW_DIGITS } from "./sql/scan-amounts.ts";
import { HOUR_ROWS_MAX, planScan, type RowPlan, type ScanPlan } from "./sql/scan-plan.ts";
import {
  addPartSql,
  CHECK_PART_SQL,
  forgetNumbersSql,
  keepPeriodsSql,
  keepStaticsSql,
  keepTextsSql,
  PERIOD_NUMBER,
  sumRowsSql,
  TEXT_NUMBER,
  textTable,
  periodTable,
  type Facts,
  type NewRelations,
  type RowsOf,
} from "./sql/scan-sql.ts";
import { COMPRESS_KEPT_SQL, FEW_DECIMALS, ROW_GROUP, widenStageSql, type StageDecimals } from "./sql/stage-tables.ts";

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
export type Stage = {
  decimals: StageDecimals;
  /** Charges staged since what is kept was last compressed. */
  looseRows: number;
};

/** Combinations kept at most before their numbers are forgotten: bounds what each piece is joined with. */
const NUMBERS_MAX = 1 << 18;
/** Charges staged as they come before they are compressed: a bill whose rows collapse has fewer. */
const LOOSE_ROWS_MAX = ROW_GROUP;
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
  const columns = planScan(format, file, separatorInText);
  const { textColumns, periodColumns, amountColumns, extra } = columns;
  const amounts = amountsOf(format, file);
  const roleOf = (name: string): ColumnRole => {
    if (textColumns.includes(name)) return "text";
    if (periodColumns.includes(name)) return "period";
    if (!amountColumns.includes(name)) return "skip";
    return amounts.has(name) ? "amount" : "raw";
  };
  const pieces = duck.encode({
    ...source,
    delimiter: file.delimiter,
    roles: [...(source.hasLine ? (["skip"] as const) : []), ...file.header.map(roleOf)],
  });
  let rows = 0;
  let isFirst = true;
  for await (const piece of pieces) {
    const text = (names: readonly string[]): (readonly [string, string])[] => names.map((name) => [name, "VARCHAR"]);
    const texts = partRelation(piece.texts, file, [["~text", "INTEGER"], ...text(textColumns)]);
    const periods = partRelation(piece.periods, file, [["~period", "INTEGER"], ...text(periodColumns)]);
    if (isFirst) await duck.run(...forgetNumbersSql());
    const fresh = { texts: piece.newTexts, periods: piece.newPeriods };
    // Read more than once, they are better parsed once.
    const parsed = extra !== null && fresh.texts > 0;
    if (parsed) await duck.run(`create or replace table fresh_texts as select * from ${texts}`);
    await keepNew(duck, columns, relationsOf(parsed ? "fresh_texts" : texts, periods), fresh, isFirst);
    const { types, relation } = factsOf(piece, file, amountColumns, amounts);
    const plan = planScan(format, withTypes(file, types), separatorInText);
    for (const [rows, rowPlan] of rowPlans(plan)) {
      await sumRows(duck, scan, rowPlan, rows, { sql: relation, odd: null });
      await addPart(duck, scan, rowPlan, rows);
    }
    rows += piece.rows;
    isFirst = piece.forget;
    onRead(piece.readBytes);
  }
  await duck.run(...forgetNumbersSql(), "drop table if exists fresh_texts");
  return rows;
}

/**
 * The rows of a piece: those that are numbers, those that are text, or both, in the piece in which the first came that is
 * no number: planning a statement for each costs more than reading some numbers as text.
 */
function factsOf(
  piece: EncodedPiece,
  file: SourceFile,
  columns: readonly string[],
  amounts: ReadonlySet<string>,
): { types: readonly (readonly [string, string])[]; relation: string } {
  const narrow = columns.map((name) => [name, NARROW_TYPE] as const);
  if (piece.textRows === 0) return { types: narrow, relation: numbersRelation(piece.numbers, narrow) };
  const isMixed = piece.rows > piece.textRows;
  const types = columns.map((name, index) => {
    const type = amounts.has(name) ? typeOfAmount(piece.amounts[index]) : "VARCHAR";
    return [name, isMixed && type !== NARROW_TYPE ? "VARCHAR" : type] as const;
  });
  const text = partRelation(piece.facts, file, [["~text", "INTEGER"], ["~period", "INTEGER"], ...types]);
  if (!isMixed) return { types, relation: text };
  return { types, relation: `(from ${numbersRelation(piece.numbers, types)} union all by name from ${text})` };
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

function relationsOf(texts: string, periods: string): NewRelations {
  const textsIn = (table: string): string => `(select * from ${texts} semi join ${table} using (${TEXT_NUMBER}))`;
  return { texts, periods, textsIn };
}

function rowPlans({ lines, extra }: ScanPlan): (readonly [RowsOf, RowPlan])[] {
  return extra === null
    ? [["lines", lines]]
    : [
        ["lines", lines],
        ["extra", extra],
      ];
}

/** Keeps what is new in a piece; `isFirst`: nothing is kept yet. */
async function keepNew(
  duck: Duck,
  plan: ScanPlan,
  relations: NewRelations,
  fresh: { readonly texts: number; readonly periods: number },
  isFirst: boolean,
): Promise<void> {
  for (const [rows, rowPlan] of rowPlans(plan)) {
    if (fresh.texts > 0 || isFirst) {
      const [left] = await duck.run(...keepTextsSql(rowPlan, rows, relations, isFirst));
      if (countOf(left, "n") > 0) await duck.run(keepStaticsSql(rowPlan, relations));
    }
    if (fresh.periods > 0 || isFirst) await duck.run(keepPeriodsSql(rowPlan, rows, relations, isFirst));
  }
}

/** Sums the rows of a piece into `part`. Says whether an amount was odd: then they must be read another way. */
async function sumRows(duck: Duck, { stage }: Scan, plan: RowPlan, rows: RowsOf, facts: Facts): Promise<boolean> {
  const [check] = await duck.run(sumRowsSql(plan, rows, facts, "packed"), CHECK_PART_SQL);
  if (check?.["odd"] === true) return true;
  stage.looseRows += countOf(check, "rows");
  if (countOf(check, "n") > HOUR_ROWS_MAX) await duck.run(sumRowsSql(plan, rows, facts, "apart"));
  return false;
}

/** Adds `part` to the stage. */
async function addPart(duck: Duck, { fileNo, stage }: Scan, plan: RowPlan, rows: RowsOf): Promise<void> {
  const widen = plan.amounts.decimals > stage.decimals;
  if (widen) stage.decimals = plan.amounts.decimals;
  await duck.run(...(widen ? widenStageSql() : []), ...addPartSql(plan, rows, fileNo));
  if (stage.looseRows < LOOSE_ROWS_MAX) return;
  await duck.run(COMPRESS_KEPT_SQL);
  stage.looseRows = 0;
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
  const columns = planScan(scan.format, scan.file, scan.separatorInText);
  const hashes = { text: hashOf(columns.textColumns), period: hashOf(columns.periodColumns) };
  const amounts = amountChecks(scan);
  let isFirst = true;
  await duck.run(...forgetNumbersSql());
  for (let relation = next(0); relation !== null;) {
    const fresh = await findNew(duck, relation, hashes, isFirst);
    await keepNew(duck, columns, newRelations(columns, relation, hashes), fresh, isFirst);
    await scanRows(duck, scan, relation, { columns, hashes, amounts });
    const [kept] = await duck.run(
      `select (select count(*) from ${textTable("lines")}) as texts, (select count(*) from ${periodTable("lines")}) as periods`,
    );
    isFirst = Math.max(countOf(kept, "texts"), countOf(kept, "periods")) > NUMBERS_MAX;
    relation = next(fresh.texts);
  }
  await duck.run(...forgetNumbersSql());
}

type RelationScan = {
  readonly columns: ScanPlan;
  readonly hashes: Hashes;
  /** Amounts taken for narrow until one is not. */
  readonly amounts: Map<string, string>;
};

/**
 * Sums the rows of a relation and adds them to the stage. Amounts are read as narrow ones, and whether they are is
 * looked at while they are summed: where one is not, its column is read as it is, from then on.
 */
async function scanRows(
  duck: Duck,
  scan: Scan,
  relation: Relation,
  { columns, hashes, amounts }: RelationScan,
): Promise<void> {
  const numbers = [`${hashes.text} as ${TEXT_NUMBER}`, `${hashes.period} as ${PERIOD_NUMBER}`];
  for (;;) {
    const narrow = columns.amountColumns.filter((name) => amounts.has(name));
    const types = narrow.map((name) => [name, NARROW_TYPE] as const);
    const plan = planScan(scan.format, withTypes(scan.file, types), scan.separatorInText);
    const read = columns.amountColumns.map((name) =>
      narrow.includes(name) ? `try_cast(${quoteName(name)} as ${NARROW_TYPE}) as ${quoteName(name)}` : quoteName(name),
    );
    const odd = narrow.map((name) => `(${amounts.get(name) ?? ""})`).join(" and ");
    const isOdd = narrow.length === 0 ? [] : [`(${odd}) is not true as "~odd"`];
    const facts: Facts = {
      sql: `(select ${[...numbers, ...read, ...isOdd].join(", ")} from ${relation.sql})`,
      odd: narrow.length === 0 ? null : '"~odd"',
    };
    // The lines come first and are all the rows there are: what is odd shows there.
    if (await sumRows(duck, scan, plan.lines, "lines", facts)) {
      await forgetOdd(duck, relation, amounts);
      continue;
    }
    await addPart(duck, scan, plan.lines, "lines");
    if (plan.extra !== null) {
      await sumRows(duck, scan, plan.extra, "extra", { ...facts, odd: null });
      await addPart(duck, scan, plan.extra, "extra");
    }
    return;
  }
}

/** Takes away the amounts that are not narrow in every row of a relation. */
async function forgetOdd(duck: Duck, relation: Relation, amounts: Map<string, string>): Promise<void> {
  const names = [...amounts.keys()];
  const checks = names.map(
    (name, index) => `coalesce(bool_and((${amounts.get(name) ?? ""}) is true), true) as a${index}`,
  );
  const [row] = await duck.run(`select ${checks.join(", ")} from ${relation.sql}`);
  const odd = names.filter((_, index) => row?.[`a${index}`] !== true);
  if (odd.length === 0) throw new AppError("internal", "An amount could not be read the same way twice.");
  for (const name of odd) amounts.delete(name);
}

/** Amounts whose values may be narrow, with the SQL that tells. */
function amountChecks({ format, file }: Scan): Map<string, string> {
  return new Map(
    [...amountsOf(format, file)].flatMap((name) => {
      const holds = isNarrow(file, name);
      return holds === null ? [] : [[name, holds] as const];
    }),
  );
}

type Hashes = { readonly text: string; readonly period: string };

function hashOf(columns: readonly string[]): string {
  return columns.length === 0 ? "0::ubigint" : `hash(${columns.map(quoteName).join(", ")})`;
}

/** One row of each new combination, and of each new period. */
function newRelations(plan: ScanPlan, { sql, row }: Relation, { text, period }: Hashes): NewRelations {
  const once = (number: string, hash: string, rows: string, columns: readonly string[]): string => {
    const wanted = [`${hash} as ${number}`, ...columns.map(quoteName)].join(", ");
    return `(select ${wanted} from ${sql} where ${row} in (${rows}))`;
  };
  const texts = (rows: string): string => once(TEXT_NUMBER, text, rows, plan.textColumns);
  return {
    texts: texts("select first from new_text"),
    periods: once(PERIOD_NUMBER, period, "select first from new_period", plan.periodColumns),
    textsIn: (table) => texts(`select first from new_text where number in (select ${TEXT_NUMBER} from ${table})`),
  };
}

/** Finds the combinations and periods a relation is the first to have. */
async function findNew(
  duck: Duck,
  { sql, row: rowNumber }: Relation,
  { text, period }: Hashes,
  isFirst: boolean,
): Promise<{ texts: number; periods: number }> {
  const found = (number: string, table: string, column: string): string =>
    `select number, first from (select ${number} as number, min(${rowNumber}) as first from ${sql} group by 1)${isFirst ? "" : ` anti join ${table} on number = ${column}`}`;
  const [row] = await duck.run(
    `create or replace table new_text as ${found(text, textTable("lines"), TEXT_NUMBER)}`,
    `create or replace table new_period as ${found(period, periodTable("lines"), PERIOD_NUMBER)}`,
    "select (select count(*) from new_text) as texts, (select count(*) from new_period) as periods",
  );
  return { texts: countOf(row, "texts"), periods: countOf(row, "periods") };
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
