import type { SourceFile } from "./format.ts";
import { quoteName, quoteText, textSql, typeOf } from "./sql-text.ts";

/** Order of day and month in `09/30/2023`. ISO text never depends on it. */
export type DateOrder = "month-first" | "day-first";

const EARLIEST = "timestamp '2000-01-01'";
const LATEST = "timestamp '2100-01-01'";

/**
 * A time as TIMESTAMP in UTC; null when it is null or unreadable. Check it with `plausibleSql`: years come as
 * written, `epoch` is a time. Needs the session in UTC: text without zone is UTC. `::timestamp` would drop an offset
 * in silence, so TIMESTAMPTZ reads everything but ` UTC`, whose named-zone look-up is 30 times slower, and text
 * with seconds and nothing after; the way back over microseconds is 4 times faster than a cast.
 */
export function timeSql(text: string, order: DateOrder = "month-first"): string {
  const fast = `case when contains(${text}, '/') then null
    when ends_with(${text}, ' UTC') or strlen(${text}) = 19 and substring(${text}, 17, 1) = ':'
    then try_cast(${text} as timestamp)
    else make_timestamp(epoch_us(try_cast(${text} as timestamptz))) end`;
  return `case when ${text} is not null then coalesce(${fast}, ${slowTime(text, order)}) end`;
}

/** The forms vendors and spreadsheets write that DuckDB does not read, or (slashes) misreads. */
function slowTime(text: string, order: DateOrder): string {
  const bare = `trim(${text})`;
  const [short, long] = order === "month-first" ? ["%m/%d/%y", "%m/%d/%Y"] : ["%d/%m/%y", "%d/%m/%Y"];
  const times = ["", " %H:%M", " %H:%M:%S", " %I:%M:%S %p"];
  // The two-digit year first: `%Y` would read 25 as the year 25.
  const dates = [short, long].flatMap((date) => times.map((time) => date + time));
  const forms = [...dates, "%Y%m%d", "%d.%m.%Y", "%Y/%m/%d"];
  const minutes = String.raw`^(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2})(Z|[+-]\d{2}(?::?\d{2})?)?$`;
  const withSeconds = `regexp_replace(${bare}, '${minutes}', '\\1:00\\2')`;
  // The two forms whole files are in first: 2023-11-13T07:00Z (Oracle), 09/30/2023 (Azure).
  return `coalesce(case when strlen(${text}) = 17 and ends_with(${text}, 'Z') then try_cast(left(${text}, 16) || ':00' as timestamp)
      when strlen(${text}) = 10 then try_strptime(${text}, ${quoteText(long)}) end,
    try_strptime(${bare}, [${forms.map(quoteText).join(", ")}]),
    case when regexp_matches(${bare}, '${minutes}') then try_cast(${withSeconds} as timestamptz)::timestamp end)`;
}

/** Whether a time lies where a bill's may. */
export function plausibleSql(time: string): string {
  return `(${time} >= ${EARLIEST} and ${time} < ${LATEST})`;
}

/** The time in a column, by its type: text of CSV, TIMESTAMP, TIMESTAMP WITH TIME ZONE or DATE of Parquet. */
export function timeOf(
  file: SourceFile,
  name: string,
  order: DateOrder = "month-first",
): { sql: string; text: string } {
  const column = quoteName(name);
  if (typeOf(file, name) === "VARCHAR") {
    const text = textSql(file, name);
    return { sql: timeSql(text, order), text };
  }
  return { sql: `try_cast(${column} as timestamp)`, text: `${column}::varchar` };
}
