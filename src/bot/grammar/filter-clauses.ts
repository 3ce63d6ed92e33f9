import { BY_MAX, FILTER_VALUES_MAX, FILTERS_MAX, GRAINS } from "../../domain/cost-query.ts";
import { tagKeyOf, isTagAlias, TAG_ALIASES, type Dimension } from "../../domain/dimension.ts";
import { EXCLUDABLE_KINDS, type Kind } from "../../domain/kind.ts";
import { dimensionText, MISSING_WORDS, quoteValue } from "../../domain/question-text.ts";
import type { Clause } from "./clause.ts";
import { DIMENSION_WORDS, isProviderName, providerSlug, readDimension } from "./dimension-words.ts";
import { nearestValues } from "../../analysis/nearest-values.ts";
import { done, fail, shown, wordAt, type Failure, type Reader, type Step } from "./reader.ts";

const GRAIN_WORDS: Readonly<Record<string, (typeof GRAINS)[number]>> = {
  day: "day",
  days: "day",
  daily: "day",
  week: "week",
  weeks: "week",
  weekly: "week",
  month: "month",
  months: "month",
  monthly: "month",
};
export const grainOf = (word: string): (typeof GRAINS)[number] | undefined =>
  Object.hasOwn(GRAIN_WORDS, word) ? GRAIN_WORDS[word] : undefined;

const KIND_WORDS: Readonly<Record<string, Kind>> = {
  tax: "tax",
  taxes: "tax",
  vat: "tax",
  credit: "credits",
  credits: "credits",
  refund: "refunds",
  refunds: "refunds",
  correction: "corrections",
  corrections: "corrections",
  adjustment: "adjustments",
  adjustments: "adjustments",
  purchase: "purchases",
  purchases: "purchases",
};
export const kindAt = (word: string): Kind | undefined =>
  Object.hasOwn(KIND_WORDS, word) ? KIND_WORDS[word] : undefined;

export const byClause: Clause = {
  id: "by",
  words: ["by", "group by", "grouped by", "split by", "broken down by", "breakdown by", "per"],
  syntax: "by DIM[,DIM[,DIM]]",
  ebnf: '"by" , dim , { "," , dim }',
  summary: `Group by up to ${BY_MAX} dimensions.`,
  examples: ["last month by service", "this month by team,environment", "7d by tag:cost-center"],
  option: { name: "by" },
  accepts: (reader, position) =>
    wordAt(reader, position - 1) !== "per" || grainOf(wordAt(reader, position)) === undefined,
  read: readBy,
};

function readBy(reader: Reader, start: number): Step {
  let position = start;
  for (;;) {
    const grain = grainOf(wordAt(reader, position));
    const read = readDimension(reader.tokens, position);
    if (read !== null) {
      if (!reader.draft.by.includes(read.dimension)) reader.draft.by.push(read.dimension);
      position += read.length;
    } else if (grain !== undefined) {
      reader.draft.per = grain;
      position += 1;
    } else {
      const opened = wordAt(reader, start - 1);
      const failure = unknownDimension(reader, position, opened);
      const grains = nearestValues(wordAt(reader, position), GRAINS);
      return { ...failure, replacements: [...grains, ...failure.replacements] };
    }
    if (reader.draft.by.length > BY_MAX)
      return fail(`A question groups by at most ${BY_MAX} dimensions.`, start, position - start, [
        reader.draft.by.slice(0, BY_MAX).map(dimensionText).join(","),
      ]);
    const joined =
      reader.tokens[position]?.kind === "comma" ||
      (wordAt(reader, position) === "and" && startsGroup(reader, position + 1));
    if (!joined) return done(position);
    position += 1;
  }
}

function startsGroup(reader: Reader, position: number): boolean {
  return readDimension(reader.tokens, position) !== null || grainOf(wordAt(reader, position)) !== undefined;
}

