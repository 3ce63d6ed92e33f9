import { STATE_MEANING } from "../../analysis/lifecycle-document.ts";
import { mayHappen } from "../../analysis/lifecycle.ts";
import { unreachable } from "../../domain/errors.ts";
import { formatMoney } from "../../domain/money.ts";
import { addDays } from "../../domain/period.ts";
import {
  savingMonthly,
  savingYearly,
  type Decision,
  type HandOff,
  type MeasuredSaving,
  WAITING_STATES,
  type RecommendationState,
  type RecommendationView,
} from "../../domain/recommendation.ts";
import type { Block, Card, RichText, Tone } from "../card.ts";
import { callOwners, ownersText } from "./call-owners.ts";
import { recommendationActions } from "./recommendation-actions.ts";
import { clockTime, measuredNotes, undoText } from "./recommendation-words.ts";
import { nameOf, whereOf } from "./waste-card.ts";

/** What is wanted of whoever owns what it is about. */
export const ASKED_OF_OWNERS = "approve it, reject it with the reason, or snooze it.";
const RISKS = {
  L: "low: reversible, no data touched",
  M: "medium: a restart or a change of configuration",
  H: "high: an outage or loss of data is possible",
} as const;
const EFFORTS = { "1": "minutes", "2": "hours", "3": "days" } as const;
const CONFIDENCE = { A: "the bill proves it", B: "verify first", C: "a trend only" } as const;

const TONES: Readonly<Record<RecommendationState, Tone>> = {
  proposed: "warning",
  "partly-approved": "warning",
  approved: "good",
  "handed-off": "good",
  applied: "good",
  realised: "good",
  "partly-realised": "warning",
  "not-realised": "bad",
  rejected: "neutral",
  snoozed: "neutral",
  expired: "neutral",
  resolved: "good",
  withdrawn: "neutral",
};

/**
 * A recommendation as one self-contained card: what, where, how much, how sure, how to do and undo it, who decides.
 * `calls`: whether it calls the owners while it waits.
 */
export function recommendationCard(view: RecommendationView, { calls = false } = {}): Card {
  const { finding, id, state, revision } = view.recommendation;
  const monthly = formatMoney(savingMonthly(finding));
  return {
    title: `${finding.title}: ${nameOf(finding)}`,
    summary: `Saves ${monthly} a month (${formatMoney(savingYearly(finding))} a year). ${statusText(view)}`,
    tone: TONES[state],
    blocks: [
      ...(calls && WAITING_STATES.includes(state) ? callOwners(view.owners, ASKED_OF_OWNERS) : []),
      ...measuredBlocks(view.measured),
      factsBlock(view),
      { kind: "list", caption: "Evidence", items: finding.evidence.map(({ fact, value }) => `${fact}: ${value}`) },
      ...commandBlocks(view),
      ...handOffBlocks(view.handOffs),
      ...historyBlocks(view.decisions),
    ],
    actions: recommendationActions(view),
    status: statusText(view),
    footer: [
      `${id} · revision ${revision} · rule ${finding.rule}`,
      `Bills of ${view.recommendation.window.from} to ${addDays(view.recommendation.window.to, -1)} · effective cost · ${finding.arithmetic}`,
    ],
  };
}

/** One line: where it stands and by whom. An edit rewrites it from what is stored, so it never loses a name. */
export function statusText(view: RecommendationView): string {
  const { recommendation: one, decisions } = view;
  const by = byWhom(decisions, one.revision);
  const open = undoText(view);
  const undo = open === "" ? "" : ` · ${open}`;
  switch (one.state) {
    case "proposed":
      return `Waiting for ${view.approvers} · expires ${one.expiresOn}`;
    case "partly-approved":
      return `Approved by ${by.approve} · ${view.approvalsGiven} of ${view.approvalsNeeded} · expires ${one.expiresOn}${undo}`;
    case "approved":
      return `Approved by ${by.approve}${undo}`;
    case "handed-off":
      return `Approved by ${by.approve} · handed off${assigned(one.assignee)}`;
    case "applied":
      return `Applied on ${one.appliedOn}${by.applied === "" ? ", says the bill" : ` by ${by.applied}`} · the bill is read 7 and 30 days later`;
    case "rejected":
      return `Rejected by ${by.reject} · not asked again before ${one.reopensOn}${undo}`;
    case "snoozed":
      return `Snoozed until ${one.snoozedUntil} by ${by.snooze}${undo}`;
    case "expired":
      return `Expired on ${one.expiresOn} without a decision`;
    case "realised":
    case "partly-realised":
    case "not-realised":
    case "resolved":
    case "withdrawn":
      return `${capital(one.state.replace("-", " "))}: ${STATE_MEANING[one.state]}`;
    default:
      return unreachable(one.state);
  }
}

