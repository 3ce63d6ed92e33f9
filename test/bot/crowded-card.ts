import type { Action, Card } from "../../src/bot/card.ts";
import { plainCard } from "./arbitrary-card.ts";

const many: Action[] = Array.from({ length: 26 }, (_, index) => ({
  kind: "button",
  label: `Example ${index}`,
  style: "plain",
  command: "help cost",
}));

/** More actions than any chat has buttons for; the last of each kind are the ones to look for. */
export const crowdedCard: Card = {
  ...plainCard("A crowded card"),
  actions: [
    ...many,
    { kind: "button", label: "Who am I", style: "plain", command: "whoami" },
    {
      kind: "select",
      label: "Topic",
      options: [
        { label: "Costs", command: "help cost" },
        { label: "Budgets", command: "help budget" },
      ],
    },
    {
      kind: "form",
      label: "Look up…",
      style: "plain",
      title: "Look up",
      submit: "Look up",
      fields: [{ kind: "text", name: "topic", label: "Topic", required: true, lengthMax: 40 }],
      command: ["help ", { field: "topic" }],
    },
  ],
};
