import type { Undelivered } from "../../store/outbox-state.ts";
import type { Block, Card } from "../card.ts";
import { count, deadBlock, GIVEN_UP_RULE, REASON_MAX } from "./outbox-parts.ts";
import { shortInstant } from "./status-card.ts";

/** Tells admins, once, that a surface does not take cards; edited until it is over. */
export function undeliveredCard({ surface, places, dead }: Undelivered): Card {
  const over = places.length === 0 && dead.length === 0;
  const waiting = places.reduce((sum, place) => sum + place.waiting, 0);
  const parts = [
    places.length === 0
      ? ""
      : `${count(places.length, "place")} cannot be written to; ${count(waiting, "card")} ${waiting === 1 ? "waits" : "wait"}.`,
    dead.length === 0 ? "" : `${count(dead.length, "card")} could not be delivered at all.`,
  ];
  return {
    title: over ? `Delivery to ${surface} works again` : `Cards do not reach ${surface}`,
    summary: over ? "Everything that waited was delivered or given up." : parts.filter(Boolean).join(" "),
    tone: over ? "good" : "bad",
    blocks: over ? [] : [...placesBlock(places), ...deadBlock(dead)],
    actions: over ? [] : [{ kind: "button", label: "What waits", style: "primary", command: "outbox list" }],
    footer: over ? [] : [GIVEN_UP_RULE],
  };
}

function placesBlock(places: Undelivered["places"]): Block[] {
  if (places.length === 0) return [];
  return [
    {
      kind: "table",
      caption: "Refused",
      columns: [
        { header: "Place", align: "left" },
        { header: "Since (UTC)", align: "left" },
        { header: "Waiting", align: "right" },
        { header: "Because", align: "left" },
      ],
      rows: places.map(({ place, refusedSince, waiting, reason }) => [
        place,
        refusedSince === null ? "–" : shortInstant(refusedSince),
        String(waiting),
        (reason ?? "").slice(0, REASON_MAX),
      ]),
    },
  ];
}
