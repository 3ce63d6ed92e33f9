import type { OutboxState } from "../../store/outbox-state.ts";
import type { Block } from "../card.ts";

/** Longest reason of a platform shown in a table, characters. */
export const REASON_MAX = 160;
/** What becomes of cards that cannot be delivered. */
export const GIVEN_UP_RULE = "Refused places are tried again every hour; after 72 hours a card is given up.";

/** Cards that were given up, each with its id, place and reason; nothing when there are none. */
export function deadBlock(dead: OutboxState["dead"]): Block[] {
  if (dead.length === 0) return [];
  return [
    {
      kind: "table",
      caption: "Given up",
      columns: [
        { header: "Id", align: "left" },
        { header: "Place", align: "left" },
        { header: "Card", align: "left" },
        { header: "Because", align: "left" },
      ],
      rows: dead.map(({ id, channel, key, error }) => [id, channel, key, error.slice(0, REASON_MAX)]),
    },
  ];
}

/** "1 place", "2 places". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
