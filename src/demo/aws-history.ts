import { AWS_ACCOUNTS } from "./aws-apps.ts";
import { awsMeter, US_EAST_1, volume } from "./aws-meters.ts";
import type { Owner, Resource, Use } from "./estate.ts";
import { WORK_DONE_DAY } from "./story.ts";

const DAYS_A_MONTH = 30.4;
/** The address somebody put off and then released. */
const RELEASED_DAY = 30;
const ROUTING: Owner = { team: "routing", product: "route-planner", environment: "prod" };
const TRACKING: Owner = { team: "tracking", product: "parcel-tracker", environment: "prod" };

/** Waste of the first weeks that is over by now: what was approved then can be measured on the bill. */
export function awsHistory(): Resource[] {
  return [
    address("eipalloc-0d2b7f91c4e6a8530", "pilot-gateway", WORK_DONE_DAY),
    address("eipalloc-0a6e1d84f7b3c9252", "trade-fair", RELEASED_DAY),
    migrated("vol-0f4a8c2e6b1d97350", "telemetry-cold", TRACKING, { before: 1_500, after: 1_500 }),
    // Both grew while they were changed: of what was promised, half came, and nothing.
    migrated("vol-0c7d3b9a5e2f18640", "route-history", ROUTING, { before: 1_000, after: 1_110 }),
    migrated("vol-09e5a1c7d3f8b2460", "parcel-heatmap", TRACKING, { before: 800, after: 1_000 }),
  ];
}

/** Billed as idle by an error of the provider: in the first delivery of a month, no longer in the second. */
export function mistakenAddress(): Resource {
  return address("eipalloc-0b1f5e7d9c3a24680", "metered-by-mistake", Infinity);
}

function address(id: string, name: string, to: number): Resource {
  const idle = awsMeter("AmazonVPC", "PublicIPv4:IdleAddress", {
    description: "Idle public IPv4 address per hour",
    unit: "Hours",
    price: "0.005",
    region: US_EAST_1,
  });
  const uses: Use[] = [{ meter: idle, perDay: 24, rhythm: "steady", days: { to } }];
  return { id, name, type: "Elastic IP", account: AWS_ACCOUNTS.prod, region: US_EAST_1, owner: TRACKING, uses };
}

/** A gp2 volume that became gp3 on the day the work was done. */
function migrated(id: string, name: string, owner: Owner, gb: { before: number; after: number }): Resource {
  const uses: Use[] = [
    {
      meter: volume("gp2", US_EAST_1),
      perDay: gb.before / DAYS_A_MONTH,
      rhythm: "steady",
      days: { to: WORK_DONE_DAY },
    },
    {
      meter: volume("gp3", US_EAST_1),
      perDay: gb.after / DAYS_A_MONTH,
      rhythm: "steady",
      days: { from: WORK_DONE_DAY },
    },
  ];
  return { id, name, type: "EBS Volume", account: AWS_ACCOUNTS.prod, region: US_EAST_1, owner, uses };
}
