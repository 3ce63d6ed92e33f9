import { checkFirstRun } from "../../service/check-first-run.ts";
import type { Command } from "../command.ts";
import { firstRunCard } from "../views/first-run-card.ts";

/** `start`: what a new installation still lacks, and the next step. */
export const startCommand: Command = {
  name: "start",
  summary: "what is set up and what is next: bills, channel, budget, roles",
  usage: "start",
  examples: ["start"],
  role: "viewer",
  run: async ({ ctx }) => {
    const data = await checkFirstRun({ ctx, input: {} });
    return { card: firstRunCard(data), data, exitCode: 0 };
  },
};
