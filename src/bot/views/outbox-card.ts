import type { OutboxState } from "../../store/outbox-state.ts";
import type { Action, Block, Card } from "../card.ts";
import { count, deadBlock, GIVEN_UP_RULE, REASON_MAX } from "./outbox-parts.ts";
import { shortInstant } from "./status-card.ts";

/** Places offered as a menu. */
const OFFERED_MAX = 10;

/** What waits where and why, and what was given up, with the way to mend each. */
export function outboxCard(state: OutboxState): Card {
  const refused = state.places.filter(({ refusedSince }) => refusedSince !== null);
  const well = refused.length === 0 && state.dead.length === 0;
  const parts = [
    state.waiting === 0 ? "Nothing waits." : `${state.waiting} waiting at ${count(state.places.length, "place")}.`,
    refused.length === 0 ? "" : `${count(refused.length, "place")} cannot be written to.`,
    state.dead.length === 0
      ? ""
      : `${count(state.dead.length, "card")} ${state.dead.length === 1 ? "was" : "were"} given up.`,
  ];
  return {
    title: "Deliveries",
    summary: parts.filter((part) => part !== "").join(" "),
    tone: well ? "good" : "warning",
    blocks: [...placesBlock(state), ...deadBlock(state.dead)],
    actions: actionsOf(state),
    footer: well ? [] : [GIVEN_UP_RULE],
  };
}

function placesBlock({ places }: OutboxState): Block[] {
  if (places.length === 0) return [];
  return [
    {
      kind: "table",
      caption: "Waiting",
      columns: [
        { header: "Place", align: "left" },
        { header: "Cards", align: "right" },
        { header: "Since (UTC)", align: "left" },
        { header: "Because", align: "left" },
      ],
      rows: places.map(({ place, waiting, waitingSince, refusedSince, reason }) => [
        place,
        String(waiting),
        shortInstant(refusedSince ?? waitingSince ?? "–"),
        `${refusedSince === null ? "" : "refused: "}${(reason ?? "on its way").slice(0, REASON_MAX)}`,
      ]),
    },
  ];
}

function actionsOf({ places, dead }: OutboxState): Action[] {
  const troubled = [
    ...places.filter(({ refusedSince }) => refusedSince !== null).map(({ place }) => place),
    ...dead.map(({ id }) => id),
  ].slice(0, OFFERED_MAX);
  if (troubled.length === 0) return [];
  const menu = (label: string, word: string): Action => ({
    kind: "select",
    label,
    options: troubled.map((what) => ({ label: what, command: `outbox ${word} ${what}` })),
  });
  return [menu("Try again now", "retry"), menu("Give up", "drop")];
}
