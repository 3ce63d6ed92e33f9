import { MONEY_SCALE } from "../../domain/money.ts";
import type { SourceFile } from "./format.ts";
import { quoteName, textSql, typeOf } from "./sql-text.ts";

/**
 * Amounts in DuckDB, exact to 18 decimals. DuckDB casts text to DECIMAL(38,18) at 1.2 M values/s (E notation 0.2 M/s) and
 * to DECIMAL(18,k) at 40 M/s, so text is cast to the narrowest type that holds every decimal it has and widened after.
 */
const EXACT = "decimal(38,18)";

/**
 * A decimal text as DECIMAL(38,18); null when it is null, no number, or 10²⁰ and above. Accepted besides plain and
 * E notation: a currency sign and thousands commas where they cannot be decimal commas ("$50,000.00 ", "1,234.50"),
 * and accounting brackets "($5.00)". Rounds what is finer than 18 decimals: see `residualSql`.
 */
export function moneySql(text: string): string {
  const decimals = `strlen(${text}) - instr(${text}, '.')`; // for text without a point its length: also an upper bound
  const fast = `case when contains(${text}, 'e') or contains(${text}, 'E') then ${smallPower(text)}
    when ${decimals} <= 12 then try_cast(${text} as decimal(18,12))::${EXACT}
    when ${decimals} <= 16 then try_cast(${text} as decimal(18,16))::${EXACT} end`;
  return `case when ${text} is not null then coalesce(${fast}, try_cast(${text} as ${EXACT}), ${dressedMoney(text)}) end`;
}

/** What an amount says, the same whatever type a file's amounts are read in: part of what tells a row from another. */
export function amountText(amount: string): string {
  return `(${amount})::${EXACT}::varchar`;
}

/** Powers of ten E notation of small amounts has: 10⁻¹ … 10⁻¹⁸. */
const POWERS = Array.from({ length: 18 }, (_, index) => `0.${"0".repeat(index)}1::decimal(18,18)`);

/** "9.4E-9": a mantissa of at most 15 decimals times a negative power of ten, exactly; null where that does not fit. */
function smallPower(text: string): string {
  const mantissa = `split_part(lower(${text}), 'e', 1)`;
  const power = `try_cast(split_part(lower(${text}), 'e-', 2) as integer)`;
  const once = `split_part(lower(${text}), 'e', 3) = ''`;
  const product = `(try_cast(${mantissa} as decimal(18,15)) * [${POWERS.join(", ")}][${power}])::${EXACT}`;
  return `case when strlen(${text}) <= 18 and ${once} and ${power} between 1 and 18 then ${product} end`;
}

/** "$50,000.00", "-$3", "(1,234.50)", "12 " with a no-break space. A comma needs a sign or a point beside it. */
function dressedMoney(text: string): string {
  const bare = `regexp_replace(${text}, '[\\s\\x{a0}]', '', 'g')`;
  const shape = String.raw`^[-+(]*[$€£¥][-+]?[0-9]{1,3}((,[0-9]{3})*|[0-9]*)(\.[0-9]*)?\)?$|^[-+(]*[0-9]{1,3}(,[0-9]{3})+\.[0-9]*\)?$|^[-+]?[0-9]+(\.[0-9]*)?$`;
  const digits = `regexp_replace(${bare}, '[^0-9.]', '', 'g')`;
  const sign = `case when contains(${bare}, '-') or contains(${bare}, '(') then '-' else '' end`;
  return `case when regexp_matches(${bare}, '${shape}') then try_cast(${sign} || ${digits} as ${EXACT}) end`;
}

/**
 * Whether a decimal text is finer than 18 decimals (trailing zeros aside), so that `moneySql` rounded it.
 * Cheap for the usual short text; only long or E-notation text is looked at closely.
 */
