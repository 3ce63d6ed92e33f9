import type { Owner } from "../../domain/person.ts";
import type { Block, Inline } from "../card.ts";

/** Called by one card, at most: more people feel that nobody is meant. */
const CALLED_MAX = 5;

/**
 * A note that calls the people whose part of the bill it is and says what is asked of them. Only for what is posted by
 * itself: an answer to somebody's question calls nobody. Empty where a channel owns it, or nobody.
 */
export function callOwners(owners: readonly Owner[], asked: string): Block[] {
  const people = new Map(owners.flatMap(({ person }) => (person === null ? [] : [[person.id, person.name] as const])));
  if (people.size === 0) return [];
  const called = [...people].slice(0, CALLED_MAX).map(([id, name]): Inline => ({ kind: "person", id, text: name }));
  const names = called.flatMap((one, index): Inline[] => (index === 0 ? [one] : [{ kind: "text", text: ", " }, one]));
  const owns = people.size === 1 ? "owns this" : "own this";
  return [{ kind: "note", tone: "neutral", text: [...names, { kind: "text", text: ` ${owns}: ${asked}` }] }];
}

/** Whom to ask, by name: calls nobody. "@ana, #payments". */
export function ownersText(owners: readonly Owner[]): string {
  const names = owners.flatMap(({ person, channel }) => {
    if (person !== null) return [`@${person.handle}`];
    return channel === null ? [] : [`#${channel}`];
  });
  return [...new Set(names)].join(", ");
}
