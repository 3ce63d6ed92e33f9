import { Hono } from "hono";

import { renderRecommendation } from "../bot/views/render-recommendation.ts";
import { AppError } from "../domain/errors.ts";
import { EVERYTHING } from "../domain/scope.ts";
import type { Context } from "../service/context.ts";
import type { DecisionOutcome } from "../service/decide.ts";
import { receiveHandOffAnswer } from "../service/receive-hand-off-answer.ts";
import type { Estate } from "./deps.ts";
import { jsonBodyLimit } from "./security.ts";

const SIGNATURE_HEADER = "x-finops-signature";
/** States a repeated "applied" finds: it was heard the first time. */
const HEARD: readonly string[] = ["applied", "realised", "partly-realised", "not-realised"];

/**
 * Where a webhook's receiver says that the work is done. There is no session and no page involved: the signature over the
 * raw body is the whole authentication, so the body is checked before it is read as anything.
 */
export function createHandOffRoutes(real: Estate): Hono {
  const routes = new Hono();
  routes.post("/:target", jsonBodyLimit, async (c) => {
    const ctx: Context = { ...real.base, actor: { kind: "system", id: "hand-off" }, scope: EVERYTHING };
    const outcome = await receiveHandOffAnswer({
      ctx,
      input: {
        target: c.req.param("target"),
        body: await c.req.text(),
        signature: c.req.header(SIGNATURE_HEADER) ?? "",
        render: renderRecommendation,
      },
    });
    return c.json(answerOf(outcome));
  });
  return routes;
}

/** The state it has now. Throws AppError for what cannot be applied (any more). */
function answerOf(outcome: DecisionOutcome): { readonly state: string; readonly repeated: boolean } {
  const state = outcome.view?.recommendation.state;
  if (state === undefined) throw new AppError("not-found", "There is no such recommendation.");
  if (outcome.kind === "done") return { state, repeated: false };
  if (HEARD.includes(state)) return { state, repeated: true };
  throw new AppError("conflict", `It is ${state}: it cannot be applied now.`);
}
