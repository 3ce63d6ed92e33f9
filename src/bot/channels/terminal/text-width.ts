/** How many columns a terminal gives a text: two for East Asian wide characters and emoji, none for combining marks. */

const GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });
const INVISIBLE = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
const EMOJI = /\p{Emoji_Presentation}|\ufe0f/u;
// Unicode 16 EastAsianWidth W and F, as ranges: https://www.unicode.org/Public/UCD/latest/ucd/EastAsianWidth.txt
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18fff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]/u;

export function textWidth(text: string): number {
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** The longest beginning that fits `columns`, ending in … when something was cut. */
export function truncateToWidth(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  if (columns <= 1) return "…".slice(0, Math.max(0, columns));
  let width = 0;
  let kept = "";
  for (const { segment } of GRAPHEMES.segment(text)) {
    width += graphemeWidth(segment);
    if (width > columns - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Fills up to `columns` with spaces, on the side away from the alignment. */
export function padToWidth(text: string, columns: number, align: "left" | "right"): string {
  const padding = " ".repeat(Math.max(0, columns - textWidth(text)));
  return align === "left" ? text + padding : padding + text;
}

/** Lines of at most `columns`, broken at spaces where there are some, inside words where there are not. */
export function wrapToWidth(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  let width = 0;
  const push = (): void => {
    lines.push(line);
    line = "";
    width = 0;
  };
  for (const word of text.split(" ")) {
    const wordWidth = textWidth(word);
    if (width > 0 && width + 1 + wordWidth > columns) push();
    else if (line !== "") {
      line += " ";
      width += 1;
    }
    for (const { segment } of GRAPHEMES.segment(word)) {
      const segmentWidth = graphemeWidth(segment);
      if (width + segmentWidth > columns && width > 0) push();
      line += segment;
      width += segmentWidth;
    }
  }
  push();
  return lines;
}

function graphemeWidth(grapheme: string): number {
  if (INVISIBLE.test(grapheme)) return 0;
  return EMOJI.test(grapheme) || WIDE.test(grapheme) ? 2 : 1;
}
