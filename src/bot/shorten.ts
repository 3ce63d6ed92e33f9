import { safeLine } from "./channels/safe-text.ts";

/** Words are kept whole where that costs no more than this share of the room. */
const WORD_SHARE = 0.3;

/** Harmless words of at most `max` units, cut between words where one ends near, the end … when something was cut. */
export function shorten(text: string, max: number): string {
  const line = safeLine(text).trim();
  if (line.length <= max) return line;
  const head = line.slice(0, Math.max(0, max - 1)).replace(/[\ud800-\udbff]$/, "");
  const space = head.lastIndexOf(" ");
  return `${(space > max * (1 - WORD_SHARE) ? head.slice(0, space) : head).trimEnd()}…`;
}
