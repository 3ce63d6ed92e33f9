import { identitiesOn } from "../../../store/surface-addresses.ts";
import type { SqlLike } from "../../../store/db.ts";
import type { Card, Inline, RichText } from "../../card.ts";
import { NO_MENTIONS, type Mention } from "./render-text.ts";

/** The Discord users behind the people a card names; people who are not linked stay names. */
export async function mentionsOf(sql: SqlLike, card: Card): Promise<Mention> {
  const people = peopleOn(card);
  if (people.length === 0) return NO_MENTIONS;
  const users = await identitiesOn(sql, "discord", people);
  return (personId) => users.get(personId) ?? null;
}

function peopleOn({ blocks }: Card): string[] {
  const texts = blocks.flatMap((block): readonly RichText[] => {
    if (block.kind === "facts") return block.facts.map(({ value }) => value);
    if (block.kind === "table") return block.rows.flat();
    if (block.kind === "list") return block.items;
    return block.kind === "note" ? [block.text] : [];
  });
  const inlines = texts.flatMap((text): readonly Inline[] => (typeof text === "string" ? [] : text));
  return [...new Set(inlines.flatMap((inline) => (inline.kind === "person" ? [inline.id] : [])))];
}
