import {
  isTagAlias,
  tagKeyOf,
  type Dimension,
  type PlainDimension,
  type TagAlias,
  type TagAliasKeys,
} from "../domain/dimension.ts";
import type { DimensionSql, Params } from "./cost-filter.ts";

/** Where the value of a dimension lives among the charge's dictionaries. */
export type Home = "attribute" | "resource" | "tags";

export function homeOf(dimension: Dimension): Home {
  if (dimension === "resource") return "resource";
  return tagKeyOf(dimension) !== null || isTagAlias(dimension) ? "tags" : "attribute";
}

/** Dimensions the rollups read from tags: only valid when every batch was rolled up with today's tag settings. */
export function readsTags(dimension: Dimension): boolean {
  return homeOf(dimension) === "tags";
}

const one = (value: string): DimensionSql => ({ value, matches: [value] });
const idOrName = (id: string, name: string): DimensionSql => ({ value: id, matches: [id, name] });

type AttributeDimension = Exclude<PlainDimension, "resource" | TagAlias>;

const SLICE: Readonly<Record<AttributeDimension, DimensionSql>> = {
  provider: one("s.provider"),
  "billing-account": idOrName("s.billing_account_id", "s.billing_account_name"),
  "sub-account": idOrName("s.sub_account_id", "s.sub_account_name"),
  "service-category": one("s.service_category"),
  service: one("s.service_name"),
  region: one("s.region"),
  "charge-category": one("s.charge_category"),
  "charge-class": one("s.charge_class"),
  kind: one("s.kind"),
  "pricing-category": one("s.pricing_category"),
  commitment: one("s.commitment"),
  invoice: one("s.invoice"),
};

const ATTRIBUTE: Readonly<Record<AttributeDimension, DimensionSql>> = {
  provider: one("a.provider"),
  "billing-account": idOrName("a.billing_account_id", "a.billing_account_name"),
  "sub-account": idOrName("a.sub_account_id", "a.sub_account_name"),
  "service-category": one("a.service_category"),
  service: one("a.service_name"),
  region: one("coalesce(a.region_id, a.region_name)"),
  "charge-category": one("a.charge_category"),
  "charge-class": one("a.charge_class"),
  kind: one("a.kind"),
  "pricing-category": one("a.pricing_category"),
  commitment: one("a.commitment_discount_id"),
  invoice: one("a.invoice_id"),
};

/** A dimension over `cost_slice s` (resources: `billed_resource r`). Tags other than promoted ones are not there. */
export function sliceDimension(dimension: Dimension, params: Params): DimensionSql {
  const key = tagKeyOf(dimension);
  if (key !== null) return one(`(s.tags ->> ${params.add(key)}::text)`);
  if (isTagAlias(dimension)) return one(`s.${dimension}`);
  return dimension === "resource" ? RESOURCE : SLICE[dimension as AttributeDimension];
}

/** A dimension over the charge's own dictionaries: `attribute_set a`, `billed_resource r`, `tag_set t`. */
export function chargeDimension(dimension: Dimension, aliases: TagAliasKeys, params: Params): DimensionSql {
  const key = tagKeyOf(dimension);
  if (key !== null) return one(tagSql(key, params));
  if (isTagAlias(dimension)) {
    const keys = aliases[dimension].map((alias) => tagSql(alias, params));
    return one(keys.length === 0 ? "null::text" : `coalesce(${keys.join(", ")})`);
  }
  return dimension === "resource" ? RESOURCE : ATTRIBUTE[dimension as AttributeDimension];
}

/** Ids and names both match; the id is the value, the name stands in where a provider gives no id. */
const RESOURCE: DimensionSql = {
  value: "coalesce(r.resource_id, r.resource_name)",
  matches: ["r.resource_id", "r.resource_name"],
};

function tagSql(key: string, params: Params): string {
  return `nullif(t.normalised ->> ${params.add(key)}::text, '')`;
}
