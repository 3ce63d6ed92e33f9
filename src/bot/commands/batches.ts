import { formatMoney, money } from "../../domain/money.ts";
import { listBatches } from "../../service/list-batches.ts";
import type { Command } from "../command.ts";

type Batch = Awaited<ReturnType<typeof listBatches>>["batches"][number];

/** Deliveries a card lists; all are in `--json`. */
const BATCHES_SHOWN = 60;

export const batchesCommand: Command = {
  name: "batches",
  summary: "what was delivered, newest first, and what became of it",
  usage: "batches",
  examples: ["batches"],
  role: "viewer",
  run: async ({ ctx }) => {
    const data = await listBatches({ ctx, input: {} });
    const { batches } = data;
    const shown = batches.filter((batch) => batch.visible === true).length;
    return {
      card: {
        title: "Deliveries",
        summary:
          batches.length === 0
            ? "Nothing was delivered yet. Load bills with: finops ingest PATH"
            : `${batches.length} deliveries, ${shown} of them are what answers are made of.`,
        tone: "neutral",
        blocks:
          batches.length === 0
            ? []
            : [
                {
                  kind: "table",
                  columns: [
                    { header: "Batch", align: "right" },
                    { header: "Source", align: "left" },
                    { header: "Month", align: "left" },
                    { header: "State", align: "left" },
                    { header: "Rows", align: "right" },
                    { header: "Rejects", align: "right" },
                    { header: "Billed", align: "right" },
                  ],
                  rows: batches
                    .slice(0, BATCHES_SHOWN)
                    .map((batch) => [
                      batch.id,
                      batch.source || batch.provider || "–",
                      batch.billingMonth.slice(0, 7) || "–",
                      stateOf(batch),
                      batch.rowsAccepted.toLocaleString("en-US"),
                      batch.rowsRejected.toLocaleString("en-US"),
                      billedOf(batch),
                    ]),
                },
              ],
        actions: batches.some((batch) => batch.rowsRejected > 0 || batch.status === "refused")
          ? [{ kind: "button", label: "Refused rows", style: "plain", command: "rejects" }]
          : [],
        footer: batches.length > BATCHES_SHOWN ? [`The newest ${BATCHES_SHOWN} of ${batches.length}.`] : [],
      },
      data,
      exitCode: 0,
    };
  },
};

function stateOf(batch: Batch): string {
  if (batch.incomplete !== null) return `incomplete: ${batch.incomplete}`;
  if (batch.visible === false) return `${batch.status}, behind another dataset`;
  return batch.reason === null ? batch.status : `${batch.status}: ${batch.reason}`;
}

function billedOf(batch: Batch): string {
  const amounts = Object.entries(batch.totals).map(([currency, total]) => formatMoney(money(total.billed, currency)));
  return amounts.length === 0 ? "–" : amounts.join(" + ");
}
