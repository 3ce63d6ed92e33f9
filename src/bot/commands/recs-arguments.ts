import { AppError } from "../../domain/errors.ts";
import { addDays, parseDay, type Day } from "../../domain/period.ts";

/** `recs reject ID --reason still needed --revision 3` → its words and options. */
export type RecsArguments = { readonly words: readonly string[]; readonly options: ReadonlyMap<string, string> };

const OPTIONS = ["reason", "until", "revision", "resource", "confirm", "to", "text", "anchors"] as const;

/** Quoted as a whole word: what a form sends. Anything may be in it, and none of it is an option. */
const QUOTED = /(?<=^|[\s,=])"(?:[^"\\]|\\[\s\S])*"(?=[\s,]|$)/g;

/**
 * Splits what follows a command word. An option's value runs to the next option, so that a reason needs no quotes;
 * inside quotes nothing is an option. Throws AppError for an option nobody knows.
 */
export function readArguments(text: string, flags: readonly string[] = []): RecsArguments {
  const [head = "", ...rest] = splitOptions(text.trim());
  const options = new Map<string, string>();
  for (const part of rest) {
    const [, name = "", value = ""] = /^([a-z-]+)[\s=]?([\s\S]*)$/i.exec(part) ?? [];
    const known = [...OPTIONS, ...flags].find((candidate) => candidate === name.toLowerCase());
    if (known === undefined) {
      throw new AppError("bad-input", `There is no option --${name.slice(0, 40)} here.`, {
        remedy: `There are: ${[...OPTIONS, ...flags].map((option) => `--${option}`).join(", ")}.`,
      });
    }
    options.set(known, unquote(value.trim()));
  }
  return { words: splitWords(head), options };
}

/** The text before the first option, then each option without its dashes. */
function splitOptions(text: string): string[] {
  const masked = masking(text);
  const starts = [...masked.matchAll(/(?:^|\s)--(?=[a-z])/gi)];
  const ends = [...starts.map(({ index }) => index), text.length];
  return ends.map((end, place) => {
    const before = starts[place - 1];
    return text.slice(before === undefined ? 0 : before.index + before[0].length, end);
  });
}

function splitWords(text: string): string[] {
  return [...masking(text).matchAll(/[^\s,]+/g)]
    .map(({ index, 0: word }) => unquote(text.slice(index, index + word.length)))
    .filter((word) => word !== "");
}

/** The text with everything quoted made harmless, at the same length. */
function masking(text: string): string {
  return text.replaceAll(QUOTED, (quoted) => "_".repeat(quoted.length));
}

/** The revision a button was made for; null = typed without. */
export function revisionOption(given: RecsArguments): number | null {
  const text = given.options.get("revision");
  if (text === undefined) return null;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new AppError("bad-input", `"${text.slice(0, 40)}" is no revision.`);
}

/** A day (`2026-05-01`) or a number of days from today (`7d`, `2w`); null = nothing that can be read. */
export function untilDay(text: string, today: Day): Day | null {
  const ahead = /^(\d{1,3})([dw])$/i.exec(text.trim());
  if (ahead === null) return parseDay(text.trim());
  return addDays(today, Number(ahead[1]) * (ahead[2]?.toLowerCase() === "w" ? 7 : 1));
}

function unquote(text: string): string {
  if (text.length > 1 && /^'.*'$/s.test(text)) return text.slice(1, -1);
  const [quoted] = text.match(QUOTED) ?? [];
  return quoted === text ? text.slice(1, -1).replaceAll(/\\([\s\S])/g, "$1") : text;
}
