import { randomUUID } from "node:crypto";

import { AppError } from "../domain/errors.ts";
import { newPersonId, parseHandle, type Identity, type Person } from "../domain/person.ts";
import { EVERYTHING } from "../domain/scope.ts";
import { claimIdentity, findByIdentity, insertPerson } from "../store/people.ts";
import type { Context } from "./context.ts";

const NAME_LENGTH_MAX = 80;
const HANDLE_LENGTH_MAX = 40;

/**
 * Who somebody is who does something on a chat platform. Whoever is met for the first time becomes a person of the
 * default role under the name the platform gives them; `link` and `people link` make them somebody known.
 */
export async function meetPerson({
  ctx,
  input,
}: {
  readonly ctx: Pick<Context, "db">;
  readonly input: Identity & { readonly name: string };
}): Promise<Person> {
  const { sql } = ctx.db;
  const identity = { surface: input.surface, externalId: input.externalId };
  const known = await findByIdentity(sql, identity);
  if (known !== null) return known;
  const id = newPersonId(randomUUID());
  const name = nameOf(input);
  await sql.begin(async (tx) => {
    const handle = handleOf(name);
    const person = { id, name, role: null, scope: EVERYTHING, origin: "chat" } as const;
    // The handle may be somebody's: then it gets a piece of the id, which is nobody's.
    if (!(await insertPerson(tx, { ...person, handle })))
      await insertPerson(tx, { ...person, handle: `${handle}-${id.slice(-6)}` });
    // Two first messages at once: one of them meets the person, the other finds them.
    if (!(await claimIdentity(tx, { ...identity, personId: id }))) await tx`delete from principal where id = ${id}`;
  });
  const met = await findByIdentity(sql, identity);
  if (met === null) throw new AppError("conflict", "That name was just taken away.", { remedy: "Try again." });
  return met;
}

function nameOf({ name, surface, externalId }: Identity & { readonly name: string }): string {
  const clean = name
    .replaceAll(/[\p{Cc}\p{Cf}]+/gu, " ")
    .toWellFormed()
    .trim();
  return (clean === "" ? `${surface} ${externalId}` : clean).slice(0, NAME_LENGTH_MAX);
}

function handleOf(name: string): string {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, "-")
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, "");
  return parseHandle(slug.slice(0, HANDLE_LENGTH_MAX)) ?? "someone";
}
