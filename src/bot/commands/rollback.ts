import { AppError } from "../../domain/errors.ts";
import { rollbackBatch } from "../../service/rollback-batch.ts";
import type { Command } from "../command.ts";

export const rollbackCommand: Command = {
  name: "rollback",
  summary: "show again what a delivery replaced",
  usage: "rollback BATCH",
  examples: ["rollback 12"],
  role: "admin",
  effect: () => "shared",
  run: async ({ ctx, text }) => {
    const batch = text.trim();
    if (batch === "")
      throw new AppError("bad-input", "rollback needs a batch number.", { remedy: "Type batches to see them." });
    const data = await rollbackBatch({ ctx, input: { batch } });
    return {
      card: {
        title: `Batch ${data.batch} was rolled back`,
        summary:
          data.restored === null
            ? `${data.source} ${data.billingMonth} has no bill now: there was none before batch ${data.batch}.`
            : `${data.source} ${data.billingMonth} shows batch ${data.restored} again.`,
        tone: data.restored === null ? "warning" : "good",
        blocks: [],
        actions: [{ kind: "button", label: "Deliveries", style: "plain", command: "batches" }],
        footer: [],
      },
      data,
      exitCode: 0,
    };
  },
};
