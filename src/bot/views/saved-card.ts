import { quoteValue } from "../../domain/question-text.ts";
import type { SavedQuestion } from "../../domain/saved-question.ts";
import type { Action, Card, RichText } from "../card.ts";
import { questionForm } from "./question-forms.ts";

/** Options of a menu. */
const MENU_MAX = 25;

/** Said after a question was named. */
export function savedCard({ change, saved }: { change: "created" | "changed"; saved: SavedQuestion }): Card {
  const name = quoteValue(saved.name);
  return {
    title: change === "created" ? "Saved" : "Saved anew",
    summary: `"${saved.name}" asks: cost ${saved.question}`,
    tone: "good",
    blocks: [],
    actions: [
      { kind: "button", label: "Run it", style: "primary", command: `run ${name}` },
      questionForm("Get it by itself…", saved),
      { kind: "button", label: "Remove it", style: "plain", command: `saved remove ${name}` },
    ],
    footer: ["Whoever runs it sees their own part of the answer."],
  };
}

/** The saved questions, each to be run from a menu. */
export function savedListCard(all: readonly SavedQuestion[]): Card {
  const menu: Action[] =
    all.length === 0
      ? []
      : [
          {
            kind: "select",
            label: "Run",
            options: all.slice(0, MENU_MAX).map(({ name }) => ({ label: name, command: `run ${quoteValue(name)}` })),
          },
        ];
  return {
    title: "Saved questions",
    summary:
      all.length === 0
        ? "No question is saved yet. Save one from an answer, or: save burn last month by service"
        : `${all.length} saved ${all.length === 1 ? "question" : "questions"}.`,
    tone: "neutral",
    blocks:
      all.length === 0
        ? []
        : [
            {
              kind: "table",
              columns: [
                { header: "Name", align: "left" },
                { header: "Asks", align: "left" },
                { header: "By", align: "left" },
              ],
              rows: all.map(({ name, question, owner }): RichText[] => [
                [{ kind: "strong", text: name }],
                [{ kind: "code", text: `cost ${question}` }],
                owner.name,
              ]),
            },
          ],
    actions: menu,
    footer: ["run NAME asks one; saved subscribe NAME brings it by itself; saved remove NAME takes it away."],
  };
}

export function savedRemovedCard(saved: SavedQuestion): Card {
  return {
    title: "Removed",
    summary: `"${saved.name}" is no saved question any more. It asked: cost ${saved.question}`,
    tone: "neutral",
    blocks: [],
    actions: [
      {
        kind: "button",
        label: "Undo",
        style: "plain",
        command: `save ${quoteValue(saved.name)} ${saved.question}`,
      },
    ],
    footer: ["Subscriptions to it stand still from their next run on, and say so."],
  };
}
