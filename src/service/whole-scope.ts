import { AppError } from "../domain/errors.ts";
import type { Context } from "./context.ts";

/**
 * What cannot be cut to a part (whole deliveries, everybody's names, the machine itself) is not shown to whoever sees
 * only a part. Throws AppError("forbidden").
 */
export function requireWholeScope(ctx: Pick<Context, "scope">, what: string): void {
  if (ctx.scope.length === 0) return;
  throw new AppError("forbidden", `"${what}" shows more than the part of the bills that is shown here.`, {
    remedy: "Ask in a channel that shows everything, or in the terminal.",
  });
}
