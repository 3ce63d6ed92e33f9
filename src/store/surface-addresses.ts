import type { SqlLike } from "./db.ts";

/** Ids of a surface's channels that get cards of a channel of ours (`channels[].also`), each once. */
export async function mirroredPlaces(sql: SqlLike, surface: string): Promise<string[]> {
  const rows = await sql<{ address: string }[]>`
    select distinct address from channel_mirror where address like ${`${surface}:%`} order by address`;
  return rows.map(({ address }) => address.slice(surface.length + 1));
}

/**
 * Who people are on a surface: principal id → their id there. Left out are people without one, and those who want no
 * notice at all (`settings notify none`): they stay names.
 */
export async function identitiesOn(
  sql: SqlLike,
  surface: string,
  personIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (personIds.length === 0) return new Map();
  const rows = await sql<{ person: string; id: string }[]>`
    select distinct on (i.principal_id) i.principal_id as person, i.external_id as id
    from identity i join principal p on p.id = i.principal_id
    where i.surface = ${surface} and i.principal_id = any(${[...personIds]}::text[])
      and coalesce(p.preferences ->> 'notify', '') <> 'none'
    order by i.principal_id, i.linked_at desc, i.external_id`;
  return new Map(rows.map(({ person, id }) => [person, id]));
}
