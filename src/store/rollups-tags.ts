import type { Sql, SqlLike } from "./db.ts";

/** A tag key the rollups carry, and why. */
export type PromotedTag = { readonly key: string; readonly reason: "configured" | "few-values" };

const PROMOTION_LOCK = 7_316_203;

/**
 * Changes the promoted set in one transaction; `decide` is given the present one. Returns the keys, sorted.
 * Two loads at once decide one after the other.
 */
export async function savePromotedTags(
  sql: Sql,
  decide: (tx: SqlLike, before: readonly PromotedTag[]) => Promise<readonly PromotedTag[]>,
): Promise<string[]> {
  return sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${PROMOTION_LOCK})`;
    const before = await tx<PromotedTag[]>`select key, reason from promoted_tag order by since, key`;
    const after = await decide(tx, before);
    const keys = after.map((tag) => tag.key);
    await tx`delete from promoted_tag where not key = any(${keys})`;
    for (const tag of after) {
      await tx`insert into promoted_tag (key, reason) values (${tag.key}, ${tag.reason})
        on conflict (key) do update set reason = excluded.reason where promoted_tag.reason <> excluded.reason`;
    }
    return [...keys].sort();
  });
}

/** Distinct values of a normalised tag key in what is stored, counted up to `limit`. */
export async function countTagValues(sql: SqlLike, key: string, limit: number): Promise<number> {
  const rows = await sql<{ n: string }[]>`
    select count(*)::text as n from (select distinct normalised ->> ${key} from tag_set where normalised ? ${key} limit ${limit}) as v`;
  return Number(rows[0]?.n ?? 0);
}
