import { costQuerySchema, type CostQuery } from "../../domain/cost-query.ts";
import { addDays, firstDay, monthOf } from "../../domain/period.ts";
import type { Clause } from "./clause.ts";
import { CLAUSES } from "./clauses.ts";
import { DIMENSION_WORDS, isProviderName, readDimension } from "./dimension-words.ts";
import { nearestValues } from "../../analysis/nearest-values.ts";
import { isTagAlias, tagKeyOf } from "../../domain/dimension.ts";
import { dimensionText, MISSING_WORDS, quoteValue } from "../../domain/question-text.ts";
import { editDistance } from "../../domain/nearest.ts";
import { periodAt, periodClause } from "./period-clauses.ts";
import { PERIOD_WORDS } from "./period-words.ts";
import { fail, shown, wordAt, type Draft, type Failure, type QuestionEnv, type Reader, type Step } from "./reader.ts";
import { tokenise, type Token } from "./tokens.ts";

export type QuestionRead =
  | { readonly ok: true; readonly query: CostQuery }
  | { readonly ok: false; readonly failure: Failure; readonly tokens: readonly Token[]; readonly draft: Draft };

/** Words people put before a question, and politeness anywhere in it. */
const OPENING = new Set([
  "/finops",
  "finops",
  "/cost",
  "cost",
  "costs",
  "spend",
  "spending",
  "show",
  "me",
  "the",
  "our",
  "total",
]);
const FILLERS = new Set(["please", "?", "and"]);

type Phrase = { readonly words: readonly string[]; readonly clause: Clause };
/** Longest phrase first, so that "group by" is not read as something else. */
const PHRASES: readonly Phrase[] = CLAUSES.flatMap((clause) =>
  [...clause.words, ...(clause.whole ?? [])].map((phrase) => ({ words: phrase.split(" "), clause })),
).sort((a, b) => b.words.length - a.words.length);

/** Reads a question once, without suggestions. Pure, never throws for any text. */
export function readQuestion(text: string, env: QuestionEnv): QuestionRead {
  const { tokens, openQuoteAt } = tokenise(text);
  const draft: Draft = { said: null, versusSaid: null, by: [], filters: [], without: [] };
  const reader: Reader = { tokens, env, draft };
  const refuse = (failure: Failure): QuestionRead => ({ ok: false, failure, tokens, draft });
  if (openQuoteAt !== null) {
    const at = tokens.findIndex((token) => token.start === openQuoteAt);
    return refuse(fail("A quote is opened and not closed.", at, 0));
  }
  let position = 0;
  while (OPENING.has(wordAt(reader, position))) position += 1;
  while (position < tokens.length) {
    const step = readClause(reader, position);
    if (!step.ok) return refuse(step);
    position = step.next;
  }
  const parsed = costQuerySchema.safeParse(finish(reader));
  if (parsed.success) return { ok: true, query: parsed.data };
  return refuse(fail(parsed.error.issues[0]?.message ?? "The question is not valid.", 0, 0));
}

function readClause(reader: Reader, position: number): Step {
  if (reader.tokens[position]?.kind === "comma" || FILLERS.has(wordAt(reader, position))) {
    return { ok: true, next: position + 1 };
  }
  const clause = clauseAt(reader, position);
  if (clause !== null) return clause.clause.read(reader, position + clause.words.length, position);
  // "for last month", "in september": a period may follow these small words.
  const small = /^(for|in|during|over|of|on)$/.test(wordAt(reader, position)) ? 1 : 0;
  if (periodAt(reader, position + small)) return periodClause.read(reader, position + small, position);
  return unknownWord(reader, position);
}

/** The clause whose opening phrase stands here and whose look-ahead agrees. */
function clauseAt(reader: Reader, position: number): Phrase | null {
  const matching = PHRASES.filter((phrase) =>
    phrase.words.every((word, index) => wordAt(reader, position + index) === word),
  );
  const next = (phrase: Phrase): number => position + phrase.words.length;
  const first = wordAt(reader, position);
  const small = first === "for" || first === "in";
  if (small && readDimension(reader.tokens, position + 1) === null && periodAt(reader, position + 1)) return null;
  return matching.find((phrase) => phrase.clause.accepts?.(reader, next(phrase)) ?? true) ?? null;
}

