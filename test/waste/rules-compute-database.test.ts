import { expect, test } from "vitest";

import { found, type ResourceBill } from "./bills.ts";

const azureVm = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm1";

const cases: [name: string, bill: ResourceBill, expected: string[]][] = [
  [
    "r4 in us-east-1",
    { lines: [{ usageType: "BoxUsage:r4.xlarge", cost: "6.384" }] },
    ["compute.vm.old_generation 10.0918"],
  ],
  [
    "m4 in a region without a price: the lowest of the others",
    { region: "eu-north-1", lines: [{ usageType: "EUN1-BoxUsage:m4.large", cost: "2.4" }] },
    ["compute.vm.old_generation 2.6266"],
  ],
  [
    "m4 by description",
    { lines: [{ description: "$0.10 per On Demand Linux m4.large Instance Hour", cost: "2.4" }] },
    ["compute.vm.old_generation 2.9184"],
  ],
  [
    "m3.medium has no successor of its size",
    { lines: [{ usageType: "BoxUsage:m3.medium", cost: "1.6" }] },
    ["compute.vm.old_generation unknown"],
  ],
  [
    "Windows hides a licence",
    { lines: [{ usageType: "BoxUsage:m4.large", operation: "RunInstances:0002", cost: "4.6" }] },
    ["compute.vm.old_generation unknown"],
  ],
  [
    "paid by a savings plan",
    {
      lines: [
        {
          usageType: "BoxUsage:m4.large",
          cost: "1.7",
          pricingCategory: "Committed",
          commitmentId: "sp-1",
          commitmentStatus: "Used",
        },
      ],
    },
    ["compute.vm.old_generation unknown"],
  ],
  ["m6i", { lines: [{ usageType: "BoxUsage:m6i.large", cost: "2.3" }] }, []],
  [
    "old and on Spot: its price follows other laws",
    { lines: [{ usageType: "SpotUsage:m4.large", cost: "0.9", pricingCategory: "Dynamic" }] },
    [],
  ],
  [
    "old, off at weekends",
    {
      lines: [
        {
          usageType: "BoxUsage:t2.large",
          cost: "2.2272",
          days: Array.from({ length: 35 }, (_, age) => age).filter((age) => age % 7 > 1),
        },
      ],
    },
    ["compute.vm.old_generation 4.5944"],
  ],
  [
    "RDS r4",
    { lines: [{ usageType: "USW2-InstanceUsage:db.r4.large", cost: "5.76" }] },
    ["compute.vm.old_generation 17.5104"],
  ],
  [
    "ElastiCache m4",
    { lines: [{ usageType: "NodeUsage:cache.m4.large", cost: "3.744" }] },
    ["compute.vm.old_generation 5.0080"],
  ],
  [
    "N1 at list price",
    {
      provider: "gcp",
      region: "us-central1",
      lines: [{ description: "N1 Predefined Instance Core running in Americas", cost: "1" }],
    },
    ["compute.vm.old_generation 8.9376"],
  ],
  [
    "N1 with its sustained-use discount: E2 is not cheaper",
    {
      provider: "gcp",
      region: "us-central1",
      lines: [{ description: "N1 Predefined Instance Core running in Americas", cost: "0.7", list: "1" }],
    },
    [],
  ],
  [
    "N1 with a GPU",
    {
      provider: "gcp",
      lines: [
        { description: "N1 Predefined Instance Core running in Americas", cost: "1" },
        { description: "Nvidia Tesla T4 GPU running in Americas", cost: "8" },
      ],
    },
    [],
  ],
  [
    "Azure D v2",
    {
      provider: "azure",
      id: azureVm,
      region: "westeurope",
      lines: [{ meterName: "D2 v2/DS2 v2", meterSubcategory: "Dv2/DSv2 Series", cost: "3.5" }],
    },
    ["compute.vm.old_generation 16.2792"],
  ],
  [
    "Azure D v3: the successor costs the same",
    { provider: "azure", id: azureVm, lines: [{ meterName: "D2 v3/D2s v3", cost: "2.3" }] },
    [],
  ],
  ["Azure F v2 is not F", { provider: "azure", id: azureVm, lines: [{ meterName: "F4s v2", cost: "4" }] }, []],
  ["Azure A Spot", { provider: "azure", id: azureVm, lines: [{ meterName: "A2 Spot", cost: "1" }] }, []],

  [
    "credits above a tenth of the instance",
    {
      lines: [
        { usageType: "BoxUsage:t3.medium", cost: "1" },
        { usageType: "CPUCredits:t3", cost: "0.2" },
      ],
    },
    ["compute.t_unlimited_credits 6.0800"],
  ],
  [
    "credits of a tenth",
    {
      lines: [
        { usageType: "BoxUsage:t3.medium", cost: "1" },
        { usageType: "CPUCredits:t3", cost: "0.1" },
      ],
    },
    [],
  ],

  [
    "RDS extended support",
    {
      lines: [
        { usageType: "USW2-InstanceUsage:db.m6g.large", cost: "3.816" },
        { usageType: "USW2-ExtendedSupport:Yr1-Yr2:PostgreSQL11", cost: "4.8" },
      ],
    },
    ["db.version.extended_support 145.9200"],
  ],
  [
    "EKS extended support, by operation",
    { lines: [{ usageType: "AmazonEKS-Hours:perCluster", operation: "ExtendedSupport", cost: "12" }] },
    ["db.version.extended_support 364.8000"],
  ],
  [
    "extended support ended by an upgrade",
    {
      lines: [
        {
          usageType: "ExtendedSupport:Yr3:MySQL5.7",
          cost: "4.8",
          days: [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18],
        },
      ],
    },
    [],
  ],

  [
    "standby in staging, storage too",
    {
      tags: { env: "Staging" },
      lines: [
        { usageType: "Multi-AZUsage:db.m6g.large", cost: "4" },
        { usageType: "RDS:Multi-AZ-GP3-Storage", cost: "2" },
      ],
    },
    ["db.multiaz_nonprod 91.2000"],
  ],
  [
    "standby in production",
    { tags: { env: "prod" }, lines: [{ usageType: "Multi-AZUsage:db.m6g.large", cost: "4" }] },
    [],
  ],
  ["standby nobody tagged", { lines: [{ usageType: "Multi-AZUsage:db.m6g.large", cost: "4" }] }, []],
  [
    "Cloud SQL regional in staging",
    {
      provider: "gcp",
      tags: { environment: "staging" },
      lines: [{ description: "Cloud SQL for MySQL: Regional - vCPU + RAM", cost: "12.9696" }],
    },
    ["db.multiaz_nonprod 197.1379"],
  ],
  [
    "Cloud SQL zonal in staging",
    {
      provider: "gcp",
      tags: { environment: "staging" },
      lines: [{ description: "Cloud SQL for MySQL: Zonal - vCPU + RAM", cost: "12" }],
    },
    [],
  ],

  [
    "provisioned concurrency unused",
    { lines: [{ usageType: "Lambda-Provisioned-Concurrency", cost: "0.36", quantity: "86400" }] },
    ["compute.lambda.provisioned_idle 10.9440"],
  ],
  [
    "provisioned concurrency in use",
    {
      lines: [
        { usageType: "Lambda-Provisioned-Concurrency", cost: "0.36", quantity: "86400" },
        { usageType: "Lambda-Provisioned-GB-Second", cost: "0.1", quantity: "9000" },
      ],
    },
    [],
  ],

  [
    "capacity unused, by FOCUS",
    {
      lines: [
        {
          usageType: "BoxUsage:m6i.large",
          capacityReservationId: "cr-1",
          capacityReservationStatus: "Unused",
          cost: "2.3",
        },
      ],
    },
    ["compute.reservation.odcr_unused 69.9200"],
  ],
  [
    "capacity unused, by usage type",
    { lines: [{ usageType: "USW2-UnusedBox:m6i.large", cost: "2.3" }] },
    ["compute.reservation.odcr_unused 69.9200"],
  ],
  [
    "capacity used",
    { lines: [{ usageType: "BoxUsage:m6i.large", capacityReservationStatus: "Used", cost: "2.3" }] },
    [],
  ],
  ["capacity unused since six days", { lines: [{ usageType: "UnusedBox:m6i.large", cost: "2.3", days: 6 }] }, []],
];

test.each(cases)("%s", (_, bill, expected) => expect(found(bill)).toEqual(expected));
