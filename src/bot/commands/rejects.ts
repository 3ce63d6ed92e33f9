import { AppError } from "../../domain/errors.ts";
import { listRejects } from "../../service/list-rejects.ts";
import type { Command } from "../command.ts";

const REJECTS_SHOWN = 50;

export const rejectsCommand: Command = {
  name: "rejects",
  summary: "rows that were refused: file, line, column, value and reason",
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
    const { rejects } = data;
    return {
      card: {
        title: "Refused rows",
        summary:
          rejects.length === 0
            ? "No row was refused: every row read is in the answers."
            : `${rejects.length} rows were refused; they are in no total until they are mended and loaded again.`,
        tone: rejects.length === 0 ? "good" : "warning",
        blocks:
          rejects.length === 0
            ? []
            : [
                {
                  kind: "table",
                  columns: [
                    { header: "File", align: "left" },
                    { header: "Line", align: "right" },
                    { header: "Column", align: "left" },
                    { header: "Value", align: "left" },
                    { header: "Reason", align: "left" },
                  ],
                  rows: rejects
                    .slice(0, REJECTS_SHOWN)
                    .map((reject) => [
                      reject.file.split("/").at(-1) ?? reject.file,
                      reject.line === null ? "–" : String(reject.line),
                      reject.column ?? "–",
                      [{ kind: "code", text: (reject.value ?? "").slice(0, 80) }],
                      reject.reason,
                    ]),
                },
              ],
        actions: [],
        footer: rejects.length > REJECTS_SHOWN ? [`The first ${REJECTS_SHOWN} of ${rejects.length}.`] : [],
      },
      data,
      exitCode: 0,
    };
  },
};
