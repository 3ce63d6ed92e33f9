import { roleOf, type Role } from "../domain/actor.ts";
import type { Identity, Person } from "../domain/person.ts";
import type { ScopeFilter } from "../domain/scope.ts";
import { findPerson } from "../store/people.ts";
import type { Verb } from "./context.ts";
import { identityOf } from "./link-identity.ts";

export type WhoAmI = {
  readonly id: string;
  readonly name: string;
  readonly handle: string | null;
  readonly role: Role;
  readonly roleFrom: Person["roleFrom"] | null;
  /** What the person may see anywhere. */
  readonly own: ScopeFilter;
  /** What is shown here: theirs and the channel's. */
  readonly scope: ScopeFilter;
  readonly identities: readonly Identity[];
};

/** Who the bot takes somebody for, under which names, and what they may see. */
export async function whoAmI({ ctx }: Verb<Record<string, never>>): Promise<WhoAmI> {
  const { actor } = ctx;
  const person = await findPerson(ctx.db.sql, actor.id);
  const here = identityOf(ctx);
  return {
    id: actor.id,
    name: actor.kind === "user" ? actor.name : actor.id,
    handle: person?.handle ?? null,
    role: roleOf(actor),
    roleFrom: person?.roleFrom ?? null,
    own: actor.kind === "system" ? [] : actor.scope,
    scope: ctx.scope,
    identities: [...(person?.identities ?? []), ...(here === null ? [] : [here])],
  };
}
