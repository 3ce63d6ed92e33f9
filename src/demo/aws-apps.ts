import { awsMeter, database, EU_WEST_1, machine, US_EAST_1, volume } from "./aws-meters.ts";
import { APPS, ENVIRONMENTS, ownerOf, type App, type Environment } from "./company.ts";
import type { Account, Region, Resource, Rhythm, Use } from "./estate.ts";
import { hex } from "./random.ts";

export const AWS_ACCOUNTS = {
  prod: { id: "210044551101", name: "larkspur-prod" },
  staging: { id: "210044551102", name: "larkspur-staging" },
  dev: { id: "210044551103", name: "larkspur-dev" },
  data: { id: "210044551104", name: "larkspur-data" },
  shared: { id: "210044551105", name: "larkspur-shared" },
} as const satisfies Record<string, Account>;

/** Days of a month a storage price is spread over. */
const DAYS = 30.4;
/** What the other environments have of production's load. */
const LOAD: Readonly<Record<Environment, number>> = { prod: 1, staging: 0.12, dev: 0.07 };

/** Applications of the company on AWS: machines, volumes, balancer, database, bucket, logs, queue, functions. */
export function awsApps(): Resource[] {
  return APPS.flatMap((app) =>
    ENVIRONMENTS.flatMap((environment) => [...nodes(app, environment), ...attached(app, environment)]),
  );
}

type Site = { readonly account: Account; readonly region: Region; readonly rhythm: Rhythm; readonly load: number };

function siteOf(app: App, environment: Environment): Site {
  const region = app.team === "warehouse" ? EU_WEST_1 : US_EAST_1;
  const rhythm = environment === "prod" ? "traffic" : "office";
  return { account: AWS_ACCOUNTS[environment], region, rhythm, load: LOAD[environment] };
}

export const SAVINGS_PLAN = "arn:aws:savingsplans::210044550000:savingsplan/7c1f2a90-41d7-4b6e-9a35-0d5be1f6a2c4";
/** The machines the Savings Plan pays for, by application. */
const COVERED_NODES: Readonly<Record<string, number>> = { "route-api": 4, "parcel-events": 4 };

function nodes(app: App, environment: Environment): Resource[] {
  const site = siteOf(app, environment);
  const count = environment === "prod" ? app.nodes : 1;
  const type = environment === "prod" ? app.machine : "t3.medium";
  const owner = ownerOf(app, environment);
  return Array.from({ length: count }, (_, index) => {
    const name = `${app.name}-${environment}-${index + 1}`;
    const covered = environment === "prod" && index < (COVERED_NODES[app.name] ?? 0);
    // Development machines are off at night and at weekends; production ones run through.
    const running: Use =
      environment === "dev"
        ? { meter: machine(type, site.region), perDay: 11, rhythm: "office" }
        : {
            meter: machine(type, site.region),
            perDay: 24,
            rhythm: "steady",
            commitment: covered ? SAVINGS_PLAN : undefined,
          };
    const group = { "aws:autoscaling:groupName": `${app.name}-${environment}` };
    const common = { account: site.account, region: site.region, owner };
    return [
      {
        ...common,
        id: `i-${hex(`i:${name}`, 17)}`,
        name,
        type: "EC2 Instance",
        tags: { Name: name, ...group },
        uses: [running],
      },
      {
        ...common,
        id: `vol-${hex(`vol:${name}`, 17)}`,
        name: `${name}-root`,
        type: "EBS Volume",
        uses: [
          { meter: volume("gp3", site.region), perDay: (environment === "prod" ? 160 : 40) / DAYS, rhythm: "steady" },
        ],
      },
    ] satisfies Resource[];
  }).flat();
}

function attached(app: App, environment: Environment): Resource[] {
  const site = siteOf(app, environment);
  const owner = ownerOf(app, environment);
  const common = { account: site.account, region: site.region, owner };
  const name = `${app.name}-${environment}`;
  const arn = (service: string, rest: string): string =>
    `arn:aws:${service}:${site.region.id}:${site.account.id}:${rest}`;
  const resources: Resource[] = [
    {
      ...common,
      id: `arn:aws:s3:::larkspur-${name}`,
      name: `larkspur-${name}`,
      type: "S3 Bucket",
      uses: bucketUses(app, site),
    },
    {
      ...common,
      id: arn("logs", `log-group:/larkspur/${name}`),
      name: `/larkspur/${name}`,
      type: "Log Group",
      uses: logUses(app, site),
    },
  ];
  if (environment !== "dev") {
    const balancer = `loadbalancer/app/${name}/${hex(`lb:${name}`, 16)}`;
    resources.push({
      ...common,
      id: arn("elasticloadbalancing", balancer),
      name,
      type: "Load Balancer",
      uses: balancerUses(app, site),
    });
  }
  if (app.database !== null) {
    resources.push({
      ...common,
      id: arn("rds", `db:${name}`),
      name,
      type: "DB Instance",
      uses: databaseUses(app, environment, site),
    });
  }
  if (environment === "prod") resources.push(...productionOnly(app, site, name, common, arn));
  return resources;
}

