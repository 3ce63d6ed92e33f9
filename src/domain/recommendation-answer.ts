import { z } from "zod";

import { AUDIT_ACTIONS } from "./audit-event.ts";
import { finding } from "./contract.ts";
import { DECISION_KINDS, HAND_OFF_KINDS, RECOMMENDATION_STATES, SAVING_VERDICTS } from "./recommendation.ts";

/** What `recs`, `audit` and `savings` answer with `--json`. Money is a decimal string beside its currency. */
const decimal = z.string().regex(/^-?\d+(\.\d+)?$/);
const dayText = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const amount = z.object({ amount: decimal, currency: z.string() });
const period = z.object({ from: dayText, to: dayText });

export const measuredAnswer = z.object({
  id: z.string(),
  revision: z.number().int(),
  checkpointDays: z.number().int(),
  appliedOn: dayText,
  promised: amount,
  measured: amount,
  difference: amount,
  verdict: z.enum(SAVING_VERDICTS),
  before: period.extend({ daily: decimal }),
  after: period.extend({ daily: decimal }),
  notes: z.array(z.string()),
});
export type MeasuredAnswer = z.infer<typeof measuredAnswer>;

export const recommendationAnswer = z.object({
  id: z.string(),
  state: z.enum(RECOMMENDATION_STATES),
  revision: z.number().int(),
  finding,
  saving: z.object({ monthly: decimal, yearly: decimal, currency: z.string() }),
  evidenceWindow: period,
  requestedBy: z.string().nullable(),
  assignee: z.string().nullable(),
  expiresOn: dayText,
  snoozedUntil: dayText.nullable(),
  reopensOn: dayText.nullable(),
  undoUntil: z.string().nullable(),
  appliedOn: dayText.nullable(),
  approvals: z.object({ needed: z.number().int(), given: z.number().int(), by: z.string() }),
  decisions: z.array(
    z.object({
      kind: z.enum(DECISION_KINDS),
      revision: z.number().int(),
      actorId: z.string(),
      actorName: z.string(),
      note: z.string().nullable(),
      at: z.string(),
      voided: z.boolean(),
    }),
  ),
  handOffs: z.array(
    z.object({
      target: z.string(),
      kind: z.enum(HAND_OFF_KINDS),
      state: z.enum(["waiting", "done", "cancelled", "given-up"]),
      url: z.string().nullable(),
      error: z.string().nullable(),
    }),
  ),
  measured: z.array(measuredAnswer),
});
export type RecommendationAnswer = z.infer<typeof recommendationAnswer>;

export const recommendationsAnswer = z.object({ recommendations: z.array(recommendationAnswer) });

export const decisionAnswer = z.object({
  outcome: z.enum(["done", "refused"]),
  reason: z.string().nullable(),
  message: z.string(),
  recommendation: recommendationAnswer.nullable(),
});
export const decisionsAnswer = z.object({ decisions: z.array(decisionAnswer.extend({ id: z.string() })) });

export const savingsAnswer = z.object({
  ledger: z.array(measuredAnswer),
  waiting: z.array(z.object({ id: z.string(), appliedOn: dayText, promised: amount })),
  totals: z.array(z.object({ currency: z.string(), promised: decimal, measured: decimal, difference: decimal })),
});
export type SavingsAnswer = z.infer<typeof savingsAnswer>;

export const auditAnswer = z.object({
  events: z.array(
    z.object({
      id: z.string(),
      position: z.string().nullable(),
      hash: z.string().nullable(),
      at: z.string(),
      action: z.enum(AUDIT_ACTIONS),
      subject: z.string().nullable(),
      actor: z.object({ kind: z.string(), id: z.string(), name: z.string(), role: z.string() }),
      outcome: z.enum(["done", "refused"]),
      reason: z.string().nullable(),
      details: z.record(z.string(), z.unknown()),
    }),
  ),
});
export const auditVerdictAnswer = z.object({
  intact: z.boolean(),
  sealed: z.number().int(),
  unsealed: z.number().int(),
  anchors: z.number().int(),
  head: z.object({ position: z.string(), hash: z.string() }),
  problems: z.array(z.object({ kind: z.string(), position: z.string().nullable(), message: z.string() })),
});
