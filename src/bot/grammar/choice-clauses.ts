import { CHART_FORMS, GRAINS, METRICS, TOP_MAX, type ChartForm, type Metric } from "../../domain/cost-query.ts";
import type { Dimension } from "../../domain/dimension.ts";
import type { Clause } from "./clause.ts";
import { DIMENSION_WORDS } from "./dimension-words.ts";
import { grainOf } from "./filter-clauses.ts";
import { nearestValues } from "../../analysis/nearest-values.ts";
import { readPeriod } from "./period-words.ts";
import { done, fail, shown, wordAt, type Reader, type Step } from "./reader.ts";

const METRIC_WORDS: Readonly<Record<string, Metric>> = {
  effective: "effective",
  amortized: "effective",
  amortised: "effective",
  billed: "billed",
  // AWS' word for what the invoice says; FOCUS calls it BilledCost.
  unblended: "billed",
  invoiced: "billed",
  cash: "billed",
  list: "list",
  contracted: "contracted",
  usage: "usage",
  quantity: "usage",
};

export const metricClause: Clause = {
  id: "metric",
  words: ["metric", "amortized", "amortised", "effective", "billed", "unblended"],
  syntax: `metric ${METRICS.join("|")}`,
  ebnf: `"metric" , ( ${METRICS.map((metric) => `"${metric}"`).join(" | ")} )`,
  summary:
    "Which cost: effective (amortised, the default), billed (cash), list, contracted; or usage (quantity, by unit).",
  examples: ["last month metric billed by provider", "last month metric usage by service"],
  option: { name: "metric", choices: METRICS },
  read: (reader, position) => {
    const opened = wordAt(reader, position - 1);
    const bare = opened !== "metric" ? METRIC_WORDS[opened] : undefined;
    const metric = bare ?? wordIn(METRIC_WORDS, wordAt(reader, position));
    if (metric === undefined) return wrongChoice(reader, position, "metric", METRICS, METRIC_WORDS);
    if (reader.draft.metric !== undefined && reader.draft.metric !== metric)
      return twice(reader, "metric", bare === undefined ? position - 1 : position - 1, bare === undefined ? 2 : 1);
    reader.draft.metric = metric;
    const next = bare === undefined ? position + 1 : position;
    return done(/^costs?$/.test(wordAt(reader, next)) ? next + 1 : next);
  },
};

export const perClause: Clause = {
  id: "per",
  words: ["per", "each", "every", "daily", "weekly", "monthly"],
  syntax: `per ${GRAINS.join("|")}`,
  ebnf: `"per" , ( ${GRAINS.map((grain) => `"${grain}"`).join(" | ")} )`,
  summary: "One amount a day, ISO week (from Monday) or calendar month.",
  examples: ["last month per day", "2026 per month by provider as area"],
  option: { name: "per", choices: GRAINS },
  read: (reader, position) => {
    const opened = grainOf(wordAt(reader, position - 1));
    const grain = opened ?? grainOf(wordAt(reader, position));
    if (grain === undefined)
      return wrongChoice(reader, position, "per", GRAINS, Object.fromEntries(GRAINS.map((word) => [word, word])));
    reader.draft.per = grain;
    return done(opened === undefined ? position + 1 : position);
  },
};

export const versusClause: Clause = {
  id: "vs",
  words: ["vs", "vs.", "versus", "compared to", "compared with", "compare with", "compare to", "against"],
  whole: ["yoy", "year over year", "mom", "month over month", "wow", "week over week"],
  syntax: "vs previous|year-ago|PERIOD",
  ebnf: '"vs" , ( "previous" | "year-ago" | period )',
  summary:
    "Compare with the period before, the same days a year ago, or another period. Both sides end at the last complete day.",
  examples: ["this month by service vs previous", "last month vs year-ago", "2026-03 by team vs 2026-01"],
  option: { name: "vs" },
  read: readVersus,
};

/** Phrases that say at once what to compare with. */
const OVER: Readonly<Record<string, "year-ago" | "previous">> = {
  yoy: "year-ago",
  year: "year-ago",
  mom: "previous",
  month: "previous",
  wow: "previous",
  week: "previous",
};

function readVersus(reader: Reader, start: number, opened: number): Step {
  const position = wordAt(reader, start) === "the" ? start + 1 : start;
  const word = wordAt(reader, position);
  const next = wordAt(reader, position + 1);
  if (reader.draft.versus !== undefined) return twice(reader, "vs", opened, start - opened + 1);
  const over = OVER[wordAt(reader, opened)];
  if (over !== undefined) {
    reader.draft.versus = { with: over };
    return done(start);
  }
  const same = /^(day|days|week|month|quarter|period|time)$/.test(next) ? 2 : 1;
  if (word === "same" && wordAt(reader, position + same) === "last" && wordAt(reader, position + same + 1) === "year") {
    reader.draft.versus = { with: "year-ago" };
    return done(position + same + 2);
  }
  if (
    /^(year-ago|last-year-same)$/.test(word) ||
    (word === "year" && next === "ago") ||
    (word === "a" && next === "year" && wordAt(reader, position + 2) === "ago")
  ) {
    reader.draft.versus = { with: "year-ago" };
    return done(position + (word === "a" ? 3 : word === "year" ? 2 : 1));
  }
  if (/^(previous|prior|before)$/.test(word) && !/^(day|week|month|quarter|year)$/.test(next)) {
    reader.draft.versus = { with: "previous" };
    return done(next === "period" ? position + 2 : position + 1);
  }
  const period = readPeriod(reader.tokens, position, reader.env.today);
  if (period === null) {
    const missing = position >= reader.tokens.length;
    const near = nearestValues(word, ["previous", "year-ago"]);
    const what = missing ? "`vs` needs something to compare with" : `Cannot compare with "${shown(reader, position)}"`;
    return fail(`${what}: previous, year-ago or a period.`, position, missing ? 0 : 1, [
      ...near,
      "previous",
      "year-ago",
    ]);
  }
  if (period.kind === "bad") return fail(period.message, position, period.length, ["previous", ...period.replacements]);
  reader.draft.versus = { with: "period", from: period.from, to: period.to };
  reader.draft.versusSaid = period.said;
  return done(position + period.length);
}

