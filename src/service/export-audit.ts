import { randomUUID } from "node:crypto";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";

import { scopeCovers } from "../analysis/approval-scope.ts";
import { hasRole } from "../domain/actor.ts";
import { canonicalJson } from "../domain/audit-event.ts";
import { AppError } from "../domain/errors.ts";
import { listAudit as readAudit, type AuditLine } from "../store/audit.ts";
import { directChannel, ensureDirectChannel } from "../store/conversations.ts";
import { enqueueUpload, UPLOAD_BYTES_MAX } from "../store/outbox.ts";
import { listRecommendations } from "../store/recommendations.ts";
import type { Context, Verb } from "./context.ts";
import { recommendationKey } from "./recommendation-view.ts";

/** Lines one read of an export takes. */
export const EXPORT_ROWS_MAX = 1_000;

export type AuditFormat = "csv" | "json";

/**
 * Lines of the audit trail, newest first, about one recommendation or all. A scoped reader sees only lines about
 * recommendations whose resource the scope covers. Throws AppError("forbidden") below analyst.
 */
export async function listAudit({
  ctx,
  input,
}: Verb<{
  readonly subject: string | null;
  readonly beforeId: string | null;
  readonly limit: number;
}>): Promise<AuditLine[]> {
  if (!hasRole(ctx.actor, "analyst")) throw new AppError("forbidden", "Reading the audit needs the role analyst.");
  const asked = input.subject === null ? undefined : [input.subject];
  const { beforeId, limit } = input;
  if (ctx.scope.length === 0) {
    return readAudit(ctx.db.sql, { subjects: asked?.flatMap(withCard), beforeId, limit });
  }
  const visible = (await listRecommendations(ctx.db.sql, { ids: asked }))
    .filter((row) => scopeCovers(ctx.scope, row.facets))
    .flatMap(({ id }) => withCard(id));
  return readAudit(ctx.db.sql, { subjects: visible, beforeId, limit });
}

/** A click that was refused before its command ran is written down under the card it was on. */
function withCard(id: string): string[] {
  return [id, recommendationKey(id)];
}

const CSV_HEADER = [
  "id",
  "position",
  "hash",
  "at",
  "actor",
  "actorKind",
  "role",
  "action",
  "subject",
  "outcome",
  "reason",
  "details",
];

/** Lines as CSV: one row each, nothing in it a spreadsheet would run. */
export function auditCsv(lines: readonly AuditLine[], header = true): string {
  const rows = lines.map((line) => [
    line.id,
    line.position ?? "",
    line.hash ?? "",
    line.at,
    line.actor.id,
    line.actor.kind,
    line.actor.role,
    line.action,
    line.subject ?? "",
    line.outcome,
    line.reason ?? "",
    canonicalJson(line.details),
  ]);
  return (header ? [CSV_HEADER, ...rows] : rows)
    .map((row) => row.map(csvCell).join(","))
    .concat("")
    .join("\r\n");
}

/** A cell: quoted where needed, and with a leading apostrophe where a spreadsheet would take it for a formula. */
export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * Sends what the actor may see, newest first, as a file to their own talk with the bot: as many lines as a file beside a
 * message holds. Returns how many, and the line to go on before; null = that was all.
 */
export async function sendAudit({
  ctx,
  input,
}: Verb<{ readonly format: AuditFormat; readonly beforeId: string | null }>): Promise<{
  readonly lines: number;
  readonly before: string | null;
}> {
  if (ctx.actor.kind !== "user") throw new AppError("forbidden", "Files are sent to people.");
  const { text, lines, before } = await auditText(ctx, input.format, input.beforeId);
  const name = `audit-${ctx.clock.today()}.${input.format}`;
  const mime = input.format === "csv" ? "text/csv" : "application/x-ndjson";
  await ensureDirectChannel(ctx.db.sql, ctx.actor.id);
  await enqueueUpload(ctx.db.sql, {
    channel: directChannel(ctx.actor.id),
    key: `audit-file:${randomUUID()}`,
    file: { name, mime, text },
    priority: "interactive",
  });
  return { lines, before };
}

async function auditText(ctx: Context, format: AuditFormat, startBefore: string | null) {
  const parts = [format === "csv" ? auditCsv([]) : ""];
  let bytes = Buffer.byteLength(parts[0] ?? "");
  let lines = 0;
  for (let beforeId = startBefore; ;) {
    const page = await listAudit({ ctx, input: { subject: null, beforeId, limit: EXPORT_ROWS_MAX } });
    for (const line of page) {
      const text = format === "csv" ? auditCsv([line], false) : `${canonicalJson({ ...line })}\n`;
      bytes += Buffer.byteLength(text);
      if (bytes > UPLOAD_BYTES_MAX) return { text: parts.join(""), lines, before: beforeId };
      parts.push(text);
      lines += 1;
      beforeId = line.id;
    }
    if (page.length < EXPORT_ROWS_MAX) return { text: parts.join(""), lines, before: null };
  }
}

/** Writes every line the actor may see to a new file under the data directory, newest first. Returns its path. */
export async function exportAudit({
  ctx,
  input,
}: Verb<{ readonly format: AuditFormat }>): Promise<{ readonly path: string; readonly lines: number }> {
  const folder = join(ctx.dataDir, "exports");
  await mkdir(folder, { recursive: true });
  const path = join(folder, `audit-${ctx.clock.today()}-${randomUUID().slice(0, 8)}.${input.format}`);
  const file = await open(path, "wx");
  let lines = 0;
  try {
    for (let beforeId: string | null = null; ;) {
      const page = await listAudit({ ctx, input: { subject: null, beforeId, limit: EXPORT_ROWS_MAX } });
      if (input.format === "csv") await file.write(auditCsv(page, lines === 0));
      else await file.write(page.map((line) => `${canonicalJson({ ...line })}\n`).join(""));
      lines += page.length;
      beforeId = page.at(-1)?.id ?? null;
      if (beforeId === null || page.length < EXPORT_ROWS_MAX) break;
    }
  } finally {
    await file.close();
  }
  return { path, lines };
}
