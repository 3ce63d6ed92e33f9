import { AWS_ACCOUNTS, SAVINGS_PLAN } from "./aws-apps.ts";
import { awsMeter, database, EU_WEST_1, machine, US_EAST_1, volume } from "./aws-meters.ts";
import type { Account, Meter, Owner, PlantedWaste, Region, Resource, Use } from "./estate.ts";

const DAYS = 30.4;
const { prod, staging, dev } = AWS_ACCOUNTS;
const LEGACY: Owner = { team: "tracking", product: "parcel-tracker", environment: "prod" };
const PLATFORM_STAGING: Owner = { team: "platform", product: "core-platform", environment: "staging" };

const hours = (meter: Meter, perDay = 24): Use => ({ meter, perDay, rhythm: "steady" });

type Waste = { readonly rule: string; readonly why: string; readonly resource: Resource };

/** Waste a bill proves on AWS, and things that only look like it. */
export function awsWaste(): { resources: Resource[]; planted: PlantedWaste[] } {
  const wasted = [...addresses(), ...volumes(), ...network(), ...machines(), ...databases()];
  const planted = wasted.map(({ rule, why, resource }) => ({ rule, resource: resource.id, why }));
  const plan = {
    rule: "commit.unused",
    resource: SAVINGS_PLAN,
    why: "a seventh of the Savings Plan is used by nothing",
  };
  return { resources: [...wasted.map(({ resource }) => resource), ...traps()], planted: [...planted, plan] };
}

type At = { readonly account: Account; readonly region?: Region; readonly owner?: Owner | null };

function thing(
  id: string,
  name: string,
  type: string,
  at: At,
  uses: readonly Use[],
  tags?: Resource["tags"],
): Resource {
  const owner = at.owner === undefined ? LEGACY : at.owner;
  return { id, name, type, account: at.account, region: at.region ?? US_EAST_1, owner, uses, tags };
}

function idleAddress(region: Region): Meter {
  return awsMeter("AmazonVPC", "PublicIPv4:IdleAddress", {
    description: "Idle public IPv4 address per hour",
    unit: "Hours",
    price: "0.005",
    region,
  });
}

function addresses(): Waste[] {
  const why = "billed as idle every hour";
  const rule = "net.ip.unattached";
  return [
    {
      rule,
      why,
      resource: thing("eipalloc-0c51f9d2a7e3b8461", "old-gateway-a", "Elastic IP", { account: prod }, [
        hours(idleAddress(US_EAST_1)),
      ]),
    },
    {
      rule,
      why,
      resource: thing("eipalloc-07be40c3d91a5f228", "old-gateway-b", "Elastic IP", { account: prod }, [
        hours(idleAddress(US_EAST_1)),
      ]),
    },
    {
      rule,
      why,
      resource: thing(
        "eipalloc-0e8d27f6b4c1a9035",
        "partner-test",
        "Elastic IP",
        { account: dev, region: EU_WEST_1, owner: null },
        [hours(idleAddress(EU_WEST_1))],
      ),
    },
  ];
}

function volumes(): Waste[] {
  const rule = "storage.disk.gp2_to_gp3";
  return [
    {
      rule,
      why: "500 GB of gp2",
      resource: thing("vol-0b7d93e1c5a2f6840", "parcel-archive-index", "EBS Volume", { account: prod }, [
        hours(volume("gp2", US_EAST_1), 500 / DAYS),
      ]),
    },
    {
      rule,
      why: "900 GB of gp2",
      resource: thing(
        "vol-04c2e8a6f91b3d75a",
        "ledger-scratch",
        "EBS Volume",
        { account: staging, owner: { team: "billing", product: "invoicing", environment: "staging" } },
        [hours(volume("gp2", US_EAST_1), 900 / DAYS)],
      ),
    },
  ];
}

