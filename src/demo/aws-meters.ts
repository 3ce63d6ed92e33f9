import type { Meter, Region } from "./estate.ts";

export const US_EAST_1: Region = { id: "us-east-1", name: "US East (N. Virginia)" };
export const EU_WEST_1: Region = { id: "eu-west-1", name: "EU (Ireland)" };

/** Usage types carry a region code, except in us-east-1. */
const USAGE_PREFIX: Readonly<Record<string, string>> = { "us-east-1": "", "eu-west-1": "EU-" };

const SERVICES = {
  AmazonEC2: ["Amazon Elastic Compute Cloud", "Compute", "Virtual Machines"],
  EBS: ["Amazon Elastic Block Store", "Storage", "Block Storage"],
  AmazonVPC: ["Amazon Virtual Private Cloud", "Networking", "Network Infrastructure"],
  AWSELB: ["Elastic Load Balancing", "Networking", "Application Networking"],
  AWSDataTransfer: ["AWS Data Transfer", "Networking", "Network Connectivity"],
  AmazonCloudFront: ["Amazon CloudFront", "Networking", "Content Delivery"],
  AmazonRDS: ["Amazon Relational Database Service", "Databases", "Relational Databases"],
  AmazonDynamoDB: ["Amazon DynamoDB", "Databases", "NoSQL Databases"],
  AmazonElastiCache: ["Amazon ElastiCache", "Databases", "Caching"],
  AmazonS3: ["Amazon Simple Storage Service", "Storage", "Object Storage"],
  AWSLambda: ["AWS Lambda", "Compute", "Serverless Compute"],
  AmazonEKS: ["Amazon Elastic Kubernetes Service", "Compute", "Containers"],
  AWSQueueService: ["Amazon Simple Queue Service", "Integration", "Messaging"],
  AmazonMSK: ["Amazon Managed Streaming for Apache Kafka", "Analytics", "Streaming Analytics"],
  AmazonES: ["Amazon OpenSearch Service", "Analytics", "Search"],
  AmazonCloudWatch: ["Amazon CloudWatch", "Management and Governance", "Observability"],
  AmazonGuardDuty: ["Amazon GuardDuty", "Security", "Threat Detection and Response"],
  awskms: ["AWS Key Management Service", "Security", "Secret Management"],
  AmazonBedrock: ["Amazon Bedrock", "AI and Machine Learning", "Generative AI"],
  AWSSupportBusiness: ["AWS Support (Business)", "Management and Governance", "Support"],
  ComputeSavingsPlans: ["Savings Plans for AWS Compute usage", "Compute", "Other (Compute)"],
} as const;
export type AwsService = keyof typeof SERVICES;

/** A line of the AWS price list (us-east-1 list prices; the same figures everywhere, the estate is invented). */
export function awsMeter(
  code: AwsService,
  usage: string,
  of: { description: string; unit: string; price: string; operation?: string; region?: Region },
): Meter {
  const [service, category, subcategory] = SERVICES[code];
  const prefix = USAGE_PREFIX[of.region?.id ?? "us-east-1"] ?? "";
  const serviceCode = code === "EBS" ? "AmazonEC2" : code;
  return {
    service,
    category,
    subcategory,
    description: `$${of.price} per ${of.description}`,
    skuMeter: usage,
    unit: of.unit,
    listPrice: of.price,
    extra: { x_UsageType: `${prefix}${usage}`, x_Operation: of.operation ?? "", x_ServiceCode: serviceCode },
  };
}

const MACHINE_PRICES: Readonly<Record<string, string>> = {
  "m6i.large": "0.096",
  "m6i.2xlarge": "0.384",
  "c6i.4xlarge": "0.68",
  "r6i.2xlarge": "0.504",
  "t3.medium": "0.0416",
  "m4.xlarge": "0.2",
};

export function machine(type: string, region: Region): Meter {
  const price = MACHINE_PRICES[type] ?? "0.1";
  const description = `On Demand Linux ${type} Instance Hour`;
  return awsMeter("AmazonEC2", `BoxUsage:${type}`, {
    description,
    unit: "Hours",
    price,
    operation: "RunInstances",
    region,
  });
}

const VOLUMES: Readonly<Record<string, readonly [string, string]>> = {
  gp3: ["0.08", "GB-month of General Purpose (gp3) provisioned storage"],
  gp2: ["0.1", "GB-month of General Purpose SSD (gp2) provisioned storage"],
};

export function volume(type: "gp2" | "gp3", region: Region): Meter {
  const [price = "0.1", description = type] = VOLUMES[type] ?? [];
  const operation = type === "gp3" ? "CreateVolume-Gp3" : "CreateVolume-Gp2";
  return awsMeter("EBS", `EBS:VolumeUsage.${type}`, { description, unit: "GB-Mo", price, operation, region });
}

/** In one zone, in two. */
const DATABASE_PRICES: Readonly<Record<string, readonly [string, string]>> = {
  "db.r6g.large": ["0.225", "0.45"],
  "db.r6g.xlarge": ["0.45", "0.9"],
  "db.r6g.2xlarge": ["0.899", "1.798"],
  "db.r6g.4xlarge": ["1.798", "3.596"],
};

export function database(type: string, zones: 1 | 2, region: Region): Meter {
  const price = (DATABASE_PRICES[type] ?? ["0.2", "0.4"])[zones - 1] ?? "0.2";
  const usage = zones === 1 ? `InstanceUsage:${type}` : `Multi-AZUsage:${type}`;
  const description = `RDS ${type} ${zones === 1 ? "Single-AZ" : "Multi-AZ"} instance hour (or partial hour) running PostgreSQL`;
  return awsMeter("AmazonRDS", usage, {
    description,
    unit: "Hours",
    price,
    operation: "CreateDBInstance:0014",
    region,
  });
}
