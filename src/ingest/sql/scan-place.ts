import { typed, type Mapping } from "../formats/build-select.ts";
import { quoteName } from "../formats/sql-text.ts";

/** Raw columns by where they are kept: with the distinct texts, with the distinct periods, or (the rest) in every row. */
export type ColumnGroups = {
  readonly columns: ReadonlySet<string>;
  readonly text: ReadonlySet<string>;
  readonly period: ReadonlySet<string>;
};

/** Values worked out at one level, in three steps. */
export type Level = {
  /** Stage-1 values the others are made of. */
  readonly typed: Readonly<Record<string, string>>;
  /** Charge columns the others are made of, by `fieldName`. */
  readonly fields: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, string>>;
};

/** A charge column of the mapping, where other values are made of it. */
export function fieldName(field: string): string {
  return quoteName(`=${field}`);
}

/** Puts each value where all the columns it is made of are. */
export type Placer = {
  readonly levelOf: (sql: string) => "text" | "period" | "row";
  /** SQL by which the row level has this value: the kept column `name`, or the SQL itself (also of a constant). */
  readonly place: (name: string, sql: string) => string;
  /** Has the value kept with the texts, which must have all that it is made of. */
  readonly keep: (name: string, sql: string) => void;
  readonly text: Level;
  readonly period: Level;
  /** Stage-1 values of the row level. */
  readonly rowTyped: Readonly<Record<string, string>>;
  /** Raw columns the row level reads. */
  readonly read: ReadonlySet<string>;
};

const NAMES = /"((?:[^"]|"")+)"/g;

/** The quoted names in a piece of SQL. Names inside text literals are found too: that only keeps more columns together. */
function namesIn(sql: string): string[] {
  return [...sql.matchAll(NAMES)].map((match) => (match[1] ?? "").replaceAll('""', '"'));
}

function typedIn(sql: string, mapping: Mapping): string[] {
  return namesIn(sql)
    .map((name) => name.slice(1))
    .filter((name) => mapping.typed[name] !== undefined && sql.includes(typed(name)));
}

function fieldsIn(sql: string): string[] {
  return namesIn(sql)
    .filter((name) => name.startsWith("="))
    .map((name) => name.slice(1));
}

/** SQL of a charge column over stage 1; null where the file has none. */
export function valueOf(mapping: Mapping, column: string): string {
  if (column === "provider") return mapping.provider;
  return mapping.values[column] ?? "null::varchar";
}

/** Whether a value is the same for every row, whatever the file says. */
export function isConstant(sql: string): boolean {
  return namesIn(sql).length === 0;
}

/** Raw columns a value is made of, directly, by stage-1 values or by charge columns. */
export function columnsOf(sql: string, mapping: Mapping, columns: ReadonlySet<string>): Set<string> {
  const direct = namesIn(sql).filter((name) => columns.has(name));
  const typedOnes = typedIn(sql, mapping).flatMap((name) => namesIn(mapping.typed[name] ?? ""));
  const fields = fieldsIn(sql).flatMap((field) => [...columnsOf(valueOf(mapping, field), mapping, columns)]);
  return new Set([...direct, ...typedOnes.filter((name) => columns.has(name)), ...fields]);
}

export function placer(mapping: Mapping, groups: ColumnGroups): Placer {
  const kept = { text: emptyLevel(), period: emptyLevel() };
  const rowTyped: Record<string, string> = {};
  const read = new Set<string>();
  const levelOf = (sql: string): "text" | "period" | "row" => {
    const columns = [...columnsOf(sql, mapping, groups.columns)];
    if (columns.every((name) => groups.text.has(name))) return "text";
    return columns.every((name) => groups.period.has(name)) ? "period" : "row";
  };
  const need = (level: "text" | "period", sql: string): void => {
    for (const each of typedIn(sql, mapping)) kept[level].typed[each] = mapping.typed[each] ?? "null";
    for (const field of fieldsIn(sql)) {
      kept[level].fields[field] = valueOf(mapping, field);
      need(level, valueOf(mapping, field));
    }
  };
  const keep = (level: "text" | "period", name: string, sql: string): void => {
    kept[level].values[name] = sql;
    need(level, sql);
  };
  /** Everything a row-level expression names must be there: kept with a group, or read with the row. */
  const supply = (sql: string): void => {
    for (const name of typedIn(sql, mapping)) {
      const level = levelOf(typed(name));
      if (level === "row") {
        rowTyped[name] = mapping.typed[name] ?? "null";
        supply(rowTyped[name] ?? "");
      } else keep(level, `~${name}`, typed(name));
    }
    for (const name of namesIn(sql).filter((each) => groups.columns.has(each))) {
      if (groups.text.has(name)) keep("text", name, quoteName(name));
      else if (groups.period.has(name)) keep("period", name, quoteName(name));
      else read.add(name);
    }
  };
  return {
    levelOf,
    keep: (name, sql) => keep("text", name, sql),
    place: (name, sql) => {
      if (isConstant(sql)) return sql;
      const level = levelOf(sql);
      if (level === "row") supply(sql);
      else keep(level, name, sql);
      return level === "row" ? sql : quoteName(name);
    },
    ...kept,
    rowTyped,
    read,
  };
}

type OpenLevel = { [Step in keyof Level]: Record<string, string> };

function emptyLevel(): OpenLevel {
  return { typed: {}, fields: {}, values: {} };
}
