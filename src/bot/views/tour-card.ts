import type { Card } from "../card.ts";

/** One step: what it shows, and the command that shows it. */
export type TourStep = {
  readonly title: string;
  readonly about: string;
  readonly button: string;
  readonly command: string;
};

/** The tour, in order. Every command answers with something on the sample estate and on any estate with bills. */
export const TOUR_STEPS: readonly TourStep[] = [
  {
    title: "Where the money goes",
    about: "last month by service; the receipt below says which bills it was read from",
    button: "By service",
    command: "cost last month by service",
  },
  {
    title: "Who spends it, day by day",
    about: "teams from tags, tidy and untidy ones together; the last day is still arriving and is hatched",
    button: "By team",
    command: "cost 30d per day by team",
  },
  {
    title: "Why it changed",
    about: "against the month before, largest driver first",
    button: "What changed",
    command: "cost last month by service vs previous",
  },
  {
    title: "One currency",
    about: "bills in euros and dollars, converted with the rate of each day",
    button: "In dollars",
    command: "cost last month by provider in USD",
  },
  {
    title: "What could be saved",
    about: "waste the bills prove, with the arithmetic and the commands that end it",
    button: "Waste",
    command: "waste",
  },
  {
    title: "Who decides",
    about: "each finding is a recommendation: approve, reject, put off; some have been decided already",
    button: "Recommendations",
    command: "recs list",
  },
  {
    title: "What came of it",
    about: "what was promised beside what the bill shows 30 days later, the disappointments too",
    button: "Savings",
    command: "savings",
  },
  {
    title: "What was agreed",
    about: "budgets, the worst first",
    button: "Budgets",
    command: "budget list",
  },
];

/** A few steps, a button each; posted once under the first digest of the sample estate, and by `tour`. */
export function tourCard(): Card {
  return {
    title: `A tour in ${TOUR_STEPS.length} steps`,
    summary: "Press a button or type its command; each shows something real in the bills that are loaded.",
    tone: "neutral",
    blocks: [
      {
        kind: "list",
        items: TOUR_STEPS.map(({ title, about, command }) => [
          { kind: "strong", text: title },
          { kind: "text", text: `: ${about}. ` },
          { kind: "code", text: command },
        ]),
      },
    ],
    actions: TOUR_STEPS.map(({ button, command }, index) => ({
      kind: "button",
      label: button,
      style: index === 0 ? "primary" : "plain",
      command,
    })),
    footer: ["Again at any time: tour", "Everything else: help"],
  };
}
