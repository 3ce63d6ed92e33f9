import { DIMENSIONS, type Dimension } from "../../domain/dimension.ts";
import { EXCLUDABLE_KINDS } from "../../domain/kind.ts";
import type { Clause } from "../grammar/clause.ts";
import { CLAUSES } from "../grammar/clauses.ts";
import { readDimension } from "../grammar/dimension-words.ts";
import { tokenise, type Token } from "../grammar/tokens.ts";
import { openWord } from "./open-word.ts";

type NextWord = { readonly word: string; readonly about: string; readonly more: boolean };
/** Words that may stand next; `dimension`: or a value of it. */
export type NextWords = { readonly words: readonly NextWord[]; readonly dimension?: Dimension };

const GROUPING = wordsOfClause("by");
const FILTERING = new Set([...wordsOfClause("for"), ...wordsOfClause("not")]);
const LEAVING_OUT = wordsOfClause("without");
/** Clauses whose word says what follows; the others are handled below, and one says everything by itself. */
const CHOOSING = CLAUSES.filter(
  ({ option }) => option.choices !== undefined && option.name !== "without" && option.name !== "allocated",
);
const PERIODS: readonly NextWord[] = [
  ["last month", "the whole calendar month before this one"],
  ["this month", "from its first day to today"],
  ["30d", "the last 30 days, today included"],
  ["yesterday", "one UTC day"],
  ["this quarter", "from its first day to today"],
  ["this year", "from its first day to today"],
].map(([word = "", about = ""]) => ({ word, about, more: false }));
/** What people group and filter by most, before the rest in the language's own order. */
const DIMENSION_WORDS: readonly string[] = [
  ...new Set([
    ...(["service", "team", "environment", "provider", "sub-account", "region", "product"] as const),
    ...DIMENSIONS.filter((word) => word !== "charge-class"),
  ]),
];
/** Clauses in the order people reach for them. */
const CLAUSE_ORDER: readonly Clause["id"][] = ["by", "for", "vs", "per", "top", "not", "without", "metric"];
const UNITS = ["week", "month", "quarter", "year"] as const;
const COMPARISONS: readonly NextWord[] = [
  { word: "previous", about: "the period before", more: false },
  { word: "year-ago", about: "the same days a year ago", more: false },
];

/**
 * What the question language allows next; null = it says nothing here. `whole`: the text is a question, so that new
 * clauses may begin; other commands (budgets, owners, exclusions) share its scopes only.
 */
export function nextInQuestion(text: string, whole: boolean): NextWords | null {
  const tokens = tokenise(openWord(text).before).tokens;
  const filter = openFilter(tokens);
  if (filter !== null) return filter === "dimension" ? { words: dimensions(true) } : valuesOf(filter);
  const last = wordOf(tokens.at(-1));
  const listed = last === "," ? opener(tokens) : last;
  if (LEAVING_OUT.has(listed)) return { words: EXCLUDABLE_KINDS.map((word) => plain(word, "kind of charge")) };
  if (!whole) return null;
  if (GROUPING.has(listed)) return { words: [...(listed === "per" ? grains() : []), ...dimensions(false)] };
  if (last === "last" || last === "this") return { words: UNITS.map((word) => plain(word, `${last} ${word}`)) };
  if (clauseWords("vs").has(last)) return { words: [...COMPARISONS, ...PERIODS] };
  if (last === "top") return { words: ["5", "10", "20"].map((word) => plain(word, "largest, the rest as other")) };
  if (last === "invoice") return { words: [], dimension: "invoice" };
  const choosing = CHOOSING.find(({ words }) => words[0] === last);
  if (choosing !== undefined) return { words: (choosing.option.choices ?? []).map((word) => plain(word, choosing.id)) };
  if (last === ",") return null;
  return { words: beginnings(tokens) };
}

/** What is expected inside an open filter: its dimension, or a value of it. null = no filter is open here. */
function openFilter(tokens: readonly Token[]): "dimension" | Dimension | null {
  const at = tokens.findLastIndex((token) => token.kind === "word" && FILTERING.has(wordOf(token)));
  if (at < 0) return null;
  if (at === tokens.length - 1) return LEAVING_OUT.has(wordOf(tokens[at])) ? null : "dimension";
  const read = readDimension(tokens, at + 1);
  if (read === null) return null;
  const after = tokens.slice(at + 1 + read.length);
  const wantsValue = after.length === 0 || after.at(-1)?.kind === "comma";
  // `for team payments by service,`: the comma is of another list.
  const otherList = after.some((token) => GROUPING.has(wordOf(token)) || LEAVING_OUT.has(wordOf(token)));
  return wantsValue && !otherList ? read.dimension : null;
}

function valuesOf(dimension: Dimension): NextWords {
  return { words: [plain("untagged", "without a value")].filter(() => dimension !== "provider"), dimension };
}

/** The word that opened the list a trailing comma belongs to. */
function opener(tokens: readonly Token[]): string {
  const opens = (token: Token): boolean => GROUPING.has(wordOf(token)) || LEAVING_OUT.has(wordOf(token));
  return wordOf(tokens.findLast(opens));
}

/** Periods and clauses that are not there yet. */
function beginnings(tokens: readonly Token[]): NextWord[] {
  const said = new Set(tokens.map(wordOf));
  const hasPeriod = [...said].some((word) =>
    /^(\d+[dwm]|20\d\d.*|today|yesterday|last|this|since|billing|[mqy]td)$/.test(word),
  );
  const clauses = CLAUSES.filter(({ words }) => words.length > 0)
    .filter(({ id, words }) => id === "for" || id === "not" || !words.some((word) => said.has(word)))
    .sort((a, b) => rankOf(a) - rankOf(b))
    .map(({ id, words, summary }) => ({ word: words[0] ?? "", about: summary, more: id !== "allocated" }));
  return [...(hasPeriod ? [] : PERIODS.slice(0, 3)), ...clauses];
}

function rankOf({ id }: Clause): number {
  const rank = CLAUSE_ORDER.indexOf(id);
  return rank < 0 ? CLAUSE_ORDER.length : rank;
}

function dimensions(more: boolean): NextWord[] {
  return DIMENSION_WORDS.map((word) => ({ word, about: more ? "and a value of it" : "group by it", more }));
}

function grains(): NextWord[] {
  return (CLAUSES.find(({ id }) => id === "per")?.option.choices ?? []).map((word) =>
    plain(word, `one amount a ${word}`),
  );
}

function plain(word: string, about: string): NextWord {
  return { word, about, more: false };
}

function wordOf(token: Token | undefined): string {
  return token === undefined || token.kind === "quoted" ? "" : token.text.toLowerCase();
}

function clauseWords(id: Clause["id"]): ReadonlySet<string> {
  return wordsOfClause(id);
}

/** Last words of the phrases that open a clause: what stands right before its first argument. */
function wordsOfClause(id: Clause["id"]): Set<string> {
  const phrases = CLAUSES.find((clause) => clause.id === id)?.words ?? [];
  return new Set(phrases.map((phrase) => phrase.split(" ").at(-1) ?? ""));
}