/** No dimension where one is needed: names the nearest ones. */
export function unknownDimension(reader: Reader, position: number, word: string): Failure {
  if (position >= reader.tokens.length) {
    return fail(`"${word}" needs a dimension: ${LISTED}.`, position, 0, ["service", "team"]);
  }
  const typed = wordAt(reader, position);
  if (/^hours?$/.test(typed))
    return fail("A day is the finest there is: bills are kept by UTC day.", position, 1, ["day", "service"]);
  const keys = (reader.env.tagKeys ?? []).map((key) => `tag:${quoteValue(key)}`);
  const near =
    typed === ""
      ? []
      : nearestValues(typed, [...DIMENSION_WORDS.keys(), ...keys, ...(reader.env.tagKeys ?? [])]).map(
          (found) => DIMENSION_WORDS.get(found) ?? (found.startsWith("tag:") ? found : `tag:${quoteValue(found)}`),
        );
  const hint = near.length === 0 ? `There are: ${LISTED}.` : `Did you mean ${[...new Set(near)].join(" or ")}?`;
  return fail(`"${shown(reader, position)}" is no dimension. ${hint}`, position, 1, [
    ...new Set(near),
    "service",
    "team",
  ]);
}

const LISTED =
  "provider, billing-account, sub-account, service-category, service, region, resource, charge-category, pricing-category, commitment, invoice, kind, team, product, environment, tag:KEY";

function filterClause(
  id: "for" | "not",
  words: readonly string[],
  summary: string,
  examples: readonly string[],
): Clause {
  const negated = id === "not";
  return {
    id,
    words,
    syntax: `{${id} DIM VALUE[,VALUE]}`,
    ebnf: `"${id}" , dim , value , { "," , value }`,
    summary,
    examples,
    option: { name: id },
    read: (reader, position) => readFilter(reader, position, negated),
  };
}

export const forClause: Clause = {
  ...filterClause(
    "for",
    ["for", "where", "only", "only for", "with", "in"],
    "Only charges with one of the values; clauses add up (and). `untagged` or `none` = missing.",
    [
      "last month by service for team payments",
      'this month for service "Amazon Relational Database Service",BigQuery by region',
      "this month by service for team untagged",
    ],
  ),
  accepts: (reader, position) =>
    wordAt(reader, position - 1) !== "in" || readDimension(reader.tokens, position) !== null,
};

export const notClause: Clause = {
  ...filterClause(
    "not",
    ["not", "but not", "not for", "except", "except for", "excluding", "exclude"],
    "Leave out charges with one of the values.",
    ["this month by region not environment dev,test", "last month by team not provider oci"],
  ),
  accepts: (reader, position) => kindAt(wordAt(reader, position)) === undefined,
};

function readFilter(reader: Reader, start: number, negated: boolean): Step {
  const read = readDimension(reader.tokens, start);
  if (read === null) return notADimension(reader, start, negated);
  if (reader.draft.filters.length >= FILTERS_MAX)
    return fail(`A question has at most ${FILTERS_MAX} filters.`, start, read.length);
  const values: (string | null)[] = [];
  let position = start + read.length;
  if (wordAt(reader, position) === "is" && reader.tokens[position + 1] !== undefined) position += 1;
  if (wordAt(reader, position) === "not" && reader.tokens[position + 1] !== undefined && !negated)
    return notInside(reader, start, position, read.dimension);
  for (;;) {
    const token = reader.tokens[position];
    if (token === undefined || token.kind === "comma")
      return missingValue(reader, read.dimension, position, token === undefined ? 0 : 1);
    const value = token.kind === "word" && MISSING_WORDS.has(token.text.toLowerCase()) ? null : token.text;
    values.push(value !== null && read.dimension === "provider" ? providerSlug(value) : value);
    position += 1;
    if (value !== null && value.length > 2000) return fail("A value has at most 2000 characters.", position - 1, 1);
    if (values.length > FILTER_VALUES_MAX)
      return fail(`A filter has at most ${FILTER_VALUES_MAX} values.`, start, position - start);
    const joined = reader.tokens[position]?.kind === "comma" || wordAt(reader, position) === "or";
    if (!joined) break;
    position += 1;
  }
  reader.draft.filters.push({ dimension: read.dimension, negated, values });
  if (wordAt(reader, position) === "and" && readDimension(reader.tokens, position + 1) !== null) {
    return readFilter(reader, position + 1, negated);
  }
  return done(position);
}

/** `for team not search`: the word goes first, or belongs to a value that needs quotes. */
function notInside(reader: Reader, start: number, position: number, dimension: Dimension): Failure {
  const value = quoteValue(reader.tokens[position + 1]?.text ?? "");
  const without = `not ${dimensionText(dimension)} ${value}`;
  return fail(`"not" goes before the dimension: \`${without.slice(0, 120)}\`.`, start - 1, position + 2 - (start - 1), [
    without,
    `for ${dimensionText(dimension)} "not"`,
  ]);
}

