import { showStatus } from "../../service/show-status.ts";
import type { Command } from "../command.ts";
import { statusCard } from "../views/status-card.ts";

export const statusCommand: Command = {
  name: "status",
  summary: "sources and their freshness, last batches, schedules, what waits or was given up",
  usage: "status",
  examples: ["status"],
  role: "viewer",
  run: async ({ ctx }) => {
    const data = await showStatus({ ctx, input: {} });
    return { card: statusCard(data), data, exitCode: 0 };
  },
};
