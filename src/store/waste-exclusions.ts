import type { WasteExclusion } from "../domain/waste.ts";
import type { SqlLike } from "./db.ts";

type ExclusionRow = Omit<WasteExclusion, "tag"> & { readonly tagKey: string | null; readonly tagValue: string | null };

/** Exclusions that were not taken back, oldest first; those that have run out are among them. */
export async function listExclusions(sql: SqlLike): Promise<WasteExclusion[]> {
  const rows = await sql<ExclusionRow[]>`
    select id, rule, resource, account, tag_key as "tagKey", tag_value as "tagValue", reason, set_by as "setBy",
      set_by_name as "setByName", since::text, until::text
    from waste_exclusion where removed_at is null order by created_at, id`;
  return rows.map(({ tagKey, tagValue, ...rest }) => ({
    ...rest,
    tag: tagKey === null ? null : { key: tagKey, value: tagValue },
  }));
}

export async function insertExclusion(sql: SqlLike, one: WasteExclusion): Promise<void> {
  await sql`
    insert into waste_exclusion (id, rule, resource, account, tag_key, tag_value, reason, set_by, set_by_name, since, until)
    values (${one.id}, ${one.rule}, ${one.resource}, ${one.account}, ${one.tag?.key ?? null}, ${one.tag?.value ?? null},
      ${one.reason}, ${one.setBy}, ${one.setByName}, ${one.since}, ${one.until})`;
}

/** Takes one back. False when there is none of that id any more. */
export async function removeExclusion(sql: SqlLike, id: string, removedBy: string): Promise<boolean> {
  const rows = await sql`
    update waste_exclusion set removed_at = now(), removed_by = ${removedBy}
    where id = ${id} and removed_at is null returning id`;
  return rows.length > 0;
}
