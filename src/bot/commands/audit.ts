import { AppError } from "../../domain/errors.ts";
import type { Context } from "../../service/context.ts";
import { exportAudit, listAudit, sendAudit, type AuditFormat } from "../../service/export-audit.ts";
import { sealAudit } from "../../service/seal-audit.ts";
import { verifyAudit } from "../../service/verify-audit.ts";
import type { Command, CommandAnswer } from "../command.ts";
import { auditCard, auditVerdictCard } from "../views/audit-card.ts";
import { readArguments } from "./recs-arguments.ts";

const LINES_SHOWN = 50;

/** The audit trail: who did or tried what; whether it is intact; its anchor; all of it as a file. */
export const auditCommand: Command = {
  name: "audit",
  summary: "who decided or tried what, and whether that record is intact",
  usage: ["audit [ID] [--before LINE]", "audit --verify", "audit --anchor", "audit --export csv|json"].join("\n"),
  examples: ["audit", "audit --verify"],
  role: "analyst",
  run: async ({ ctx, text }): Promise<CommandAnswer> => {
    const given = readArguments(text, ["verify", "anchor", "export", "before"]);
    keepFilesToTerminal(ctx, given.options);
    const beforeId = beforeOption(given.options.get("before"));
    if (given.options.has("verify")) {
      const verdict = await verifyAudit({ ctx, input: { anchors: given.options.get("anchors") ?? null } });
      return { card: auditVerdictCard(verdict), data: verdict, exitCode: verdict.intact ? 0 : 1 };
    }
    if (given.options.has("anchor")) return anchored(await sealAudit({ ctx, input: { anchor: true } }));
    if (given.options.has("export")) {
      const format = given.options.get("export") === "json" ? "json" : "csv";
      if (ctx.channel !== undefined) return sent(await sendAudit({ ctx, input: { format, beforeId } }), format);
      return exported(await exportAudit({ ctx, input: { format } }));
    }
    const subject = given.words[0]?.toLowerCase() ?? null;
    const lines = await listAudit({ ctx, input: { subject, beforeId, limit: LINES_SHOWN } });
    return { card: auditCard(lines, subject, LINES_SHOWN), data: { events: lines }, exitCode: 0 };
  },
};

/** What names a file of the machine is for whoever sits at it: in a channel it would show whether a file is there. */
function keepFilesToTerminal(ctx: Context, options: ReadonlyMap<string, string>): void {
  if (ctx.channel === undefined || !options.has("anchors")) return;
  throw new AppError("forbidden", "audit --anchors reads a file of the server: it is of the terminal alone.", {
    remedy: "On the machine: finops audit --verify --anchors FILE. Here: audit --verify",
  });
}

function beforeOption(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (/^\d{1,18}$/.test(text)) return text;
  throw new AppError("bad-input", `"${text.slice(0, 40)}" is no line of the trail.`, { remedy: "Lines are numbers." });
}

/** In a chat the file goes to whoever asked, and to nobody else. */
function sent(done: Awaited<ReturnType<typeof sendAudit>>, format: AuditFormat): CommandAnswer {
  const rest = done.before === null ? "" : ` Older lines: audit --export ${format} --before ${done.before}`;
  return {
    card: {
      title: "Exported",
      summary: `${done.lines} lines, newest first, are on their way to your own talk with the bot on the web.${rest}`,
      tone: "good",
      blocks: [],
      actions: [],
      footer: [],
    },
    data: done,
    exitCode: 0,
  };
}

function anchored(done: Awaited<ReturnType<typeof sealAudit>>): CommandAnswer {
  const { anchor } = done;
  return {
    card: {
      title: "Anchored",
      summary: `The chain ends at ${anchor?.position} with ${anchor?.hash}. Keep this line where nobody can change it.`,
      tone: "good",
      blocks: [],
      actions: [{ kind: "button", label: "Verify", style: "plain", command: "audit --verify" }],
      footer: ["Also in audit-anchors.jsonl of the data directory, and in the log."],
    },
    data: done,
    exitCode: 0,
  };
}

function exported(done: Awaited<ReturnType<typeof exportAudit>>): CommandAnswer {
  return {
    card: {
      title: "Exported",
      summary: `${done.lines} lines written.`,
      tone: "good",
      blocks: [{ kind: "facts", facts: [{ label: "File", value: [{ kind: "code", text: done.path }] }] }],
      actions: [],
      footer: [],
    },
    data: done,
    exitCode: 0,
  };
}
