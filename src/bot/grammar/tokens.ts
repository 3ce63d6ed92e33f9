/** One word of a question: a bare word, a quoted value, or a comma. `start` and `end` are positions in the text. */
export type Token = {
  readonly text: string;
  readonly kind: "word" | "quoted" | "comma";
  readonly start: number;
  readonly end: number;
};

const QUOTE_PAIRS: Readonly<Record<string, string>> = { '"': '"', "“": "”", "„": "“", "«": "»" };

/**
 * Splits a question into words. Whitespace and `=` separate; a comma is a word of its own; quotes keep
 * words together (`\"` and `\\` inside); `tag:"cost center"` is one word. Never fails: an open quote runs to the end.
 */
export function tokenise(text: string): { tokens: Token[]; openQuoteAt: number | null } {
  const tokens: Token[] = [];
  let openQuoteAt: number | null = null;
  let position = 0;
  while (position < text.length) {
    const character = text[position] ?? "";
    if (isSeparator(character)) {
      position += 1;
    } else if (character === ",") {
      tokens.push({ text: ",", kind: "comma", start: position, end: position + 1 });
      position += 1;
    } else {
      const word = readWord(text, position);
      if (word.open) openQuoteAt = word.token.start;
      tokens.push(word.token);
      position = word.token.end;
    }
  }
  return { tokens, openQuoteAt };
}

function isSeparator(character: string): boolean {
  return character === "=" || character === "\0" || /\s/.test(character);
}

function readWord(text: string, start: number): { token: Token; open: boolean } {
  let position = start;
  let content = "";
  let open = false;
  while (position < text.length) {
    const character = text[position] ?? "";
    const closing = QUOTE_PAIRS[character];
    if (closing !== undefined) {
      const quoted = readQuoted(text, position + 1, closing);
      content += quoted.content;
      position = quoted.end;
      open = quoted.open;
    } else if (character === "," || isSeparator(character)) {
      break;
    } else {
      content += character;
      position += 1;
    }
  }
  const kind = QUOTE_PAIRS[text[start] ?? ""] === undefined ? "word" : "quoted";
  return { token: { text: content, kind, start, end: position }, open };
}

function readQuoted(text: string, start: number, closing: string): { content: string; end: number; open: boolean } {
  let content = "";
  let position = start;
  while (position < text.length) {
    const character = text[position] ?? "";
    if (character === "\\" && position + 1 < text.length) {
      content += text[position + 1];
      position += 2;
    } else if (character === closing) {
      return { content: content.replaceAll("\0", ""), end: position + 1, open: false };
    } else {
      content += character;
      position += 1;
    }
  }
  return { content: content.replaceAll("\0", ""), end: position, open: true };
}
