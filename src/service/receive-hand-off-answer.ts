import { z } from "zod";

import { AppError } from "../domain/errors.ts";
import { databaseNow } from "../store/database-time.ts";
import type { Context, Verb } from "./context.ts";
import { decide, type DecisionOutcome } from "./decide.ts";
import { verifyWebhookSignature } from "./hand-off-webhook.ts";
import { decisionSettings, type RenderRecommendation } from "./recommendation-view.ts";

const answerSchema = z.object({
  id: z.string().min(1).max(200),
  status: z.literal("applied"),
  note: z.string().max(1_000).nullish(),
});

/**
 * What a webhook's receiver says later: `{"id": …, "status": "applied"}`, signed with the target's secret as we sign
 * ours. The same answer twice moves nothing the second time. Throws AppError("forbidden") for a wrong signature,
 * AppError("bad-input") for a body that says nothing we know; the caller passes the raw body.
 */
export async function receiveHandOffAnswer({
  ctx,
  input,
}: Verb<{
  readonly target: string;
  readonly body: string;
  readonly signature: string;
  readonly render: RenderRecommendation;
}>): Promise<DecisionOutcome> {
  const target = decisionSettings(ctx.settings).handOff.find(
    (candidate) => candidate.kind === "webhook" && candidate.name === input.target,
  );
  const secret = target?.kind === "webhook" ? target.secret : null;
  // An unknown target and a wrong signature are told apart by nobody.
  const nowMs = await databaseNow(ctx.db.sql);
  if (secret === null || !verifyWebhookSignature(secret, input.body, input.signature, nowMs)) {
    throw new AppError("forbidden", "That answer is not signed by a target of ours.");
  }
  const answer = answerSchema.safeParse(parseJson(input.body));
  if (!answer.success) {
    throw new AppError("bad-input", 'An answer is {"id": RECOMMENDATION, "status": "applied"}.');
  }
  const receiver: Context = { ...ctx, actor: { kind: "system", id: `hand-off:${input.target}` } };
  return decide(receiver, {
    id: answer.data.id,
    event: "apply",
    seenRevision: null,
    note: answer.data.note ?? null,
    until: null,
    confirmedResource: null,
    render: input.render,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
