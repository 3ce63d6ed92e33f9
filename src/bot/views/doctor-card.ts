import type { DoctorAnswer } from "../../domain/contract-operations.ts";
import type { Card, RichText } from "../card.ts";

const MARKS = { ok: "ok", warning: "look", failed: "FAILED" } as const;

/** The doctor's findings: what failed first, each with the one thing that mends it. */
export function doctorCard(answer: DoctorAnswer): Card {
  const order = ["failed", "warning", "ok"];
  const checks = answer.checks.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  const failed = checks.filter(({ state }) => state === "failed");
  const warned = checks.filter(({ state }) => state === "warning");
  return {
    title: "Doctor",
    summary:
      failed.length === 0
        ? `Everything needed works${warned.length === 0 ? "" : `; ${warned.length} to look at`}.`
        : `${failed.length} of ${checks.length} checks failed: ${failed.map(({ check }) => check).join(", ")}.`,
    tone: failed.length > 0 ? "bad" : warned.length > 0 ? "warning" : "good",
    blocks: [{ kind: "list", items: checks.map(lineOf) }],
    actions: [{ kind: "button", label: "Status", style: "plain", command: "status" }],
    footer: [],
  };
}

function lineOf({ check, state, finding, mend }: DoctorAnswer["checks"][number]): RichText {
  return [
    { kind: "strong", text: `${MARKS[state]} ${check}: ` },
    { kind: "text", text: finding },
    ...(mend === undefined ? [] : [{ kind: "text", text: " → " } as const, { kind: "code", text: mend } as const]),
  ];
}
