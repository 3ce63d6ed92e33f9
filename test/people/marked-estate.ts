import { addDays, day } from "../../src/domain/period.ts";
import { parseAtoms } from "../../src/domain/money.ts";
import type { ScopeFilter } from "../../src/domain/scope.ts";
import type { Database } from "../../src/store/db.ts";
import { seedCharges, type SeedCharge } from "../questions/seed.ts";

export const TODAY = "2026-04-03";
const FIRST = day("2026-02-01");
const DAYS = 59;
/** In every name outside the scope; no word of ours and no value inside has it. */
export const MARK = /zqleak[\w-]*/gi;
/** Every amount outside is at least this, and all inside together are less. */
export const MARK_AMOUNT = 1_000_000;

/** What `team payments` may see: two clouds, a shared account, a thing with waste, a rise at the end. */
function inside(): SeedCharge[] {
  const charges: SeedCharge[] = [];
  for (let index = 0; index < DAYS; index += 1) {
    const on = addDays(FIRST, index);
    const tags = { team: "payments", owner: "pay", environment: "prod" };
    charges.push(
      {
        day: on,
        service: "Amazon RDS",
        serviceCategory: "Databases",
        region: "eu-west-1",
        subAccount: "111",
        subAccountName: "prod",
        resource: "db-1",
        resourceName: "orders",
        tags,
        cost: index >= 50 ? "9.5" : "4.25",
        quantity: "24",
        unit: "Hours",
        invoice: "AW-1",
        issuer: "AWS Inc.",
      },
      {
        day: on,
        service: "Amazon VPC",
        serviceCategory: "Networking",
        region: "eu-west-1",
        subAccount: "111",
        subAccountName: "prod",
        resource: "eip-1",
        resourceName: "old-gateway",
        tags,
        cost: "0.12",
        quantity: "24",
        unit: "Hours",
      },
      {
        day: on,
        provider: "azure",
        service: "Virtual Machines",
        serviceCategory: "Compute",
        region: "westeurope",
        subAccount: "sub-1",
        subAccountName: "Shop",
        resource: "vm-1",
        tags,
        currency: "EUR",
        cost: "1.2",
      },
    );
  }
  return charges;
}

