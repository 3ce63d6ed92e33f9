import { unreachable } from "../../../domain/errors.ts";
import type { Inline, RichText } from "../../card.ts";
import { isVisible, safeHref, safeLine } from "../safe-text.ts";

/** The Discord user who is that person to us; null = nobody we know there. */
export type Mention = (personId: string) => string | null;
export const NO_MENTIONS: Mention = () => null;

/** Whom a mention calls; null = nobody there, or what was linked is no id of a user. */
export function userOf(person: string, mention: Mention): string | null {
  const user = mention(person);
  return user !== null && /^\d{15,21}$/.test(user) ? user : null;
}

/** Anywhere in a line: emphasis, code, spoilers, links, mentions, custom emoji, timestamps. */
const LIVE = /[\\*_~`|<[]/g;
/** At the start of a line: quotes, headings, small print, lists. */
const LIVE_AT_START = /^(\s*)(?:(\d{1,9})(?=\.(?:\s|$))|(?=[>#+*-]{1,3}(?:\s|$)))/;
/** Addresses become links by themselves, and these words notify. */
const LIVE_ADDRESS = /:(?=\/\/)/g;
const LIVE_INVITE = /(discord(?:app)?)\.(?=gg|com)/gi;
const LIVE_WORD = /@(?=everyone|here)/g;

/** Text as it is, whatever it contains: every character Discord would act on is escaped. One line. */
export function escapeText(text: string): string {
  return safeLine(text)
    .replace(LIVE, String.raw`\$&`)
    .replace(LIVE_ADDRESS, String.raw`\:`)
    .replace(LIVE_INVITE, String.raw`$1\.`)
    .replace(LIVE_WORD, String.raw`\@`)
    .replace(LIVE_AT_START, "$1$2\\");
}

/** Rich text in Discord's markdown, at most `max` units, ending in … when something was cut. Never half an escape. */
export function renderText(text: RichText, max: number, mention: Mention = NO_MENTIONS): string {
  const inlines: readonly Inline[] = typeof text === "string" ? [{ kind: "text", text }] : text;
  let shown = "";
  for (const inline of inlines) {
    const room = max - shown.length;
    const whole = renderInline(inline, inline.text, mention);
    if (whole.length <= room) {
      shown += whole;
      continue;
    }
    return shown + cutInline(inline, room, mention);
  }
  return shown;
}

/** The longest beginning of an inline that fits, with … at its end; empty when nothing does. */
function cutInline(inline: Inline, room: number, mention: Mention): string {
  const clean = safeLine(inline.text);
  let least = 0;
  let most = Math.min(clean.length, room);
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (renderInline(inline, cutAt(clean, middle), mention).length <= room) least = middle;
    else most = middle - 1;
  }
  const cut = renderInline(inline, cutAt(clean, least), mention);
  return cut.length <= room ? cut : "";
}

/** The first `length` units and …, never half a character. */
export function cutAt(text: string, length: number): string {
  return `${text.slice(0, length).replace(/[\ud800-\udbff]$/, "")}…`;
}

function renderInline(inline: Inline, text: string, mention: Mention): string {
  switch (inline.kind) {
    case "text":
      return escapeText(text);
    case "strong":
      return wrap("**", escapeText(text));
    case "code":
      return wrap("`", safeLine(text).replaceAll("`", "ˋ"));
    case "link": {
      const href = safeHref(inline.href);
      // Brackets of the words or of the address would end the link early.
      const words = escapeText(text).replaceAll("]", String.raw`\]`);
      const target = href?.replaceAll("(", "%28").replaceAll(")", "%29");
      return target === undefined || words.trim() === "" ? words : `[${words}](${target})`;
    }
    case "person": {
      const user = userOf(inline.id, mention);
      return user !== null ? `<@${user}>` : wrap("**", escapeText(text));
    }
    default:
      return unreachable(inline);
  }
}

/** Marks around the words, not around the spaces at their ends: those would make the marks plain text. */
function wrap(mark: string, text: string): string {
  const [, before = "", words = "", after = ""] = /^(\s*)(.*?)(\s*)$/s.exec(text) ?? [];
  return words === "" ? text : `${before}${mark}${words}${mark}${after}`;
}

/** Words alone, for places that know no markup (code blocks, labels, footers). */
export function wordsOf(text: RichText): string {
  return safeLine(typeof text === "string" ? text : text.map((inline) => inline.text).join(""));
}

/** Words of at most `max` units, the end … when cut; `otherwise` where there is nothing to see. */
export function label(text: RichText, max: number, otherwise = "…"): string {
  const words = wordsOf(text).trim();
  if (!isVisible(words)) return otherwise;
  return words.length <= max ? words : cutAt(words, max - 1);
}
