/**
 * The form the rules compare tag keys in: letters and digits only, lower case, without AWS' `user:` prefix.
 * `finops:exclude`, `finops-exclude` (Google Cloud labels hold no colon) and `user_finops_exclude` are one key.
 */
export function canonicalTagKey(key: string): string {
  return key
    .trim()
    .toLowerCase()
    .replace(/^user[:_]/, "")
    .replace(/[^\p{L}\p{N}]/gu, "");
}

/** Tag value for a key in any spelling; undefined = not tagged. */
export function tagOf(tags: ReadonlyMap<string, string>, key: string): string | undefined {
  return tags.get(canonicalTagKey(key));
}

export type Environment = "production" | "non-production" | "unknown";

const PRODUCTION = new Set(["prod", "production", "prd", "live"]);
const NON_PRODUCTION = new Set(
  (
    "dev develop development developer test testing tst qa qs uat acc acceptance stage staging stg ci sandbox sbx demo " +
    "preprod pre nonprod nonproduction non lab labs playground poc integration int perf loadtest preview training experimental"
  ).split(" "),
);

/**
 * The environment a resource is tagged with: keys in the order given, first present wins. A value is read word by word
 * ("eu-prod", "qa2"), and "non-prod", "pre-production" are not production. Anything else is unknown, never a guess.
 */
export function environmentOf(tags: ReadonlyMap<string, string>, keys: readonly string[]): Environment {
  const value = keys.map((key) => tagOf(tags, key)).find((text) => text !== undefined && text.trim() !== "");
  if (value === undefined) return "unknown";
  const words = value
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== "");
  if (words.some((word) => NON_PRODUCTION.has(word))) return "non-production";
  return words.some((word) => PRODUCTION.has(word)) ? "production" : "unknown";
}
