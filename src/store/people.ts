import type { Role } from "../domain/actor.ts";
import { isScopeWithin } from "../analysis/scope-within.ts";
import {
  mostSpecific,
  newPersonId,
  type ConfiguredPerson,
  type Identity,
  type Owner,
  type Person,
} from "../domain/person.ts";
import type { ScopeFilter } from "../domain/scope.ts";
import type { Sql, SqlLike } from "./db.ts";

/** Any constant: two processes that start at once record the configured people one after the other. */
const SYNC_LOCK = 7_316_214;

type PersonRow = {
  id: string;
  handle: string;
  name: string;
  role: Role | null;
  roleConfigured: Role | null;
  scope: ScopeFilter;
  scopeConfigured: ScopeFilter;
  hasToken: boolean;
  preferences: Person["preferences"];
  identities: Identity[];
};

function personColumns(sql: SqlLike) {
  return sql.unsafe(`p.id, p.handle, p.name, p.role, p.role_configured as "roleConfigured", p.scope,
    p.scope_configured as "scopeConfigured", p.token_hash is not null as "hasToken", p.preferences,
    coalesce((select jsonb_agg(jsonb_build_object('surface', i.surface, 'externalId', i.external_id)
      order by i.surface, i.external_id) from identity i where i.principal_id = p.id), '[]'::jsonb) as identities`);
}

function toPerson(row: PersonRow): Person {
  const { role, roleConfigured, scope, scopeConfigured, ...rest } = row;
  return {
    ...rest,
    role: roleConfigured ?? role,
    roleFrom: roleConfigured !== null ? "configuration" : role !== null ? "command" : "default",
    scope: [...scopeConfigured, ...scope],
  };
}

/** Everybody known, by handle. */
export async function loadPeople(sql: SqlLike): Promise<Person[]> {
  const rows = await sql<PersonRow[]>`select ${personColumns(sql)} from principal p order by p.handle`;
  return rows.map(toPerson);
}

/** By id, handle or `surface:external-id`; null = nobody. */
export async function findPerson(sql: SqlLike, word: string): Promise<Person | null> {
  const text = word.replaceAll("\0", "");
  const [row] = await sql<PersonRow[]>`
    select ${personColumns(sql)} from principal p
    where p.id = ${text} or p.handle = ${text.replace(/^@/, "").toLowerCase()}
      or p.id in (select principal_id from identity where surface || ':' || external_id = ${text})
    order by p.id = ${text} desc limit 1`;
  return row === undefined ? null : toPerson(row);
}

/** Of these handles, those somebody has. */
export async function findPeopleByHandle(
  sql: SqlLike,
  handles: readonly string[],
): Promise<ReadonlyMap<string, { readonly id: string; readonly name: string }>> {
  const rows = await sql<{ handle: string; id: string; name: string }[]>`
    select handle, id, name from principal where handle = any(${[...handles]}::text[])`;
  return new Map(rows.map(({ handle, id, name }) => [handle, { id, name }]));
}

/** Whose name this is on a surface; null = nobody's. */
export async function findByIdentity(sql: SqlLike, { surface, externalId }: Identity): Promise<Person | null> {
  const [row] = await sql<PersonRow[]>`
    select ${personColumns(sql)} from principal p
    where p.id = (select principal_id from identity where surface = ${surface} and external_id = ${externalId})`;
  return row === undefined ? null : toPerson(row);
}

/** Who a login token belongs to, by the token's SHA-256. */
export async function findByToken(sql: SqlLike, tokenHash: Uint8Array): Promise<Person | null> {
  const hex = Buffer.from(tokenHash).toString("hex");
  const [row] = await sql<PersonRow[]>`
    select ${personColumns(sql)} from principal p where p.token_hash = decode(${hex}, 'hex')`;
  return row === undefined ? null : toPerson(row);
}

/** What a session of a token login rests on; null once the token was replaced or taken away. */
export async function tokenMarkOf(sql: SqlLike, id: string): Promise<string | null> {
  const [row] = await sql<{ mark: string | null }[]>`
    select left(encode(token_hash, 'hex'), 16) as mark from principal where id = ${id}`;
  return row?.mark ?? null;
}

