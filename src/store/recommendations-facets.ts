import { TAG_ALIASES, type TagAliasKeys } from "../domain/dimension.ts";
import type { Period } from "../domain/period.ts";
import type { PricedFinding, ResourceFacet } from "../domain/recommendation.ts";
import type { SqlLike } from "./db.ts";

/** A resource with more kinds of charges than this is shown to people who see everything only. */
const FACETS_MAX = 200;

type Row = {
  id: string;
  provider: string;
  billingAccountId: string | null;
  billingAccountName: string | null;
  subAccountId: string | null;
  subAccountName: string | null;
  serviceCategory: string | null;
  serviceName: string | null;
  region: string | null;
  resourceId: string | null;
  resourceName: string | null;
  tags: Record<string, string> | null;
};

/**
 * What the charges of each finding's resource are, over its evidence window: kept with the recommendation, so that a
 * scope can be checked years later and without reading bills. Keyed by finding id.
 */
export async function readFacets(
  sql: SqlLike,
  findings: readonly PricedFinding[],
  window: Period,
  aliases: TagAliasKeys,
): Promise<Map<string, ResourceFacet[]>> {
  const ids = [...new Set(findings.map((finding) => finding.resource.toLowerCase()))];
  const rows = await sql<Row[]>`
    select distinct lower(r.resource_id) as id, a.provider, a.billing_account_id as "billingAccountId",
      a.billing_account_name as "billingAccountName", a.sub_account_id as "subAccountId",
      a.sub_account_name as "subAccountName", a.service_category as "serviceCategory",
      a.service_name as "serviceName", coalesce(a.region_id, a.region_name) as region,
      r.resource_id as "resourceId", r.resource_name as "resourceName", t.normalised as tags
    from billed_resource r
    join charge c on c.resource_ref = r.id
    join active_batch b on b.batch_id = c.batch_id and b.visible
    join attribute_set a on a.id = c.attribute_set_id
    left join tag_set t on t.id = c.tag_set_id
    where lower(r.resource_id) = any(${ids}::text[]) and c.charge_day >= ${window.from} and c.charge_day < ${window.to}`;
  const byResource = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row.provider} ${row.id}`;
    byResource.set(key, [...(byResource.get(key) ?? []), row]);
  }
  return new Map(
    findings.map((finding) => {
      const found = byResource.get(`${finding.provider} ${finding.resource.toLowerCase()}`) ?? [];
      const facets = found.length === 0 ? [fallback(finding)] : found.map((row) => toFacet(row, aliases));
      return [finding.id, facets.length > FACETS_MAX ? [] : facets];
    }),
  );
}

/** A resource without charges of its own (a commitment): only what the finding says. */
function fallback(finding: PricedFinding): ResourceFacet {
  return {
    provider: [finding.provider],
    "sub-account": [finding.account],
    region: [finding.region],
    resource: [finding.resource],
  };
}

function toFacet(row: Row, aliases: TagAliasKeys): ResourceFacet {
  const tags = row.tags ?? {};
  return {
    provider: [row.provider],
    "billing-account": [row.billingAccountId, row.billingAccountName],
    "sub-account": [row.subAccountId, row.subAccountName],
    "service-category": [row.serviceCategory],
    service: [row.serviceName],
    region: [row.region],
    resource: [row.resourceId, row.resourceName],
    ...Object.fromEntries(TAG_ALIASES.map((alias) => [alias, [firstPresent(tags, aliases[alias])]])),
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`tag:${key}`, [value]])),
  };
}

function firstPresent(tags: Readonly<Record<string, string>>, keys: readonly string[]): string | null {
  const found = keys.find((key) => (tags[key] ?? "") !== "");
  return found === undefined ? null : (tags[found] ?? null);
}
