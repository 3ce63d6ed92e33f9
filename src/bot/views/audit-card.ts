import type { AuditVerdict } from "../../service/verify-audit.ts";
import type { AuditLine } from "../../store/audit.ts";
import type { Action, Block, Card, RichText } from "../card.ts";

/** Lines of the audit trail, newest first. */
export function auditCard(lines: readonly AuditLine[], subject: string | null, linesMax: number): Card {
  const refused = lines.filter((line) => line.outcome === "refused").length;
  const about = subject === null ? "" : ` about ${subject}`;
  return {
    title: "Audit trail",
    summary:
      lines.length === 0
        ? `Nothing${about} in the audit trail that you may see.`
        : `${lines.length} ${lines.length === 1 ? "line" : "lines"}${about}, newest first; ${refused === 0 ? "no refused attempt" : `${refused} of them refused`}.`,
    tone: "neutral",
    blocks: lines.length === 0 ? [] : [tableOf(lines)],
    actions: [
      { kind: "button", label: "Verify", style: "plain", command: "audit --verify" },
      ...(lines.length < linesMax ? [] : olderButton(lines, subject)),
    ],
    footer: ["Append-only. Each line is linked to the one before it by SHA-256."],
  };
}

function olderButton(lines: readonly AuditLine[], subject: string | null): Action[] {
  const words = ["audit", ...(subject === null ? [] : [subject]), "--before", lines.at(-1)?.id ?? "0"];
  return [{ kind: "button", label: "Older", style: "plain", command: words.join(" ") }];
}

function tableOf(lines: readonly AuditLine[]): Block {
  const left = (header: string) => ({ header, align: "left" as const });
  return {
    kind: "table",
    columns: [left("When (UTC)"), left("Who"), left("What"), left("About"), left("Outcome"), left("Link")],
    rows: lines.map((line): RichText[] => [
      `${line.at.slice(0, 10)} ${line.at.slice(11, 19)}`,
      line.actor.name,
      line.action.replace("recommendation.", ""),
      line.subject === null ? "" : [{ kind: "code", text: line.subject }],
      line.outcome === "done" ? "done" : `refused: ${line.reason ?? ""}`,
      line.hash === null ? "not linked yet" : `${line.position} ${line.hash.slice(0, 8)}`,
    ]),
  };
}

/** Whether the trail is what was written. */
export function auditVerdictCard(verdict: AuditVerdict): Card {
  const { intact, sealed, unsealed, anchors, head, problems } = verdict;
  const first = problems[0];
  return {
    title: intact ? "The audit trail is intact" : "The audit trail was tampered with",
    summary: intact
      ? `${sealed} lines are linked without a break${unsealed === 0 ? "" : `, ${unsealed} are not linked yet`}.`
      : `${first?.message ?? ""} ${problems.length > 1 ? `${problems.length - 1} more problems follow.` : ""}`.trim(),
    tone: intact ? "good" : "bad",
    blocks: [
      ...(problems.length === 0
        ? []
        : [{ kind: "list" as const, caption: "Problems", items: problems.map((problem) => problem.message) }]),
      ...(anchors > 0
        ? []
        : [
            {
              kind: "note" as const,
              tone: "warning" as const,
              text: "There is no anchor yet: a chain rewritten as a whole would not be noticed. audit --anchor makes one.",
            },
          ]),
    ],
    actions: [{ kind: "button", label: "Audit trail", style: "plain", command: "audit" }],
    footer: [
      `Head ${head.position} ${head.hash.slice(0, 16)} · compared with ${anchors} ${anchors === 1 ? "anchor" : "anchors"}`,
    ],
  };
}
