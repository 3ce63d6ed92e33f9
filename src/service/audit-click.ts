import { appendAudit } from "../store/audit.ts";
import { auditActor } from "./apply-move.ts";
import type { Verb } from "./context.ts";

const COMMAND_LENGTH_MAX = 200;

/** Writes down a click that would have changed something and was refused before its command ran. */
export async function auditRefusedClick({
  ctx,
  input,
}: Verb<{ readonly card: string; readonly command: string; readonly reason: string }>): Promise<void> {
  const { card, command, reason } = input;
  await appendAudit(ctx.db.sql, [
    {
      action: "card.act",
      subject: card.slice(0, COMMAND_LENGTH_MAX),
      actor: auditActor(ctx.actor),
      outcome: "refused",
      reason,
      details: { command: command.slice(0, COMMAND_LENGTH_MAX) },
    },
  ]);
}
