import { promotedTagCandidatesSql } from "./sql/tag-sql.ts";
import { countOf, textOf, type Duck } from "./duck/duck-process.ts";
import type { Sql } from "../store/db.ts";
import { countTagValues, savePromotedTags, type PromotedTag } from "../store/rollups-tags.ts";

/** A tag key with more values than this is for charges, not for rollups. */
export const VALUES_MAX = 200;
/** Each promoted key costs two cubes by day and two by month. */
export const KEYS_MAX = 12;
/** Tag keys of one call looked at: the most used first. */
const CANDIDATES_MAX = 60;

type Candidate = { readonly key: string; readonly values: number };

/**
 * The tag keys rollups carry from now on: configured ones, those promoted before while they keep few values, and new
 * ones with few values in what is stored and in this load. Reads the load's DuckDB table `tag_set`.
 */
export async function refreshPromotedTags(duck: Duck, sql: Sql, configured: readonly string[]): Promise<string[]> {
  const rows = await duck.run(promotedTagCandidatesSql(CANDIDATES_MAX));
  const staged = rows.map((row): Candidate => ({ key: textOf(row, "key") ?? "", values: countOf(row, "n") }));
  const few = staged.filter((each) => each.values <= VALUES_MAX);
  const many = staged.filter((each) => each.values > VALUES_MAX).map((each) => each.key);
  return savePromotedTags(sql, async (tx, before) => {
    const kept = before.filter((tag) => tag.reason === "few-values" && !many.includes(tag.key));
    const free = KEYS_MAX - kept.length - configured.length;
    const added: string[] = [];
    for (const candidate of few) {
      if (added.length >= free) break;
      if (configured.includes(candidate.key) || before.some((tag) => tag.key === candidate.key)) continue;
      if ((await countTagValues(tx, candidate.key, VALUES_MAX + 1)) <= VALUES_MAX) added.push(candidate.key);
    }
    return choosePromoted(configured, [...kept.map((tag) => tag.key), ...added]);
  });
}

/** The promoted set: configured keys always, then those with few values while there is room. */
export function choosePromoted(configured: readonly string[], few: readonly string[]): PromotedTag[] {
  const fixed = [...new Set(configured)].map((key): PromotedTag => ({ key, reason: "configured" }));
  const room = Math.max(0, KEYS_MAX - fixed.length);
  const rest = [...new Set(few)].filter((key) => !configured.includes(key)).slice(0, room);
  return [...fixed, ...rest.map((key): PromotedTag => ({ key, reason: "few-values" }))];
}
