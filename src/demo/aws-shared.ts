import { AWS_ACCOUNTS } from "./aws-apps.ts";
import { awsMeter, EU_WEST_1, US_EAST_1, type AwsService } from "./aws-meters.ts";
import { DATA, PLATFORM } from "./company.ts";
import type { Account, Owner, Region, Resource, Rhythm, Use } from "./estate.ts";
import { hex } from "./random.ts";

const DAYS = 30.4;
const ROUTING: Owner = { team: "routing", product: "route-planner", environment: "prod" };

/** What the platform and data teams run for everybody. */
export function awsShared(): Resource[] {
  return [...gateways(), ...transfers(), ...edge(), ...clusters(), ...stores(), ...intelligence(), ...security()];
}

type Line = readonly [
  code: AwsService,
  usage: string,
  description: string,
  unit: string,
  price: string,
  perDay: number,
  rhythm: Rhythm,
  growth?: number,
];

function use([code, usage, description, unit, price, perDay, rhythm, growthPercent]: Line, region: Region): Use {
  return { meter: awsMeter(code, usage, { description, unit, price, region }), perDay, rhythm, growthPercent };
}

type Place = { readonly account: Account; readonly region?: Region; readonly owner?: Owner | null };

function resource(id: string, name: string, type: string, place: Place, lines: readonly Line[]): Resource {
  const region = place.region ?? US_EAST_1;
  const owner = place.owner === undefined ? PLATFORM : place.owner;
  return { id, name, type, account: place.account, region, owner, uses: lines.map((line) => use(line, region)) };
}

function gateways(): Resource[] {
  return [
    { account: AWS_ACCOUNTS.prod, region: US_EAST_1, gb: 640 },
    { account: AWS_ACCOUNTS.prod, region: EU_WEST_1, gb: 210 },
    { account: AWS_ACCOUNTS.dev, region: US_EAST_1, gb: 12 },
  ].map(({ account, region, gb }) =>
    resource(
      `nat-${hex(`nat:${account.id}:${region.id}`, 17)}`,
      `nat-${account.name}-${region.id}`,
      "NAT Gateway",
      { account, region },
      [
        ["AmazonVPC", "NatGateway-Hours", "NAT Gateway Hour", "Hours", "0.045", 24, "steady"],
        ["AmazonVPC", "NatGateway-Bytes", "GB Data Processed by NAT Gateways", "GB", "0.045", gb, "traffic", 2],
      ],
    ),
  );
}

function transfers(): Resource[] {
  return [AWS_ACCOUNTS.prod, AWS_ACCOUNTS.data].map((account) =>
    resource(
      `arn:aws:ec2:us-east-1:${account.id}:vpc/vpc-${hex(account.id, 17)}`,
      `transfer-${account.name}`,
      "VPC",
      { account, owner: null },
      [
        [
          "AWSDataTransfer",
          "DataTransfer-Out-Bytes",
          "GB data transfer out to the internet",
          "GB",
          "0.09",
          account === AWS_ACCOUNTS.prod ? 410 : 60,
          "traffic",
          1.5,
        ],
        [
          "AWSDataTransfer",
          "DataTransfer-Regional-Bytes",
          "GB regional data transfer - in/out/between EC2 AZs",
          "GB",
          "0.01",
          account === AWS_ACCOUNTS.prod ? 2_900 : 700,
          "traffic",
        ],
      ],
    ),
  );
}

function edge(): Resource[] {
  const cdn = resource(
    `arn:aws:cloudfront::${AWS_ACCOUNTS.prod.id}:distribution/E2LARKSPUR01`,
    "www-larkspur",
    "CloudFront Distribution",
    { account: AWS_ACCOUNTS.prod },
    [
      [
        "AmazonCloudFront",
        "DataTransfer-Out-Bytes",
        "GB data transfer out (United States)",
        "GB",
        "0.085",
        780,
        "traffic",
        1,
      ],
      [
        "AmazonCloudFront",
        "Requests-Tier2-HTTPS",
        "HTTPS request (United States)",
        "Requests",
        "0.000001",
        9_400_000,
        "traffic",
        1,
      ],
    ],
  );
  const addresses = resource(
    "eipalloc-0aa17c5be20d94f31",
    "edge-ingress-1",
    "Elastic IP",
    { account: AWS_ACCOUNTS.prod },
    [["AmazonVPC", "PublicIPv4:InUseAddress", "In-use public IPv4 address per hour", "Hours", "0.005", 24, "steady"]],
  );
  return [cdn, addresses];
}

