import type { SourceFile } from "./format.ts";
import { indexHeader } from "./header.ts";
import { NO_AMOUNT, NO_TEXT } from "./native-fields.ts";
import type { Amount } from "./sql-money.ts";
import { amountOf, amountOfTyped } from "./sql-money.ts";
import { quoteName, quoteText, textSql, typeOf } from "./sql-text.ts";
import { timeOf } from "./sql-time.ts";

/**
 * Where a nested field of Google's export is: `service.description` is a struct field in Parquet; in flattened text a
 * column `service.description` or `service_description`, or a member of a JSON column `service`.
 */
export function gcpFields(file: SourceFile) {
  const { find } = indexHeader(file);
  const used = new Set<string>();
  const found = new Set<string>();
  const flat = (path: string): string | null => use(find(path, path.replaceAll(".", "_")));
  const use = (name: string | null): string | null => {
    if (name !== null) used.add(name);
    return name;
  };
  const nested = (path: string): { sql: string; type: string } | null => {
    const [top = "", ...rest] = path.split(".");
    const name = rest.length === 0 ? null : find(top);
    if (name === null) return null;
    const type = typeOf(file, name);
    if (type === "VARCHAR" || type === "JSON") {
      use(name);
      return { sql: `try_cast(${quoteName(name)} as json)->>${quoteText(`$.${rest.join(".")}`)}`, type: "VARCHAR" };
    }
    const member = new RegExp(`[(,]\\s*"?${rest.join('"? STRUCT\\(.*')}"? ([A-Z]+(?:\\([0-9, ]+\\))?)`, "i").exec(type);
    if (!type.startsWith("STRUCT(") || member === null) return null;
    use(name);
    const sql = rest.reduce((from, key) => `struct_extract(${from}, ${quoteText(key)})`, quoteName(name));
    return { sql, type: (member[1] ?? "VARCHAR").toUpperCase() };
  };
  const text = (path: string): string => {
    const column = flat(path);
    const inside = column === null ? nested(path) : null;
    if (column !== null || inside !== null) found.add(path);
    if (column !== null) return textSql(file, column);
    if (inside !== null) return inside.type === "VARCHAR" ? `nullif(${inside.sql}, '')` : `${inside.sql}::varchar`;
    return NO_TEXT;
  };
  const amount = (path: string): Amount => {
    const column = flat(path);
    const inside = column === null ? nested(path) : null;
    if (column !== null || inside !== null) found.add(path);
    if (column !== null) return amountOf(file, column);
    return inside === null ? NO_AMOUNT : amountOfTyped(inside.sql, inside.type);
  };
  const time = (path: string): { sql: string; text: string } => {
    const column = flat(path);
    return column === null ? { sql: "null::timestamp", text: NO_TEXT } : timeOf(file, column);
  };
  /** A repeated record as a list of {key, value} text pairs; `keys` are its own names for the two. */
  const pairs = (name: string, keys: readonly [string, string]): string | null => {
    const column = use(find(name));
    if (column === null) return null;
    found.add(name);
    return pairsSql(quoteName(column), typeOf(file, column), keys);
  };
  return { text, amount, time, pairs, names: used, /** Fields the file has, by Google's names. */ found };
}

function pairsSql(column: string, type: string, [key, value]: readonly [string, string]): string | null {
  if (type === "VARCHAR" || type === "JSON") {
    const member = (name: string): string => `e->>${quoteText(`$.${name}`)}`;
    const list = `try_cast(try_cast(${column} as json) as json[])`;
    return `list_transform(${list}, lambda e: {'key': ${member(key)}, 'value': ${member(value)}})`;
  }
  if (!type.startsWith("STRUCT(") || !type.endsWith("[]")) return null;
  const member = (name: string): string => `struct_extract(e, ${quoteText(name)})::varchar`;
  return `list_transform(${column}, lambda e: {'key': ${member(key)}, 'value': ${member(value)}})`;
}