export type NewPerson = {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly role: Role | null;
  readonly scope: ScopeFilter;
  readonly origin: "chat" | "login" | "demo";
};

/** Inserts a person. False when the handle or the id is taken. */
export async function insertPerson(sql: SqlLike, person: NewPerson): Promise<boolean> {
  const rows = await sql`
    insert into principal (id, handle, name, role, scope, origin)
    values (${person.id}, ${person.handle}, ${person.name}, ${person.role}, ${json(person.scope)}::text::jsonb,
      ${person.origin})
    on conflict do nothing returning 1`;
  return rows.length === 1;
}

/** Removes somebody who turned out to be somebody else, unless the audit trail knows of something they did. */
export async function dropNewcomer(sql: SqlLike, id: string): Promise<void> {
  await sql`
    delete from principal where id = ${id} and not exists (select 1 from audit_event where actor_id = ${id})
      and not exists (select 1 from identity where principal_id = ${id})`;
}

export async function setRole(sql: SqlLike, id: string, role: Role | null): Promise<void> {
  await sql`update principal set role = ${role} where id = ${id}`;
}

/** Narrows (or widens) what a person may see. What their private talk showed before is closed to them. */
export async function setScope(sql: SqlLike, id: string, scope: ScopeFilter): Promise<void> {
  await sql`update principal set scope = ${json(scope)}::text::jsonb where id = ${id}`;
  await sql`
    update channel set scoped_from = coalesce((select max(m.id) from message m where m.channel = channel.name), 0)
    where kind = 'direct' and owner_id = ${id}`;
}

export async function setTokenHash(sql: SqlLike, id: string, hash: Uint8Array | null): Promise<void> {
  const hex = hash === null ? null : Buffer.from(hash).toString("hex");
  await sql`update principal set token_hash = decode(${hex}::text, 'hex') where id = ${id}`;
}

export async function savePreferences(sql: SqlLike, id: string, preferences: Person["preferences"]): Promise<void> {
  await sql`update principal set preferences = ${json(preferences)}::text::jsonb where id = ${id}`;
}

/** Says that a name on a surface is this person's, whoever had it before. */
export async function linkIdentity(
  sql: SqlLike,
  input: Identity & { readonly personId: string; readonly origin: "config" | "chat" | "login" | "demo" },
): Promise<void> {
  await sql`
    insert into identity (surface, external_id, principal_id, origin)
    values (${input.surface}, ${input.externalId}, ${input.personId}, ${input.origin})
    on conflict (surface, external_id) do update set principal_id = excluded.principal_id, origin = excluded.origin,
      linked_at = now()`;
}

/** False when the name was not the person's. */
export async function unlinkIdentity(sql: SqlLike, personId: string, identity: Identity): Promise<boolean> {
  const rows = await sql`
    delete from identity where principal_id = ${personId} and surface = ${identity.surface}
      and external_id = ${identity.externalId} returning 1`;
  return rows.length === 1;
}

/** Gives a name on a surface to a person, unless somebody has it. False: somebody has. */
export async function claimIdentity(sql: SqlLike, input: Identity & { readonly personId: string }): Promise<boolean> {
  const rows = await sql`
    insert into identity (surface, external_id, principal_id, origin)
    values (${input.surface}, ${input.externalId}, ${input.personId}, 'chat')
    on conflict do nothing returning 1`;
  return rows.length === 1;
}

/** Keeps a one-time code for `seconds` of the database's clock. */
export async function insertLinkCode(
  sql: SqlLike,
  input: { readonly hash: Uint8Array; readonly personId: string; readonly seconds: number },
): Promise<void> {
  const hex = Buffer.from(input.hash).toString("hex");
  await sql`delete from link_code where expires_at <= now() or principal_id = ${input.personId}`;
  await sql`
    insert into link_code (code_hash, principal_id, expires_at)
    values (decode(${hex}, 'hex'), ${input.personId}, now() + make_interval(secs => ${input.seconds}))`;
}

