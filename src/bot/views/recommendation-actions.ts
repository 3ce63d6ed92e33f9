import { mayHappen } from "../../analysis/lifecycle.ts";
import { formatMoney } from "../../domain/money.ts";
import {
  savingMonthly,
  savingYearly,
  type Recommendation,
  type RecommendationView,
} from "../../domain/recommendation.ts";
import type { Action, Field } from "../card.ts";
import { askForm, snoozeForm } from "./ask-form.ts";
import { clockTime } from "./recommendation-words.ts";
import { nameOf, accountAndRegionOf } from "./waste-card.ts";

/** What a rejection is mostly for; the last one asks for words. */
export const REJECT_REASONS = [
  "still needed",
  "planned already",
  "not worth the risk",
  "the finding is wrong",
  "another reason",
] as const;

const TEXT_MAX = 500;
const PERSON_MAX = 80;
const SNOOZES = [
  { label: "1 day", until: "1d" },
  { label: "1 week", until: "1w" },
  { label: "1 month", until: "30d" },
] as const;

/**
 * What may happen now, and nothing else; each carries the card's revision, so that a stale one is refused. What decides
 * on money asks once more, naming the thing and the amount; high risk asks for the resource's id.
 */
export function recommendationActions({ recommendation: one, handOffs }: RecommendationView): Action[] {
  const actions: Action[] = [];
  if (mayHappen(one.state, "approve")) actions.push(one.finding.risk === "H" ? approveForm(one) : approveButton(one));
  if (mayHappen(one.state, "reject")) actions.push(rejectForm(one));
  if (mayHappen(one.state, "snooze"))
    actions.push(snoozeMenu(one), snoozeForm("Put it off", `recs snooze ${one.id} ${seen(one)} --until`));
  if (mayHappen(one.state, "undo") && one.undoOpen) actions.push(undoButton(one));
  if (mayHappen(one.state, "apply")) actions.push(appliedForm(one));
  for (const { target, url } of handOffs) if (url !== null) actions.push({ kind: "link", label: target, href: url });
  if (mayHappen(one.state, "assign")) actions.push(assignForm(one));
  actions.push(commentForm(one), { kind: "button", label: "History", style: "plain", command: `audit ${one.id}` });
  return actions;
}

function seen({ revision }: Recommendation): string {
  return `--revision ${revision}`;
}

function approveButton(one: Recommendation): Action {
  const monthly = formatMoney(savingMonthly(one.finding));
  return {
    kind: "button",
    label: `Approve ${monthly}/mo`,
    style: "primary",
    command: `recs approve ${one.id} ${seen(one)}`,
    confirm: {
      title: `Approve ${monthly} a month?`,
      text: `${one.finding.title}: ${nameOf(one.finding)}, ${accountAndRegionOf(one.finding)}. Saves ${formatMoney(savingYearly(one.finding))} a year. Nothing is run for you: it is handed off when the undo window closes.`,
      yes: `Approve ${monthly}/mo`,
    },
  };
}

function approveForm(one: Recommendation): Action {
  const monthly = formatMoney(savingMonthly(one.finding));
  const resource: Field = {
    kind: "text",
    name: "resource",
    label: "Type the resource's id",
    placeholder: "The id under Resource on the card",
    required: true,
    lengthMax: TEXT_MAX,
  };
  return {
    kind: "form",
    label: `Approve ${monthly}/mo`,
    style: "danger",
    title: "High risk: data or a service may be lost",
    fields: [resource],
    submit: `Approve ${monthly}/mo`,
    command: [`recs approve ${one.id} ${seen(one)} --resource `, { field: "resource" }],
  };
}

function rejectForm(one: Recommendation): Action {
  const reason: Field = {
    kind: "choice",
    name: "reason",
    label: "Why not",
    options: REJECT_REASONS.map((text) => ({ label: text, value: text })),
    required: true,
  };
  return {
    kind: "form",
    label: "Reject",
    style: "danger",
    title: "Reject the saving",
    fields: [reason, remark("text", "In your words (needed for another reason)", false)],
    submit: "Reject",
    command: [`recs reject ${one.id} ${seen(one)} --reason `, { field: "reason" }, " --text ", { field: "text" }],
  };
}

function snoozeMenu(one: Recommendation): Action {
  const options = SNOOZES.map(({ label, until }) => ({
    label,
    command: `recs snooze ${one.id} --until ${until} ${seen(one)}`,
  }));
  return { kind: "select", label: "Snooze", options };
}

function undoButton(one: Recommendation): Action {
  const until = one.undoUntil === null ? "" : ` (until ${clockTime(one.undoUntil)})`;
  return { kind: "button", label: `Undo${until}`, style: "plain", command: `recs undo ${one.id} ${seen(one)}` };
}

function appliedForm(one: Recommendation): Action {
  return askForm({
    label: "It is done",
    style: "primary",
    title: "The work is done",
    field: remark("text", "What was done (optional)", false),
    submit: "It is done",
    command: `recs applied ${one.id} ${seen(one)} --text`,
  });
}

function assignForm({ id, assignee }: Recommendation): Action {
  const initial = assignee === null ? {} : { initial: assignee };
  const base = { kind: "text", name: "person", required: true, lengthMax: PERSON_MAX } as const;
  return askForm({
    label: "Assign",
    title: "Who does the work",
    field: { ...base, label: "A person or a team", ...initial },
    submit: "Assign",
    command: `recs assign ${id} --to`,
  });
}

function commentForm({ id }: Recommendation): Action {
  const field = remark("text", "Remark", true);
  return askForm({
    label: "Comment",
    title: "Add a remark",
    field,
    submit: "Add",
    command: `recs comment ${id} --text`,
  });
}

function remark(name: string, label: string, required: boolean): Field {
  return { kind: "text", name, label, multiline: true, required, lengthMax: TEXT_MAX };
}