function unknownWord(reader: Reader, position: number): Failure {
  const word = wordAt(reader, position);
  const dimension = DIMENSION_WORDS.get(word);
  if (dimension !== undefined) {
    const value = reader.tokens[position + 1];
    const asFilter = value === undefined ? [] : [`for ${dimension}`];
    return fail(`"${word}" needs a word before it: \`by ${dimension}\` or \`for ${dimension} VALUE\`.`, position, 1, [
      `by ${dimension}`,
      ...asFilter,
    ]);
  }
  const meant = withoutItsDimension(reader, position);
  if (meant !== null) return meant;
  // Not those that say everything: words of three letters are near everything.
  const starts = CLAUSES.flatMap((clause) => clause.words.map((phrase) => phrase.split(" ")[0] ?? ""));
  const near = word === "" ? [] : nearestValues(word, [...starts, ...PERIOD_WORDS, ...DIMENSION_WORDS.keys()], 4);
  const replacements = near.map((found) => (DIMENSION_WORDS.has(found) ? `by ${found}` : found));
  const hint = near.length === 0 ? "" : ` Did you mean ${near.slice(0, 2).join(" or ")}?`;
  const slip = near.some((found) => editDistance(word, found) <= 1);
  const severalWords = slip ? null : valueOfSeveralWords(reader, position);
  if (severalWords !== null) return severalWords;
  return fail(`I do not understand "${shown(reader, position)}" here.${hint}`, position, 1, [...replacements, ""]);
}

/** A value that says by itself what it is a value of: `untagged`, `aws`. */
function withoutItsDimension(reader: Reader, position: number): Failure | null {
  const word = wordAt(reader, position);
  const tag = reader.draft.by.find((one) => tagKeyOf(one) !== null || isTagAlias(one)) ?? "team";
  const filter = MISSING_WORDS.has(word)
    ? `for ${dimensionText(tag)} ${word}`
    : isProviderName(word)
      ? `for provider ${word}`
      : null;
  if (filter === null) return null;
  return fail(`"${word}" needs to be said of something, like \`${filter}\`.`, position, 1, [filter, ""]);
}

/** After `for service Amazon`, the next words may belong to the value: offers both readings. */
function valueOfSeveralWords(reader: Reader, position: number): Failure | null {
  const last = reader.draft.filters.at(-1)?.values.at(-1);
  const before = reader.tokens[position - 1];
  if (last === undefined || last === null || before?.text.toLowerCase() !== last.toLowerCase()) return null;
  let end = position + 1;
  while (wordAt(reader, end) !== "" && clauseAt(reader, end) === null && !periodAt(reader, end)) end += 1;
  const words = reader.tokens.slice(position - 1, end).map((token) => token.text);
  return fail(
    `A value of several words needs quotes: "${shown(reader, position)}" does not follow "${shown(reader, position - 1)}" otherwise.`,
    position - 1,
    end - position + 1,
    [`"${words.join(" ").replaceAll('"', "")}"`, words.map(quoteValue).join(","), quoteValue(last)],
  );
}

/** Defaults that need the day, and comparisons said as natural pairs ("this month vs last month"). */
function finish(reader: Reader): unknown {
  const { draft, env } = reader;
  const { versusSaid, select, ...rest } = draft;
  const said = select === undefined ? "this month" : draft.said;
  const unit = said?.startsWith("this ") === true ? said.slice(5) : null;
  const pair = (unit !== null && versusSaid === `last ${unit}`) || (said === "today" && versusSaid === "yesterday");
  return {
    ...rest,
    // Teams are who shared spend is spread over, unless said otherwise.
    by: draft.allocated === true && draft.by.length === 0 ? ["team"] : draft.by,
    // Canonical order: what must hold before what must not.
    filters: [...draft.filters.filter((one) => !one.negated), ...draft.filters.filter((one) => one.negated)],
    select: select ?? { by: "days", from: firstDay(monthOf(env.today)), to: addDays(env.today, 1) },
    said,
    versus: pair ? { with: "previous" } : (draft.versus ?? null),
  };
}

/** The draft as a whole question, whatever was understood so far. */
export function draftQuery(draft: Draft, env: QuestionEnv): CostQuery | null {
  const parsed = costQuerySchema.safeParse(finish({ tokens: [], env, draft }));
  return parsed.success ? parsed.data : null;
}
