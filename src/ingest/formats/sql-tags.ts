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
 * Tags text as one flat JSON object with values as given, or null: for distinct texts after the collapse.
 * - Azure's text without the outer braces gets them; a list of `{"key": …, "value": …}` becomes an object;
 * - keys are trimmed (a leading blank is common); of keys that then collide the last wins;
 * - nested values become their JSON as a string; null values stay (the tag is there, without value);
 * - NUL characters go; text that is no JSON at all → null (no tags), never an error.
 */
export function cleanJson(text: string): string {
  const bare = `trim(replace(replace(${text}, chr(0), ''), '\\u0000', ''))`;
  const braced = `case when ${bare} = '' then null when left(${bare}, 1) in ('{', '[') then ${bare} else '{' || ${bare} || '}' end`;
  const json = `try_cast(${braced} as json)`;
  const member = (name: string): string => `coalesce(e->>'$.${name}', e->>'$.${name.toLowerCase()}')`;
  const listed = `list_transform(json_transform(${json}, '["JSON"]'), lambda e: {'key': ${member("Key")}, 'value': coalesce(e->'$.Value', e->'$.value')})`;
  const entries = `case json_type(${json}) when 'OBJECT' then map_entries(try_cast(${json} as map(varchar, json))) when 'ARRAY' then ${listed} end`;
  const value = `case when e.value is null then 'null' when json_type(e.value) in ('OBJECT', 'ARRAY') then to_json(e.value::varchar)::varchar else e.value::varchar end`;
  const members = `list_transform(list_filter(${entries}, lambda e: trim(e.key) <> ''), lambda e: to_json(trim(e.key))::varchar || ':' || ${value})`;
  return `case when ${text} is null then null else nullif('{' || array_to_string(${members}, ',') || '}', '{}') end`;
}
