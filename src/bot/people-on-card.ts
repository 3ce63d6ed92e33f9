import type { Block, Card, Inline, RichText } from "./card.ts";

/** Ids of the people a card calls, each once, in the order they stand on it. Cells of tables call nobody. */
export function peopleOnCard({ blocks }: Pick<Card, "blocks">): string[] {
  const inlines = blocks.flatMap(textsOf).flatMap((text): readonly Inline[] => (typeof text === "string" ? [] : text));
  return [...new Set(inlines.flatMap((inline) => (inline.kind === "person" ? [inline.id] : [])))];
}

function textsOf(block: Block): readonly RichText[] {
  if (block.kind === "facts") return block.facts.map(({ value }) => value);
  if (block.kind === "list") return block.items;
  return block.kind === "note" ? [block.text] : [];
}
