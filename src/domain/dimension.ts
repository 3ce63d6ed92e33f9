/** The words a question may group or filter by, in the order help lists them. */
export const DIMENSIONS = [
  "provider",
  "billing-account",
  "sub-account",
  "service-category",
  "service",
  "region",
  "resource",
  "charge-category",
  "charge-class",
  "kind",
  "pricing-category",
  "commitment",
  "invoice",
  "team",
  "product",
  "environment",
] as const;
export type PlainDimension = (typeof DIMENSIONS)[number];

/** A plain dimension, or a tag by key: `tag:cost-center`. Keys are lower case, trimmed. */
export type Dimension = PlainDimension | `tag:${string}`;

/** `team`, `product` and `environment` are read from tags; which keys, configuration says. */
export const TAG_ALIASES = ["team", "product", "environment"] as const;
export type TagAlias = (typeof TAG_ALIASES)[number];
/** Alias → tag keys, first present wins. Keys are lower case. */
export type TagAliasKeys = Readonly<Record<TagAlias, readonly string[]>>;

export const DEFAULT_TAG_ALIAS_KEYS: TagAliasKeys = {
  team: ["team", "owner-team", "squad"],
  product: ["product", "app", "application", "service-name"],
  environment: ["environment", "env", "stage"],
};

/** The tag key of `tag:KEY`, else null. */
export function tagKeyOf(dimension: Dimension): string | null {
  return dimension.startsWith("tag:") ? dimension.slice(4) : null;
}

export function isTagAlias(dimension: Dimension): dimension is TagAlias {
  return (TAG_ALIASES as readonly string[]).includes(dimension);
}

/**
 * The form tag keys are compared in: trimmed, lower case, without the prefix AWS puts before
 * user-defined keys (`user:team`, `user_team`). Case as given stays in the stored tags.
 */
export function normaliseTagKey(key: string): string {
  return key
    .trim()
    .toLowerCase()
    .replace(/^user[:_]/, "");
}
