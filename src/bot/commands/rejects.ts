import { AppError } from "../../domain/errors.ts";
import { listRejects } from "../../service/list-rejects.ts";
import type { Block } from "../card.ts";
import type { Command } from "../command.ts";

const REJECTS_SHOWN = 50;
const REFUSED_SHOWN = 10;

type Rejects = Awaited<ReturnType<typeof listRejects>>;

export const rejectsCommand: Command = {
  name: "rejects",
  summary: "rows and deliveries that were refused: file, line, column, value and reason",
  usage: "rejects [BATCH]",
  examples: ["rejects", "rejects 12"],
  role: "analyst",
  run: async ({ ctx, text }) => {
    const batch = text.trim();
    if (batch !== "" && !/^\d{1,18}$/.test(batch)) {
      throw new AppError("bad-input", `"${batch.slice(0, 40)}" is no batch number.`, {
        remedy: "Type batches to see them.",
      });
    }
    const data = await listRejects({ ctx, input: batch === "" ? {} : { batch } });
    const { rejects, refused } = data;
    const nothing = rejects.length === 0 && refused.length === 0;
    return {
      card: {
        title: "Refused rows",
        summary: summaryOf(data),
        tone: nothing ? "good" : "warning",
        blocks: [...refusedBlocks(data), ...rowBlocks(data)],
        actions: [],
        footer: [
          ...(rejects.length > REJECTS_SHOWN ? [`The first ${REJECTS_SHOWN} of ${rejects.length} rows.`] : []),
          ...(refused.length > REFUSED_SHOWN ? [`The newest ${REFUSED_SHOWN} of ${refused.length} deliveries.`] : []),
        ],
      },
      data,
      exitCode: 0,
    };
  },
};

function summaryOf({ rejects, refused }: Rejects): string {
  if (rejects.length === 0 && refused.length === 0) return "No row was refused: every row read is in the answers.";
  const rows = rejects.length === 1 ? "1 row was refused" : `${rejects.length} rows were refused`;
  if (refused.length === 0) return `${rows}; they are in no total until they are mended and loaded again.`;
  const whole =
    refused.length === 1 ? "1 delivery was refused as a whole" : `${refused.length} deliveries were refused as a whole`;
  return `${whole}: nothing of it is in any total until it is mended and loaded again. ${rows} with their place.`;
}

/** Deliveries nothing of which was taken, each with its reason. */
function refusedBlocks({ refused }: Rejects): Block[] {
  return refused.slice(0, REFUSED_SHOWN).map((delivery) => ({
    kind: "note",
    tone: "bad",
    text: [
      {
        kind: "strong",
        text: `${[`Batch ${delivery.batch}`, delivery.source, delivery.billingMonth].filter(Boolean).join(" ")}: `,
      },
      { kind: "text", text: `${delivery.files.map(lastPart).join(", ")}: ${delivery.reason}` },
    ],
  }));
}

function rowBlocks({ rejects }: Rejects): Block[] {
  if (rejects.length === 0) return [];
  return [
    {
      kind: "table",
      columns: [
        { header: "Batch", align: "right" },
        { header: "File", align: "left" },
        { header: "Line", align: "right" },
        { header: "Column", align: "left" },
        { header: "Value", align: "left" },
        { header: "Reason", align: "left" },
      ],
      rows: rejects
        .slice(0, REJECTS_SHOWN)
        .map((reject) => [
          reject.batch,
          lastPart(reject.file),
          reject.line === null ? "–" : String(reject.line),
          reject.column ?? "–",
          [{ kind: "code", text: (reject.value ?? "").slice(0, 80) }],
          reject.reason,
        ]),
    },
  ];
}

function lastPart(path: string): string {
  return path.split("/").at(-1) ?? path;
}
