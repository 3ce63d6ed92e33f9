import type { LifecycleEvent } from "../../analysis/lifecycle.ts";
import { formatMoney } from "../../domain/money.ts";
import { addDays } from "../../domain/period.ts";
import {
  CHECKPOINT_DAYS,
  savingMonthly,
  WAITING_STATES,
  type RecommendationState,
  type RecommendationView,
} from "../../domain/recommendation.ts";
import type { Happening } from "../../service/recommendation-view.ts";
import type { Block, Card, Tone } from "../card.ts";
import { callOwners } from "./call-owners.ts";
import { ASKED_OF_OWNERS } from "./recommendation-card.ts";
import { measuredNotes, undoText } from "./recommendation-words.ts";
import { nameOf } from "./waste-card.ts";

type Said = { readonly title: string; readonly text: string; readonly tone?: Tone };
type Say = (view: RecommendationView, happening: Happening) => Said;

/** One event in the thread of a recommendation's card: what happened, by whom, and what comes of it. */
export function recommendationEventCard(view: RecommendationView, happening: Happening): Card {
  const { title, text, tone = "neutral" } = SAYS[happening.event](view, happening);
  return {
    title,
    summary: text,
    tone,
    blocks: [...calls(view, happening), ...blocksOf(happening)],
    actions: [],
    footer: [],
  };
}

/** What was settled or put off and is asked anew. */
const ASKED_ANEW: ReadonlySet<LifecycleEvent> = new Set(["found", "changed", "wake"]);

function calls({ recommendation: { state }, owners }: RecommendationView, { event }: Happening): Block[] {
  return ASKED_ANEW.has(event) && WAITING_STATES.includes(state) ? callOwners(owners, ASKED_OF_OWNERS) : [];
}

/** States in which the same question goes on. */
const ASKED: ReadonlySet<RecommendationState> = new Set(["proposed", "partly-approved", "approved", "snoozed"]);

/** Every event, so that none is forgotten. */
const SAYS: Readonly<Record<LifecycleEvent, Say>> = {
  approve: (view, { by }) => {
    const { recommendation: one } = view;
    const what = `${by} approved ${amountOf(view)}`;
    if (one.state === "partly-approved") {
      const said = `${what}: ${view.approvalsGiven} of ${view.approvalsNeeded}. It waits for another person.`;
      return { title: "Approved by one, another is needed", text: said, tone: "warning" };
    }
    return {
      title: "Approved",
      text: `${what}. ${sentence("Handed off when the undo window closes", view)}`,
      tone: "good",
    };
  },
  reject: (view, { by, note }) => ({
    title: "Rejected",
    text: `${by}: ${note}. Not asked again before ${view.recommendation.reopensOn}.`,
  }),
  snooze: (view, { by }) => ({
    title: "Put off",
    text: `${by} put it off until ${view.recommendation.snoozedUntil}. It comes back by itself.`,
  }),
  undo: (_, { by }) => ({
    title: "Taken back",
    text: `${by} took the last decision back. It is open again.`,
    tone: "warning",
  }),
  "hand-off": (_, { handOff, note }) => {
    if (handOff === null)
      return {
        title: "Handed off",
        text: "The undo window is closed: the commands on the card are to be run now.",
        tone: "good",
      };
    if (!handOff.failed) return { title: "Handed off", text: `${handOff.target} has it.`, tone: "good" };
    return {
      title: "Not handed off",
      text: `${handOff.target} could not be reached and is given up: ${note}. The commands on the card are to be run by hand.`,
      tone: "bad",
    };
  },
  apply: ({ recommendation: one }, { by, note }) => ({
    title: "Applied",
    text: `${by === null ? "The bill shows that it is done" : `${by} says it is done`}${note === null ? "" : `: ${note}`}. ${watchText(one.appliedOn)}`,
    tone: "good",
  }),
  measure: (view, { figure }) => {
    if (figure === null) return { title: "Measured", text: "The bill was read." };
    const { checkpointDays, measuredMonthly, promisedMonthly, verdict } = figure;
    const last = checkpointDays === CHECKPOINT_DAYS.at(-1);
    return {
      title: `After ${checkpointDays} days the bill says ${formatMoney(measuredMonthly)} a month`,
      text: `${formatMoney(measuredMonthly)} a month saved on ${nameOf(view.recommendation.finding)}, ${formatMoney(promisedMonthly)} were promised${last ? `: ${verdict.replace("-", " ")}.` : ". The bill is read once more after 30 days."}`,
      tone: verdict === "realised" ? "good" : verdict === "partly-realised" ? "warning" : "bad",
    };
  },
  assign: (_, { by, note }) => ({ title: "Assigned", text: `${by} gave it to ${note}.` }),
  comment: (_, { by, note }) => ({ title: `Remark by ${by}`, text: note ?? "" }),
  found: (view) => ({ title: "Found again", text: `It is back and asked anew: ${amountOf(view)}.`, tone: "warning" }),
  changed: (view, { from }) =>
    from !== null && ASKED.has(from)
      ? {
          title: "The bills changed",
          text: `It is now ${amountOf(view)}. Approvals given before count no longer: it is asked anew.`,
          tone: "warning",
        }
      : { title: "Found again", text: `It is back, and other than before: ${amountOf(view)}.`, tone: "warning" },
  vanished: ({ recommendation: one }) =>
    one.state === "applied"
      ? { title: "Applied", text: `The bill shows that it is done. ${watchText(one.appliedOn)}`, tone: "good" }
      : { title: "Resolved", text: "Later bills no longer show it: nothing is left to do.", tone: "good" },
  restated: () => ({
    title: "Withdrawn",
    text: "The same days were billed again and do not show it: there never was a finding. Nothing is to be done.",
    tone: "warning",
  }),
  wake: () => ({
    title: "Back again",
    text: "The day it was put off to has come. It waits for a decision.",
    tone: "warning",
  }),
  expire: ({ recommendation: one }) => ({
    title: "Expired",
    text: `Nobody decided before ${one.expiresOn}; the evidence is too old now. It comes back if it is found after ${one.reopensOn}.`,
  }),
};

function amountOf({ recommendation: { finding } }: RecommendationView): string {
  return `${formatMoney(savingMonthly(finding))} a month on ${nameOf(finding)}`;
}

function sentence(text: string, view: RecommendationView): string {
  const undo = undoText(view);
  return undo === "" ? `${text}.` : `${text} (${undo}).`;
}

/** The days the bill is read again: the day after the last one that is compared. */
function watchText(appliedOn: RecommendationView["recommendation"]["appliedOn"]): string {
  if (appliedOn === null) return "The bill is watched now.";
  const days = CHECKPOINT_DAYS.map((count) => addDays(appliedOn, count + 1));
  return `The bill is read again when it reaches ${days.join(" and ")}.`;
}

function blocksOf({ handOff, figure }: Happening): Block[] {
  const link = handOff?.url ?? null;
  const notes = figure === null ? [] : measuredNotes(figure);
  return [
    ...(link === null ? [] : [{ kind: "list" as const, items: [[{ kind: "link" as const, text: link, href: link }]] }]),
    ...(notes.length === 0 ? [] : [{ kind: "list" as const, items: notes }]),
  ];
}
