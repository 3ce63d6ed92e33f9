import type { Card } from "../bot/card.ts";
import { safeLine, safeText } from "../bot/channels/safe-text.ts";
import { cardLines } from "../bot/channels/web/card-lines.ts";
import type { MessageRow } from "../store/conversations.ts";

/** Characters of a snippet, and those kept before the first hit in it. */
const SNIPPET_LENGTH = 180;
const LEAD_LENGTH = 40;
const TITLE_LENGTH = 160;
/** Lines of one card looked through for a snippet: long tables are not read to their end for it. */
const LINES_MAX = 400;

export type MarkedText = readonly { readonly text: string; readonly hit: boolean }[];
export type SearchHit = {
  readonly id: string;
  readonly channel: string;
  readonly thread: string | null;
  readonly author: string;
  readonly at: string;
  readonly title: MarkedText;
  readonly snippet: MarkedText;
};

/** A found message as the page lists it: its title, and the line that says what was looked for. */
export function searchHit(row: MessageRow, looked: string): SearchHit {
  const pattern = hitPattern(looked);
  const card = row.card as Card | null;
  const lines = card === null ? [] : cardLines(card).slice(0, LINES_MAX);
  const line = bestLine(lines, looked);
  return {
    id: row.id,
    channel: row.channel,
    thread: row.thread,
    author: safeLine(row.author.name, TITLE_LENGTH),
    at: row.createdAt,
    title: markHits(
      cut(card === null ? safeText(row.body ?? "") : safeLine(card.title), TITLE_LENGTH, pattern),
      pattern,
    ),
    snippet: markHits(cut(line, SNIPPET_LENGTH, pattern), pattern),
  };
}

/** The line that says most of what was looked for; the first of those that say as much. */
function bestLine(lines: readonly string[], looked: string): string {
  const patterns = wordsOf(looked).map((word) => hitPattern(word));
  let best = { line: lines[0] ?? "", found: 0 };
  for (const line of lines) {
    const found = patterns.filter((pattern) => pattern !== null && line.search(pattern) >= 0).length;
    if (found > best.found) best = { line, found };
  }
  return best.line;
}

function wordsOf(looked: string): string[] {
  return [...new Set(looked.split(/[\s\p{P}\p{S}]+/u).filter((word) => word !== ""))];
}

/** Words that begin as one of those looked for do; null = nothing was looked for. */
export function hitPattern(looked: string): RegExp | null {
  const words = wordsOf(looked);
  if (words.length === 0) return null;
  const longest = words
    .toSorted((a, b) => b.length - a.length)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${longest.join("|")})[\\p{L}\\p{N}]*`, "giu");
}

/** Text in parts, so that a page can mark some without any markup in what people and bills said. */
export function markHits(text: string, pattern: RegExp | null): MarkedText {
  if (text === "") return [];
  if (pattern === null) return [{ text, hit: false }];
  const parts: { text: string; hit: boolean }[] = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > from) parts.push({ text: text.slice(from, match.index), hit: false });
    parts.push({ text: match[0], hit: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), hit: false });
  return parts;
}

/** A stretch of the text with the first hit in it. */
function cut(text: string, length: number, pattern: RegExp | null): string {
  if (text.length <= length) return text;
  const hit = pattern === null ? 0 : Math.max(0, text.search(pattern));
  const from = hit < length - LEAD_LENGTH ? 0 : hit - LEAD_LENGTH;
  const piece = text.slice(from, from + length).replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, "");
  return `${from > 0 ? "…" : ""}${piece}${from + length < text.length ? "…" : ""}`;
}
