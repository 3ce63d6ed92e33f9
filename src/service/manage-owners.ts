import { isScopeWithin } from "../analysis/scope-within.ts";
import { describeFilter } from "../analysis/describe-filter.ts";
import { hasRole } from "../domain/actor.ts";
import { AppError } from "../domain/errors.ts";
import type { Owner } from "../domain/person.ts";
import type { ScopeFilter } from "../domain/scope.ts";
import { appendAudit } from "../store/audit.ts";
import { channelScope } from "../store/conversations.ts";
import { deleteOwners, insertOwner, listOwners as readOwners, ownersOf } from "../store/people.ts";
import type { Context, Verb } from "./context.ts";
import { auditOf, requirePerson } from "./manage-people.ts";

/** Who owns which part of the bill, as far as those parts lie within what may be seen here. */
export async function listOwners({
  ctx,
  input,
}: Verb<{ readonly scope: ScopeFilter | null }>): Promise<{ owners: Owner[] }> {
  const { scope } = input;
  const owners = scope === null ? await readOwners(ctx.db.sql) : await ownersOf(ctx.db.sql, scope);
  return { owners: owners.filter((owner) => isScopeWithin(owner.scope, ctx.scope)) };
}

/**
 * Names a person or a channel as owner of a part of the bill. Analysts and up, within what they see. A channel that may
 * not show that part cannot own it: what it is told would be empty.
 */
export async function setOwner({
  ctx,
  input,
}: Verb<{ readonly scope: ScopeFilter; readonly who: string }>): Promise<Owner> {
  requireOwnerRights(ctx, input.scope);
  const channel = input.who.startsWith("#") ? input.who.slice(1).toLowerCase() : null;
  if (channel !== null) await requireFitting(ctx, channel, input.scope);
  const person = channel === null ? await requirePerson(ctx, input.who) : null;
  if (person !== null && !isScopeWithin(input.scope, person.scope)) {
    throw new AppError("conflict", `${person.handle} does not see ${describeFilter(input.scope)}.`, {
      remedy: "Give them that scope first: people scope NAME for DIM VALUE",
    });
  }
  await ctx.db.sql.begin(async (tx) => {
    const entry = { scope: input.scope, personId: person?.id ?? null, channel, setBy: ctx.actor.id };
    if (!(await insertOwner(tx, entry))) return;
    const details = { scope: JSON.stringify(input.scope), owner: person?.id ?? channel ?? "" };
    await appendAudit(tx, [auditOf(ctx, "owner.set", person?.id ?? `#${channel ?? ""}`, details)]);
  });
  return { scope: input.scope, person, channel };
}

/** Removes the owners of exactly this part. Throws AppError("not-found") when it has none. */
export async function removeOwners({ ctx, input }: Verb<{ readonly scope: ScopeFilter }>): Promise<number> {
  requireOwnerRights(ctx, input.scope);
  return ctx.db.sql.begin(async (tx) => {
    const removed = await deleteOwners(tx, input.scope);
    if (removed === 0) {
      throw new AppError("not-found", `Nobody owns exactly ${describeFilter(input.scope)}.`, { remedy: "owners list" });
    }
    await appendAudit(tx, [auditOf(ctx, "owner.remove", "owners", { scope: JSON.stringify(input.scope) })]);
    return removed;
  });
}

function requireOwnerRights(ctx: Context, scope: ScopeFilter): void {
  if (!hasRole(ctx.actor, "analyst")) throw new AppError("forbidden", "Naming owners needs the role analyst.");
  if (isScopeWithin(scope, ctx.scope)) return;
  throw new AppError("forbidden", "That part of the bill is not all within what you see here.");
}

async function requireFitting(ctx: Context, channel: string, scope: ScopeFilter): Promise<void> {
  const [found] = await ctx.db.sql<{ name: string }[]>`
    select name from channel where name = ${channel} and kind = 'shared'`;
  if (found === undefined) throw new AppError("not-found", `There is no channel #${channel.slice(0, 60)}.`);
  if (isScopeWithin(scope, await channelScope(ctx.db.sql, channel))) return;
  throw new AppError("conflict", `#${channel} does not show ${describeFilter(scope)}.`, {
    remedy: "Name another channel, or widen what it shows.",
  });
}
