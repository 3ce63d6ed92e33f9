/** What people type into Slack, as our grammar reads it. */

const ENTITY: Readonly<Record<string, string>> = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };

/**
 * Slack sends markup: mentions become addresses (`slack:U1`, `slack:C1`), links what they show; entities are characters
 * again. Quotes that a phone has bent are straightened, and the long dash it makes of two.
 */
export function readText(text: string): string {
  return text
    .replaceAll(/<([^<>]*)>/g, (_, inner: string) => readToken(inner))
    .replaceAll(/&(?:lt|gt|amp);/g, (entity) => ENTITY[entity] ?? entity)
    .replaceAll(/[“”„]/g, '"')
    .replaceAll(/(^|\s)[—–](?=[a-z])/g, "$1--")
    .replaceAll("\u00a0", " ")
    .trim();
}

/** A mention of the bot at the beginning says whom one talks to, and nothing else. */
export function withoutMention(text: string, botUser: string | null): string {
  const first = /^\s*<@([A-Z0-9]+)(?:\|[^<>]*)?>[:,]?\s*/.exec(text);
  return first !== null && (botUser === null || first[1] === botUser) ? text.slice(first[0].length) : text;
}

function readToken(inner: string): string {
  const [target = "", label] = inner.split("|");
  if (/^[@#][A-Z0-9]+$/.test(target)) return `slack:${target.slice(1)}`;
  // A link shows its label, and without one its address; special tokens are their fallback text.
  if (label !== undefined) return label;
  return target.startsWith("!") ? "" : target;
}
