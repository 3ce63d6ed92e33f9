import { AppError } from "../domain/errors.ts";
import type { Context } from "../service/context.ts";

/** Deliveries and refused rows cannot be cut to a scope: who sees only a part does not see them at all. */
export function requireWholeScope(ctx: Context, command: string): void {
  if (ctx.scope.length === 0) return;
  throw new AppError("forbidden", `"${command}" shows whole deliveries, and only a part of the bills is shown here.`, {
    remedy: "Ask in a channel that shows everything, or in the terminal.",
  });
}