/** Whose code it is, and spends it; null = no such code (any more). */
export async function takeLinkCode(sql: SqlLike, hash: Uint8Array): Promise<string | null> {
  const hex = Buffer.from(hash).toString("hex");
  const [row] = await sql<{ id: string }[]>`
    delete from link_code where code_hash = decode(${hex}, 'hex') and expires_at > now()
    returning principal_id as id`;
  return row?.id ?? null;
}

/**
 * Records the people finops.yaml names. Somebody no longer named keeps what commands gave them and loses what the file
 * gave; a scope that only the file set goes with a role that only the file set, never alone.
 */
export async function syncPeople(sql: Sql, people: readonly ConfiguredPerson[], newSeed: () => string): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${SYNC_LOCK})`;
    for (const person of people) {
      const [row] = await tx<{ id: string }[]>`
        insert into principal (id, handle, name, role_configured, scope_configured, origin)
        values (${newPersonId(newSeed())}, ${person.handle}, ${person.name}, ${person.role},
          ${json(person.scope)}::text::jsonb, 'config')
        on conflict (handle) do update set name = excluded.name, role_configured = excluded.role_configured,
          scope_configured = excluded.scope_configured
        returning id`;
      for (const identity of person.identities) {
        await linkIdentity(tx, { ...identity, personId: row?.id ?? "", origin: "config" });
      }
    }
    const handles = people.map(({ handle }) => handle);
    // Losing a role is safe at once; a scope goes only from those who keep no role of the file.
    await tx`
      update principal set role_configured = null, scope_configured = case when role is null then scope_configured else '[]' end
      where (role_configured is not null or scope_configured <> '[]') and not (handle = any(${handles}::text[]))`;
    const links = people.flatMap(({ identities }) =>
      identities.map(({ surface, externalId }) => `${surface}:${externalId}`),
    );
    await tx`
      delete from identity where origin = 'config' and not (surface || ':' || external_id = any(${links}::text[]))`;
  });
}

/** Says who owns a part of the bill. False when it was so before. */
export async function insertOwner(
  sql: SqlLike,
  input: { scope: ScopeFilter; personId: string | null; channel: string | null; setBy: string },
): Promise<boolean> {
  const rows = await sql`
    insert into owner (scope, principal_id, channel, set_by)
    values (${json(canonical(input.scope))}::text::jsonb, ${input.personId}, ${input.channel}, ${input.setBy})
    on conflict do nothing returning 1`;
  return rows.length === 1;
}

/** Removes the owners of exactly this part. Returns how many there were. */
export async function deleteOwners(sql: SqlLike, scope: ScopeFilter): Promise<number> {
  const rows = await sql`delete from owner where scope = ${json(canonical(scope))}::text::jsonb returning 1`;
  return rows.length;
}

/** Every entry of the directory, in the order it was made. */
export async function listOwners(sql: SqlLike): Promise<Owner[]> {
  const rows = await sql<
    { scope: ScopeFilter; id: string | null; handle: string | null; name: string | null; channel: string | null }[]
  >`
    select o.scope, p.id, p.handle, p.name, o.channel from owner o left join principal p on p.id = o.principal_id
    order by o.id`;
  return rows.map(({ scope, id, handle, name, channel }) => ({
    scope,
    person: id === null || handle === null || name === null ? null : { id, handle, name },
    channel,
  }));
}

/**
 * Who owns a part of the bill: the entries whose scope contains all of it, only the most specific ones. `team payments`
 * is owned by whoever owns `team payments`, before whoever owns everything. Empty = nobody is named.
 */
export async function ownersOf(sql: SqlLike, scope: ScopeFilter): Promise<Owner[]> {
  return mostSpecific((await listOwners(sql)).filter((owner) => isScopeWithin(scope, owner.scope)));
}

/** The same conditions have the same text, in whatever order and case they were said. */
function canonical(scope: ScopeFilter): ScopeFilter {
  const sorted = scope.map(({ dimension, negated, values }) => ({
    dimension,
    negated,
    values: [...new Set(values.map((value) => value?.toLowerCase() ?? null))].sort((a, b) =>
      (a ?? "") < (b ?? "") ? -1 : 1,
    ),
  }));
  return sorted.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function json(value: object): string {
  return JSON.stringify(value);
}
