import { identitiesOn } from "../../../store/surface-addresses.ts";
import type { SqlLike } from "../../../store/db.ts";
import type { Card } from "../../card.ts";
import { peopleOnCard } from "../../people-on-card.ts";
import { NO_MENTIONS, type Mention } from "./render-text.ts";

/** The Discord users behind the people a card names; people who are not linked stay names. */
export async function mentionsOf(sql: SqlLike, card: Card): Promise<Mention> {
  const people = peopleOnCard(card);
  if (people.length === 0) return NO_MENTIONS;
  const users = await identitiesOn(sql, "discord", people);
  return (personId) => users.get(personId) ?? null;
}
