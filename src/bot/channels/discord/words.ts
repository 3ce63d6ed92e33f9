import type { Card } from "../../card.ts";

/** What only Discord's surface says. Plain cards, rendered like any other. */
const card = (given: Pick<Card, "title" | "summary"> & Partial<Card>): Card => ({
  tone: "warning",
  blocks: [],
  actions: [],
  footer: [],
  ...given,
});

export function foreignServerCard(guildId: string): Card {
  return card({
    title: "This server is not set up",
    summary: "I answer only in the servers my configuration names, and this is none of them.",
    blocks: [
      {
        kind: "note",
        tone: "neutral",
        text: [
          { kind: "text", text: "Whoever runs me adds its id to discord.guilds of finops.yaml: " },
          { kind: "code", text: guildId },
        ],
      },
    ],
  });
}

export const strangerCard: Card = card({
  title: "I do not know you",
  summary: "I talk privately to members of my own servers, and you are in none of them.",
});

export const unknownComponentCard: Card = card({
  title: "That button is not known any more",
  summary: "It was made by an older version of me. Type the command it named, or help.",
});

export const notReachableCard: Card = card({
  title: "Not reachable right now",
  summary: "My database does not answer. Ask again in a moment: nothing was changed that you were not told of.",
  tone: "bad",
});

export function missingRightsCard(missing: readonly { readonly name: string; readonly why: string }[]): Card {
  return card({
    title: "I may not do everything here",
    summary: `In this channel I lack ${missing.map(({ name }) => name).join(", ")}: what I post here by myself will be incomplete or missing.`,
    blocks: [
      {
        kind: "list",
        caption: "What each is for",
        items: missing.map(({ name, why }) => [
          { kind: "strong", text: name },
          { kind: "text", text: ` – ${why}` },
        ]),
      },
      { kind: "note", tone: "neutral", text: "Channel settings → Permissions → my role. doctor checks all channels." },
    ],
  });
}

/** Said in the channel when the answer itself may not be. */
export function lateElsewhereCard(name: string): Card {
  return card({
    title: "An answer could not be delivered",
    summary: `What ${name} asked here took longer than Discord waits, and private messages from me are switched off. Ask again: it is quicker now.`,
  });
}

export function stillWorkingText(text: string): string {
  return `Still working on it: ${text}`;
}
