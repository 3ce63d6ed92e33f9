import { randomUUID } from "node:crypto";

import type { Context as HonoContext } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Logger } from "pino";

import { AppError, type ErrorCode } from "../domain/errors.ts";

const STATUS: Readonly<Record<ErrorCode, ContentfulStatusCode>> = {
  "bad-input": 400,
  forbidden: 403,
  "not-found": 404,
  conflict: 409,
  held: 409,
  limit: 429,
  internal: 500,
  unavailable: 503,
};

/** Errors as JSON: what and how to mend it; what nobody expected gets an id and no details. */
export function answerError(error: unknown, c: HonoContext, log: Logger): Response {
  if (error instanceof AppError) {
    const { code, message, remedy } = error;
    return c.json({ error: { code, message, ...(remedy === undefined ? {} : { remedy }) } }, STATUS[code]);
  }
  const reference = `err-${randomUUID().slice(0, 8)}`;
  log.error({ err: error, errorId: reference, path: c.req.path }, "request failed unexpectedly");
  return c.json({ error: { code: "internal", message: "Something went wrong on our side.", reference } }, 500);
}
