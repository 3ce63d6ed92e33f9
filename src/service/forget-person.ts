import { createHash, randomUUID } from "node:crypto";

import { AppError } from "../domain/errors.ts";
import { newPersonId, type Person } from "../domain/person.ts";
import { appendAudit } from "../store/audit.ts";
import { countTraces, erasePerson } from "../store/people-erase.ts";
import type { Context, Verb } from "./context.ts";
import { auditOf, requireAdmin, requirePerson } from "./manage-people.ts";

export type ForgetAnswer =
  | {
      readonly kind: "asked";
      readonly person: Person;
      readonly messages: number;
      readonly private: number;
      /** What the confirmation carries: it fits this person as they are now. */
      readonly mark: string;
    }
  | { readonly kind: "forgotten"; readonly pseudonym: string };

/**
 * Erases a person from chat: names, identities, token, private talk; what they wrote in channels is emptied. The audit
 * trail keeps an id that leads to nobody. Asks first: only the mark of that question erases. People named in
 * finops.yaml must leave it first, or they would come back.
 */
export async function forgetPerson({
  ctx,
  input,
}: Verb<{ readonly who: string; readonly confirm: string | null }>): Promise<ForgetAnswer> {
  requireAdmin(ctx);
  const person = await requirePerson(ctx, input.who);
  if (person.id === ctx.actor.id) {
    throw new AppError("conflict", "You cannot erase yourself.", { remedy: "Ask another admin." });
  }
  if (isConfigured(ctx, person)) {
    throw new AppError("conflict", `${person.handle} is named in finops.yaml and would come back.`, {
      remedy: "Take them out there and restart, then: people forget NAME",
    });
  }
  const mark = createHash("sha256").update(JSON.stringify(person)).digest("hex").slice(0, 8);
  if (input.confirm !== mark) return { kind: "asked", person, mark, ...(await countTraces(ctx.db.sql, person.id)) };
  const named = !person.id.startsWith("person_");
  const pseudonym = named ? newPersonId(randomUUID()) : person.id;
  const traces = [person.handle, person.name, ...person.identities.map(({ externalId }) => externalId)];
  await ctx.db.sql.begin(async (tx) => {
    await erasePerson(tx, { id: person.id, pseudonym, traces: named ? [person.id, ...traces] : traces });
    await appendAudit(tx, [auditOf(ctx, "person.forget", pseudonym, {})]);
  });
  return { kind: "forgotten", pseudonym };
}

function isConfigured(ctx: Context, person: Person): boolean {
  return (ctx.settings.people?.people ?? []).some(({ handle }) => handle === person.handle);
}
