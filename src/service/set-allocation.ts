import { createHash } from "node:crypto";

import { hasRole } from "../domain/actor.ts";
import type { AllocationRule } from "../domain/allocation.ts";
import type { Json } from "../domain/audit-event.ts";
import { AppError } from "../domain/errors.ts";
import { nearestWords } from "../domain/nearest.ts";
import { addMonths, monthOf, monthPeriod, type Day } from "../domain/period.ts";
import { appendAudit } from "../store/audit.ts";
import { endRule, insertRule } from "../store/allocation-rules.ts";
import type { Context, Verb } from "./context.ts";
import { auditOf } from "./manage-people.ts";
import { allRules } from "./allocate-costs.ts";
import { showAllocation, type Allocation } from "./show-allocation.ts";
import { requireWholeScope } from "./whole-scope.ts";

export type NewRule = AllocationRule & { readonly from: Day };
export type SetAllocation = {
  readonly rule: NewRule;
  /** What a preview carried: only what was seen is saved. null = look first. */
  readonly confirm: string | null;
  /** The words that set it, for the button. */
};
export type AllocationChange =
  | { readonly kind: "preview"; readonly rule: NewRule; readonly preview: Allocation; readonly mark: string }
  | { readonly kind: "saved"; readonly rule: NewRule };

/** Rules of the name in finops.yaml stay there. */
async function requireChangeable(ctx: Context, name: string): Promise<void> {
  requireWholeScope(ctx, "allocate");
  if (!hasRole(ctx.actor, "analyst")) {
    throw new AppError("forbidden", "Allocation rules are set by people with the role analyst.", {
      remedy: "Ask one of them.",
    });
  }
  if ((ctx.settings.allocation ?? []).some((rule) => rule.name === name)) {
    throw new AppError("conflict", `Rule "${name}" is set in finops.yaml.`, {
      remedy: "Change it there, under allocation.",
    });
  }
}

/**
 * Agrees how shared charges are spread from a day on. Nothing is saved before what would move was seen: without the mark
 * of that preview (of the month before) this only looks. A rule of that name ends where the new one begins.
 */
export async function setAllocation({ ctx, input }: Verb<SetAllocation>): Promise<AllocationChange> {
  const { rule, confirm } = input;
  await requireChangeable(ctx, rule.name);
  const others = (await allRules(ctx)).filter(({ name }) => name !== rule.name);
  const period = monthPeriod(addMonths(monthOf(ctx.clock.today()), -1));
  // As if it had held already: what it would have moved.
  const preview = await showAllocation({
    ctx,
    input: { period, to: rule.to, rules: [...others, { ...rule, from: null }] },
  });
  const mark = createHash("sha256")
    .update(JSON.stringify([rule, preview.rows]))
    .digest("hex")
    .slice(0, 8);
  if (confirm !== mark) return { kind: "preview", rule, preview, mark };
  await ctx.db.sql.begin(async (tx) => {
    await endRule(tx, rule.name, rule.from);
    await insertRule(tx, rule, ctx.actor.id);
    const details = {
      scope: JSON.stringify(rule.scope),
      to: rule.to,
      by: rule.by,
      shares: rule.shares as Json,
      from: rule.from,
    };
    await appendAudit(tx, [auditOf(ctx, "allocation.set", rule.name, details)]);
  });
  return { kind: "saved", rule };
}

/** Ends a rule on a day: what it spread before stays so. Throws not-found with the nearest names. */
export async function removeAllocation({
  ctx,
  input,
}: Verb<{ readonly name: string; readonly on: Day }>): Promise<{ name: string; on: Day }> {
  const name = input.name.toLowerCase();
  await requireChangeable(ctx, name);
  await ctx.db.sql.begin(async (tx) => {
    if ((await endRule(tx, name, input.on)) === 0) {
      const [near] = nearestWords(
        name,
        (await allRules(ctx)).map((rule) => rule.name),
      );
      throw new AppError("not-found", `There is no rule "${name.slice(0, 60)}".`, {
        remedy: near === undefined ? "allocate list shows them." : `Did you mean ${near}?`,
      });
    }
    await appendAudit(tx, [auditOf(ctx, "allocation.remove", name, { on: input.on })]);
  });
  return { name, on: input.on };
}
