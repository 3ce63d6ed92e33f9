import type { FirstRun, FirstStep } from "../../service/check-first-run.ts";
import type { Action, Card } from "../card.ts";

/** What each step is, how it is done, and the button that begins it. */
const STEPS: Readonly<Record<FirstStep, { title: string; how: string; action: Extract<Action, { kind: "button" }> }>> =
  {
    source: {
      title: "Bring your bills",
      how: "Drop a bill file on the page, or in the terminal: finops ingest PATH",
      action: { kind: "button", label: "Where bills come from", style: "primary", command: "source list" },
    },
    channel: {
      title: "Pick a channel",
      how: "Let a team's channel show its part of the bill, and get the digest there every morning.",
      action: { kind: "button", label: "Digest here", style: "primary", command: "digest subscribe" },
    },
    budget: {
      title: "Set a budget",
      how: "Say what was agreed; alerts come at 50, 80 and 100 %.",
      action: { kind: "button", label: "Set a budget", style: "primary", command: "help budget" },
    },
    roles: {
      title: "Say who may do what",
      how: "At least one person who approves: people add ada --role approver",
      action: { kind: "button", label: "Add people", style: "primary", command: "help people" },
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
