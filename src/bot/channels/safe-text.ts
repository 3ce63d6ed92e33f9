/**
 * Names, tags and messages come from bills, files and people: data, never markup. What a surface may not show at all
 * is replaced by a visible sign, so that nothing hides.
 */

/** Stands for a character that may not be shown. */
export const REPLACEMENT = "\u{FFFD}";

// Controls of terminals and documents; line and paragraph separators; the bidirectional overrides and isolates that
// make text read differently from what it is; invisible characters that hide in names; lone surrogates.
const UNSAFE =
  /(?![\n\t])\p{Cc}|\p{Bidi_Control}|\p{Zl}|\p{Zp}|[\u200b\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** Most characters of one text on a card. Longer ones end in how many were left out. */
export const TEXT_MAX = 2_000;

/** One line of harmless text: breaks and tabs become spaces, unsafe characters a visible sign, length bounded. */
export function safeLine(text: string, max: number = TEXT_MAX): string {
  return clip(text, max)
    .replace(/\s*[\r\n\t]+\s*/g, " ")
    .replace(UNSAFE, REPLACEMENT);
}

/** The same, keeping line breaks (what a person typed). */
export function safeText(text: string, max: number = TEXT_MAX): string {
  return clip(text, max).replace(/\r\n?/g, "\n").replace(/\t/g, " ").replace(UNSAFE, REPLACEMENT);
}

// Drawn as nothing although some of them are called letters: fillers, joiners, variation selectors, the blank of Braille.
const BLANK = /[\s\p{Default_Ignorable_Code_Point}\p{C}\u2800]/gu;

/**
 * Whether somebody would see anything of it. A character that `safeLine` replaces by a visible sign is seen; a combining
 * mark alone is not.
 */
export function isVisible(text: string): boolean {
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(safeLine(text).replace(BLANK, ""));
}

/** An address a click may follow: http or https, nothing that runs; else null. */
export function safeHref(href: string): string | null {
  if (href.length > TEXT_MAX || /[\s\p{Cc}]/u.test(href)) return null;
  const url = URL.canParse(href) ? new URL(href) : null;
  if (url === null || url.username !== "" || url.password !== "") return null;
  return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
}

function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  const head = text.slice(0, max).replace(/[\ud800-\udbff]$/, "");
  return `${head}… (${text.length - head.length} more characters)`;
}
