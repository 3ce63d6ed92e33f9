import { describe, expect, test } from "vitest";

import { RECOMMENDATION_STATES, type RecommendationState } from "../domain/recommendation.ts";
import {
  EVENT_WHO,
  GUARDS,
  LIFECYCLE_EVENTS,
  mayHappen,
  MOVES,
  transition,
  type Guard,
  type Move,
} from "./lifecycle.ts";

/** What DESIGN §6 asks for, written by hand and apart from the table: state → event → where it leads. */
const WANTED: Partial<Record<RecommendationState, Record<string, RecommendationState>>> = {
  proposed: {
    changed: "proposed",
    vanished: "resolved",
    restated: "withdrawn",
    "approve more-approvals-needed": "partly-approved",
    "approve enough-approvals": "approved",
    reject: "rejected",
    snooze: "snoozed",
    assign: "proposed",
    comment: "proposed",
    "expire expiry-day-reached": "expired",
  },
  "partly-approved": {
    changed: "proposed",
    vanished: "resolved",
    restated: "withdrawn",
    "approve more-approvals-needed": "partly-approved",
    "approve enough-approvals": "approved",
    reject: "rejected",
    snooze: "snoozed",
    "undo undo-open": "proposed",
    assign: "partly-approved",
    comment: "partly-approved",
    "expire expiry-day-reached": "expired",
  },
  approved: {
    changed: "proposed",
    vanished: "applied",
    restated: "withdrawn",
    "undo undo-open": "proposed",
    "hand-off": "handed-off",
    apply: "applied",
    assign: "approved",
    comment: "approved",
  },
  "handed-off": {
    vanished: "applied",
    restated: "withdrawn",
    apply: "applied",
    assign: "handed-off",
    comment: "handed-off",
  },
  applied: {
    assign: "applied",
    comment: "applied",
    "measure saved-as-promised": "realised",
    "measure saved-in-part": "partly-realised",
    "measure saved-nothing": "not-realised",
  },
  realised: {
    found: "proposed",
    changed: "proposed",
    comment: "realised",
    "measure saved-in-part": "partly-realised",
    "measure saved-nothing": "not-realised",
  },
  "partly-realised": {
    found: "proposed",
    changed: "proposed",
    comment: "partly-realised",
    "measure saved-as-promised": "realised",
    "measure saved-nothing": "not-realised",
  },
  "not-realised": {
    found: "proposed",
    changed: "proposed",
    comment: "not-realised",
    "measure saved-as-promised": "realised",
    "measure saved-in-part": "partly-realised",
  },
  rejected: {
    "found reopen-day-reached": "proposed",
    "changed reopen-day-reached": "proposed",
    "undo undo-open": "proposed",
    comment: "rejected",
  },
  snoozed: {
    "changed worsened": "proposed",
    vanished: "resolved",
    restated: "withdrawn",
    reject: "rejected",
    "undo undo-open": "proposed",
    assign: "snoozed",
    comment: "snoozed",
    "wake snooze-over": "proposed",
  },
  expired: { "found reopen-day-reached": "proposed", "changed reopen-day-reached": "proposed", comment: "expired" },
  resolved: { found: "proposed", changed: "proposed", comment: "resolved" },
  withdrawn: { found: "proposed", changed: "proposed", comment: "withdrawn" },
};

describe.each(RECOMMENDATION_STATES)("%s", (state) => {
  const wanted = WANTED[state] ?? {};
  test.each(LIFECYCLE_EVENTS)("+ %s", (event) => {
    for (const guard of [null, ...GUARDS]) {
      const next = transition(state, event, new Set<Guard>(guard === null ? [] : [guard]));
      const want = wanted[`${event} ${guard}`] ?? wanted[event];
      expect(next.ok ? next.to : "refused", `${event} ${guard}`).toBe(want ?? "refused");
    }
    expect(mayHappen(state, event)).toBe(Object.keys(wanted).some((key) => key.split(" ")[0] === event));
  });
});

test("no move is shadowed: a state and event have one move without guard, or moves with different guards", () => {
  for (const state of RECOMMENDATION_STATES) {
    for (const event of LIFECYCLE_EVENTS) {
      const guards = MOVES.filter((move) => move.event === event && move.from.includes(state)).map(
        (move) => move.guard,
      );
      expect(new Set(guards).size, `${state} ${event}`).toBe(guards.length);
      expect(guards.includes(null) && guards.length > 1, `${state} ${event}`).toBe(false);
    }
  }
});

test("every state can be reached from proposed, and every event has somebody who may cause it", () => {
  const reached = new Set<RecommendationState>(["proposed"]);
  for (let grown = true; grown;) {
    const before = reached.size;
    for (const move of MOVES)
      if (move.to !== null && move.from.some((state) => reached.has(state))) reached.add(move.to);
    grown = reached.size > before;
  }
  expect([...reached].sort()).toEqual([...RECOMMENDATION_STATES].sort());
  expect(Object.keys(EVENT_WHO).sort()).toEqual([...LIFECYCLE_EVENTS].sort());
});

const LAWS: [law: string, breaks: (move: Move) => boolean][] = [
  [
    "asking anew voids approvals",
    ({ event, effects }) => event !== "wake" && effects.includes("new-revision") && !effects.includes("void-approvals"),
  ],
  ["only an approval is handed off", ({ effects, to }) => effects.includes("queue-hand-off") && to !== "approved"],
  ["what is applied is measured", ({ effects, to }) => to === "applied" && !effects.includes("start-measuring")],
  [
    "leaving an approval cancels what waits to be handed off",
    ({ from, to, effects }) =>
      from.includes("approved") && to !== null && to !== "handed-off" && !effects.includes("cancel-hand-off"),
  ],
  ["what left the house is not undone", ({ event, from }) => event === "undo" && from.includes("handed-off")],
];
test.each(LAWS)("%s", (_, breaks) => expect(MOVES.filter(breaks)).toEqual([]));
