import type { Dimension } from "../../domain/dimension.ts";
import { quoteValue } from "../../domain/question-text.ts";
import { safeLine } from "../channels/safe-text.ts";
import type { Command } from "../command.ts";
import { nextInQuestion, type NextWords } from "./next-in-question.ts";
import { openWord } from "./open-word.ts";

/** Most suggestions: a list that needs no scrolling, on a phone with its keyboard open too. A letter more narrows it. */
const OPTIONS_MAX = 8;
const EXAMPLES_MAX = 4;
/** Values longer than this are no help to pick from. */
const VALUE_LENGTH_MAX = 120;
const ABOUT_LENGTH_MAX = 140;

export type Suggestion = {
  /** The whole text once it is taken. */
  readonly text: string;
  /** What the list shows: the word that would come next, or a whole example. */
  readonly label: string;
  readonly about: string;
  /** Whether another word is needed after it. */
  readonly more: boolean;
};

/** What may come next. `values`: besides, values of this dimension that begin so, which only the data knows. */
export type Completed = {
  readonly options: readonly Suggestion[];
  readonly values: { readonly dimension: Dimension; readonly typed: string; readonly before: string } | null;
};

/**
 * What may be typed next, from the commands somebody may run and the question language. Pure; the caret is at the end of
 * the text. Whole examples come first as long as they begin like what is typed.
 */
export function completeText(text: string, commands: readonly Command[]): Completed {
  const [, lead = "", typed = ""] = /^(\s*\/?(?:finops\s+)?)([\s\S]*)$/i.exec(text) ?? [];
  const word = /^\S*/.exec(typed)?.[0].toLowerCase() ?? "";
  const command = commands.find(({ name }) => name === word);
  if (typed.length === word.length || command === undefined)
    return { options: starts(lead, typed, commands), values: null };
  const examples = examplesOf(command, lead, typed);
  const verbs = verbsOf(command, lead, typed);
  const next = nextInQuestion(text, command.name === "cost");
  const open = openWord(text);
  const words = next === null ? [] : wordsOf(next, open);
  return {
    options: [...verbs, ...words, ...examples].filter(differs(text)).slice(0, OPTIONS_MAX),
    values:
      next?.dimension === undefined ? null : { dimension: next.dimension, typed: open.value, before: open.before },
  };
}

/** Values of the data as suggestions; those that would not read back as they are, are left out. */
export function valueSuggestions(
  { dimension, typed, before }: NonNullable<Completed["values"]>,
  values: readonly string[],
): Suggestion[] {
  const looked = typed.toLowerCase();
  const rank = (value: string): number => (value.toLowerCase().startsWith(looked) ? 0 : 1);
  return oneSpelling(values)
    .filter((value) => value.toLowerCase().includes(looked) && value.length <= VALUE_LENGTH_MAX)
    .filter((value) => value !== typed && safeLine(value) === value)
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, OPTIONS_MAX)
    .map((value) => ({ text: `${before}${quoteValue(value)} `, label: value, about: dimension, more: false }));
}

/** Values match whatever their case: of `Data` and `data` one is offered. */
function oneSpelling(values: readonly string[]): string[] {
  return [...new Map(values.map((value) => [value.toLowerCase(), value])).values()];
}

/** Commands and their examples, while the command itself is being typed. */
function starts(lead: string, typed: string, commands: readonly Command[]): Suggestion[] {
  const looked = typed.toLowerCase();
  if (looked === "" && lead.trim() === "") return [];
  const fits = (text: string): boolean => text.startsWith(looked) && text !== looked;
  const names = commands
    .filter(({ name }) => fits(name))
    .map(({ name, summary, usage }) => ({
      text: `${lead}${name}${usage === name ? "" : " "}`,
      label: name,
      about: summary,
      more: usage !== name,
    }));
  const examples = commands.flatMap((command) => examplesOf(command, lead, typed).slice(0, 1));
  return [...names, ...(looked === "" ? [] : examples)].slice(0, OPTIONS_MAX);
}

function examplesOf({ examples, summary }: Command, lead: string, typed: string): Suggestion[] {
  const looked = typed.toLowerCase().trimEnd();
  return examples
    .filter((example) => example.toLowerCase().startsWith(looked) && example.toLowerCase() !== looked)
    .slice(0, EXAMPLES_MAX)
    .map((example) => ({ text: `${lead}${example}`, label: example, about: summary, more: false }));
}

/** Second words that the usage names: `budget set`, `recs approve`. */
function verbsOf({ name, usage }: Command, lead: string, typed: string): Suggestion[] {
  const rest = /^\S+\s+(\S*)$/.exec(typed);
  if (rest === null) return [];
  const looked = rest[1]?.toLowerCase() ?? "";
  const lines = usage.split(/\n| \| /).map((line) => line.trim());
  const seen = new Set<string>();
  return lines.flatMap((line) => {
    const [first, verb = "", ...others] = line.split(/\s+/);
    const isVerb = first === name && /^[a-z][a-z-]*$/.test(verb) && verb.startsWith(looked) && verb !== looked;
    if (!isVerb || seen.has(verb)) return [];
    seen.add(verb);
    const more = others.length > 0;
    return [
      { text: `${lead}${name} ${verb}${more ? " " : ""}`, label: verb, about: line.slice(0, ABOUT_LENGTH_MAX), more },
    ];
  });
}

function wordsOf(next: NextWords, open: { before: string; value: string }): Suggestion[] {
  const looked = open.value.toLowerCase();
  return next.words
    .filter(({ word }) => word.startsWith(looked) && word !== looked)
    .map(({ word, about, more }) => ({ text: `${open.before}${word} `, label: word, about, more }));
}

const differs =
  (text: string) =>
  (option: Suggestion): boolean =>
    option.text.trim().toLowerCase() !== text.trim().toLowerCase();
