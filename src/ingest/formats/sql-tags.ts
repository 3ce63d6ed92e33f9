import type { SourceFile } from "./format.ts";
import { quoteName, typeOf } from "./sql-text.ts";

/**
 * A tags column as text, one cheap expression: CSV text as it is, nested Parquet types (MAP, STRUCT, lists of key and
 * value) as their JSON. `cleanJson` makes it a flat object later, once for each distinct text.
 */
export function tagsSql(file: SourceFile, name: string): string {
  const column = quoteName(name);
  const type = typeOf(file, name);
  if (type === "VARCHAR") return column;
  return type === "JSON" ? `${column}::varchar` : `to_json(${column})::varchar`;
}

/**
 * Tags text as one flat JSON object, or null: for distinct texts after the collapse.
 * - Azure's text without the outer braces gets them; a list of `{"key": …, "value": …}` becomes an object;
 * - keys are trimmed (a leading blank is common); of keys that then collide Postgres keeps the last;
 * - nested values become their JSON as a string; null values stay (the tag is there, without value);
 * - NUL characters go; text that is no JSON at all → null (no tags), never an error.
 * What comes out is strict JSON (DuckDB's own parser forgives commas at the end, which Postgres does not).
 */
export function cleanJson(text: string): string {
  const plain = `left(${text}, 1) = '{' and not regexp_matches(${text}, '${ODD_JSON}') and json_valid(${text})`;
  return `case when ${text} is null then null when ${text} = '{}' then null when ${plain} then ${text}
    else ${rebuiltJson(text)} end`;
}

/**
 * What sends tags the slow way: an escape, nesting, a blank just inside a quote, a comma at the end, a bare word
 * other than true, false, null, a control character. Most texts have none of them and stay as they are.
 */
const ODD_JSON = String.raw`[\\\[\x00-\x1f]|.\{|" |[^:,{\s]\s+"|,\s*\}|[:,{]\s*[^"\s\d\-tfn}]|:\s*n[^u]|:\s*-?[iI]`;

function rebuiltJson(text: string): string {
  const bare = `trim(replace(${text}, chr(0), ''))`;
  const braced = `case when left(${bare}, 1) in ('{', '[') then ${bare} else '{' || ${bare} || '}' end`;
  const json = `try_cast(${braced} as json)`;
  const key = "coalesce(e->>'$.Key', e->>'$.key')";
  const listed = `list_transform(try_cast(${json} as json[]), lambda e: {'key': ${key}, 'value': coalesce(e->'$.Value', e->'$.value')})`;
  const entries = `case json_type(${json}) when 'OBJECT' then map_entries(try_cast(${json} as map(varchar, json))) when 'ARRAY' then ${listed} end`;
  const cleanKey = "trim(replace(e.key, chr(0), ''))";
  const asText = "to_json(replace(e.value->>'$', chr(0), ''))::varchar";
  const value = `case json_type(e.value) when 'BOOLEAN' then e.value::varchar when 'BIGINT' then e.value::varchar when 'UBIGINT' then e.value::varchar
    when 'DOUBLE' then case when isfinite(e.value::double) then e.value::varchar else ${asText} end else coalesce(${asText}, 'null') end`;
  const members = `list_transform(list_filter(${entries}, lambda e: ${cleanKey} <> ''), lambda e: to_json(${cleanKey})::varchar || ':' || ${value})`;
  return `nullif('{' || array_to_string(${members}, ',') || '}', '{}')`;
}
