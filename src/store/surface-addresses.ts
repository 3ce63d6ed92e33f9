import type { SqlLike } from "./db.ts";

/** Ids of a surface's channels that get cards of a channel of ours (`channels[].also`), each once. */
export async function mirroredPlaces(sql: SqlLike, surface: string): Promise<string[]> {
  const rows = await sql<{ address: string }[]>`
    select distinct address from channel_mirror where address like ${`${surface}:%`} order by address`;
  return rows.map(({ address }) => address.slice(surface.length + 1));
}

/** Who people are on a surface: principal id → their id there. People without one are left out. */
export async function identitiesOn(
  sql: SqlLike,
  surface: string,
  personIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (personIds.length === 0) return new Map();
  const rows = await sql<{ person: string; id: string }[]>`
    select distinct on (principal_id) principal_id as person, external_id as id from identity
    where surface = ${surface} and principal_id = any(${[...personIds]}::text[]) order by principal_id, linked_at desc`;
  return new Map(rows.map(({ person, id }) => [person, id]));
}
