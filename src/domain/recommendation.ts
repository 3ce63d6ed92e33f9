import type { Role } from "./actor.ts";
import type { Finding } from "./contract.ts";
import type { Dimension } from "./dimension.ts";
import { money, scale, type Money } from "./money.ts";
import type { Day, Period } from "./period.ts";
import type { Owner } from "./person.ts";

/** The life of a recommendation, in order; what lies aside of it last. docs/lifecycle.md explains each. */
export const RECOMMENDATION_STATES = [
  "proposed",
  "partly-approved",
  "approved",
  "handed-off",
  "applied",
  "realised",
  "partly-realised",
  "not-realised",
  "rejected",
  "snoozed",
  "expired",
  "resolved",
  "withdrawn",
] as const;
export type RecommendationState = (typeof RECOMMENDATION_STATES)[number];
/** A decision is waited for. */
export const WAITING_STATES: readonly RecommendationState[] = ["proposed", "partly-approved"];
/** Nobody decided: time or the bills did. */
export const LAPSED_STATES: readonly RecommendationState[] = ["expired", "resolved", "withdrawn"];

/**
 * What kind of charges a resource has: dimension → its spellings (id and name), null = missing.
 * One facet for every distinct combination, so that a scope covers the resource only if it covers all of them.
 */
export type ResourceFacet = Readonly<Partial<Record<Dimension, readonly (string | null)[]>>>;

/** A finding with a known saving: only such a one can be promised, and measured afterwards. */
export type PricedFinding = Finding & { readonly saving: { readonly amount: string; readonly currency: string } };

/** A finding somebody may decide on. Its id is the finding's. */
export type Recommendation = {
  readonly id: string;
  readonly state: RecommendationState;
  /** Rises when what would be approved changes, or when it is proposed anew. Approvals belong to one revision. */
  readonly revision: number;
  /** As last detected: what, where, saving a month, evidence, remedy. */
  readonly finding: PricedFinding;
  readonly evidenceHash: string;
  /** Saving a month when this revision was asked: what drift is measured against. */
  readonly savingAsked: Money;
  /** Days of bills the evidence was read from. */
  readonly window: Period;
  readonly facets: readonly ResourceFacet[];
  /** The person who asked for it; null = found by detection. */
  readonly requestedBy: string | null;
  readonly assignee: string | null;
  /** From this day on it can no longer be approved. */
  readonly expiresOn: Day;
  readonly snoozedUntil: Day | null;
  /** Rejected or expired: the day from which it may be proposed again. */
  readonly reopensOn: Day | null;
  /** Until when the last decision can be undone (UTC instant of the database); null = not any more. */
  readonly undoUntil: string | null;
  readonly undoOpen: boolean;
  readonly appliedOn: Day | null;
  readonly createdAt: string;
  readonly changedAt: string;
};

export const DECISION_KINDS = ["approve", "reject", "snooze", "undo", "assign", "comment", "applied"] as const;
export type DecisionKind = (typeof DECISION_KINDS)[number];

/** One thing a person did to a recommendation. */
export type Decision = {
  readonly kind: DecisionKind;
  readonly revision: number;
  readonly actorId: string;
  readonly actorName: string;
  readonly note: string | null;
  readonly at: string;
  /** An approval that no longer counts: undone, or the evidence changed. */
  readonly voided: boolean;
};

export const HAND_OFF_KINDS = ["card", "webhook", "github", "jira", "csv"] as const;
export type HandOffKind = (typeof HAND_OFF_KINDS)[number];

/** What became of passing an approval on to those who do the work. */
export type HandOff = {
  readonly target: string;
  readonly kind: HandOffKind;
  readonly state: "waiting" | "done" | "cancelled" | "given-up";
  readonly url: string | null;
  readonly error: string | null;
};

/** A recommendation with everything a card shows. */
export type RecommendationView = {
  readonly recommendation: Recommendation;
  readonly decisions: readonly Decision[];
  readonly handOffs: readonly HandOff[];
  readonly measured: readonly MeasuredSaving[];
  /** Approvals this revision needs and has. */
  readonly approvalsNeeded: number;
  readonly approvalsGiven: number;
  /** The rule its amount falls under, and in words who may approve. */
  readonly tier: ApprovalTier;
  readonly approvers: string;
  /** Whose part of the bill it is, by the owner directory; empty = nobody is named. */
  readonly owners: readonly Owner[];
};