function missingValue(reader: Reader, dimension: Dimension, position: number, length: number): Failure {
  const missing = tagKeyOf(dimension) !== null || isTagAlias(dimension) ? "untagged" : "none";
  const next = reader.tokens[position + 1];
  const sample = length === 1 && next !== undefined && next.kind !== "comma" ? [""] : [];
  return fail(`"${dimensionText(dimension)}" needs a value.`, position, length, [...sample, missing]);
}

/** `for payments`: a value without its dimension, or a misspelt dimension. */
function notADimension(reader: Reader, position: number, negated: boolean): Failure {
  const token = reader.tokens[position];
  if (token === undefined || token.kind === "comma") return unknownDimension(reader, position, negated ? "not" : "for");
  const failure = unknownDimension(reader, position, negated ? "not" : "for");
  const asValue = MISSING_WORDS.has(token.text.toLowerCase())
    ? [`team ${token.text}`, `service ${token.text}`]
    : likelyValue(token.text);
  return {
    ...failure,
    message: `${failure.message} A filter is a dimension and a value, as in \`${negated ? "not" : "for"} team payments\`.`,
    replacements: [...failure.replacements.slice(0, -2), ...asValue],
  };
}

/** A value said without its dimension: what it may be a value of. */
function likelyValue(text: string): string[] {
  const value = quoteValue(text === "" ? "?" : text);
  const guesses = [`service ${value}`, `team ${value}`, `provider ${value}`];
  return isProviderName(text) ? guesses.toReversed() : guesses;
}

export const allocatedClause: Clause = {
  id: "allocated",
  words: ["allocated"],
  whole: ["after allocation", "fully loaded", "with shared costs", "with shared spend"],
  syntax: "allocated",
  ebnf: '"allocated"',
  summary: `Shared spend is spread over who uses it, by the rules of \`allocate\`; the total stays the same. Over the ${TAG_ALIASES.join(", ")} of \`by\`, team when it names none; \`for\` and \`not\` of the same then mean who bears the cost.`,
  examples: [
    "last month by team allocated",
    "2026-q3 by team allocated per month",
    "last month by team allocated for team payments",
  ],
  option: { name: "allocated", choices: ["allocated"] },
  read: (reader, position) => {
    reader.draft.allocated = true;
    return done(position);
  },
};

export const withoutClause: Clause = {
  id: "without",
  words: ["without", "excluding", "exclude", "except", "no"],
  syntax: "without KIND[,KIND]",
  ebnf: '"without" , kind , { "," , kind }',
  summary: `Leave out kinds of charge: ${EXCLUDABLE_KINDS.join(", ")}. The kinds are disjoint, so the parts add up.`,
  examples: ["last month by service without tax,credits", "2026 per month without purchases"],
  option: { name: "without", choices: EXCLUDABLE_KINDS },
  // "without team search" leaves out a team.
  read: (reader, position) =>
    readDimension(reader.tokens, position) === null
      ? readWithout(reader, position)
      : readFilter(reader, position, true),
};

function readWithout(reader: Reader, start: number): Step {
  let position = start;
  for (;;) {
    const kind = kindAt(wordAt(reader, position));
    if (kind === undefined) {
      const near = nearestValues(wordAt(reader, position), Object.keys(KIND_WORDS)).map(
        (word) => KIND_WORDS[word] ?? "tax",
      );
      const missing = position >= reader.tokens.length;
      const what = missing ? "`without` needs a kind" : `"${shown(reader, position)}" is no kind of charge`;
      return fail(`${what}: ${EXCLUDABLE_KINDS.join(", ")}.`, position, missing ? 0 : 1, [...new Set(near), "tax"]);
    }
    if (!reader.draft.without.includes(kind)) reader.draft.without.push(kind);
    position += 1;
    // "without tax credits": nothing else begins with a kind.
    if (kindAt(wordAt(reader, position)) !== undefined) continue;
    const joined =
      reader.tokens[position]?.kind === "comma" ||
      (/^(and|or)$/.test(wordAt(reader, position)) && kindAt(wordAt(reader, position + 1)) !== undefined);
    if (!joined) return done(position);
    position += 1;
  }
}
