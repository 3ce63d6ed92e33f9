import { mkdir, rename, writeFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";

import type { HandOffTarget } from "../domain/recommendation.ts";
import type { HandOffRow } from "../store/recommendations-hand-off.ts";
import { csvCell } from "./export-audit.ts";
import type { Sent } from "./hand-off-request.ts";
import { handOffText } from "./hand-off-text.ts";

/** Writes the approval as a file named by its key: a repeat writes the same file, and a reader never sees half of one. */
export async function sendCsv(
  target: Extract<HandOffTarget, { kind: "csv" }>,
  row: HandOffRow,
  dataDir: string,
): Promise<Sent> {
  const folder = isAbsolute(target.directory) ? target.directory : join(dataDir, target.directory);
  await mkdir(folder, { recursive: true });
  const text = handOffText(row.payload);
  const cells = [
    ["id", "revision", "summary", "facts", "commands", "rollback"],
    [
      row.recommendationId,
      String(row.revision),
      text.summary,
      text.facts.join("\n"),
      text.commands.join("\n"),
      text.rollback,
    ],
  ];
  const name = `${row.idempotencyKey.replace(/[^A-Za-z0-9_-]/g, "_")}.csv`;
  const unfinished = join(folder, `.${name}.${row.id}`);
  await writeFile(unfinished, cells.map((line) => `${line.map(csvCell).join(",")}\r\n`).join(""));
  await rename(unfinished, join(folder, name));
  return { id: name, url: null, applied: false };
}
