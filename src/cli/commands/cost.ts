import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";

import type { Card } from "../../bot/card.ts";
import type { Command } from "../../bot/command.ts";
import { costCommand } from "../../bot/commands/cost.ts";
import { queryCommand } from "../../bot/commands/query.ts";
import { dispatch } from "../../bot/dispatch.ts";
import { createChartRenderer } from "../../charts/render.ts";
import type { CostAnswer } from "../../domain/contract.ts";
import { AppError } from "../../domain/errors.ts";
import { exportCosts } from "../../service/export-costs.ts";
import type { CliCall, CliCommand } from "../cli-command.ts";
import { commandText } from "../from-bot.ts";

export const costCli: CliCommand = costLike(costCommand, ['cost "QUESTION" [--png FILE] [--csv FILE] [--xlsx FILE]']);
export const queryCli: CliCommand = costLike(queryCommand, ["query JSON [--png FILE] [--csv FILE] [--xlsx FILE]"]);

/** A question, and its answer as picture or sheet beside the card. */
function costLike(command: Command, usage: readonly string[]): CliCommand {
  return {
    name: command.name,
    summary: command.summary,
    usage: [...usage, ...command.examples.slice(0, 6).map(inQuotes)],
    options: { png: { type: "string" }, csv: { type: "string" }, xlsx: { type: "string" } },
    run: async (call) => {
      const ctx = await call.open();
      const answer = await dispatch({ ctx, text: commandText(command.name, call.words) }, [command]);
      if (answer.exitCode !== 0) return answer;
      const data = answer.data as CostAnswer;
      const png = call.text("png");
      if (png !== undefined) await save(call, png, await drawPicture(answer.card));
      for (const format of ["csv", "xlsx"] as const) {
        const path = call.text(format);
        if (path !== undefined) await save(call, path, await exportCosts({ ctx, input: { answer: data, format } }));
      }
      return answer;
    },
  };
}

/** `cost "last month by service"`: as a shell wants it. */
function inQuotes(example: string): string {
  const [word = "", ...rest] = example.split(" ");
  const quote = rest.join(" ").includes('"') ? "'" : '"';
  return `${word} ${quote}${rest.join(" ")}${quote}`;
}

async function drawPicture(card: Card): Promise<Uint8Array> {
  const block = card.blocks.find((candidate) => candidate.kind === "chart");
  if (block?.kind !== "chart") {
    throw new AppError("bad-input", "This answer has no picture.", {
      remedy: "Ask for one: add `per day`, `by service` or `as bar` to the question.",
    });
  }
  const charts = createChartRenderer({ workers: 1 });
  try {
    return await charts.png(block.chart, { theme: "light" });
  } finally {
    await charts.close();
  }
}

async function save(call: CliCall, path: string, bytes: Uint8Array): Promise<void> {
  const target = resolve(call.cwd, path);
  try {
    await writeFile(target, bytes);
  } catch (cause) {
    throw new AppError("bad-input", `${target} cannot be written: ${(cause as Error).message}`, {
      remedy: "Name a file in a folder that exists and is yours.",
      cause,
    });
  }
}
