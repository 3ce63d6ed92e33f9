import type { FirstRun, FirstStep } from "../../service/check-first-run.ts";
import type { Action, Card } from "../card.ts";
import { subscribeForm } from "./subscribe-form.ts";

type StepAction = Extract<Action, { kind: "button" | "form" }>;

const NAME_MAX = 60;
const AMOUNT_MAX = 20;

/** Asks for what a budget needs, and sets one that counts everything; `budget set` knows scopes. */
const BUDGET_FORM: StepAction = {
  kind: "form",
  label: "Set a budget…",
  style: "primary",
  title: "A budget for a month",
  submit: "Set it",
  fields: [
    { kind: "text", name: "name", label: "Name", placeholder: "everything", required: true, lengthMax: NAME_MAX },
    { kind: "text", name: "amount", label: "A month", placeholder: "3000", required: true, lengthMax: AMOUNT_MAX },
    { kind: "text", name: "currency", label: "Currency", required: true, lengthMax: 3, initial: "USD" },
  ],
  command: ["budget set ", { field: "name" }, " ", { field: "amount" }, " ", { field: "currency" }],
};

const PEOPLE_FORM: StepAction = {
  kind: "form",
  label: "Add somebody…",
  style: "primary",
  title: "Who may do what",
  submit: "Add",
  fields: [
    { kind: "text", name: "handle", label: "Who", placeholder: "ada", required: true, lengthMax: NAME_MAX },
    {
      kind: "choice",
      name: "role",
      label: "Role",
      required: true,
      initial: "approver",
      options: [
        { label: "Approver: decides on savings", value: "approver" },
        { label: "Analyst: sets budgets and digests", value: "analyst" },
        { label: "Admin: everything", value: "admin" },
      ],
    },
  ],
  command: ["people add ", { field: "handle" }, " --role ", { field: "role" }],
};

/** What each step is, how it is done, and the action that does it. */
const STEPS: Readonly<Record<FirstStep, { title: string; how: string; action: StepAction }>> = {
  source: {
    title: "Bring your bills",
    how: "Drop a bill file on the page, or in the terminal: finops ingest PATH",
    action: { kind: "button", label: "Where bills come from", style: "primary", command: "source list" },
  },
  channel: {
    title: "Pick a channel",
    how: "Get the digest there by itself: daily, weekly or monthly, of everything or a team's part.",
    action: subscribeForm("Digest here…", "primary"),
  },
  budget: {
    title: "Set a budget",
    how: "Say what was agreed; alerts come at 50, 80 and 100 %.",
    action: BUDGET_FORM,
  },
  roles: {
    title: "Say who may do what",
    how: "At least one person who approves: people add ada --role approver",
    action: PEOPLE_FORM,
  },
};

/** What a step is called, in a few words. */
export function nextStepTitle(step: FirstStep): string {
  return STEPS[step].title;
}

/** What is done and what is next, at a glance; every button is also typed. */
export function firstRunCard(state: FirstRun): Card {
  const done = state.steps.filter((step) => step.done).length;
  const next = state.next === null ? null : STEPS[state.next];
  const total = state.steps.length;
  return {
    title: next === null ? "You are set up" : "Getting started",
    summary:
      next === null
        ? `All ${total} steps are done. Ask anything: cost this month by service`
        : `${done} of ${total} done. Next: ${next.title.charAt(0).toLowerCase()}${next.title.slice(1)}. ${next.how}`,
    tone: next === null ? "good" : "neutral",
    blocks: [
      {
        kind: "list",
        items: state.steps.map(({ step, done: isDone }) => [
          { kind: "text", text: isDone ? "✓ " : "○ " },
          { kind: "strong", text: STEPS[step].title },
          { kind: "text", text: isDone ? " – done" : ` – ${STEPS[step].how}` },
        ]),
      },
    ],
    actions: [
      ...(next === null ? [] : [next.action]),
      ...state.steps
        .filter(({ step, done: isDone }) => !isDone && step !== state.next)
        .map(({ step }) => ({ ...STEPS[step].action, style: "plain" as const })),
      ...(next === null
        ? [{ kind: "button" as const, label: "What can I ask?", style: "primary" as const, command: "help" }]
        : []),
    ],
    footer: state.sample
      ? ["This is a sample estate: everything can be tried out, nothing is real."]
      : ["Again at any time: start"],
  };
}