export const SAVING_VERDICTS = ["realised", "partly-realised", "not-realised"] as const;
export type SavingVerdict = (typeof SAVING_VERDICTS)[number];

/** Days after `applied` at which the bill is read. The last one decides the state. */
export const CHECKPOINT_DAYS = [7, 30] as const;
export type CheckpointDays = (typeof CHECKPOINT_DAYS)[number];

/** The bill's own figure beside the promise. */
export type MeasuredSaving = {
  readonly recommendationId: string;
  readonly revision: number;
  readonly checkpointDays: CheckpointDays;
  readonly appliedOn: Day;
  readonly promisedMonthly: Money;
  readonly measuredMonthly: Money;
  readonly beforeDaily: Money;
  readonly afterDaily: Money;
  readonly verdict: SavingVerdict;
  readonly notes: readonly string[];
  /** What the bill said before it was restated in its open month; null = it was not. */
  readonly restatedFrom: Money | null;
  /** What the bill says since its month was closed, where that is something else: the figure stays. */
  readonly restatedTo: Money | null;
  readonly before: Period;
  readonly after: Period;
};

/** Amounts up to `savingMonthlyMax` need these approvals; null = any amount. */
export type ApprovalTier = {
  readonly name: string;
  /** Currency → decimal. A currency not named falls through to the next, stricter tier. */
  readonly savingMonthlyMax: Readonly<Record<string, string>> | null;
  readonly approvals: number;
  readonly role: Role;
  /** Only these people, each with at least the role; null = everybody with it. */
  readonly approvers: readonly NamedApprover[] | null;
};

/** Somebody configuration names by handle. `id` is null while the bot knows nobody of that handle. */
export type NamedApprover = { readonly handle: string; readonly id: string | null; readonly name: string };

/** Who may decide what, and for how long. */
export type ApprovalPolicy = {
  /** In rising order; the first that fits applies, the last one must fit everything. */
  readonly tiers: readonly ApprovalTier[];
  readonly undoMinutes: number;
  readonly expiryDays: number;
  /** Days until a rejected or expired one may be proposed again. */
  readonly reopenDays: number;
  /** Percent by which the saving may drift before those who approved are asked again. */
  readonly driftPercent: number;
};

export const DEFAULT_APPROVAL_POLICY: ApprovalPolicy = {
  tiers: [
    {
      name: "small",
      savingMonthlyMax: { USD: "1000", EUR: "1000", GBP: "1000" },
      approvals: 1,
      role: "approver",
      approvers: null,
    },
    { name: "large", savingMonthlyMax: null, approvals: 2, role: "approver", approvers: null },
  ],
  undoMinutes: 10,
  expiryDays: 30,
  reopenDays: 90,
  driftPercent: 10,
};

/** Where an approval is passed on to. Secrets come from the environment through configuration. */
export type HandOffTarget =
  | { readonly kind: "webhook"; readonly name: string; readonly url: string; readonly secret: string }
  | {
      readonly kind: "github";
      readonly name: string;
      /** https://api.github.com, or an enterprise server's /api/v3. */
      readonly apiUrl: string;
      readonly repository: string;
      readonly token: string;
      readonly labels: readonly string[];
    }
  | {
      readonly kind: "jira";
      readonly name: string;
      readonly siteUrl: string;
      readonly projectKey: string;
      readonly issueType: string;
      readonly email: string;
      readonly token: string;
    }
  | { readonly kind: "csv"; readonly name: string; readonly directory: string };

/** What configuration tells decisions. */
export type DecisionSettings = {
  readonly policy: ApprovalPolicy;
  readonly handOff: readonly HandOffTarget[];
  /** Least seconds between two tries of one hand-off: longer than a remote's search index lags. */
  readonly handOffRetrySeconds: number;
};

export const DEFAULT_DECISION_SETTINGS: DecisionSettings = {
  policy: DEFAULT_APPROVAL_POLICY,
  handOff: [],
  handOffRetrySeconds: 60,
};

/** What the finding promises a month. */
export function savingMonthly(finding: PricedFinding): Money {
  return money(finding.saving.amount, finding.saving.currency);
}

/** Twelve average months. */
export function savingYearly(finding: PricedFinding): Money {
  return scale(savingMonthly(finding), 12n, 1n);
}

/** Whether a finding can be recommended: its saving is known and above nothing. */
export function isPriced(finding: Finding): finding is PricedFinding {
  return finding.saving !== null && money(finding.saving.amount, finding.saving.currency).atoms > 0n;
}
