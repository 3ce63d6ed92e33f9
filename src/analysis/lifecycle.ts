import { RECOMMENDATION_STATES, type RecommendationState } from "../domain/recommendation.ts";

/** What can happen to a recommendation. */
export const LIFECYCLE_EVENTS = [
  "found",
  "changed",
  "vanished",
  "restated",
  "approve",
  "reject",
  "snooze",
  "undo",
  "hand-off",
  "apply",
  "assign",
  "comment",
  "wake",
  "expire",
  "measure",
] as const;
export type LifecycleEvent = (typeof LIFECYCLE_EVENTS)[number];

/** Facts a move may depend on. The caller knows them; the table only names them. */
export const GUARDS = [
  "more-approvals-needed",
  "enough-approvals",
  "undo-open",
  "reopen-day-reached",
  "worsened",
  "expiry-day-reached",
  "snooze-over",
  "saved-as-promised",
  "saved-in-part",
  "saved-nothing",
] as const;
export type Guard = (typeof GUARDS)[number];

/** What a move does beside changing the state. */
export const EFFECTS = [
  "new-revision",
  "void-approvals",
  "open-undo",
  "close-undo",
  "queue-hand-off",
  "cancel-hand-off",
  "start-measuring",
  "set-reopen-day",
  "clear-snooze",
] as const;
export type Effect = (typeof EFFECTS)[number];

/** Who may cause an event: the system, or a person with at least this role. */
export type Who = "system" | "analyst" | "approver";

export const EVENT_WHO: Readonly<Record<LifecycleEvent, Who>> = {
  found: "system",
  changed: "system",
  vanished: "system",
  restated: "system",
  approve: "approver",
  reject: "approver",
  snooze: "approver",
  undo: "approver",
  "hand-off": "system",
  apply: "analyst",
  assign: "analyst",
  comment: "analyst",
  wake: "system",
  expire: "system",
  measure: "system",
};

/** What each event is, for people. */
export const EVENT_MEANING: Readonly<Record<LifecycleEvent, string>> = {
  found: "detection sees the finding, its evidence as before",
  changed: "detection, or the check at the click, sees the finding with other evidence than was asked",
  vanished: "later bills no longer show the finding",
  restated: "the same days were billed again and no longer show the finding",
  approve: "a person approves; role, tier, scope, requester, expiry and evidence were checked",
  reject: "a person rejects, with a reason",
  snooze: "a person puts it off until a day",
  undo: "a person takes the last decision back",
  "hand-off": "every target has the approval",
  apply: "the work is done: a person, the webhook's answer, or the bill says so",
  assign: "a person names who does the work",
  comment: "a person adds a remark",
  wake: "the day a snooze ends has come",
  expire: "the day it expires has come without a decision",
  measure:
    "enough days are billed after the work, or those days were billed again: the bill's figure stands beside the promise",
};

export type Move = {
  readonly from: readonly RecommendationState[];
  readonly event: LifecycleEvent;
  readonly guard: Guard | null;
  /** null: the state stays. */
  readonly to: RecommendationState | null;
  readonly effects: readonly Effect[];
  readonly why: string;
};

const OPEN = ["proposed", "partly-approved"] as const;
const MEASURED = ["realised", "partly-realised", "not-realised"] as const;
const ANEW: readonly Effect[] = ["new-revision", "void-approvals", "close-undo", "clear-snooze"];