function clusters(): Resource[] {
  return [AWS_ACCOUNTS.prod, AWS_ACCOUNTS.staging].map((account) =>
    resource(`arn:aws:eks:us-east-1:${account.id}:cluster/larkspur`, "larkspur", "EKS Cluster", { account }, [
      ["AmazonEKS", "AmazonEKS-Hours:perCluster", "Amazon EKS cluster usage hour", "Hours", "0.1", 24, "steady"],
    ]),
  );
}

function stores(): Resource[] {
  const { prod, data } = AWS_ACCOUNTS;
  const kafka = [1, 2, 3].map((broker) =>
    resource(
      `arn:aws:kafka:us-east-1:${data.id}:cluster/events/${hex("kafka", 12)}-${broker}`,
      `events-${broker}`,
      "MSK Broker",
      { account: data, owner: DATA },
      [
        ["AmazonMSK", "Kafka.m5.large", "hour for Kafka m5.large", "Hours", "0.21", 24, "steady"],
        ["AmazonMSK", "Kafka.Storage.GP2", "GB-month of Kafka broker storage", "GB-Mo", "0.1", 600 / DAYS, "steady", 2],
      ],
    ),
  );
  const search = [1, 2].map((node) =>
    resource(
      `arn:aws:es:us-east-1:${prod.id}:domain/parcel-search/${node}`,
      `parcel-search-${node}`,
      "OpenSearch Domain",
      { account: prod, owner: { team: "tracking", product: "parcel-tracker", environment: "prod" } },
      [["AmazonES", "ESInstance:r6g.large", "r6g.large.search instance hour", "Hours", "0.167", 24, "steady"]],
    ),
  );
  return [
    ...kafka,
    ...search,
    resource(
      `arn:aws:dynamodb:us-east-1:${prod.id}:table/parcel-state`,
      "parcel-state",
      "DynamoDB Table",
      { account: prod, owner: { team: "tracking", product: "parcel-tracker", environment: "prod" } },
      [
        [
          "AmazonDynamoDB",
          "WriteRequestUnits",
          "write request unit",
          "WriteRequestUnits",
          "0.000000625",
          61_000_000,
          "traffic",
          2,
        ],
        [
          "AmazonDynamoDB",
          "ReadRequestUnits",
          "read request unit",
          "ReadRequestUnits",
          "0.000000125",
          240_000_000,
          "traffic",
          2,
        ],
        ["AmazonDynamoDB", "TimedStorage-ByteHrs", "GB-month of storage", "GB-Mo", "0.25", 900 / DAYS, "steady", 1],
      ],
    ),
    resource(
      `arn:aws:elasticache:us-east-1:${prod.id}:cluster:route-cache`,
      "route-cache",
      "ElastiCache Cluster",
      { account: prod, owner: ROUTING },
      [["AmazonElastiCache", "NodeUsage:cache.r6g.large", "cache.r6g.large node-hour", "Hours", "0.206", 72, "steady"]],
    ),
  ];
}

/** Summaries written by a language model: the newest line of the bill, and growing. */
function intelligence(): Resource[] {
  const place = {
    account: AWS_ACCOUNTS.data,
    owner: { team: "tracking", product: "parcel-tracker", environment: "prod" },
  };
  return [
    resource(
      `arn:aws:bedrock:us-east-1:${AWS_ACCOUNTS.data.id}:inference-profile/delay-notes`,
      "delay-notes",
      "Inference Profile",
      place,
      [
        ["AmazonBedrock", "Claude-Haiku-InputTokens", "1K input tokens", "1K tokens", "0.001", 31_000, "office", 14],
        ["AmazonBedrock", "Claude-Haiku-OutputTokens", "1K output tokens", "1K tokens", "0.005", 5_400, "office", 14],
      ],
    ),
  ];
}

function security(): Resource[] {
  return Object.values(AWS_ACCOUNTS).flatMap((account) => [
    resource(
      `arn:aws:guardduty:us-east-1:${account.id}:detector/${hex(`gd:${account.id}`, 32)}`,
      `guardduty-${account.name}`,
      "GuardDuty Detector",
      { account, owner: null },
      [
        [
          "AmazonGuardDuty",
          "PaidEventsAnalyzed",
          "million CloudTrail events analysed",
          "Million events",
          "4",
          account === AWS_ACCOUNTS.prod ? 1.9 : 0.2,
          "traffic",
        ],
      ],
    ),
    resource(
      `arn:aws:kms:us-east-1:${account.id}:key/${hex(`kms:${account.id}`, 32)}`,
      `kms-${account.name}`,
      "KMS Key",
      { account },
      [
        [
          "awskms",
          "KMS-Requests",
          "KMS request",
          "Requests",
          "0.000003",
          account === AWS_ACCOUNTS.prod ? 820_000 : 40_000,
          "traffic",
        ],
      ],
    ),
  ]);
}