/** "top services" without a number. */
const TOP_DEFAULT = 10;

export const topClause: Clause = {
  id: "top",
  words: ["top", "limit", "first", "most expensive", "biggest", "largest"],
  syntax: "top N",
  ebnf: '"top" , number',
  summary: `Only the N largest (of each currency), the rest as one row "other". At most ${TOP_MAX}; "top services" is the ${TOP_DEFAULT} largest.`,
  examples: ["last month by resource top 20", "this month by service top 5 as pie"],
  option: { name: "top", integer: true },
  read: (reader, position) => {
    const word = wordAt(reader, position);
    const plain = countedAt(reader, position);
    const count = plain !== null ? TOP_DEFAULT : /^\d{1,9}$/.test(word) ? Number(word) : Number.NaN;
    if (!(count >= 1 && count <= TOP_MAX)) {
      const missing = position >= reader.tokens.length;
      return fail(
        `\`top\` needs a number from 1 to ${TOP_MAX}.`,
        position,
        missing ? 0 : 1,
        count > TOP_MAX ? [String(TOP_MAX)] : ["10"],
      );
    }
    reader.draft.top = count;
    // "top 5 services" groups by service.
    const next = plain === null ? position + 1 : position;
    const dimension = countedAt(reader, next);
    if (dimension === null) return done(next);
    if (!reader.draft.by.includes(dimension)) reader.draft.by.push(dimension);
    return done(next + 1);
  },
};

/** The dimension whose values are counted here ("services"); null: none is said in the plural. */
function countedAt(reader: Reader, position: number): Dimension | null {
  const word = wordAt(reader, position);
  return word.endsWith("s") ? (DIMENSION_WORDS.get(word) ?? null) : null;
}

export const currencyClause: Clause = {
  id: "in",
  words: ["in", "currency", "convert to", "converted to"],
  syntax: "in CURRENCY",
  ebnf: '"in" , currency',
  summary: "Convert to one currency with the dated rates of `fx import`. A missing rate is an error that names it.",
  examples: ["last month in USD", "2026-q1 by provider in EUR"],
  option: { name: "in" },
  read: (reader, position) => {
    const word = wordAt(reader, position);
    if (!/^[a-z]{3}$/.test(word)) {
      const missing = position >= reader.tokens.length;
      return fail(
        `${missing ? "`in` needs" : `"${shown(reader, position)}" is not`} a currency of three letters, like USD.`,
        position,
        missing ? 0 : 1,
        ["USD", "EUR"],
      );
    }
    reader.draft.currency = word.toUpperCase();
    return done(position + 1);
  },
};

const FORM_WORDS: Readonly<Record<string, ChartForm>> = {
  table: "table",
  bar: "bar",
  bars: "bar",
  line: "line",
  lines: "line",
  area: "area",
  stacked: "area",
  pie: "pie",
  donut: "pie",
  ring: "pie",
};

export const formClause: Clause = {
  id: "as",
  words: ["as", "as a", "as an", "chart"],
  syntax: `as ${CHART_FORMS.join("|")}`,
  ebnf: `"as" , ( ${CHART_FORMS.map((form) => `"${form}"`).join(" | ")} )`,
  summary: "How the answer is drawn.",
  examples: ["last month by service as pie", "90d per week as bar"],
  option: { name: "as", choices: CHART_FORMS },
  read: (reader, position) => {
    const form = wordIn(FORM_WORDS, wordAt(reader, position));
    if (form === undefined) return wrongChoice(reader, position, "as", CHART_FORMS, FORM_WORDS);
    reader.draft.form = form;
    return done(/^(chart|graph|plot)$/.test(wordAt(reader, position + 1)) ? position + 2 : position + 1);
  },
};

function wordIn<T>(table: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}

function wrongChoice(
  reader: Reader,
  position: number,
  word: string,
  choices: readonly string[],
  table: Readonly<Record<string, string>>,
): Step {
  const missing = position >= reader.tokens.length;
  const near = nearestValues(wordAt(reader, position), Object.keys(table)).map((found) => table[found] ?? found);
  const what = missing ? `\`${word}\` needs one of` : `"${shown(reader, position)}" is not one of`;
  return fail(`${what}: ${choices.join(", ")}.`, position, missing ? 0 : 1, [...new Set([...near, choices[0] ?? ""])]);
}

/** A clause said twice: dropping the second is the suggestion. */
export function twice(reader: Reader, word: string, at: number, length: number): Step {
  return fail(
    `\`${word}\` is said twice: "${shown(reader, at + length - 1)}" contradicts what came before.`,
    at,
    length,
    [""],
  );
}