/** The whole life, one line a move. Code, tests and docs/lifecycle.md follow from it; what is not here is refused. */
export const MOVES: readonly Move[] = [
  move(["resolved", "withdrawn", ...MEASURED], "found", null, "proposed", ANEW, "it is back"),
  move(["rejected", "expired"], "found", "reopen-day-reached", "proposed", ANEW, "its period is over; asked anew"),

  move(OPEN, "changed", null, "proposed", ["new-revision", "void-approvals", "close-undo"], "asked again"),
  move(
    ["approved"],
    "changed",
    null,
    "proposed",
    ["new-revision", "void-approvals", "cancel-hand-off", "close-undo"],
    "what was approved is no longer what would be done: asked again",
  ),
  move(["snoozed"], "changed", "worsened", "proposed", ANEW, "half as much again is wasted: not what was put off"),
  move(["resolved", "withdrawn", ...MEASURED], "changed", null, "proposed", ANEW, "it is back, with other evidence"),
  move(["rejected", "expired"], "changed", "reopen-day-reached", "proposed", ANEW, "its period is over; asked anew"),

  move(
    [...OPEN, "snoozed"],
    "vanished",
    null,
    "resolved",
    ["void-approvals", "close-undo", "clear-snooze"],
    "nothing left to do",
  ),
  move(
    ["approved", "handed-off"],
    "vanished",
    null,
    "applied",
    ["start-measuring", "cancel-hand-off", "close-undo"],
    "the bill shows the work was done",
  ),
  move(
    [...OPEN, "snoozed", "approved", "handed-off"],
    "restated",
    null,
    "withdrawn",
    ["void-approvals", "cancel-hand-off", "close-undo", "clear-snooze"],
    "the evidence was never so: the days were billed again",
  ),

  move(OPEN, "approve", "more-approvals-needed", "partly-approved", ["open-undo"], "the tier asks for another person"),
  move(OPEN, "approve", "enough-approvals", "approved", ["open-undo", "queue-hand-off"], "handed off when undo closes"),
  move(
    [...OPEN, "snoozed"],
    "reject",
    null,
    "rejected",
    ["void-approvals", "set-reopen-day", "open-undo", "clear-snooze"],
    "not proposed again inside its period",
  ),
  move(OPEN, "snooze", null, "snoozed", ["void-approvals", "open-undo"], "comes back by itself"),
  move(
    ["partly-approved", "approved", "rejected", "snoozed"],
    "undo",
    "undo-open",
    "proposed",
    ["void-approvals", "cancel-hand-off", "close-undo", "clear-snooze"],
    "as if not decided; nothing had left the house",
  ),
  move(["approved"], "hand-off", null, "handed-off", ["close-undo"], "those who do the work have it"),
  move(
    ["approved", "handed-off"],
    "apply",
    null,
    "applied",
    ["start-measuring", "cancel-hand-off", "close-undo"],
    "the bill will be read 7 and 30 days later",
  ),
  move(
    ["proposed", "partly-approved", "approved", "handed-off", "applied", "snoozed"],
    "assign",
    null,
    null,
    [],
    "the card names them",
  ),
  move(null, "comment", null, null, [], "always possible"),
  move(["snoozed"], "wake", "snooze-over", "proposed", ["new-revision", "clear-snooze", "close-undo"], "asked again"),
  move(
    OPEN,
    "expire",
    "expiry-day-reached",
    "expired",
    ["void-approvals", "set-reopen-day", "close-undo"],
    "evidence this old decides nothing",
  ),
  move(["applied"], "measure", "saved-as-promised", "realised", [], "at least 90 % of the promise"),
  move(["applied"], "measure", "saved-in-part", "partly-realised", [], "more than 10 % of the promise"),
  move(["applied"], "measure", "saved-nothing", "not-realised", [], "10 % of the promise or less"),
  move(["partly-realised", "not-realised"], "measure", "saved-as-promised", "realised", [], "the bill was restated"),
  move(["realised", "not-realised"], "measure", "saved-in-part", "partly-realised", [], "the bill was restated"),
  move(["realised", "partly-realised"], "measure", "saved-nothing", "not-realised", [], "the bill was restated"),
];

export type Transition =
  | { readonly ok: true; readonly move: Move; readonly to: RecommendationState }
  | { readonly ok: false };

/** The one move of `event` in `state` given which guards hold; not ok = the table has none: nothing changes. */
export function transition(
  state: RecommendationState,
  event: LifecycleEvent,
  holds: ReadonlySet<Guard> = new Set(),
): Transition {
  const found = MOVES.find(
    (candidate) =>
      candidate.event === event &&
      candidate.from.includes(state) &&
      (candidate.guard === null || holds.has(candidate.guard)),
  );
  return found === undefined ? { ok: false } : { ok: true, move: found, to: found.to ?? state };
}

/** Whether some move of `event` leaves `state`, whatever its guard: what buttons are offered by. */
export function mayHappen(state: RecommendationState, event: LifecycleEvent): boolean {
  return MOVES.some((candidate) => candidate.event === event && candidate.from.includes(state));
}

function move(
  from: readonly RecommendationState[] | null,
  event: LifecycleEvent,
  guard: Guard | null,
  to: RecommendationState | null,
  effects: readonly Effect[],
  why: string,
): Move {
  return { from: from ?? RECOMMENDATION_STATES, event, guard, to, effects, why };
}
