import { AppError } from "../../domain/errors.ts";
import type { Context } from "../../service/context.ts";
import { exportAudit, listAudit } from "../../service/export-audit.ts";
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
  usage: ["audit [ID]", "audit --verify [--anchors FILE]", "audit --anchor", "audit --export csv|json"].join("\n"),
  examples: ["audit", "audit --verify"],
  role: "analyst",
  run: async ({ ctx, text }): Promise<CommandAnswer> => {
    const given = readArguments(text, ["verify", "anchor", "export"]);
    keepFilesToTerminal(ctx, given.options);
    if (given.options.has("verify")) {
      const verdict = await verifyAudit({ ctx, input: { anchors: given.options.get("anchors") ?? null } });
      return { card: auditVerdictCard(verdict), data: verdict, exitCode: verdict.intact ? 0 : 1 };
    }
    if (given.options.has("anchor")) return anchored(await sealAudit({ ctx, input: { anchor: true } }));
    if (given.options.has("export")) {
      const format = given.options.get("export") === "json" ? "json" : "csv";
      return exported(await exportAudit({ ctx, input: { format } }));
    }
    const subject = given.words[0]?.toLowerCase() ?? null;
    const lines = await listAudit({ ctx, input: { subject, beforeId: null, limit: LINES_SHOWN } });
    return { card: auditCard(lines, subject), data: { events: lines }, exitCode: 0 };
  },
};

/** What reads or writes files of the machine is for whoever sits at it: in a channel it would show whether a file is there. */
function keepFilesToTerminal(ctx: Context, options: ReadonlyMap<string, string>): void {
  if (ctx.channel === undefined) return;
  const file = ["anchors", "export", "anchor"].find((name) => options.has(name));
  if (file === undefined) return;
  throw new AppError("forbidden", `audit --${file} uses files of the server: it is of the terminal alone.`, {
    remedy: `On the machine: finops audit --${file}. Here: audit, audit ID, audit --verify`,
  });
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