/** Everything else, each name marked and each amount huge: beside the scope, mixed with it, and half in it. */
function outside(): SeedCharge[] {
  const charges: SeedCharge[] = [];
  for (let index = 0; index < DAYS; index += 1) {
    const on = addDays(FIRST, index);
    const cost = index >= 50 ? "9770000.77" : "7770000.77";
    const tags = {
      team: "zqleak-team",
      owner: "zqleak-owner",
      environment: "zqleak-env",
      "zqleak-key": "zqleak-value",
      "cost-center": "zqleak-cc",
    };
    charges.push(
      // A cloud, an account and a source of their own.
      {
        day: on,
        provider: "zqleakcloud",
        billingAccount: "zqleak-payer",
        service: "zqleak-service",
        serviceCategory: "zqleak-category",
        region: "zqleak-region",
        subAccount: "zqleak-sub",
        subAccountName: "zqleak-subname",
        resource: "zqleak-resource",
        resourceName: "zqleak-resourcename",
        tags,
        cost,
        quantity: "7770000",
        unit: "zqleak-unit",
        invoice: "zqleak-invoice",
        issuer: "zqleak-issuer",
        commitment: "zqleak-commitment",
        currency: "USD",
      },
      // The same account and service as inside, under other names.
      {
        day: on,
        service: "Amazon RDS",
        serviceCategory: "Databases",
        region: "eu-west-1",
        subAccount: "111",
        subAccountName: "zqleak-alias",
        resource: "zqleak-db",
        resourceName: "zqleak-dbname",
        tags,
        cost,
        quantity: "7770000",
        unit: "Hours",
        invoice: "AW-1",
        issuer: "AWS Inc.",
      },
      // The same resource, billed once to somebody else and named so.
      {
        day: on,
        service: "Amazon RDS",
        serviceCategory: "Databases",
        region: "eu-west-1",
        subAccount: "111",
        subAccountName: "aaa-zqleak",
        resource: "db-1",
        resourceName: "aaa-zqleak-orders",
        tags,
        cost,
      },
      // Waste of somebody else.
      {
        day: on,
        service: "Amazon VPC",
        serviceCategory: "Networking",
        region: "eu-west-1",
        subAccount: "zqleak-sub2",
        subAccountName: "zqleak-sub2name",
        resource: "zqleak-eip",
        resourceName: "zqleak-eipname",
        tags,
        cost,
      },
      // Untagged, and nobody's.
      {
        day: on,
        service: "zqleak-untagged",
        serviceCategory: "Other",
        region: "eu-west-1",
        subAccount: "111",
        subAccountName: "zqleak-alias2",
        cost,
      },
    );
  }
  charges.push(
    {
      day: "2026-03-01",
      service: "zqleak-tax",
      category: "Tax",
      cost: "7770000.77",
      subAccount: "111",
      subAccountName: "zqleak-alias3",
      invoice: "AW-1",
      issuer: "zqleak-taxissuer",
    },
    { day: "2026-03-01", days: 28, service: "zqleak Support", category: "Purchase", cost: "7770000.77" },
    {
      day: "2026-03-05",
      provider: "zqleakeuro",
      billingAccount: "zqleak-eur",
      service: "zqleak-eur",
      currency: "EUR",
      cost: "7770000.77",
      tags: { team: "zqleak-team" },
    },
  );
  // A source in which each condition of the last scope meets charges, and none meets both.
  for (let index = 0; index < DAYS; index += 1) {
    const half = {
      day: addDays(FIRST, index),
      billingAccount: "zqleak-half",
      service: "zqleak-half",
      cost: "7770000.77",
    };
    charges.push(
      { ...half, tags: { team: "t2", environment: "zqleak-env" } },
      { ...half, tags: { team: "zqleak-team2", environment: "e2" } },
    );
  }
  return charges;
}

/** Stores both, with waste that the rules find on either side. Returns what lies inside. */
export async function storeMarkedEstate(db: Database): Promise<SeedCharge[]> {
  const own = inside();
  await seedCharges(db, [...own, ...outside()], { rejects: 7 });
  await db.sql`update attribute_set set x_usage_type = 'EUW1-PublicIPv4:IdleAddress' where service_name = 'Amazon VPC'`;
  await db.sql`
    insert into ingest_reject (batch_id, file, line, column_name, value, reason)
    select id, '/bills/zqleak-file.csv', 7, 'BilledCost', 'zqleak-rejected', 'zqleak-reason' from ingest_batch`;
  await db.sql`update active_batch set incomplete = 'zqleak-incomplete' where billing_account like 'zqleak%'`;
  return own;
}

/** The total of the inside by day span and currency, added up here and nowhere else. */
export function totalOf(charges: readonly SeedCharge[], currency: string, from: string, to: string): bigint {
  return charges
    .filter((charge) => (charge.currency ?? "USD") === currency && charge.day >= from && charge.day < to)
    .reduce((sum, charge) => sum + parseAtoms(charge.cost), 0n);
}

/** The same people seen through other conditions; each lets exactly the inside through. */
export const SCOPES: readonly [name: string, scope: ScopeFilter][] = [
  ["team", [{ dimension: "team", negated: false, values: ["payments"] }]],
  [
    "team and not a region",
    [
      { dimension: "team", negated: false, values: ["Payments"] },
      { dimension: "region", negated: true, values: ["zqhidden"] },
    ],
  ],
  ["a tag no rollup holds", [{ dimension: "tag:owner", negated: false, values: ["pay"] }]],
  [
    "a tag and its resources",
    [
      { dimension: "tag:owner", negated: false, values: ["pay"] },
      { dimension: "resource", negated: false, values: ["db-1", "eip-1", "vm-1"] },
    ],
  ],
  [
    "two dimensions, each met outside too",
    [
      { dimension: "team", negated: false, values: ["payments", "t2"] },
      { dimension: "environment", negated: false, values: ["prod", "e2"] },
    ],
  ],
];
