import { buildSelect } from "../formats/build-select.ts";
import type { Format, SourceFile } from "../formats/format.ts";
import { quoteName } from "../formats/sql-text.ts";
import { AMOUNT_MAX, boundedQuantity, COST_COLUMNS } from "./scan-amounts.ts";
import { fieldName, type Level } from "./scan-place.ts";
import { afterSum, OWNER, type RowPlan } from "./scan-plan.ts";
import { CONTROLS, MEASURES, ROW_STATE, SEPARATOR, STAGE_STATICS, STAGE_TEXTS, WARNINGS } from "./stage-tables.ts";

/**
 * The statements of a scan. A file is read piece by piece; of each piece:
 * 1. new combinations of text columns and new charge periods are worked out and kept (`text_part`, `period_part`);
 * 2. rows are joined to them by number, judged and summed (`part`);
 * 3. `part` is added to the stage.
 */
export const TEXT_NUMBER = quoteName("~text");
export const PERIOD_NUMBER = quoteName("~period");

/** Where the combinations and periods first seen in a piece are read from: relations with their numbers. */
export type NewRelations = {
  readonly texts: string;
  readonly periods: string;
  /** Of `texts`, those whose number is in a table. */
  readonly textsIn: (table: string) => string;
};

/** Which of a file's rows: the lines themselves, or those they stand for besides. */
export type RowsOf = "lines" | "extra";

/** Forgets the combinations and periods of the file before, or of the numbering before. */
export function forgetNumbersSql(): string[] {
  return (["lines", "extra"] as const).flatMap((rows) => [
    `drop table if exists ${textTable(rows)}`,
    `drop table if exists ${periodTable(rows)}`,
  ]);
}

export function textTable(rows: RowsOf): string {
  return `text_part_${rows}`;
}

export function periodTable(rows: RowsOf): string {
  return `period_part_${rows}`;
}

/**
 * Works out the combinations of a piece that are new, one row of the relation for each. What a combination says of itself
 * is kept; its dictionary texts are made only where nobody has made them. The last statement answers how many texts of
 * attributes (`n`) are still to be made, by `keepStaticsSql`.
 */