function byWhom(decisions: readonly Decision[], revision: number) {
  const latest = (kind: Decision["kind"]): string => {
    const found = decisions.findLast((decision) => decision.kind === kind);
    return found === undefined ? "" : stamp(found);
  };
  const approvals = decisions.filter(
    ({ kind, voided, revision: of }) => kind === "approve" && !voided && of === revision,
  );
  return {
    approve: approvals.map(stamp).join(" and "),
    reject: latest("reject"),
    snooze: latest("snooze"),
    applied: latest("applied"),
  };
}

function stamp({ actorName, at }: Decision): string {
  return `${actorName} · ${clockTime(at)}`;
}

function assigned(assignee: string | null): string {
  return assignee === null ? "" : ` · ${assignee} does it`;
}

function factsBlock(view: RecommendationView): Block {
  const { recommendation: one } = view;
  const { finding } = one;
  const facts: { label: string; value: RichText }[] = [
    { label: "Saving a month", value: [{ kind: "strong", text: formatMoney(savingMonthly(finding)) }] },
    { label: "Saving a year", value: formatMoney(savingYearly(finding)) },
    { label: "Where", value: whereOf(finding) },
    { label: "Resource", value: [{ kind: "code", text: finding.resource }] },
    { label: "Sure", value: CONFIDENCE[finding.confidence] },
    { label: "Risk", value: RISKS[finding.risk] },
    { label: "Effort", value: EFFORTS[finding.effort] },
    { label: "May approve", value: view.approvers },
  ];
  if (view.owners.length > 0) facts.push({ label: "Owner", value: ownersText(view.owners) });
  if (one.requestedBy !== null)
    facts.push({ label: "Asked for by", value: `${one.requestedBy}, who cannot approve it` });
  if (one.assignee !== null) facts.push({ label: "Does the work", value: one.assignee });
  return { kind: "facts", facts };
}

function commandBlocks({ recommendation: { finding, state } }: RecommendationView): Block[] {
  const blocks: Block[] = [
    {
      kind: "list",
      caption: "To do, in this order, after a look at each line (nothing is run for you)",
      items: finding.remedy.map((line) =>
        line.startsWith("#") ? line.slice(1).trim() : [{ kind: "code", text: line }],
      ),
    },
    { kind: "note", tone: "neutral", text: `Way back: ${finding.rollback}` },
  ];
  if (finding.risk === "H" && mayHappen(state, "approve")) {
    const text = "High risk: whoever approves types the resource's id.";
    blocks.push({ kind: "note", tone: "warning", text });
  }
  return blocks;
}

function handOffBlocks(handOffs: readonly HandOff[]): Block[] {
  const shown = handOffs.filter((handOff) => handOff.kind !== "card" && handOff.state !== "cancelled");
  if (shown.length === 0) return [];
  const words = { waiting: "waiting", done: "done", cancelled: "cancelled", "given-up": "given up" } as const;
  return [
    {
      kind: "list",
      caption: "Handed off to",
      items: shown.map(({ target, state, url, error }): RichText => {
        const text = `${target}: ${words[state]}${error === null ? "" : ` (${error})`}`;
        return url === null
          ? text
          : [
              { kind: "text", text: `${text} ` },
              { kind: "link", text: url, href: url },
            ];
      }),
    },
  ];
}

function historyBlocks(decisions: readonly Decision[]): Block[] {
  if (decisions.length === 0) return [];
  const verbs: Readonly<Record<Decision["kind"], string>> = {
    approve: "approved",
    reject: "rejected",
    snooze: "snoozed until",
    undo: "took the last decision back",
    assign: "assigned",
    comment: "wrote",
    applied: "said it is applied",
  };
  const HISTORY_MAX = 12;
  return [
    {
      kind: "list",
      caption: "What happened",
      items: decisions.slice(-HISTORY_MAX).map(({ kind, actorName, at, note, voided }) => {
        const said = note === null ? "" : kind === "comment" || kind === "reject" ? `: ${note}` : ` ${note}`;
        return `${clockTime(at)} · ${actorName} ${verbs[kind]}${said}${voided ? " (no longer counts)" : ""}`;
      }),
    },
  ];
}

function measuredBlocks(measured: readonly MeasuredSaving[]): Block[] {
  if (measured.length === 0) return [];
  return [
    {
      kind: "table",
      caption: "Promised and measured, a month",
      columns: [
        { header: "After", align: "left" },
        { header: "Promised", align: "right" },
        { header: "The bill says", align: "right" },
      ],
      rows: measured.map((figure) => [
        `${figure.checkpointDays} days`,
        formatMoney(figure.promisedMonthly),
        formatMoney(figure.measuredMonthly),
      ]),
    },
    { kind: "list", items: [...new Set(measured.flatMap(measuredNotes))] },
  ];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
