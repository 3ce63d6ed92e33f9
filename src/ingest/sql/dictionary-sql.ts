import { cleanJson } from "../formats/sql-tags.ts";
import { cleanText } from "../formats/sql-text.ts";
import {
  ATTRIBUTES,
  COMPRESS_KEPT_SQL,
  KEPT_DATABASE,
  RESOURCE_FIELDS,
  ROW_GROUP,
  SEPARATOR,
  STAGE_STATICS,
  STAGE_TEXTS,
} from "./stage-tables.ts";

/**
 * The three dictionaries of a load, cleaned and with their lasting ids: `attribute_set`, `billed_resource`, `tag_set`
 * (each with the scan's hash, so that charges find them). Text is cleaned here, once for each distinct value.
 */

const STAGES = [STAGE_STATICS, ...Object.values(STAGE_TEXTS)];

/** Texts the scan could not tell apart: [{texts}] must be 0. And texts that hold the separator: [{split}] must be 0. */
export function checkHashesSql(): string {
  const all = STAGES.map(
    ({
      table,
      text,
      hash,
      names,
    }) => `select (select count(*) from (select ${hash} from ${table} group by ${hash} having count(*) > 1)) as texts,
      (select count(*) from ${table} where ${separators(text)} <> ${names.length - 1}) as split`,
  );
  return `select sum(texts)::bigint as texts, sum(split)::bigint as split from (${all.join(" union all ")})`;
}

/** Takes back the texts that hold the separator, once the charges of their file are gone. */
export function forgetSplitTextsSql(): string[] {
  const { table, hash } = STAGE_TEXTS.attribute;
  return [
    ...STAGES.map((stage) => `delete from ${stage.table} where ${separators(stage.text)} <> ${stage.names.length - 1}`),
    // Those of attributes were put together from others and do not show it any more.
    `delete from ${table} where ${hash} not in (select ${hash} from stage_charges)`,
  ];
}

function separators(text: string): string {
  return `strlen(${text}) - strlen(replace(${text}, ${SEPARATOR}, ''))`;
}

/** Texts worked out in one statement. */
const SLICE_TEXTS = 2 * ROW_GROUP;

/** The statements that build the dictionaries. `resources`: how many texts of them there are (`countTextsSql`). */
export function dictionarySql(resources: number): string[] {
  const attribute = { stage: STAGE_TEXTS.attribute, fields: ATTRIBUTES, nullWhenEmpty: false };
  const resource = {
    stage: STAGE_TEXTS.resource,
    fields: RESOURCE_FIELDS,
    nullWhenEmpty: true,
  };
  const slices = Array.from({ length: Math.max(1, Math.ceil(resources / SLICE_TEXTS)) }, (_, index) => index);
  return [
    `create or replace table ${KEPT_DATABASE}.attribute_set as ${dictionary(attribute, null)}`,
    ...slices.flatMap((index) => [
      `${index === 0 ? `create or replace table ${KEPT_DATABASE}.billed_resource as` : "insert into billed_resource"} ${dictionary(resource, slices.length === 1 ? null : index)}`,
      ...(slices.length === 1 ? [] : [COMPRESS_KEPT_SQL]),
    ]),
    tagSetSql(),
  ];
}

/** How many texts of resources there are: [{n}]. */
export function countTextsSql(): string {
  return `select count(*) as n from ${STAGE_TEXTS.resource.table}`;
}

type Dictionary = {
  stage: (typeof STAGE_TEXTS)[keyof typeof STAGE_TEXTS];
  fields: readonly string[];
  /** A text without any field but the provider stands for "none": id null. */
  nullWhenEmpty: boolean;
};

/** Its entries; `slice`: those of one run of the staged texts, as they stand there. */
function dictionary({ stage, fields, nullWhenEmpty }: Dictionary, slice: number | null): string {
  const { text, hash } = stage;
  const cleaned = fields.map((field, index) => `nullif(p[${index + 1}], '') as ${field}`);
  const rest = fields.slice(1).join(", ");
  const id = idSql("content");
  const from = slice ?? 0;
  const texts =
    slice === null
      ? stage.table
      : `(select * from ${stage.table} where rowid >= ${from * SLICE_TEXTS} and rowid < ${(from + 1) * SLICE_TEXTS})`;
  const split = `string_split(${text}, ${SEPARATOR})`;
  const parts = `case when regexp_matches(${text}, '${UNCLEAN}') then list_transform(${split}, lambda x: ${cleanText("x")}) else ${split} end`;
  return `select * exclude (content), ${nullWhenEmpty ? `case when coalesce(${rest}) is not null then ${id} end` : id} as id, ${digestSql("content")} as digest
from (select *, to_json([${fields.join(", ")}])::varchar as content
  from (select ${hash}, ${cleaned.join(", ")}
    from (select ${hash}, ${parts} as p from ${texts} semi join stage_charges using (${hash}))))`;
}

