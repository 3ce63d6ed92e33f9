/**
 * Advance widths of Inter in hundredths of an em for U+0020…U+007E (regular and semi-bold), measured
 * from the bundled TTF. Specs stay pure: they wrap and shorten without a canvas; the renderer, which
 * has the true font, only has to draw.
 */
const REGULAR =
  "28 29 47 63 64 98 64 30 36 36 50 66 29 46 29 36 63 41 61 62 65 59 62 57 62 62 29 30 66 66 66 51 97 69 65 73 72 60 59 75 74 27 57 67 57 90 75 76 64 76 64 64 65 74 69 99 68 68 63 36 36 36 47 46 32 56 61 57 61 58 37 61 59 24 24 55 24 88 59 60 61 61 38 53 33 59 56 82 55 56 55 43 33 43 66";
const SEMI_BOLD =
  "25 32 52 64 65 100 66 33 37 37 54 67 32 47 32 38 66 42 62 64 67 61 64 58 64 64 32 33 67 67 67 54 100 73 66 74 72 61 59 75 75 28 58 70 57 92 76 77 65 77 65 65 66 74 73 102 72 71 65 37 38 37 48 47 35 57 62 58 62 59 39 63 61 26 26 57 26 90 61 61 62 62 40 55 35 61 59 84 57 59 57 45 36 45 67";
const WIDTHS = { 400: REGULAR.split(" ").map(Number), 600: SEMI_BOLD.split(" ").map(Number) };
export type Weight = keyof typeof WIDTHS;

/** Accented Latin letters, letters of other alphabets; ideographs, emoji and arrows take an em. */
const LATIN_WIDTH = 66;
const LETTER_WIDTH = 80;
const DOTS_WIDTH = 87;
const WIDE_WIDTH = 104;
const WIDE =
  /[\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]|\p{Extended_Pictographic}/u;
const NARROW = /[·’‘ıíìïî]/u;
const LATIN = /[\u00a0-\u024f\u2010-\u2015\u20ac\u2212]/u;
const BROAD = /[\u2190-\u21ff\u25a0-\u25ff]/u;
const COMBINING = /^\p{M}$/u;

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Characters no XML document may hold, and those that would break the line or turn its direction. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const UNDRAWABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]+/g;

/** Text that is safe inside an SVG: one line, well-formed, no control characters. */
export function drawable(text: string): string {
  return text.toWellFormed().replace(UNDRAWABLE, " ").replace(/\s+/g, " ").trim();
}

/** Width of a text in px at a font size. Right to about 1 % for Latin, an upper estimate for the rest. */
export function textWidth(text: string, fontSize: number, weight: Weight = 400): number {
  const widths = WIDTHS[weight];
  let hundredths = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    hundredths += widths[code - 0x20] ?? widthOfRare(character);
  }
  return (hundredths * fontSize) / 100;
}

function widthOfRare(character: string): number {
  if (COMBINING.test(character)) return 0;
  if (NARROW.test(character)) return 30;
  if (character === "…") return DOTS_WIDTH;
  if (LATIN.test(character)) return LATIN_WIDTH;
  return WIDE.test(character) || BROAD.test(character) ? WIDE_WIDTH : LETTER_WIDTH;
}

/** The text, or as much of its beginning as fits followed by "…". Never cuts inside a character. */
export function ellipsise(text: string, widthMax: number, fontSize: number, weight: Weight = 400): string {
  const clean = drawable(text);
  if (textWidth(clean, fontSize, weight) <= widthMax) return clean;
  let kept = "";
  for (const { segment } of segmenter.segment(clean)) {
    if (textWidth(`${kept}${segment}…`, fontSize, weight) > widthMax) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** The text on at most `linesMax` lines, broken at spaces; the last line is shortened. Empty text: no line. */
export function wrap(
  text: string,
  widthMax: number,
  fontSize: number,
  linesMax: number,
  weight: Weight = 400,
): string[] {
  const lines: string[] = [];
  let rest = drawable(text);
  while (rest !== "") {
    if (lines.length === linesMax - 1 || textWidth(rest, fontSize, weight) <= widthMax) {
      lines.push(ellipsise(rest, widthMax, fontSize, weight));
      break;
    }
    const line = firstLine(rest, widthMax, fontSize, weight);
    lines.push(line === "" ? ellipsise(rest, widthMax, fontSize, weight) : line);
    if (line === "") break;
    rest = rest.slice(line.length).trimStart();
  }
  return lines;
}

function firstLine(text: string, widthMax: number, fontSize: number, weight: Weight): string {
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (textWidth(longer, fontSize, weight) > widthMax) break;
    line = longer;
  }
  return line;
}
