import { RECOMMENDATION_STATES, type RecommendationState } from "../domain/recommendation.ts";
import { EVENT_MEANING, EVENT_WHO, LIFECYCLE_EVENTS, MOVES, type Effect, type Guard } from "./lifecycle.ts";

/** What each state means, for people. */
export const STATE_MEANING: Readonly<Record<RecommendationState, string>> = {
  proposed: "found and waiting for a decision",
  "partly-approved": "approved by some of those its tier asks for",
  approved: "approved; handed off when the undo window closes",
  "handed-off": "those who do the work have it",
  applied: "done; the bill is being watched",
  realised: "the bill shows at least 90 % of the promise",
  "partly-realised": "the bill shows more than 10 % and less than 90 % of the promise",
  "not-realised": "the bill shows 10 % of the promise or less",
  rejected: "decided against, with a reason; not asked again inside its period",
  snoozed: "put off until a day",
  expired: "nobody decided while the evidence was fresh",
  resolved: "the finding is gone by itself",
  withdrawn: "the bill was restated: there never was a finding",
};

const GUARD_MEANING: Readonly<Record<Guard, string>> = {
  "more-approvals-needed": "the tier asks for more people than have approved",
  "enough-approvals": "with this one, as many as the tier asks for",
  "undo-open": "the undo window is open",
  "reopen-day-reached": "its period is over",
  worsened: "the saving is at least half as much again as asked",
  "expiry-day-reached": "its expiry day has come",
  "snooze-over": "the day it was put off to has come",
  "saved-as-promised": "≥ 90 % of the promise",
  "saved-in-part": "> 10 % of the promise",
  "saved-nothing": "≤ 10 % of the promise",
};

const EFFECT_MEANING: Readonly<Record<Effect, string>> = {
  "new-revision": "revision + 1, new expiry day",
  "void-approvals": "approvals no longer count",
  "open-undo": "undo window opens",
  "close-undo": "undo window closes",
  "queue-hand-off": "hand-off is queued",
  "cancel-hand-off": "waiting hand-offs are cancelled",
  "start-measuring": "measuring starts",
  "set-reopen-day": "day set from which it may be proposed again",
  "clear-snooze": "snooze day is cleared",
};

/** docs/lifecycle.md, from the table the code runs on. */
export function lifecycleDocument(): string {
  return [
    "# Life of a recommendation",
    "",
    "Written by `node scripts/write-lifecycle.ts` from `src/analysis/lifecycle.ts`; a test holds that both agree.",
    "Every move writes one line of the audit trail in its own transaction, and so does every refused attempt.",
    "A move that is not in the table does not happen.",
    "",
    "## States",
    "",
    "| state | meaning |",
    "|---|---|",
    ...RECOMMENDATION_STATES.map((state) => `| ${state} | ${STATE_MEANING[state]} |`),
    "",
    "## Events",
    "",
    "| event | who | what |",
    "|---|---|---|",
    ...LIFECYCLE_EVENTS.map((event) => `| ${event} | ${EVENT_WHO[event]} | ${EVENT_MEANING[event]} |`),
    "",
    "## Moves",
    "",
    "| from | event | only when | to | also | why |",
    "|---|---|---|---|---|---|",
    ...MOVES.map((move) => {
      const from = move.from.length === RECOMMENDATION_STATES.length ? "any state" : move.from.join(", ");
      const guard = move.guard === null ? "" : GUARD_MEANING[move.guard];
      const effects = move.effects.map((effect) => EFFECT_MEANING[effect]).join("; ");
      return `| ${from} | ${move.event} | ${guard} | ${move.to ?? "(stays)"} | ${effects} | ${move.why} |`;
    }),
    "",
  ].join("\n");
}
