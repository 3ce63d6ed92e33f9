import { randomUUID } from "node:crypto";

import { holdsOn } from "../analysis/waste/exclusions.ts";
import { WASTE_RULES } from "../analysis/waste/rules.ts";
import { hasRole } from "../domain/actor.ts";
import type { AuditAction, Json } from "../domain/audit-event.ts";
import { AppError } from "../domain/errors.ts";
import { stableId } from "../domain/ids.ts";
import { nearestWords } from "../domain/nearest.ts";
import { addDays, type Day } from "../domain/period.ts";
import type { WasteExclusion } from "../domain/waste.ts";
import { appendAudit } from "../store/audit.ts";
import { sealPending } from "../store/audit-chain.ts";
import { insertExclusion, listExclusions, removeExclusion } from "../store/waste-exclusions.ts";
import { auditActor } from "./apply-move.ts";
import type { Context, Verb } from "./context.ts";

/** How long an exclusion holds when nobody says. */
export const EXCLUSION_DAYS_DEFAULT = 90;
const TEXT_MAX = 1_000;

export type ExclusionInput = Pick<WasteExclusion, "rule" | "resource" | "account" | "tag"> & {
  readonly reason: string;
  /** First day it no longer holds; null = until it is taken back, undefined = 90 days. */
  readonly until: Day | null | undefined;
};

/** An exclusion and whether it holds today. */
export type ExclusionState = WasteExclusion & { readonly holds: boolean };

/**
 * Takes something out of waste detection, with a reason and an end, and writes it down in the audit trail.
 * Throws AppError: "forbidden" below analyst or for somebody who sees only a part, "bad-input" for what is missing.
 */
export async function excludeWaste({ ctx, input }: Verb<ExclusionInput>): Promise<ExclusionState> {
  await needAnalyst(ctx, "waste.exclude", input.resource ?? input.rule ?? input.account ?? "");
  const exclusion = checked(ctx, input);
  await ctx.db.sql.begin(async (tx) => {
    await insertExclusion(tx, exclusion);
    await appendAudit(tx, [auditOf(ctx, "waste.exclude", exclusion)]);
  });
  await sealPending(ctx.db.sql);
  return { ...exclusion, holds: true };
}

/** Takes an exclusion back: what it held back is found again. Throws AppError "not-found", "forbidden". */
export async function includeWaste({ ctx, input }: Verb<{ readonly id: string }>): Promise<WasteExclusion> {
  const id = input.id.toLowerCase();
  await needAnalyst(ctx, "waste.include", id);
  const exclusion = (await listExclusions(ctx.db.sql)).find((one) => one.id === id);
  const removed =
    exclusion !== undefined &&
    (await ctx.db.sql.begin(async (tx) => {
      if (!(await removeExclusion(tx, id, ctx.actor.id))) return false;
      await appendAudit(tx, [auditOf(ctx, "waste.include", exclusion)]);
      return true;
    }));
  if (exclusion === undefined || !removed) {
    throw new AppError("not-found", `There is no exclusion ${id.slice(0, 40)}.`, {
      remedy: "waste exclusions lists them.",
    });
  }
  await sealPending(ctx.db.sql);
  return exclusion;
}

/** Exclusions that were not taken back; those that have run out say so. Throws AppError "forbidden" for a partial view. */
export async function listWasteExclusions({ ctx }: Verb<Record<string, never>>): Promise<ExclusionState[]> {
  needWholeView(ctx);
  const today = ctx.clock.today();
  return (await listExclusions(ctx.db.sql)).map((one) => ({ ...one, holds: holdsOn(one, today) }));
}

function checked(ctx: Context, input: ExclusionInput): WasteExclusion {
  const { rule, resource, account, tag } = input;
  const reason = input.reason.trim().slice(0, TEXT_MAX);
  if ((rule ?? resource ?? account ?? tag) === null) {
    throw new AppError(
      "bad-input",
      "Say what to exclude: a rule, a resource, an account, a tag, or several together.",
      {
        remedy: 'For example: waste exclude resource vol-1 --reason "kept for the auditors" --until 2026-12-31',
      },
    );
  }
  if (rule !== null && !WASTE_RULES.some(({ id }) => id === rule)) throw unknownRule(rule);
  if (reason === "") {
    throw new AppError("bad-input", "An exclusion needs a reason.", { remedy: "Add: --reason and a few words." });
  }
  const today = ctx.clock.today();
  const until = input.until === undefined ? addDays(today, EXCLUSION_DAYS_DEFAULT) : input.until;
  if (until !== null && until <= today) {
    throw new AppError("bad-input", `${until} has gone by: an exclusion ends after today.`, {
      remedy: "Say a later day, a number of days (30d), or never.",
    });
  }
  const { actor } = ctx;
  return {
    id: stableId("excl", randomUUID()),
    rule,
    resource,
    account,
    tag,
    reason,
    setBy: actor.id,
    setByName: actor.kind === "user" ? actor.name : actor.id,
    since: today,
    until,
  };
}

/** "There is no rule …" with the nearest ones. */
export function unknownRule(rule: string): AppError {
  const ids = [...new Set(WASTE_RULES.map(({ id }) => id))];
  const near = nearestWords(rule, ids);
  return new AppError("bad-input", `There is no rule "${rule.slice(0, 60)}".`, {
    remedy: near.length === 0 ? "waste rules lists them." : `Did you mean ${near.join(" or ")}?`,
  });
}

/** Refused attempts are written down too. */
async function needAnalyst(ctx: Context, action: AuditAction, subject: string): Promise<void> {
  const reason = !hasRole(ctx.actor, "analyst") ? "role" : ctx.scope.length > 0 ? "scope" : null;
  if (reason === null) return;
  await appendAudit(ctx.db.sql, [
    { action, subject: subject.slice(0, 200), actor: auditActor(ctx.actor), outcome: "refused", reason, details: {} },
  ]);
  await sealPending(ctx.db.sql);
  needWholeView(ctx);
  throw new AppError("forbidden", "Excluding from waste detection needs the role analyst.");
}

/** An exclusion changes what everybody sees, and its words may name what lies outside a part. */
function needWholeView(ctx: Context): void {
  if (ctx.scope.length === 0) return;
  throw new AppError(
    "forbidden",
    "Exclusions hold for everybody: only who sees the whole bill may read or change them.",
  );
}

function auditOf(ctx: Context, action: AuditAction, exclusion: WasteExclusion) {
  const { id, rule, resource, account, tag, reason, until } = exclusion;
  const details: { [key: string]: Json } = {
    rule,
    resource,
    account,
    tag: tag === null ? null : tag.value === null ? tag.key : `${tag.key}=${tag.value}`,
    note: reason,
    until,
  };
  return { action, subject: id, actor: auditActor(ctx.actor), outcome: "done" as const, reason: null, details };
}
