import { createHash, randomBytes, randomUUID } from "node:crypto";

import { hasRole, type Role } from "../domain/actor.ts";
import type { AuditAction, Json } from "../domain/audit-event.ts";
import { AppError } from "../domain/errors.ts";
import { nearestWords } from "../domain/nearest.ts";
import { newPersonId, parseHandle, type Identity, type Person } from "../domain/person.ts";
import type { ScopeFilter } from "../domain/scope.ts";
import { appendAudit } from "../store/audit.ts";
import type { SqlLike } from "../store/db.ts";
import {
  findByIdentity,
  findPerson,
  insertPerson,
  linkIdentity,
  loadPeople,
  setRole,
  setScope,
  setTokenHash,
  unlinkIdentity,
} from "../store/people.ts";
import { auditActor } from "./apply-move.ts";
import type { Context, Verb } from "./context.ts";
import { requireWholeScope } from "./whole-scope.ts";

const TOKEN_BYTES = 32;
const NAME_LENGTH_MAX = 80;

/** Everybody the bot knows. Admins who see everything only: names and scopes of others are nobody else's business. */
export async function listPeople({ ctx }: Verb<Record<string, never>>): Promise<{ people: Person[] }> {
  requireAdmin(ctx);
  return { people: await loadPeople(ctx.db.sql) };
}

/** Adds somebody by hand. Throws AppError("conflict") when the handle is taken. */
export async function addPerson({
  ctx,
  input,
}: Verb<{ readonly handle: string; readonly name: string | null; readonly role: Role | null }>): Promise<Person> {
  requireAdmin(ctx);
  const handle = parseHandle(input.handle);
  if (handle === null) {
    throw new AppError("bad-input", `"${input.handle.slice(0, 40)}" cannot be a handle.`, {
      remedy: "Letters, digits and . _ - @, two to eighty: people add ada --role approver",
    });
  }
  const name = (input.name ?? handle).slice(0, NAME_LENGTH_MAX);
  const id = newPersonId(randomUUID());
  return change(ctx, "person.add", id, { role: input.role }, async (tx) => {
    const added = await insertPerson(tx, { id, handle, name, role: input.role, scope: [], origin: "chat" });
    if (!added) throw new AppError("conflict", `There is somebody called ${handle} already.`);
  });
}

/** Gives a role by command. Refused where finops.yaml gives one: it would come back at the next start. */
export async function changeRole({ ctx, input }: Verb<{ readonly who: string; readonly role: Role }>): Promise<Person> {
  requireAdmin(ctx);
  const person = await requirePerson(ctx, input.who);
  if (person.roleFrom === "configuration") {
    throw new AppError("conflict", `finops.yaml says that ${person.handle} is ${person.role}.`, {
      remedy: "Change it there, under people or roles.",
    });
  }
  const details = { from: person.role, to: input.role };
  return change(ctx, "person.role", person.id, details, (tx) => setRole(tx, person.id, input.role));
}

/** Says what somebody may see; empty = everything (that finops.yaml lets them). */
export async function changeScope({
  ctx,
  input,
}: Verb<{ readonly who: string; readonly scope: ScopeFilter }>): Promise<Person> {
  requireAdmin(ctx);
  const person = await requirePerson(ctx, input.who);
  const details = { scope: input.scope as unknown as Json };
  return change(ctx, "person.scope", person.id, details, (tx) => setScope(tx, person.id, input.scope));
}

/** Says that a name on a surface is this person. The audit line names the surface alone. */
export async function linkPerson({
  ctx,
  input,
}: Verb<{ readonly who: string; readonly identity: Identity }>): Promise<Person> {
  requireAdmin(ctx);
  const person = await requirePerson(ctx, input.who);
  const holder = await findByIdentity(ctx.db.sql, input.identity);
  const details = { surface: input.identity.surface, from: holder?.id ?? null };
  return change(ctx, "person.link", person.id, details, (tx) =>
    linkIdentity(tx, { ...input.identity, personId: person.id, origin: "chat" }),
  );
}

/** Takes a name on a surface away from somebody. */
export async function unlinkPerson({
  ctx,
  input,
}: Verb<{ readonly who: string; readonly identity: Identity }>): Promise<Person> {
  requireAdmin(ctx);
  const person = await requirePerson(ctx, input.who);
  return change(ctx, "person.unlink", person.id, { surface: input.identity.surface }, async (tx) => {
    if (await unlinkIdentity(tx, person.id, input.identity)) return;
    throw new AppError("not-found", `${person.handle} has no such name on ${input.identity.surface}.`);
  });
}

/**
 * A new login token for somebody, shown once: only its hash is kept. Every session of the old one ends. `revoke` only
 * takes the old one away.
 */
export async function issueToken({
  ctx,
  input,
}: Verb<{ readonly who: string; readonly revoke: boolean }>): Promise<{ person: Person; token: string | null }> {
  requireAdmin(ctx);
  const found = await requirePerson(ctx, input.who);
  const token = input.revoke ? null : `finops_${randomBytes(TOKEN_BYTES).toString("base64url")}`;
  const hash = token === null ? null : createHash("sha256").update(token).digest();
  const details = { token: token === null ? "revoked" : "issued" };
  const person = await change(ctx, "person.token", found.id, details, (tx) => setTokenHash(tx, found.id, hash));
  return { person, token };
}

/** Records that an OS user acts as somebody. Who may is decided where the terminal is read. */
export async function recordActingAs({
  ctx,
  input,
}: Verb<{ readonly person: Person; readonly command: string }>): Promise<void> {
  const event = auditOf(ctx, "person.act-as", input.person.id, { command: input.command });
  await ctx.db.sql.begin((tx) => appendAudit(tx, [event]));
}

/** Admin, and seeing everything. */
export function requireAdmin(ctx: Context): void {
  if (!hasRole(ctx.actor, "admin")) throw new AppError("forbidden", "Only an admin manages people.");
  requireWholeScope(ctx, "people");
}

/** By handle, id or `surface:name`. Throws AppError("not-found") with the nearest handle. */
export async function requirePerson(ctx: Context, word: string): Promise<Person> {
  const person = await findPerson(ctx.db.sql, word);
  if (person !== null) return person;
  // Whoever sees a part is told of nobody they did not name.
  const handles = ctx.scope.length > 0 ? [] : (await loadPeople(ctx.db.sql)).map(({ handle }) => handle);
  const near = nearestWords(word.replace(/^@/, "").toLowerCase(), handles)[0];
  throw new AppError("not-found", `There is nobody called "${word.slice(0, 60)}".`, {
    remedy:
      near === undefined ? "people list shows everybody; people add NAME adds somebody." : `Did you mean ${near}?`,
  });
}

export function auditOf(ctx: Context, action: AuditAction, subject: string, details: Record<string, Json>) {
  return { action, subject, actor: auditActor(ctx.actor), outcome: "done", reason: null, details } as const;
}

async function change(
  ctx: Context,
  action: AuditAction,
  id: string,
  details: Record<string, Json>,
  write: (tx: SqlLike) => Promise<unknown>,
): Promise<Person> {
  const changed = await ctx.db.sql.begin(async (tx) => {
    await write(tx);
    await appendAudit(tx, [auditOf(ctx, action, id, details)]);
    const person = await findPerson(tx, id);
    if (person === null) throw new Error(`person ${id} vanished`);
    return person;
  });
  return changed;
}
