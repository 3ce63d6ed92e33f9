import { createHash } from "node:crypto";

import { TAG_ALIASES, type TagAliasKeys } from "../domain/dimension.ts";
import type { SqlLike } from "./db.ts";

/** Raise when the meaning of a rollup column or the list of cubes changes: all batches are then rebuilt. */
const LAYOUT = 1;
const VERSION_LENGTH = 12;

/** What the rollups of a batch depend on besides its charges: the layout, then a short hash (12 hex digits) of the tag settings. */
export function cubeVersion(aliases: TagAliasKeys, promoted: readonly string[]): string {
  const parts = [LAYOUT, TAG_ALIASES.map((alias) => aliases[alias]), [...new Set(promoted)].sort()];
  const hash = createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, VERSION_LENGTH);
  return `${LAYOUT}.${hash}`;
}

/** Whether rollups of this version differ from today's at most in what they say of tags. */
export function hasTodaysLayout(version: string): boolean {
  return version.startsWith(`${LAYOUT}.`);
}

/** The tag keys the rollups carry now, normalised and sorted. */
export async function loadPromotedTags(sql: SqlLike): Promise<string[]> {
  const rows = await sql<{ key: string }[]>`select key from promoted_tag order by key`;
  return rows.map((row) => row.key).sort();
}
