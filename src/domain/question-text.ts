import type { CostQuery } from "./cost-query.ts";
import { isTagAlias, tagKeyOf, type Dimension } from "./dimension.ts";
import { addDays, type Day } from "./period.ts";

/** The clauses of the question language, in canonical order (src/bot/grammar/clauses.ts reads them). */
export const CLAUSE_IDS = [
  "period",
  "billing",
  "invoice",
  "by",
  "allocated",
  "for",
  "not",
  "metric",
  "per",
  "vs",
  "top",
  "without",
  "in",
  "as",
] as const;
export type ClauseId = (typeof CLAUSE_IDS)[number];

/** Bare words that mean "missing". A value spelled so must be quoted. */
export const MISSING_WORDS: ReadonlySet<string> = new Set(["untagged", "none", "missing"]);

/** A query in canonical words, without the command: `last month by service top 5`. Reading it again gives the query. */
export function questionText(query: CostQuery): string {
  return CLAUSE_IDS.map((id) => clauseText(query, id))
    .filter((text) => text !== null)
    .join(" ");
}

/** One clause of a query as canonical text; null when the query does not use it. */
export function clauseText(query: CostQuery, id: ClauseId): string | null {
  const { select, versus } = query;
  switch (id) {
    case "period":
      return select.by === "days" ? (query.said ?? `${select.from}..${select.to}`) : null;
    case "billing":
      return select.by === "billing-month" ? `billing ${select.month}` : null;
    case "invoice":
      return select.by === "invoice" ? `invoice ${quoteValue(select.invoice)}` : null;
    case "by":
      return query.by.length === 0 ? null : `by ${query.by.map(dimensionText).join(",")}`;
    case "allocated":
      return query.allocated ? "allocated" : null;
    case "for":
      return filtersText(query, false);
    case "not":
      return filtersText(query, true);
    case "metric":
      return query.metric === "effective" ? null : `metric ${query.metric}`;
    case "per":
      return query.per === null ? null : `per ${query.per}`;
    case "vs":
      if (versus === null) return null;
      return versus.with === "period" ? `vs ${daysText(versus.from, versus.to)}` : `vs ${versus.with}`;
    case "top":
      return query.top === null ? null : `top ${query.top}`;
    case "without":
      return query.without.length === 0 ? null : `without ${query.without.join(",")}`;
    case "in":
      return query.currency === null ? null : `in ${query.currency}`;
    case "as":
      return query.form === null ? null : `as ${query.form}`;
  }
}

/** Explicit days: one day as itself, else `A..B`, the end exclusive. */
export function daysText(from: Day, to: Day): string {
  return addDays(from, 1) === to ? from : `${from}..${to}`;
}

/** A dimension as the language reads it back. */
export function dimensionText(dimension: Dimension): string {
  const key = tagKeyOf(dimension);
  return key === null ? dimension : `tag:${quoteValue(key)}`;
}

/** Words that mean something where a value stands: "for team is payments", "for team not payments". */
const BEFORE_VALUES: ReadonlySet<string> = new Set(["is", "not"]);

/** A value as the language, and a command's options, read it back: bare where that is safe, else quoted. */
export function quoteValue(value: string): string {
  const word = value.toLowerCase();
  const bare =
    /^[^\s,="“”„«»\\\0'-][^\s,="“”„«»\\\0]*$/u.test(value) && !MISSING_WORDS.has(word) && !BEFORE_VALUES.has(word);
  return bare ? value : `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

function filtersText(query: CostQuery, negated: boolean): string | null {
  const written = query.filters
    .filter((filter) => filter.negated === negated)
    .map((filter) => {
      const values = filter.values.map((value) => filterValueText(filter.dimension, value)).join(",");
      return `${negated ? "not" : "for"} ${dimensionText(filter.dimension)} ${values}`;
    });
  return written.length === 0 ? null : written.join(" ");
}

/** Values that would read as the second half of a dimension ("service category") or as a filler. */
const MISREAD = /^(is|accounts?|categor(y|ies)|class(es)?|kinds?)$/i;

/** A filter value as text; a missing one by the word that fits the dimension. */
export function filterValueText(dimension: Dimension, value: string | null): string {
  if (value === null) return tagKeyOf(dimension) !== null || isTagAlias(dimension) ? "untagged" : "none";
  return MISREAD.test(value) ? `"${value}"` : quoteValue(value);
}
