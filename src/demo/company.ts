import type { Owner } from "./estate.ts";

/** The company is invented; so is everything about it. */
export const COMPANY = "Larkspur Logistics";

export const ENVIRONMENTS = ["prod", "staging", "dev"] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** An application of the company: who runs it and how big it is in production. */
export type App = {
  readonly name: string;
  readonly team: string;
  readonly product: string;
  readonly nodes: number;
  readonly machine: string;
  readonly database: string | null;
  readonly bucketGb: number;
  readonly logGbPerDay: number;
  readonly requestsMillions: number;
};

export const APPS: readonly App[] = [
  {
    name: "route-api",
    team: "routing",
    product: "route-planner",
    nodes: 6,
    machine: "c6i.4xlarge",
    database: "db.r6g.xlarge",
    bucketGb: 900,
    logGbPerDay: 22,
    requestsMillions: 38,
  },
  {
    name: "eta-engine",
    team: "routing",
    product: "route-planner",
    nodes: 4,
    machine: "c6i.4xlarge",
    database: null,
    bucketGb: 2_600,
    logGbPerDay: 9,
    requestsMillions: 21,
  },
  {
    name: "parcel-events",
    team: "tracking",
    product: "parcel-tracker",
    nodes: 5,
    machine: "m6i.2xlarge",
    database: "db.r6g.2xlarge",
    bucketGb: 7_800,
    logGbPerDay: 31,
    requestsMillions: 64,
  },
  {
    name: "notify",
    team: "tracking",
    product: "parcel-tracker",
    nodes: 2,
    machine: "m6i.large",
    database: null,
    bucketGb: 120,
    logGbPerDay: 6,
    requestsMillions: 12,
  },
  {
    name: "invoice-run",
    team: "billing",
    product: "invoicing",
    nodes: 2,
    machine: "r6i.2xlarge",
    database: "db.r6g.xlarge",
    bucketGb: 3_100,
    logGbPerDay: 4,
    requestsMillions: 3,
  },
  {
    name: "dock-scheduler",
    team: "warehouse",
    product: "warehouse-hub",
    nodes: 3,
    machine: "m6i.2xlarge",
    database: "db.r6g.large",
    bucketGb: 640,
    logGbPerDay: 7,
    requestsMillions: 9,
  },
];

export function ownerOf(app: Pick<App, "team" | "product">, environment: string): Owner {
  return { team: app.team, product: app.product, environment };
}

export const PLATFORM: Owner = { team: "platform", product: "core-platform", environment: "prod" };
export const DATA: Owner = { team: "data", product: "insights", environment: "prod" };