function bucketUses(app: App, site: Site): Use[] {
  const meter = (usage: string, description: string, unit: string, price: string) =>
    awsMeter("AmazonS3", usage, { description, unit, price, region: site.region });
  const requests = app.requestsMillions * 1_000_000 * site.load;
  return [
    {
      meter: meter("TimedStorage-ByteHrs", "GB-month of Standard storage", "GB-Mo", "0.023"),
      perDay: (app.bucketGb * site.load) / DAYS,
      rhythm: "steady",
      growthPercent: 2.5,
    },
    {
      meter: meter("Requests-Tier1", "PUT, COPY, POST, or LIST request", "Requests", "0.000005"),
      perDay: requests / 40,
      rhythm: site.rhythm,
    },
    {
      meter: meter("Requests-Tier2", "GET and all other requests", "Requests", "0.0000004"),
      perDay: requests / 4,
      rhythm: site.rhythm,
    },
  ];
}

function logUses(app: App, site: Site): Use[] {
  const of = { unit: "GB", region: site.region };
  const ingested = awsMeter("AmazonCloudWatch", "DataProcessing-Bytes", {
    ...of,
    description: "GB custom log data ingested",
    price: "0.5",
  });
  const stored = awsMeter("AmazonCloudWatch", "TimedStorage-ByteHrs", {
    ...of,
    unit: "GB-Mo",
    description: "GB-mo of log storage",
    price: "0.03",
  });
  return [
    { meter: ingested, perDay: app.logGbPerDay * site.load, rhythm: site.rhythm, growthPercent: 1.5 },
    { meter: stored, perDay: (app.logGbPerDay * site.load * 90) / DAYS, rhythm: "steady", growthPercent: 3 },
  ];
}

function balancerUses(app: App, site: Site): Use[] {
  const of = { region: site.region, operation: "LoadBalancing:Application" };
  const hours = awsMeter("AWSELB", "LoadBalancerUsage", {
    ...of,
    description: "Application LoadBalancer-hour (or partial hour)",
    unit: "Hours",
    price: "0.0225",
  });
  const units = awsMeter("AWSELB", "LCUUsage", {
    ...of,
    description: "used Application load balancer capacity unit-hour (or partial hour)",
    unit: "LCU-Hours",
    price: "0.008",
  });
  return [
    { meter: hours, perDay: 24, rhythm: "steady" },
    {
      meter: units,
      perDay: Math.max(2, app.requestsMillions * 6 * site.load),
      rhythm: site.rhythm,
      growthPercent: 1.2,
    },
  ];
}

function databaseUses(app: App, environment: Environment, site: Site): Use[] {
  const zones = environment === "prod" ? 2 : 1;
  const type = environment === "prod" ? (app.database ?? "") : "db.r6g.large";
  const storage = awsMeter("AmazonRDS", zones === 2 ? "RDS:Multi-AZ-GP3-Storage" : "RDS:GP3-Storage", {
    description: `GB-month of provisioned GP3 storage for ${zones === 2 ? "Multi-AZ" : "Single-AZ"} PostgreSQL`,
    unit: "GB-Mo",
    price: zones === 2 ? "0.23" : "0.115",
    operation: "CreateDBInstance:0014",
    region: site.region,
  });
  return [
    {
      meter: database(type, zones, site.region),
      perDay: environment === "dev" ? 10 : 24,
      rhythm: environment === "dev" ? "office" : "steady",
    },
    {
      meter: storage,
      perDay: (environment === "prod" ? 800 : 120) / DAYS,
      rhythm: "steady",
      growthPercent: environment === "prod" ? 1 : 0,
    },
  ];
}

type Common = Pick<Resource, "account" | "region" | "owner">;

function productionOnly(
  app: App,
  site: Site,
  name: string,
  common: Common,
  arn: (s: string, r: string) => string,
): Resource[] {
  const seconds = awsMeter("AWSLambda", "Lambda-GB-Second", {
    description: "GB-Second of AWS Lambda duration",
    unit: "Lambda-GB-Second",
    price: "0.0000166667",
    region: site.region,
  });
  const calls = awsMeter("AWSLambda", "Request", {
    description: "AWS Lambda request",
    unit: "Requests",
    price: "0.0000002",
    region: site.region,
  });
  const messages = awsMeter("AWSQueueService", "Requests-RBP", {
    description: "Amazon SQS request (standard)",
    unit: "Requests",
    price: "0.0000004",
    region: site.region,
  });
  const requests = app.requestsMillions * 1_000_000;
  return [
    {
      ...common,
      id: arn("lambda", `function:${name}-worker`),
      name: `${name}-worker`,
      type: "Lambda Function",
      uses: [
        { meter: seconds, perDay: requests / 60, rhythm: "traffic", growthPercent: 2 },
        { meter: calls, perDay: requests / 8, rhythm: "traffic", growthPercent: 2 },
      ],
    },
    {
      ...common,
      id: arn("sqs", name),
      name,
      type: "SQS Queue",
      uses: [{ meter: messages, perDay: requests * 0.35, rhythm: "traffic" }],
    },
  ];
}
