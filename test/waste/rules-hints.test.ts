import { expect, test } from "vitest";

import { estateOf } from "../../src/analysis/waste/estate.ts";
import { money } from "../../src/domain/money.ts";
import { month } from "../../src/domain/period.ts";
import { hinted, type LineBill, type ResourceBill } from "./bills.ts";

const usage = (usageType: string, cost: string, rest: Partial<LineBill> = {}): LineBill => ({
  usageType,
  cost,
  ...rest,
});
const one = (...lines: LineBill[]): ResourceBill[] => [{ lines }];
const tagged = (tags: Record<string, string>, ...lines: LineBill[]): ResourceBill[] => [{ tags, lines }];
const azure = (id: string, ...lines: LineBill[]): ResourceBill => ({
  provider: "azure",
  id: `/subscriptions/s/resourceGroups/rg/providers/${id}`,
  lines,
});
const gcp = (id: string, ...lines: LineBill[]): ResourceBill => ({ provider: "gcp", id, lines });
const machine: ResourceBill = { id: "i-1", lines: [usage("BoxUsage:m6i.large", "2.3", { pricingUnit: "Hours" })] };
const log = { serviceCode: "AmazonCloudWatch" };
const azureVm = azure("Microsoft.Compute/virtualMachines/vm-a", { meterCategory: "Virtual Machines", cost: "3" });
const address = azure("Microsoft.Network/publicIPAddresses/ip", {
  meterName: "Standard IPv4 Static Public IP",
  cost: "0.12",
});
const ddos = azure("Microsoft.Network/ddosProtectionPlans/p", { meterName: "DDoS Protection Plan", cost: "96" });
const gateway = azure("Microsoft.Network/virtualNetworkGateways/g", { meterName: "VpnGw1", cost: "4.5" });
/** Each rule: what hits, and what looks like it and does not. */
const cases: [name: string, bills: ResourceBill[], expected: string[]][] = [
  ["Azure address, nothing else in the group", [address], ["B net.ip.unattached 3.65"]],
  ["Azure address beside a machine", [address, azureVm], []],
  ["Azure address billed for 6 days", [{ ...address, lines: address.lines.map((line) => ({ ...line, days: 6 })) }], []],

  [
    "io2 of 3,000 IOPS",
    [machine, ...one(usage("EBS:VolumeUsage.io2", "1"), usage("EBS:VolumeP-IOPS.io2", "1", { quantity: "98" }))],
    ["B storage.disk.io_to_gp3 41.34"],
  ],
  [
    "io2 of 32,000 IOPS",
    [machine, ...one(usage("EBS:VolumeUsage.io2", "1"), usage("EBS:VolumeP-IOPS.io2", "60", { quantity: "1052" }))],
    [],
  ],

  [
    "bytes cost three times the hours",
    one(usage("NatGateway-Hours", "1"), usage("NatGateway-Bytes", "3")),
    ["B net.nat.heavy_to_aws_service 45.60"],
  ],
  ["bytes cost as much as the hours", one(usage("NatGateway-Hours", "1"), usage("NatGateway-Bytes", "1")), []],

  ["DDoS plan", [ddos], ["B net.ddos.empty_plan 2918.40"]],
  [
    "DDoS plan that protects more than a hundred",
    [{ ...ddos, lines: [...ddos.lines, { meterName: "DDoS Protected Resource Overage", cost: "1" }] }],
    [],
  ],
  ["VPN gateway without traffic", [gateway], ["B net.vpn.idle_gateway 136.80"]],
  [
    "VPN gateway with a tunnel",
    [{ ...gateway, lines: [...gateway.lines, { meterName: "VPN Gateway S2S Connection", cost: "0.3" }] }],
    [],
  ],

  ["staging, on all 336 hours", tagged({ env: "staging" }, ...machine.lines), ["B compute.vm.schedule_offhours 44.89"]],
  ["production, on all hours", tagged({ env: "prod" }, ...machine.lines), []],
  [
    "staging, on 12 hours a day",
    tagged({ env: "staging" }, usage("BoxUsage:m6i.large", "1.2", { quantity: "12", pricingUnit: "Hours" })),
    [],
  ],
  ["staging named after a soak test", [{ ...machine, name: "qa-soak", tags: { env: "qa" } }], []],
  ["staging that is a build runner", tagged({ env: "staging", role: "ci runner" }, ...machine.lines), []],
  [
    "cores of Google say nothing of hours",
    [
      {
        ...gcp("vm", { description: "E2 Instance Core running", cost: "2", pricingUnit: "hour" }),
        tags: { env: "dev" },
      },
    ],
    [],
  ],

  [
    "GPU outside production",
    tagged({ env: "dev" }, usage("BoxUsage:g4dn.xlarge", "10", { pricingUnit: "Hours" })),
    ["B compute.gpu.idle 304.00"],
  ],
  [
    "GPU nobody tagged: a note",
    one(usage("BoxUsage:g4dn.xlarge", "10", { pricingUnit: "Hours" })),
    ["C compute.gpu.idle unknown"],
  ],
  ["GPU in production", tagged({ env: "prod" }, usage("BoxUsage:g4dn.xlarge", "10")), []],
  [
    "GPU eight hours a day",
    tagged({ env: "dev" }, usage("BoxUsage:g4dn.xlarge", "10", { quantity: "8", pricingUnit: "Hours" })),
    [],
  ],

  [
    "bucket nobody asks, in an account that bills requests",
    [
      ...one(usage("TimedStorage-ByteHrs", "10")),
      { id: "b2", lines: [usage("Requests-Tier1", "0.1", { quantity: "9000" })] },
    ],
    ["B storage.bucket.cold_in_standard 138.62"],
  ],
  [
    "bucket nobody asks, no requests in the bill at all",
    one(usage("TimedStorage-ByteHrs", "10")),
    ["C storage.bucket.cold_in_standard 138.62"],
  ],
  [
    "bucket with 500 reads a day",
    one(usage("TimedStorage-ByteHrs", "1"), usage("Requests-Tier2", "0.1", { quantity: "500" })),
    [],
  ],
  [
    "large bucket in use, all in Standard",
    one(usage("TimedStorage-ByteHrs", "10", { quantity: "500" }), usage("Requests-Tier2", "0.1", { quantity: "5000" })),
    ["C storage.bucket.no_lifecycle 76.00"],
  ],
  [
    "large bucket, half of it in Infrequent Access",
    one(
      usage("TimedStorage-ByteHrs", "10", { quantity: "500" }),
      usage("TimedStorage-SIA-ByteHrs", "10"),
      usage("Requests-Tier2", "0.1", { quantity: "5000" }),
    ),
    [],
  ],
  ["logs, dear, months unknown", one(usage("TimedStorage-ByteHrs", "1", log)), ["C logs.group.no_retention 15.20"]],
  ["logs for cents", one(usage("TimedStorage-ByteHrs", "0.1", log)), []],
  ["logs of auditors", tagged({ purpose: "audit trail" }, usage("TimedStorage-ByteHrs", "1", log)), []],

  [
    "magnetic database without I/O",
    one(usage("InstanceUsage:db.r6g.large", "5"), usage("RDS:StorageUsage", "1")),
    ["B db.instance.idle 152.00"],
  ],
  [
    "magnetic database with I/O",
    one(usage("InstanceUsage:db.r6g.large", "5"), usage("RDS:StorageUsage", "1"), usage("RDS:StorageIOUsage", "0.1")),
    [],
  ],
  [
    "database on gp3: the bill cannot tell",
    one(usage("InstanceUsage:db.r6g.large", "5"), usage("RDS:GP3-Storage", "1")),
    [],
  ],
  [
    "Aurora in an account with I/O",
    [
      ...one(usage("InstanceUsage:db.r6g.large", "5", { description: "Aurora MySQL" })),
      { id: "cluster", lines: [usage("Aurora:StorageIOUsage", "0.1")] },
    ],
    [],
  ],
  ["table of fixed capacity", one(usage("ReadCapacityUnit-Hrs", "1")), ["B db.dynamodb.provisioned unknown"]],
  [
    "table whose capacity moves",
    one(
      usage("ReadCapacityUnit-Hrs", "1", { days: [0, 2, 4, 6, 8, 10, 12] }),
      usage("ReadCapacityUnit-Hrs", "2", { quantity: "48", days: [1, 3, 5, 7, 9, 11, 13] }),
    ),
    [],
  ],
  [
    "cluster of an account without machines",
    one(usage("AmazonEKS-Hours:perCluster", "2.4")),
    ["B k8s.control_plane_only 72.96"],
  ],
  [
    "cluster whose machines carry its tag",
    [
      { id: "arn:aws:eks:r:1:cluster/main", lines: [usage("AmazonEKS-Hours:perCluster", "2.4")] },
      { ...machine, tags: { "aws:eks:cluster-name": "main" } },
    ],
    [],
  ],
  [
    "cluster of an account where no machine has such a tag",
    [...one(usage("AmazonEKS-Hours:perCluster", "2.4")), machine],
    [],
  ],

  [
    "traffic between zones above a twentieth of machines",
    [machine, ...one(usage("DataTransfer-Regional-Bytes", "2"))],
    ["B net.crossaz.heavy 30.40"],
  ],
  ["little traffic between zones", [machine, ...one(usage("DataTransfer-Regional-Bytes", "0.1"))], []],
  [
    "logs above a tenth of machines",
    [machine, ...one(usage("DataProcessing-Bytes", "2", log))],
    ["B logs.ingestion_heavy 30.40"],
  ],
  [
    "a classic balancer's bytes are no logs",
    [machine, ...one(usage("DataProcessing-Bytes", "2", { serviceCode: "AWSELB" }))],
    [],
  ],
  ["traffic between regions", one(usage("USW2-USE1-AWS-Out-Bytes", "10")), ["C net.interregion.heavy unknown"]],
  [
    "12 TB to the internet",
    one(usage("DataTransfer-Out-Bytes", "30", { quantity: "400" })),
    ["C net.egress.no_cdn unknown"],
  ],
  ["3 TB to the internet", one(usage("DataTransfer-Out-Bytes", "9", { quantity: "100" })), []],
  [
    "addresses in use",
    one(usage("PublicIPv4:InUseAddress", "2.4", { quantity: "480" })),
    ["C net.ip.unattached unknown"],
  ],
  [
    "x86 where Arm exists",
    [{ id: "i-1", lines: [usage("BoxUsage:m6i.large", "20", { operation: "RunInstances" })] }],
    ["C compute.vm.graviton_arm unknown"],
  ],
  [
    "Windows on x86",
    [{ id: "i-1", lines: [usage("BoxUsage:m6i.large", "20", { operation: "RunInstances:0002" })] }],
    [],
  ],
  [
    "few spot machines",
    [
      { id: "i-1", lines: [usage("BoxUsage:m6i.large", "100", { operation: "RunInstances:0002" })] },
      { id: "i-2", lines: [usage("SpotUsage:m6i.large", "1")] },
    ],
    ["C compute.spot_share unknown"],
  ],
  ["paid backups", one(usage("RDS:ChargedBackupUsage", "1")), ["C db.backup_retention_long unknown"]],
  [
    "snapshots dearer than half the disks",
    one(usage("EBS:SnapshotUsage", "1", { days: 34 })),
    ["C storage.snapshot.growth unknown"],
  ],
  [
    "snapshots far below the disks",
    [
      machine,
      ...one(usage("EBS:SnapshotUsage", "1", { days: 34 })),
      { id: "v", lines: [usage("EBS:VolumeUsage.gp3", "9")] },
    ],
    [],
  ],
];
test.each(cases)("%s", (_, bills, expected) => expect(hinted(bills)).toEqual(expected));

