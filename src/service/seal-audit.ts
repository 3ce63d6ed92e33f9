import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { z } from "zod";

import type { AuditAnchor } from "../domain/audit-event.ts";
import { AppError } from "../domain/errors.ts";
import { dateOfInstant } from "../domain/period.ts";
import { databaseNow } from "../store/database-time.ts";
import { readHead, sealPending } from "../store/audit-chain.ts";
import type { Context, Verb } from "./context.ts";

const anchorSchema = z.object({ position: z.string().regex(/^\d+$/), hash: z.string().length(64), at: z.string() });

/** The sample estate is another database beside the real one (src/store/open-store.ts), with a chain of its own. */
const SAMPLE_DATABASE = /_demo$/;

/** Where anchors are kept beside the database: copy this file to where its administrators cannot write. */
async function anchorFile(ctx: Context): Promise<string> {
  const [row] = await ctx.db.sql<{ database: string }[]>`select current_database() as database`;
  const sample = SAMPLE_DATABASE.test(row?.database ?? "");
  return join(ctx.dataDir, sample ? "audit-anchors-sample.jsonl" : "audit-anchors.jsonl");
}

/** Links what is not linked yet. With `anchor` the chain's end is also written to a file and to the log. */
export async function sealAudit({
  ctx,
  input,
}: Verb<{ readonly anchor: boolean }>): Promise<{ readonly sealed: number; readonly anchor: AuditAnchor | null }> {
  const sealed = await sealPending(ctx.db.sql);
  if (!input.anchor) return { sealed, anchor: null };
  const head = await readHead(ctx.db.sql);
  const anchor: AuditAnchor = {
    position: head.position.toString(),
    hash: Buffer.from(head.hash).toString("hex"),
    at: dateOfInstant(await databaseNow(ctx.db.sql)).toISOString(),
  };
  await mkdir(ctx.dataDir, { recursive: true });
  await appendFile(await anchorFile(ctx), `${JSON.stringify(anchor)}\n`);
  ctx.log.info({ auditAnchor: anchor }, "audit anchor");
  return { sealed, anchor };
}

/** The anchors of a file, the installation's own without a name. Throws AppError when a line is none. */
export async function readAnchors(ctx: Context, path: string | null): Promise<AuditAnchor[]> {
  const file = path ?? (await anchorFile(ctx));
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" && path === null) return "";
    throw new AppError("bad-input", `The anchors at ${file} cannot be read: ${error.message}.`, { cause: error });
  });
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line, index) => {
    const parsed = anchorSchema.safeParse(parseJson(line));
    if (parsed.success) return parsed.data;
    throw new AppError("bad-input", `Line ${index + 1} of ${file} is no anchor.`);
  });
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
