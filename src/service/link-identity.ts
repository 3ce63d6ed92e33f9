import { createHash, randomInt } from "node:crypto";

import { AppError } from "../domain/errors.ts";
import { SURFACES, type Identity, type Person } from "../domain/person.ts";
import { appendAudit } from "../store/audit.ts";
import { dropNewcomer, findPerson, insertLinkCode, linkIdentity, takeLinkCode } from "../store/people.ts";
import type { Context, Verb } from "./context.ts";
import { auditOf } from "./manage-people.ts";

/** Long enough to walk to the other window, short enough to be worth nothing tomorrow. */
const CODE_SECONDS = 600;
/** Without letters that are taken for others; 10 of 31: 49 bits, tried at the pace of the surface's own limits. */
const CODE_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz";
const CODE_LENGTH = 10;

/** A one-time code that says, typed on another surface, that both are this person. */
export async function offerLink({ ctx }: Verb<Record<string, never>>): Promise<{ code: string; seconds: number }> {
  const person = await findPerson(ctx.db.sql, ctx.actor.id);
  if (person === null) {
    throw new AppError("conflict", "You are not a person the bot knows, so there is nobody to link to.", {
      remedy: "An admin adds you: people add NAME, then people link NAME SURFACE ID",
    });
  }
  const code = Array.from({ length: CODE_LENGTH }, () => CODE_LETTERS[randomInt(CODE_LETTERS.length)]).join("");
  await insertLinkCode(ctx.db.sql, { hash: hashOf(code), personId: person.id, seconds: CODE_SECONDS });
  return { code, seconds: CODE_SECONDS };
}

/**
 * Spends a code on this surface: whoever types it is from now on the person it was shown to. Somebody who already is
 * somebody else keeps being that: only an admin takes a name from one person to another.
 */
export async function acceptLink({ ctx, input }: Verb<{ readonly code: string }>): Promise<{ handle: string }> {
  const identity = identityOf(ctx);
  const known = await findPerson(ctx.db.sql, ctx.actor.id);
  if (identity === null || (known !== null && !isNewcomer(known, identity))) {
    throw new AppError("conflict", "You are known here already.", {
      remedy: "An admin can link: people link NAME SURFACE ID",
    });
  }
  return ctx.db.sql.begin(async (tx) => {
    const id = await takeLinkCode(tx, hashOf(input.code.trim().toLowerCase()));
    const person = id === null ? null : await findPerson(tx, id);
    if (person === null) {
      throw new AppError("not-found", "That code is not good (any more).", {
        remedy: "Type link where you are known.",
      });
    }
    await linkIdentity(tx, { ...identity, personId: person.id, origin: "chat" });
    if (known !== null && known.id !== person.id) await dropNewcomer(tx, known.id);
    await appendAudit(tx, [auditOf(ctx, "person.link", person.id, { surface: identity.surface, from: null })]);
    return { handle: person.handle };
  }) as Promise<{ handle: string }>;
}

/** Somebody the bot met on this surface alone, whom nobody gave anything. */
function isNewcomer(person: Person, here: Identity): boolean {
  const others = person.identities.filter(({ surface, externalId }) => {
    return surface !== here.surface || externalId !== here.externalId;
  });
  return person.roleFrom === "default" && person.scope.length === 0 && !person.hasToken && others.length === 0;
}

/** `os:root` → the surface and the name on it; `local` is the page on the machine itself. */
export function identityOf(ctx: Context): Identity | null {
  if (ctx.identity !== undefined) return ctx.identity;
  const { id } = ctx.actor;
  if (id === "local") return { surface: "web", externalId: id };
  const [word = "", ...rest] = id.split(":");
  const surface = SURFACES.find((one) => one === word);
  return surface === undefined || rest.length === 0 ? null : { surface, externalId: rest.join(":") };
}

function hashOf(code: string): Uint8Array {
  return createHash("sha256").update(code).digest();
}