export function residualSql(text: string): string {
  const mantissa = `split_part(lower(trim(${text})), 'e', 1)`;
  const exponent = `coalesce(try_cast(split_part(lower(trim(${text})), 'e', 2) as integer), 0)`;
  const digits = `ltrim(replace(${mantissa}, '.', ''), '+-0')`;
  const trailing = `(strlen(${digits}) - strlen(rtrim(${digits}, '0')))`;
  const decimals = `strlen(split_part(${mantissa}, '.', 2)) - ${trailing} - ${exponent}`;
  const worthLooking = `strlen(${text}) > 19 or contains(${text}, 'e') or contains(${text}, 'E')`;
  return `coalesce(case when ${worthLooking} then ${digits} <> '' and ${decimals} > 18 else false end, false)`;
}

/** How a column's amount is read, by its type in the file. */
export type Amount = {
  /** DECIMAL(38,18) */
  sql: string;
  /** VARCHAR: what the file says. */
  text: string;
  /** BOOLEAN: the file says something. Cheaper than asking `text`, which for numbers of Parquet is a cast. */
  present: string;
  /** BOOLEAN: it is finer than 18 decimals. */
  residual: string;
  /** Raw columns it is in, and that hold nothing else: they may be read as numbers from the start. */
  columns: readonly string[];
};

/** The amount in a column: text of CSV, or whatever type a Parquet file has. */
export function amountOf(file: SourceFile, name: string): Amount {
  const type = typeOf(file, name);
  return { ...amountOfTyped(type === "VARCHAR" ? textSql(file, name) : quoteName(name), type), columns: [name] };
}

/** The amount in an expression of a DuckDB type (upper case). */
export function amountOfTyped(expression: string, type: string): Amount {
  const present = `${expression} is not null`;
  if (type === "VARCHAR") {
    return { sql: moneySql(expression), text: expression, present, residual: residualSql(expression), columns: [] };
  }
  const text = `${expression}::varchar`;
  if (type === "DOUBLE" || type === "FLOAT") {
    return { sql: doubleMoney(expression), text, present, residual: doubleResidual(expression), columns: [] };
  }
  const scale = Number(/^DECIMAL\(\d+,\s*(\d+)\)$/.exec(type)?.[1] ?? 0);
  return {
    sql: `try_cast(${expression} as ${EXACT})`,
    text,
    present,
    residual: scale > MONEY_SCALE ? residualSql(text) : "false",
    columns: [],
  };
}

/**
 * A double as the decimal people read in it, its shortest text. A decimal of at most 15 digits that gives the double
 * back is that text, so most values need no text at all (a direct cast would store 0.300000000000000064).
 */
function doubleMoney(column: string): string {
  const narrow = `case when abs(${column}) < 1000 then try_cast(${column} as decimal(18,12)) end`;
  const exact = `case when (${narrow})::double = ${column} then (${narrow})::${EXACT} end`;
  return `coalesce(${exact}, try_cast(${column}::varchar as ${EXACT}))`;
}

/** Only a double below 0.1 has more than 17 decimals in its shortest text; most of them not even then. */
function doubleResidual(column: string): string {
  const roundTrips = `try_cast(${column} as decimal(18,12))::double = ${column}`;
  return `coalesce(case when abs(${column}) < 1000 and ${roundTrips} then false else ${residualSql(`${column}::varchar`)} end, false)`;
}

/** Whether any of these amounts was rounded. */
export function residualOf(amounts: readonly Amount[]): string {
  const parts = amounts.map((amount) => amount.residual).filter((part) => part !== "false");
  return parts.length === 0 ? "false" : `(${parts.join(" or ")})`;
}

/** A control cost whose text is worked out by rules. */
export function controlText(text: string): { text: string; sql: null } {
  return { text, sql: null };
}

/** Raw columns of these amounts. */
export function columnsOfAmounts(amounts: readonly Amount[]): string[] {
  return [...new Set(amounts.flatMap(({ columns }) => columns))];
}
