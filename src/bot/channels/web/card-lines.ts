import { unreachable } from "../../../domain/errors.ts";
import type { Block, Card } from "../../card.ts";
import { plainText } from "../plain-text.ts";
import { safeLine } from "../safe-text.ts";

/**
 * What a card says, line by line, without its title: what search shows of it. The same words as `message_text` of
 * migration 0081 indexes.
 */
export function cardLines(card: Card): string[] {
  return [card.summary, ...card.blocks.flatMap(blockLines), ...card.footer].map((line) => safeLine(line));
}

function blockLines(block: Block): string[] {
  switch (block.kind) {
    case "facts":
      return block.facts.map(({ label, value }) => `${label}: ${plainText(value)}`);
    case "table":
      return [...captionOf(block), ...block.rows, ...(block.totals === undefined ? [] : [block.totals])].map((row) =>
        typeof row === "string" ? row : row.map(plainText).join(" · "),
      );
    case "chart":
      return [block.alt];
    case "list":
      return [...captionOf(block), ...block.items.map(plainText)];
    case "note":
      return [plainText(block.text)];
    default:
      return unreachable(block);
  }
}

function captionOf(block: { readonly caption?: string }): string[] {
  return block.caption === undefined ? [] : [block.caption];
}