/** What `cleanText` would change in a field of a dictionary text, other than that nothing becomes null (RE2). */
const UNCLEAN = String.raw`\x00|(^|\x1f)(\p{Zs}|NULL|null)|\p{Zs}(\x1f|$)`;

/** 64 bits of MD5, as the signed integer Postgres keeps. */
export function idSql(content: string): string {
  return `(md5_number_lower(${content})::hugeint - 9223372036854775808)::bigint`;
}

/** 128 bits of another hash: two contents of one id show as two digests. */
export function digestSql(content: string): string {
  return `left(sha256(${content}), 32)::uuid`;
}

/** Mirrors normaliseTagKey of domain/dimension.ts (a test compares them). */
export function normaliseTagKeySql(key: string): string {
  return String.raw`regexp_replace(lower(regexp_replace(${key}, '^\s+|\s+$', '', 'g')), '^user[:_]', '')`;
}

/**
 * Tags as given (keys sorted; an allocated tag stands before one of the same key) and in the form questions compare:
 * normalised keys, values as text, null and '' dropped. Of keys that become equal the allocated one wins, then the
 * first by key text, so that the order in the file never matters.
 */
function tagSetSql(): string {
  const entries = (json: string, rank: number): string =>
    `list_transform(map_entries(try_cast(${json}::json as map(varchar, json))), lambda e: {'k': e.key, 'v': e.value, 'r': ${rank}})`;
  return `create or replace table tag_set as
with texts as (select tags_h, string_split(tag_text, ${SEPARATOR}) as p from stage_tags semi join stage_charges using (tags_h)),
objects as (select tags_h, ${cleanJson("p[1]")} as own, ${cleanJson("p[2]")} as allocated from texts),
entries as (select tags_h, unnest(list_concat(coalesce(${entries("allocated", 1)}, []), coalesce(${entries("own", 2)}, []))) as e from objects where coalesce(own, allocated) is not null),
given as (select tags_h, e.k as k, arg_min(e.v, e.r) as v, min(e.r) as r from entries group by tags_h, e.k),
form as (select tags_h, ${normaliseTagKeySql("k")} as nk, arg_min(v->>'$', (r, k)) as nv from given
  where coalesce(v->>'$', '') <> '' group by tags_h, nk having nk <> ''),
tag_texts as (select tags_h, '{' || string_agg(to_json(k)::varchar || ':' || coalesce(v::varchar, 'null'), ',' order by k) || '}' as tags from given group by tags_h),
form_texts as (select tags_h, '{' || string_agg(to_json(nk)::varchar || ':' || to_json(nv)::varchar, ',' order by nk) || '}' as normalised from form group by tags_h),
joined as (select objects.tags_h, tags, coalesce(normalised, '{}') as normalised from objects left join tag_texts using (tags_h) left join form_texts using (tags_h))
select tags_h, tags, normalised, case when tags is not null then ${idSql("tags || normalised")} end as id, ${digestSql("tags || normalised")} as digest from joined`;
}

/** Rows of the dictionaries to hand to Postgres: one for each id. */
export const DICTIONARY_COLUMNS: Readonly<Record<DictionaryTable, readonly string[]>> = {
  attribute_set: ["id", "digest", ...ATTRIBUTES],
  billed_resource: ["id", "digest", ...RESOURCE_FIELDS],
  tag_set: ["id", "digest", "tags", "normalised"],
};
export type DictionaryTable = "attribute_set" | "billed_resource" | "tag_set";

/** Two contents of one id inside this load: must be 0. */
export function checkDigestsSql(): string {
  const tables = Object.keys(DICTIONARY_COLUMNS).map(
    (table) => `select id from ${table} where id is not null group by id having min(digest) <> max(digest)`,
  );
  return `select count(*) as clashes from (${tables.join(" union all ")})`;
}

/** Delivery keys found in the scans, with row counts and control totals; cleaned as the dictionaries are. */
export function keysSql(): string {
  const warnings = Array.from({ length: 12 }, (_, index) => `sum(warning_${index})::bigint as warning_${index}`);
  const sums = ["billed", "effective", "list", "contracted"].map((name) => `sum(control_${name})::varchar as ${name}`);
  return `select file_no, key_h::varchar as key_h, ${cleanText("provider")} as provider, dataset, ${cleanText("account")} as account,
  billing_month::varchar as billing_month, state, ${cleanText("currency")} as currency, dropped_reason,
  sum(n)::bigint as n, sum(residuals)::bigint as residuals, ${[...sums, ...warnings].join(", ")}
from stage_keys group by all order by file_no, key_h, state`;
}
