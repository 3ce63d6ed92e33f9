import { createHash, randomUUID } from "node:crypto";

import { AppError } from "../domain/errors.ts";
import { newPersonId, NO_PEOPLE, parseHandle, type Person } from "../domain/person.ts";
import { EVERYTHING } from "../domain/scope.ts";
import {
  findByIdentity,
  findByToken,
  findPerson,
  insertPerson,
  linkIdentity,
  loadPeople,
  tokenMarkOf,
} from "../store/people.ts";
import type { Access, HttpDeps } from "./deps.ts";
import type { Estates, OpenEstate } from "./estates.ts";
import { newSession, PERSON_VIA, sameText, tokenMark, type Session, type SignedIn } from "./session.ts";

/** Whoever sits at the machine and is nobody in particular. */
export const LOCAL_PERSON = "local";
const LOCAL_NAME = "You";
const MARK_LENGTH = 16;

/** The way in that counts now. */
export function viaOf(access: Access): string {
  return access.kind === "loopback" ? "loopback" : tokenMark(access.token);
}

/** The session of whoever opens the page on the machine itself. */
export function localSession(access: Extract<Access, { kind: "loopback" }>): Session {
  return newSession({ personId: LOCAL_PERSON, name: LOCAL_NAME, role: access.role, via: viaOf(access) });
}

/**
 * Who a session stands for now, with the role and the scope they have at this moment; null = it stands for nobody
 * (any more): erased, token replaced, or a shared login of somebody who has one of their own.
 */
export async function signedIn(session: Session, access: Access, estates: Estates): Promise<SignedIn | null> {
  const real = estates.real.base.db.sql;
  if (session.via.startsWith(PERSON_VIA)) {
    const mark = await tokenMarkOf(real, session.personId);
    const person = mark === null ? null : await findPerson(real, session.personId);
    return person === null || session.via !== `${PERSON_VIA}${mark}` ? null : asPerson(session, person, estates.real);
  }
  if (access.kind === "loopback") return onLoopback(session, access, await estates.current());
  const person = await findPerson(real, session.personId);
  return person === null || standsOut(person) ? null : { ...session, role: access.role, scope: EVERYTHING };
}

/** Signs in with a person's own token, or with the shared one under a name that nobody else has. */
export async function signIn(
  input: { readonly name: string; readonly token: string },
  deps: Pick<HttpDeps, "access">,
  estates: Estates,
): Promise<Session> {
  const { access } = deps;
  const { sql } = estates.real.base.db;
  const hash = createHash("sha256").update(input.token).digest();
  const owner = access.kind === "token" ? await findByToken(sql, hash) : null;
  if (owner !== null) {
    const via = `${PERSON_VIA}${hash.toString("hex").slice(0, MARK_LENGTH)}`;
    return newSession({ personId: owner.id, name: owner.name, role: owner.role ?? "viewer", via });
  }
  if (access.kind !== "token" || !sameText(input.token, access.token)) {
    throw new AppError("forbidden", "That token is not the one this server was given.", {
      remedy: "Ask an admin for a token of your own, or whoever runs it for FINOPS_TOKEN.",
    });
  }
  const person = await sharedPerson(estates.real, input.name);
  return newSession({ personId: person.id, name: person.name, role: access.role, via: viaOf(access) });
}

/** Sample people take turns at the machine; nobody real can be impersonated so. */
export async function samplePeople(estate: OpenEstate): Promise<Person[]> {
  if (estate.name !== "demo") return [];
  return (await loadPeople(estate.base.db.sql)).filter(({ id }) => id.startsWith("demo_"));
}

async function onLoopback(
  session: Session,
  access: Extract<Access, { kind: "loopback" }>,
  estate: OpenEstate,
): Promise<SignedIn> {
  if (estate.name === "demo") {
    const sample = (await samplePeople(estate)).find(({ id }) => id === session.personId);
    // In the sample estate every role can be tried out.
    if (sample !== undefined) return asPerson(session, sample, estate);
    return { ...session, personId: LOCAL_PERSON, name: LOCAL_NAME, scope: EVERYTHING };
  }
  const person = await findByIdentity(estate.base.db.sql, { surface: "web", externalId: LOCAL_PERSON });
  if (person !== null) return asPerson(session, person, estate);
  return { ...session, personId: LOCAL_PERSON, name: LOCAL_NAME, role: access.role, scope: EVERYTHING };
}

function asPerson(session: Session, person: Person, estate: OpenEstate): SignedIn {
  const { defaultRole } = estate.base.settings.people ?? NO_PEOPLE;
  const { id: personId, name, role, scope } = person;
  return { ...session, personId, name, role: role ?? defaultRole, scope };
}

/** Whoever has a role, a scope or a token of their own: a secret that many know must not speak for them. */
function standsOut(person: Person): boolean {
  return person.roleFrom !== "default" || person.scope.length > 0 || person.hasToken;
}

async function sharedPerson(estate: OpenEstate, name: string): Promise<Person> {
  const { sql } = estate.base.db;
  const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const handle = parseHandle(slug.replace(/^-+|-+$/g, "")) ?? "someone";
  const known = await findPerson(sql, handle);
  if (known !== null && standsOut(known)) {
    throw new AppError("conflict", "That name belongs to somebody who signs in with a token of their own.", {
      remedy: "Use that token, or another name.",
    });
  }
  if (known !== null) return known;
  const id = newPersonId(randomUUID());
  await insertPerson(sql, { id, handle, name, role: null, scope: EVERYTHING, origin: "login" });
  const person = await findPerson(sql, handle);
  if (person === null) throw new AppError("conflict", "That name was just taken.", { remedy: "Try again." });
  await linkIdentity(sql, { surface: "web", externalId: handle, personId: person.id, origin: "login" });
  return person;
}
