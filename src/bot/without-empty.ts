import { unreachable } from "../domain/errors.ts";
import type { Block, Card, RichText } from "./card.ts";
import { isVisible } from "./channels/safe-text.ts";

/**
 * A card without its parts that would show nothing or say what its summary says: platforms refuse an empty field, and a heading over nothing says
 * nothing. Nothing that can be read is lost; totals stay, whatever they say. The same card when there is nothing to leave out.
 */
export function withoutEmpty(card: Card): Card {
  const blocks = card.blocks.flatMap(withoutEmptyParts).filter((block) => !isSaidAlready(block, card));
  const footer = card.footer.filter(isVisible);
  const same = blocks.length === card.blocks.length && blocks.every((block, index) => block === card.blocks[index]);
  if (same && footer.length === card.footer.length) return card;
  return { ...card, blocks, footer };
}

/** A note in the very words of the summary: a refusal carries one, which stays when its card is edited. */
function isSaidAlready(block: Block, { summary }: Card): boolean {
  return block.kind === "note" && typeof block.text === "string" && block.text === summary;
}

function withoutEmptyParts(block: Block): readonly Block[] {
  switch (block.kind) {
    case "facts": {
      const facts = block.facts.filter(({ label, value }) => isVisible(label) || saysSomething(value));
      return facts.length === 0 ? [] : [facts.length === block.facts.length ? block : { ...block, facts }];
    }
    case "list": {
      const items = block.items.filter(saysSomething);
      return items.length === 0 ? [] : [items.length === block.items.length ? block : { ...block, items }];
    }
    case "table":
      return block.columns.length === 0 || (block.rows.length === 0 && block.totals === undefined) ? [] : [block];
    case "note":
      return saysSomething(block.text) ? [block] : [];
    case "chart":
      return [block];
    default:
      return unreachable(block);
  }
}

function saysSomething(text: RichText): boolean {
  return typeof text === "string" ? isVisible(text) : text.some((inline) => isVisible(inline.text));
}
