import type { MrkdwnElement, PlainTextElement, RichTextElement, TextObject } from "@slack/types";

import type { Inline, RichText } from "../../card.ts";
import { plainText } from "../plain-text.ts";
import { isVisible, REPLACEMENT, safeHref, safeLine } from "../safe-text.ts";
import { URL_MAX } from "./limits.ts";

/** Principal id → Slack user id, for the few people a card mentions. */
export type Mentions = ReadonlyMap<string, string>;

/** Whom a mention calls; null = nobody here, or what was linked is no id of a user (a name from the configuration). */
function userOf(person: string, mentions: Mentions): string | null {
  const user = mentions.get(person);
  return user !== undefined && /^[UW][A-Z0-9]{2,20}$/.test(user) ? user : null;
}

/** At most `max` UTF-16 units, cut between whole characters and marked with …; never empty, since Slack refuses that. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text === "" ? REPLACEMENT : text;
  return `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$|\s+$/, "")}…`;
}

/** Literal text: `:smile:`, `*` and `<!channel>` stay what they are. One that shows nothing shows that. */
export function plain(text: string, max: number): PlainTextElement {
  return { type: "plain_text", text: isVisible(text) ? clip(safeLine(text), max) : REPLACEMENT, emoji: false };
}

/** The three characters that mean something in Slack's markup. */
export function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

// What Slack would draw otherwise than it is written: emphasis, code, quotes and emoji names (`arn:aws:s3` may show an emoji).
const MARKUP = /[*_~`]|:[\w+'-]+:|^&gt;|^\s*[•>]/;

/** A label over its value: bold where nothing in it would be drawn as markup, else literal. */
export function labelled(label: string, value: RichText, max: number, mentions: Mentions): TextObject {
  const words = isVisible(label) ? clip(safeLine(label), Math.floor(max / 4)) : REPLACEMENT;
  const marked = `*${escapeMarkup(words)}*\n${inlineMarkup(value, mentions)}`;
  // A mention shows the name Slack knows, not ours.
  const isCalled = (inline: Inline): boolean => inline.kind === "person" && userOf(inline.id, mentions) !== null;
  const literal =
    typeof value === "string" ? value : value.map((inline) => (isCalled(inline) ? "" : inline.text)).join("");
  if (marked.length > max || MARKUP.test(words) || MARKUP.test(safeLine(literal))) {
    return { type: "plain_text", text: clip(`${words}\n${plainText(value)}`, max), emoji: false };
  }
  // Verbatim: Slack makes no links and mentions of its own out of it.
  return { type: "mrkdwn", text: marked, verbatim: true } satisfies MrkdwnElement;
}

function inlineMarkup(value: RichText, mentions: Mentions): string {
  if (typeof value === "string") return escapeMarkup(safeLine(value)) || REPLACEMENT;
  const text = value
    .map((inline) => {
      const words = escapeMarkup(safeLine(inline.text));
      if (inline.kind === "person") {
        const user = userOf(inline.id, mentions);
        return user === null ? words : `<@${user}>`;
      }
      if (inline.kind !== "link") return words;
      const href = slackHref(inline.href);
      return href === null || words === "" ? words : `<${escapeMarkup(href)}|${words.replaceAll("|", "¦")}>`;
    })
    .join("");
  return text || REPLACEMENT;
}

/** Text as elements of a rich text section: literal by construction. At most `max` units of text. */
export function richElements(value: RichText, max: number, mentions: Mentions): RichTextElement[] {
  const inlines = typeof value === "string" ? [{ kind: "text" as const, text: value }] : value;
  const elements: RichTextElement[] = [];
  let left = max;
  for (const inline of inlines) {
    if (left <= 0) break;
    const text = clip(safeLine(inline.text), left);
    left -= text.length;
    const user = inline.kind === "person" ? userOf(inline.id, mentions) : null;
    const href = inline.kind === "link" ? slackHref(inline.href) : null;
    if (user !== null) elements.push({ type: "user", user_id: user });
    else if (href !== null) elements.push({ type: "link", url: href, text });
    else if (inline.kind === "text" || inline.kind === "link") elements.push({ type: "text", text });
    else elements.push({ type: "text", text, style: inline.kind === "code" ? { code: true } : { bold: true } });
  }
  return elements.length === 0 ? [{ type: "text", text: REPLACEMENT }] : elements;
}

/** A checked address of a length Slack takes. */
export function slackHref(href: string): string | null {
  const safe = safeHref(href);
  return safe !== null && safe.length <= URL_MAX ? safe : null;
}