export function keepTextsSql(plan: RowPlan, rows: RowsOf, { texts }: NewRelations, isFirst: boolean): string[] {
  const dictionaries = [
    [STAGE_TEXTS.resource, "resource"],
    [STAGE_TEXTS.tags, "tags"],
  ] as const;
  const made = dictionaries.map(([, name]) => `${plan.texts[name].text} as ${quoteName(`#${name}Text`)}`);
  const transient = [...OWNER, ...dictionaries.map(([, name]) => `#${name}Text`)].map(quoteName);
  return [
    `create or replace table new_part as select ${[TEXT_NUMBER, ...keptSql(plan.text), ...made].join(", ")} from ${levelSql(texts, plan.text)}`,
    ...dictionaries.map(
      ([
        { table, hash },
        name,
      ]) => `insert into ${table} select ${quoteName(`#${name}`)}, any_value(${quoteName(`#${name}Text`)})
from new_part anti join ${table} on ${quoteName(`#${name}`)} = ${hash} group by 1`,
    ),
    `insert into stage_owners select distinct "#owner", ${OWNER.map(quoteName).join(", ")} from new_part anti join stage_owners on "#owner" = owner`,
    `${intoSql(textTable(rows), isFirst)} select * exclude (${transient.join(", ")}) from new_part`,
    `create or replace table new_static as select "#statics" as h, min(${TEXT_NUMBER}) as ${TEXT_NUMBER}
from new_part anti join ${STAGE_STATICS.table} on "#statics" = ${STAGE_STATICS.hash} group by 1`,
    "drop table new_part",
    "select count(*) as n from new_static",
  ];
}

/** Makes the texts of attributes that nobody has made. */
export function keepStaticsSql(plan: RowPlan, { textsIn }: NewRelations): string {
  return `insert into ${STAGE_STATICS.table} select h, ${plan.texts.statics.text}
from new_static join ${levelSql(textsIn("new_static"), plan.text)} using (${TEXT_NUMBER})`;
}

/** Works out the charge periods of a piece that are new. */
export function keepPeriodsSql(plan: RowPlan, rows: RowsOf, { periods }: NewRelations, isFirst: boolean): string {
  const kept = [PERIOD_NUMBER, ...keptSql(plan.period)].join(", ");
  return `${intoSql(periodTable(rows), isFirst)} select ${kept} from ${levelSql(periods, plan.period)}`;
}

function intoSql(table: string, isFirst: boolean): string {
  return isFirst ? `create or replace table ${table} as` : `insert into ${table} by name`;
}

/** A relation with the values of a level. */
function levelSql(relation: string, { typed, fields }: Level): string {
  const made = Object.entries(fields).map(([field, sql]) => `${sql} as ${fieldName(field)}`);
  const read = `(select ${["*", ...typedSql(typed)].join(", ")} from ${relation})`;
  return made.length === 0 ? read : `(select ${["*", ...made].join(", ")} from ${read})`;
}

function keptSql({ values }: Level): string[] {
  return Object.entries(values).map(([name, sql]) => `${sql} as ${quoteName(name)}`);
}

function typedSql(typed: Readonly<Record<string, string>>): string[] {
  return Object.entries(typed).map(([name, sql]) => `${sql} as ${quoteName(`~${name}`)}`);
}

/** How hours of usage are kept in `part`: counted together, or, where one is too full to count, each by itself. */
export type HoursKept = "packed" | "apart";

/** Values rows are summed by where neither their text nor their charge period says them: name → column of `part`. */
const SUM_KEYS = {
  "#month": "billing_month",
  "#day": "day",
  "#end": "day_end",
  "#dropped": "dropped_reason",
  "#warned": "warned",
} as const;

/** Rows of a piece: their numbers and amounts. `odd` (SQL): whether an amount is not what it was read as. */
export type Facts = { readonly sql: string; readonly odd: string | null };

/**
 * Sums the rows of a piece into table `part`: one row for each combination, day, sign, state and quantity of an hour. What
 * a combination says by itself is put back when `part` is added to the stage.
 */
export function sumRowsSql(plan: RowPlan, rows: RowsOf, facts: Facts, hours: HoursKept): string {
  const { amounts } = plan;
  const ownControls = Object.fromEntries(
    Object.entries(amounts.controls).flatMap(([name, control]) => ("sql" in control ? [[name, control.sql]] : [])),
  );
  const usable = amounts.within === null ? "" : ` filter (where ${amounts.within})`;
  const summed = [...Object.keys(amounts.measures), ...Object.keys(ownControls)];
  const keys = [
    TEXT_NUMBER,
    ...Object.entries(SUM_KEYS).flatMap(([name, column]) =>
      afterSum(plan, name).isKey ? [`${quoteName(name)} as ${column}`] : [],
    ),
    `"#state" as state`,
    `"#below"`,
    ...plan.rowFields.map(({ name }) => quoteName(name)),
    ...(plan.identified ? [`"#identity" as row_h`] : []),
  ];
  const bounded = amounts.unbounded.map(
    (name) => `${boundedQuantity(quoteName(`#${name}`))} as ${quoteName(`#${name}`)}`,
  );
  const residuals = plan.values["#residual"] === "false" ? "0" : `count(*) filter (where "#residual")`;
  const counts = [
    "count(*) as n",
    `${residuals} as residuals`,
    `${facts.odd === null ? "false" : `bool_or(${facts.odd})`} as odd`,
  ];
  return `create or replace table part as
with joined as (select * from ${facts.sql} join ${textTable(rows)} using (${TEXT_NUMBER}) join ${periodTable(rows)} using (${PERIOD_NUMBER})),
typed as (select ${["*", ...typedSql(plan.rowTyped)].join(", ")} from joined),
valued as (select ${["*", ...named(plan.values), ...named(amounts.measures), ...named(ownControls)].join(", ")} from typed),
judged as (select *${bounded.length === 0 ? "" : ` replace (${bounded.join(", ")})`}, ${named(plan.judged).join(", ")}
  from valued${plan.where === null ? "" : ` where ${plan.where}`})
select ${[...keys, ...hoursSql(plan, hours), ...counts].join(", ")},
  ${summed.map((name) => `sum(${quoteName(`#${name}`)})${usable} as ${name}`).join(", ")}
from judged group by all`;
}

function hoursSql({ amounts }: RowPlan, hours: HoursKept): string[] {
  if (amounts.measures["consumed_quantity"] === undefined)
    return ["null::decimal(18,0) as hour_quantity", "0::hugeint as hours_low", "0::hugeint as hours_high"];
  const hourly = `"#committable" and "#hoursLow" is not null`;
  const only = (sql: string): string => `case when ${hourly} then ${sql} end`;
  return hours === "packed"
    ? [
        `${only('"#consumed_quantity"')} as hour_quantity`,
        `sum("#hoursLow") as hours_low`,
        `sum("#hoursHigh") as hours_high`,
      ]
    : [
        `sum(${only('"#consumed_quantity"')}) as hour_quantity`,
        `${only('"#hoursLow"')} as hours_low`,
        `${only('"#hoursHigh"')} as hours_high`,
      ];
}

/**
 * The rows of the fullest hour count (`n`): above HOUR_ROWS_MAX the hours of `part` must be kept apart; and whether an
 * amount was odd.
 */
export const CHECK_PART_SQL =
  "select coalesce(max(n) filter (where hour_quantity is not null), 0)::bigint as n, count(*) as rows, coalesce(bool_or(odd), false) as odd from part";

/** What is not there under that name already. */
function named(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values)
    .map(([name, sql]) => [quoteName(name.startsWith("#") ? name : `#${name}`), sql] as const)
    .filter(([name, sql]) => name !== sql)
    .map(([name, sql]) => `${sql} as ${name}`);
}

/** Adds `part` to the stage. */
export function addPartSql(plan: RowPlan, rows: RowsOf, fileNo: number): string[] {
  const { measures, controls } = plan.amounts;
  const control = CONTROLS.map((name) => {
    const own = controls[name];
    return own === undefined ? "null" : `sum(${"measure" in own ? own.measure : name})::decimal(38,18)`;
  });
  const said = (name: keyof typeof SUM_KEYS): string => {
    const { sql, isKey } = afterSum(plan, name);
    return isKey ? SUM_KEYS[name] : sql;
  };
  const warned = WARNINGS.map(
    (_, index) => `coalesce(sum(n) filter (where ${said("#warned")} & ${2 ** index} <> 0), 0)`,
  );
  const keyHash = (owner: string, month: string): string => `hash(${owner}, ${month})`;
  const own = [plan.kind, ...plan.rowFields].map(({ name }) => quoteName(name)).join(", ");
  const joined = `(select *, ${plan.kind.sql} as "#kind" from part join ${textTable(rows)} using (${TEXT_NUMBER}))`;
  const attribute = `hash("#statics", ${own})`;
  const kept = rows === "extra" ? ` where state = ${ROW_STATE.accepted}` : "";
  const sums = [rows === "extra" ? "0" : "sum(n)", "sum(residuals)", ...control, ...warned];
  return [
    `insert into ${STAGE_TEXTS.attribute.table} select h, ${attributeText(plan)}
from (select h, string_split(${STAGE_STATICS.text}, ${SEPARATOR}) as p, ${own}
  from (select distinct ${attribute} as h, "#statics" as attr_s, ${own} from ${joined} where state = ${ROW_STATE.accepted})
  join ${STAGE_STATICS.table} using (attr_s) where h not in (select attr_h from ${STAGE_TEXTS.attribute.table}))`,
    `insert into stage_keys select ${fileNo}, ${keyHash("owner", "month")}, provider, dataset, account, month, state, currency, dropped, columns('^sum_')
from (select "#owner" as owner, ${said("#month")} as month, state, ${said("#dropped")} as dropped, ${sums.map((sql, index) => `${sql} as sum_${index}`).join(", ")}
  from ${joined}${kept} group by 1, 2, 3, 4) join stage_owners using (owner)`,
    `insert into stage_charges select ${fileNo}, ${keyHash('"#owner"', said("#month"))}, ${said("#day")}, ${said("#end")}, ${attribute}, "#resource", "#tags", hour_quantity, hours_low, hours_high,
  ${rows === "extra" ? "0" : "n"}, ${plan.identified ? "row_h" : "null"}, ${MEASURES.map((name) => (measures[name] === undefined ? "null" : name)).join(", ")}
from ${joined} where state = ${ROW_STATE.accepted}`,
    "drop table part",
  ];
}

/** The text of an attribute set: that of the combination with the row's own fields put in. */
function attributeText(plan: RowPlan): string {
  const fields = STAGE_STATICS.names.map((_, index) => {
    const own = [plan.kind, ...plan.rowFields].find(({ place }) => place === index + 1);
    return own === undefined ? `p[${index + 1}]` : `coalesce(${quoteName(own.name)}, '')`;
  });
  return `array_to_string([${fields.join(", ")}], ${SEPARATOR})`;
}

/** Rows of a relation that are refused, with their line: the second pass. */
export function rejectsSql(options: {
  format: Format;
  file: SourceFile;
  relation: string;
  lineColumn: string;
  limit: number;
}): string {
  const mapped = buildSelect(options.format.mapping(options.file), [options.lineColumn]);
  const within = COST_COLUMNS.map((name) => `${name} between -${AMOUNT_MAX} and ${AMOUNT_MAX}`).join(" and ");
  return `with raw as (select * from ${options.relation})
select ${quoteName(options.lineColumn)} as line, provider, dataset, billing_account_id as account,
  date_trunc('month', billing_period_start)::date::varchar as billing_month,
  coalesce(problem_column, 'BilledCost') as column_name, left(coalesce(problem_value, billed_cost::varchar), 200) as value,
  coalesce(problem_reason, '${TOO_LARGE_REASON}') as reason
from (${mapped}) where problem_reason is not null or (dropped_reason is null and (${within}) is not true)
order by line limit ${options.limit}`;
}

/** Why a row that passed the format's own checks is still refused. */
const TOO_LARGE_REASON = "is larger than any bill (10^15 and above)";
