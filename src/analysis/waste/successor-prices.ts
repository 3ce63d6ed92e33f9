/**
 * What moving to the successor of an old machine family saves: thousandths of the old price, rounded down, the lowest of
 * the family's sizes. Family by family and region by region, since within a family the relation hardly differs.
 *
 * Derived from published on-demand Linux prices: AWS public price files (EC2 read 2025-04-04, us-east-1 2026-07-20),
 * Google Cloud price list (2026-07-30), Azure Retail Prices (2026-06-18 to 2026-08-22). Same number of vCPU or more
 * memory, same processor architecture; sizes without such a successor are left out (m3.medium, m4.10xlarge, c4.8xlarge…).
 * RDS: PostgreSQL and MySQL Single-AZ us-east-1 (2025-04-04; old classes: published list of 2020), the lower of the two.
 * ElastiCache: AWS Price List, us-east-1, Redis, read 2026-10-02. Both managed, so Graviton needs no new binaries.
 */
type Successor = { readonly successor: string; readonly thousandths: Readonly<Record<string, number>> };

const SUCCESSORS: Readonly<Record<string, Successor>> = {
  "aws:m1": {
    successor: "m6i",
    thousandths: {
      "ap-northeast-1": 489,
      "ap-southeast-1": 484,
      "ap-southeast-2": 484,
      "eu-west-1": 435,
      "sa-east-1": 343,
      "us-east-1": 451,
      "us-west-2": 451,
    },
  },
  "aws:m3": {
    successor: "m6i",
    thousandths: {
      "ap-northeast-1": 355,
      "ap-southeast-1": 387,
      "ap-southeast-2": 354,
      "eu-central-1": 269,
      "eu-west-1": 267,
      "sa-east-1": 194,
      "us-east-1": 278,
      "us-west-2": 278,
    },
  },
  "aws:m4": {
    successor: "m6i",
    thousandths: {
      "ap-northeast-1": 38,
      "ap-south-1": 38,
      "ap-southeast-1": 40,
      "ap-southeast-2": 40,
      "eu-central-1": 41,
      "eu-west-1": 36,
      "eu-west-2": 43,
      "sa-east-1": 37,
      "us-east-1": 40,
      "us-east-2": 40,
      "us-west-2": 40,
    },
  },
  "aws:c3": {
    successor: "c6i",
    thousandths: {
      "ap-northeast-1": 160,
      "ap-southeast-1": 257,
      "ap-southeast-2": 159,
      "eu-central-1": 248,
      "eu-west-1": 236,
      "sa-east-1": 193,
      "us-east-1": 190,
      "us-west-2": 190,
    },
  },
  "aws:c4": {
    successor: "c6i",
    thousandths: {
      "ap-northeast-1": 150,
      "ap-south-1": 150,
      "ap-southeast-1": 147,
      "ap-southeast-2": 146,
      "eu-central-1": 145,
      "eu-west-1": 192,
      "eu-west-2": 147,
      "sa-east-1": 151,
      "us-east-1": 145,
      "us-east-2": 145,
      "us-west-2": 145,
    },
  },
  "aws:r3": {
    successor: "r6i",
    thousandths: {
      "ap-northeast-1": 238,
      "ap-south-1": 313,
      "ap-southeast-1": 238,
      "ap-southeast-2": 243,
      "eu-central-1": 240,
      "eu-west-1": 237,
      "sa-east-1": 425,
      "us-east-1": 240,
      "us-east-2": 240,
      "us-west-2": 240,
    },
  },
  "aws:r4": {
    successor: "r6i",
    thousandths: {
      "ap-northeast-1": 50,
      "ap-south-1": 51,
      "ap-southeast-1": 50,
      "ap-southeast-2": 53,
      "eu-central-1": 50,
      "eu-west-1": 48,
      "eu-west-2": 51,
      "sa-east-1": 282,
      "us-east-1": 52,
      "us-east-2": 52,
      "us-west-2": 52,
    },
  },
  "aws:t2": {
    successor: "t3",
    thousandths: {
      "ap-northeast-1": 105,
      "ap-south-1": 96,
      "ap-southeast-1": 95,
      "ap-southeast-2": 95,
      "eu-central-1": 104,
      "eu-west-1": 87,
      "eu-west-2": 92,
      "sa-east-1": 96,
      "us-east-1": 95,
      "us-east-2": 95,
      "us-west-2": 95,
    },
  },
  "aws:i2": {
    successor: "i4i",
    thousandths: {
      "ap-northeast-1": 597,
      "ap-south-1": 596,
      "ap-southeast-1": 595,
      "ap-southeast-2": 595,
      "eu-central-1": 595,
      "eu-west-1": 596,
      "us-east-1": 597,
      "us-east-2": 597,
      "us-west-2": 597,
    },
  },
  "aws:d2": {
    successor: "d3",
    thousandths: {
      "ap-northeast-1": 141,
      "ap-south-1": 366,
      "ap-southeast-1": 280,
      "ap-southeast-2": 280,
      "eu-central-1": 171,
      "eu-west-1": 170,
      "eu-west-2": 170,
      "us-east-1": 276,
      "us-east-2": 276,
      "us-west-2": 276,
    },
  },
  "azure:A": {
    successor: "Fsv2",
    thousandths: {
      australiaeast: 218,
      brazilsouth: 181,
      centralindia: 351,
      centralus: 150,
      eastus: 295,
      eastus2: 295,
      japaneast: 339,
      northeurope: 199,
      southeastasia: 183,
      uksouth: 234,
      westeurope: 191,
      westus2: 162,
    },
  },
  "azure:A-memory": {
    successor: "Esv5",
    thousandths: {
      australiaeast: 456,
      brazilsouth: 309,
      centralindia: 500,
      centralus: 430,
      eastus: 496,
      eastus2: 427,
      japaneast: 459,
      northeurope: 431,
      southeastasia: 437,
      uksouth: 459,
      westeurope: 437,
      westus2: 427,
    },
  },
  "azure:D": {
    successor: "Dsv5",
    thousandths: {
      australiaeast: 354,
      brazilsouth: 194,
      centralindia: 283,
      centralus: 295,
      eastus: 376,
      eastus2: 283,
      japaneast: 290,
      northeurope: 267,
      southeastasia: 357,
      uksouth: 242,
      westeurope: 315,
    },
  },
  "azure:D-memory": {
    successor: "Esv5",
    thousandths: {
      australiaeast: 280,
      brazilsouth: 143,
      centralindia: 285,
      centralus: 260,
      eastus: 346,
      eastus2: 271,
      japaneast: 329,
      northeurope: 268,
      southeastasia: 276,
      uksouth: 222,
      westeurope: 312,
    },
  },
  "azure:Dv2": {
    successor: "Dsv5",
    thousandths: {
      australiaeast: 139,
      brazilsouth: 105,
      centralindia: 177,
      centralus: 258,
      eastus: 342,
      eastus2: 157,
      germanywestcentral: 135,
      japaneast: 217,
      northeurope: 186,
      southeastasia: 239,
      uksouth: 142,
      westeurope: 153,
      westus2: 157,
    },
  },
  "azure:Dv2-memory": {
    successor: "Esv5",
    thousandths: {
      australiaeast: 243,
      brazilsouth: 144,
      centralindia: 197,
      centralus: 230,
      eastus: 318,
      eastus2: 154,
      germanywestcentral: 84,
      japaneast: 336,
      northeurope: 237,
      southeastasia: 204,
      uksouth: 193,
      westeurope: 197,
      westus2: 154,
    },
  },
  "azure:F": {
    successor: "Fsv2",
    thousandths: {
      australiaeast: 146,
      brazilsouth: 87,
      centralindia: 139,
      centralus: 64,
      eastus: 145,
      eastus2: 145,
      germanywestcentral: 145,
      japaneast: 150,
      northeurope: 150,
      southeastasia: 147,
      uksouth: 110,
      westeurope: 145,
      westus2: 145,
    },
  },
  "gcp:n1": {
    successor: "e2",
    thousandths: {
      "asia-northeast1": 294,
      "asia-south1": 294,
      "asia-southeast1": 294,
      "australia-southeast1": 294,
      "europe-west1": 294,
      "europe-west2": 294,
      "europe-west3": 294,
      "europe-west4": 294,
      "southamerica-east1": 294,
      "us-central1": 294,
      "us-east1": 294,
      "us-east4": 294,
      "us-west1": 294,
    },
  },
  "gcp:g1": {
    successor: "e2",
    thousandths: {
      "asia-northeast1": 332,
      "asia-south1": 346,
      "asia-southeast1": 335,
      "australia-southeast1": 334,
      "europe-west1": 353,
      "europe-west2": 333,
      "europe-west3": 333,
      "europe-west4": 348,
      "southamerica-east1": 335,
      "us-central1": 348,
      "us-east1": 348,
      "us-east4": 347,
      "us-west1": 348,
    },
  },
  "rds:t2": { successor: "t4g", thousandths: { "us-east-1": 44 } },
  "rds:m4": { successor: "m6g", thousandths: { "us-east-1": 126 } },
  "rds:r3": { successor: "r6g", thousandths: { "us-east-1": 100 } },
  "rds:r4": { successor: "r6g", thousandths: { "us-east-1": 100 } },
  "cache:t2": { successor: "t4g", thousandths: { "us-east-1": 44 } },
  "cache:m4": { successor: "m6g", thousandths: { "us-east-1": 44 } },
  "cache:r4": { successor: "r6g", thousandths: { "us-east-1": 96 } },
};

/** Sizes whose family has a successor, but not in this size. */
const NO_SUCCESSOR = new Set(["m1.small", "m1.medium", "m3.medium", "m4.10xlarge", "c4.8xlarge", "d2.8xlarge"]);

export type SuccessorShare = {
  readonly successor: string;
  readonly thousandths: bigint;
  /** The region the share is of; null = no price for the asked region, the lowest known is used. */
  readonly region: string | null;
};

/** What the successor of `family` saves in a region; null = no price is known. Keys: "aws:m4", "rds:r4", "gcp:n1", "azure:Dv2". */
export function successorOf(family: string, size: string | null, region: string | null): SuccessorShare | null {
  const entry = SUCCESSORS[family];
  if (entry === undefined) return null;
  if (size !== null && NO_SUCCESSOR.has(`${family.split(":")[1] ?? ""}.${size}`)) return null;
  const known = region === null ? undefined : entry.thousandths[region];
  const thousandths = known ?? Math.min(...Object.values(entry.thousandths));
  return {
    successor: entry.successor,
    thousandths: BigInt(thousandths),
    region: known === undefined ? null : region,
  };
}