function network(): Waste[] {
  const gateway = awsMeter("AmazonVPC", "NatGateway-Hours", {
    description: "NAT Gateway Hour",
    unit: "Hours",
    price: "0.045",
  });
  const balancer = awsMeter("AWSELB", "LoadBalancerUsage", {
    description: "Application LoadBalancer-hour (or partial hour)",
    unit: "Hours",
    price: "0.0225",
    operation: "LoadBalancing:Application",
  });
  const endpoint = awsMeter("AmazonVPC", "VpcEndpoint-Hours", {
    description: "VPC Endpoint Hour",
    unit: "Hours",
    price: "0.01",
  });
  const reserved = awsMeter("AmazonEC2", "UnusedBox:c6i.2xlarge", {
    description: "Unused Reservation Linux c6i.2xlarge Instance Hour",
    unit: "Hours",
    price: "0.34",
    operation: "RunInstances",
  });
  return [
    {
      rule: "net.nat.idle",
      why: "hours without a byte",
      resource: thing(
        "nat-0d6a1f83c92be7450",
        "nat-staging-old",
        "NAT Gateway",
        { account: staging, owner: PLATFORM_STAGING },
        [hours(gateway)],
      ),
    },
    {
      rule: "net.lb.idle",
      why: "hours without a capacity unit",
      resource: thing(
        `arn:aws:elasticloadbalancing:us-east-1:${prod.id}:loadbalancer/app/tracking-v1/50dc6c495c0c9188`,
        "tracking-v1",
        "Load Balancer",
        { account: prod },
        [hours(balancer)],
      ),
    },
    {
      rule: "net.vpce.idle",
      why: "hours without a byte",
      resource: thing("vpce-0f31b7c8a2d9e6540", "vpce-sagemaker-trial", "VPC Endpoint", { account: dev, owner: null }, [
        hours(endpoint, 48),
      ]),
    },
    {
      rule: "compute.reservation.odcr_unused",
      why: "capacity held for a launch that is over",
      resource: thing(
        "cr-0a94c1d7e2b5f8360",
        "peak-week",
        "Capacity Reservation",
        { account: prod, owner: { team: "routing", product: "route-planner", environment: "prod" } },
        [{ ...hours(reserved), unusedCapacity: "cr-0a94c1d7e2b5f8360" }],
      ),
    },
  ];
}

function machines(): Waste[] {
  return ["i-05e2b9c7d4a1f8336", "i-0b83d6f1e9c2a5074"].map((id, index) => ({
    rule: "compute.vm.old_generation",
    why: "m4, whose successor does the same for less",
    resource: thing(
      id,
      `label-printer-${index + 1}`,
      "EC2 Instance",
      { account: prod, owner: { team: "warehouse", product: "warehouse-hub", environment: "prod" } },
      [hours(machine("m4.xlarge", US_EAST_1))],
      { Name: `label-printer-${index + 1}` },
    ),
  }));
}

function databases(): Waste[] {
  const support = awsMeter("AmazonRDS", "ExtendedSupport:Yr1-Yr2:PostgreSQL11", {
    description: "vCPU-hour of RDS Extended Support for PostgreSQL 11",
    unit: "vCPU-Hours",
    price: "0.1",
    operation: "CreateDBInstance:0014",
  });
  const old = thing(
    `arn:aws:rds:us-east-1:${prod.id}:db:customs-archive`,
    "customs-archive",
    "DB Instance",
    { account: prod, owner: { team: "billing", product: "invoicing", environment: "prod" } },
    [hours(database("db.r6g.4xlarge", 1, US_EAST_1)), hours(support, 384)],
  );
  const doubled = thing(
    `arn:aws:rds:us-east-1:${staging.id}:db:dispatch-rehearsal`,
    "dispatch-rehearsal",
    "DB Instance",
    { account: staging, owner: null },
    [hours(database("db.r6g.xlarge", 2, US_EAST_1))],
    { team: "routing", product: "route-planner", environment: "staging" },
  );
  return [
    { rule: "db.version.extended_support", why: "PostgreSQL 11 on paid extended support", resource: old },
    { rule: "db.multiaz_nonprod", why: "a standby for staging", resource: doubled },
  ];
}

/** Left alone by anyone who reads tags and names. */
function traps(): Resource[] {
  const gateway = awsMeter("AmazonVPC", "NatGateway-Hours", {
    description: "NAT Gateway Hour",
    unit: "Hours",
    price: "0.045",
    region: EU_WEST_1,
  });
  return [
    thing(
      "eipalloc-0199e6d3b7f2c5a84",
      "customs-allow-list",
      "Elastic IP",
      { account: prod },
      [hours(idleAddress(US_EAST_1))],
      { "do-not-delete": "true" },
    ),
    thing(
      "nat-03a7c9e5d1f2b8640",
      "nat-prod-dr-standby",
      "NAT Gateway",
      { account: prod, region: EU_WEST_1, owner: null },
      [hours(gateway)],
      { role: "dr standby" },
    ),
  ];
}
