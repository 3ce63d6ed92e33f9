import { ingestCard } from "../../bot/views/ingest-card.ts";
import { AppError } from "../../domain/errors.ts";
import { ingestBills, ingestExitCode } from "../../service/ingest-bills.ts";
import { lowerOwnPriority } from "../../store/lower-priority.ts";
import type { CliCommand } from "../cli-command.ts";
import { createProgressBar } from "../progress-bar.ts";

export const ingestCli: CliCommand = {
  name: "ingest",
  summary: "load bills: files, folders or globs of FOCUS, AWS, Azure, Google Cloud or Oracle exports",
  usage: [
    "ingest PATH… [--source NAME] [--parts] [--replace] [--dry-run]",
    "ingest --parts PATH…      these files are one export",
    "ingest FOLDER             a manifest in it (AWS, Azure) is held against the files: parts, rows, bytes",
    "ingest --replace PATH…    these files alone are their month, even where days are lost",
  ],
  options: {
    source: { type: "string" },
    parts: { type: "boolean" },
    replace: { type: "boolean" },
    "dry-run": { type: "boolean" },
  },
  run: async (call) => {
    if (call.words.length === 0) {
      throw new AppError("bad-input", "ingest needs at least one file, folder or glob.", {
        remedy: 'For example: finops ingest "bills/*.csv.gz"',
      });
    }
    lowerOwnPriority();
    const ctx = await call.open();
    const bar = createProgressBar(call.terminal);
    const source = call.text("source");
    const dryRun = call.flag("dry-run");
    try {
      const answer = await ingestBills({
        ctx,
        input: {
          paths: call.words,
          cwd: call.cwd,
          ...(source === undefined ? {} : { source }),
          parts: call.flag("parts"),
          replace: call.flag("replace"),
          dryRun,
          onProgress: ({ percent, phase, what }) => bar.show(percent, `${phase} ${what}`),
        },
      });
      bar.end();
      return {
        data: answer,
        card: ingestCard(answer, { dryRun }),
        exitCode: ingestExitCode(answer),
        complaints: answer.batches
          .filter((batch) => batch.status === "held" || batch.status === "refused")
          .map((batch) => {
            const where = [batch.source || batch.provider, batch.billingMonth, ...batch.files]
              .filter(Boolean)
              .join(" ");
            return `${batch.status}: ${where}: ${batch.reason ?? "no reason given"}`;
          }),
      };
    } finally {
      bar.end();
    }
  },
};