test("months: six of growth make logs a hint, shrinking ones say nothing; growing snapshots are a trend", () => {
  const growing = (factor: number) => () =>
    Array.from({ length: 7 }, (_, index) => ({
      month: month(`2025-0${index + 3}`),
      cost: money(String(100 + index * factor), "USD"),
    }));
  const logs = one(usage("TimedStorage-ByteHrs", "1", log));
  expect(hinted(logs, { history: growing(10) })).toEqual(["B logs.group.no_retention 15.20"]);
  expect(hinted(logs, { history: growing(-3) })).toEqual([]);
  const snapshots = [
    machine,
    ...one(usage("EBS:SnapshotUsage", "1")),
    { id: "v", lines: [usage("EBS:VolumeUsage.gp3", "9")] },
  ];
  expect(hinted(snapshots, { history: growing(60) })).toContain("C storage.snapshot.growth unknown");
  expect(hinted(snapshots, { history: growing(5) })).not.toContain("C storage.snapshot.growth unknown");
});

test("metrics above a twentieth of the account", () => {
  const metrics = one(usage("CW:MetricMonitorUsage", "2"));
  expect(hinted(metrics, { accountCost: () => money("1000", "USD") })).toEqual(["C logs.metrics_heavy unknown"]);
  expect(hinted(metrics, { accountCost: () => money("5000", "USD") })).toEqual([]);
  expect(hinted(metrics)).toEqual([]);
});

test("a machine known from months gone by is told of with its volume", () => {
  const volume: ResourceBill = { id: "vol-7", tags: { Name: "batch" }, lines: [usage("EBS:VolumeUsage.gp3", "1")] };
  const former = [{ provider: "aws", account: "111122223333", id: "i-7", tags: new Map([["name", "batch"]]) }];
  const found = hinted([volume], { estate: estateOf([], former) });
  expect(found).toEqual(["B compute.vm.stopped_long 30.40"]);
});
