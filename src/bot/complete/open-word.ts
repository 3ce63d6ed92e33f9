import { tokenise } from "../grammar/tokens.ts";

/**
 * The word that is being typed at the end of a text: `before` is everything up to it, `value` what it says so far (an
 * opened quote is no part of it). An empty value: a new word begins.
 */
export function openWord(text: string): { before: string; value: string } {
  const { tokens, openQuoteAt } = tokenise(text);
  const last = tokens.at(-1);
  const isOpen = last !== undefined && last.kind !== "comma" && (openQuoteAt !== null || last.end === text.length);
  if (last === undefined || !isOpen) return { before: text, value: "" };
  return { before: text.slice(0, last.start), value: last.text };
}
