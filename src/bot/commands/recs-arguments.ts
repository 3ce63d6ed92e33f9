import { AppError } from "../../domain/errors.ts";
import { addDays, parseDay, type Day } from "../../domain/period.ts";

/** `recs reject ID --reason still needed --revision 3` → its words and options. */
export type RecsArguments = { readonly words: readonly string[]; readonly options: ReadonlyMap<string, string> };

const OPTIONS = ["reason", "until", "revision", "resource", "confirm", "to", "text", "anchors"] as const;

/**
 * Splits what follows a command word. An option's value runs to the next option, so that a reason needs no quotes.
 * Throws AppError for an option nobody knows.
 */
export function readArguments(text: string, flags: readonly string[] = []): RecsArguments {
  const [head = "", ...rest] = text.trim().split(/(?:^|\s)--(?=[a-z])/i);
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
  return { words: head.split(/[\s,]+/).filter((word) => word !== ""), options };
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
  const quoted = /^(["']).*\1$/s.test(text) && text.length > 1;
  return quoted ? text.slice(1, -1).replaceAll('\\"', '"') : text;
}
