import type { Command } from "../command.ts";
import { TOUR_STEPS, tourCard } from "../views/tour-card.ts";

/** `tour`: what there is to see, a button a step. */
export const tourCommand: Command = {
  name: "tour",
  summary: "a few steps through what can be asked, seen and decided",
  usage: "tour",
  examples: ["tour"],
  role: "viewer",
  run: () => Promise.resolve({ card: tourCard(), data: { steps: TOUR_STEPS }, exitCode: 0 }),
};
