import { expect, test } from "vitest";

import { money } from "../../src/domain/money.ts";
import { month } from "../../src/domain/period.ts";
import { hinted, type LineBill, type ResourceBill } from "./bills.ts";

const usage = (usageType: string, cost: string, rest: Partial<LineBill> = {}): LineBill => ({
  usageType,
  cost,
  ...rest,
});
const one = (...lines: LineBill[]): ResourceBill[] => [{ lines }];
const azure = (id: string, ...lines: LineBill[]): ResourceBill => ({
  provider: "azure",
  id: `/subscriptions/s/resourceGroups/rg/providers/${id}`,
  lines,
});
const gcp = (id: string, ...lines: LineBill[]): ResourceBill => ({ provider: "gcp", id, lines });
const machine: ResourceBill = { id: "i-1", lines: [usage("BoxUsage:m6i.large", "2.3", { pricingUnit: "Hours" })] };
const azureVm = azure("Microsoft.Compute/virtualMachines/vm-a", { meterCategory: "Virtual Machines", cost: "3" });
const disk = azure("Microsoft.Compute/disks/vm-a-os", { meterName: "P10 LRS Disk", cost: "0.65" });
const rules = azure("Microsoft.Network/loadBalancers/l", {
  meterName: "Standard Included LB Rules and Outbound Rules",
  cost: "0.6",
});

const busyRules = azure(
  "Microsoft.Network/loadBalancers/busy",
  { meterName: "Standard Included LB Rules and Outbound Rules", cost: "0.6" },
  { meterName: "Standard Data Processed", cost: "0.1" },
);
/** One snapshot, beside disks that cost much more. */
const snapshot = (rest: Partial<LineBill>, name = "nightly"): ResourceBill[] => [
  machine,
  { id: "vol-1", lines: [usage("EBS:VolumeUsage.gp3", "9")] },
  { id: "snap-1", name, lines: [usage("EBS:SnapshotUsage", "0.3", rest)] },
];
const disks = (name: string, ...lines: LineBill[]): ResourceBill => azure(`Microsoft.Compute/disks/${name}`, ...lines);
const forwarding = { description: "Network Load Balancing: Forwarding Rule Minimum Service Charge", cost: "0.6" };
/** Bills that reach back this many complete months. */
const monthsBack = (count: number) => ({
  history: () =>
    Array.from({ length: count }, (_, index) => ({ month: month(`2025-0${9 - index}`), cost: money("30", "USD") })),
});

/** What is left behind or stands idle, as far as a bill can hint at it: what is not there counts only where it is billed. */
const cases: [name: string, bills: ResourceBill[], expected: string[]][] = [
  ["volume of an account with machines", [...one(usage("EBS:VolumeUsage.gp3", "1")), machine], []],
  ["magnetic volume with requests", one(usage("EBS:VolumeUsage", "1"), usage("EBS:VolumeIOUsage", "0.1")), []],
  ["Azure disk, the bill of its account too short to tell", [disk], []],
  [
    "Azure disk named after no machine",
    [disks("import-2024", { meterName: "P10 LRS Disk", cost: "0.65" }), azureVm],
    ["B storage.disk.unattached 12.25"],
  ],
  ["Azure disk of a machine that runs", [disk, azureVm], []],
  [
    "Azure disk of a machine that ran 20 days ago",
    [disk, { ...azureVm, lines: azureVm.lines.map((line) => ({ ...line, days: [20, 21] })) }],
    [],
  ],
  [
    "Azure disk without operations, where operations are billed",
    [
      disks("d", { meterName: "E10 LRS Disk", cost: "1" }),
      disks("e", { meterName: "E10 LRS Disk", cost: "1" }, { meterName: "E10 LRS Disk Operations", cost: "0.1" }),
    ],
    ["B storage.disk.unattached 10.12"],
  ],
  [
    "Azure disk without operations, which no disk is billed for",
    [disks("d", { meterName: "E10 LRS Disk", cost: "1" })],
    [],
  ],
  [
    "Azure disk with operations",
    [
      azure(
        "Microsoft.Compute/disks/d",
        { meterName: "E10 LRS Disk", cost: "1" },
        { meterName: "E10 LRS Disk Operations", cost: "0.1" },
      ),
    ],
    [],
  ],
  [
    "Google disk beside a machine of another name",
    [
      gcp("//compute/disks/d", { description: "Balanced PD Capacity", cost: "1" }),
      gcp("//compute/instances/web", { description: "E2 Instance Core running", cost: "1" }),
    ],
    ["B storage.disk.unattached 15.20"],
  ],
  [
    "Google disk of a machine of that name",
    [
      gcp("//compute/disks/web", { description: "Balanced PD Capacity", cost: "1" }),
      gcp("//compute/instances/web", { description: "E2 Instance Core running", cost: "1" }),
    ],
    [],
  ],
  [
    "volume of a machine that stopped 31 days ago",
    [
      { id: "i-7", tags: { Name: "batch" }, lines: [usage("BoxUsage:m6i.large", "2", { days: [31, 32, 33, 34] })] },
      { id: "vol-7", tags: { Name: "batch" }, lines: [usage("EBS:VolumeUsage.gp3", "1")] },
    ],
    ["B compute.vm.stopped_long 30.40"],
  ],
  [
    "volume of a machine that stopped 20 days ago",
    [
      machine,
      { id: "i-7", tags: { Name: "batch" }, lines: [usage("BoxUsage:m6i.large", "2", { days: [20, 21, 22] })] },
      { id: "vol-7", tags: { Name: "batch" }, lines: [usage("EBS:VolumeUsage.gp3", "1")] },
    ],
    [],
  ],

  ["Azure balancer without data, beside one with", [rules, busyRules], ["B net.lb.idle 18.24"]],
  ["Azure balancers, none of them billed for data: the bill does not itemise it", [rules], []],
  ["Azure balancer with data", [busyRules], []],
  [
    "Google forwarding rule without data, beside one with",
    [gcp("fr", forwarding), gcp("fr2", forwarding, { description: "Data Processing Charge", cost: "0.1" })],
    ["B net.lb.idle 18.24"],
  ],
  ["Google forwarding rule, no data billed anywhere", [gcp("fr", forwarding)], []],
  ["a snapshot of all 35 days", snapshot({}), ["C storage.snapshot.old 9.12"]],
  ["a snapshot of 34 days", snapshot({ days: 34 }), []],
  ["a snapshot for a few dollars", snapshot({ cost: "0.16" }), []],
  ["a snapshot that backs an image", snapshot({}, "golden-web"), []],
];
test.each(cases)("%s", (_, bills, expected) => expect(hinted(bills)).toEqual(expected));

const unused = (usageType: string, rest: Partial<LineBill> = {}): ResourceBill[] => one(usage(usageType, "1", rest));
const accounts: [name: string, bills: ResourceBill[], expected: string[]][] = [
  ["volume", unused("EBS:VolumeUsage.gp3"), ["B storage.disk.unattached 11.40"]],
  [
    "provisioned IOPS go with the volume",
    one(usage("EBS:VolumeUsage.gp3", "1"), usage("EBS:VolumeP-IOPS.gp3", "1")),
    ["B storage.disk.unattached 41.80"],
  ],
  [
    "gp2: what gp3 saves is proven, the rest to verify",
    unused("EBS:VolumeUsage.gp2", { quantity: "10" }),
    ["B storage.disk.unattached 12.16"],
  ],
  ["Azure disk", [disk], ["B storage.disk.unattached 12.25"]],
  [
    "a standard disk costs no more than its snapshot",
    [gcp("//compute/disks/d", { description: "Storage PD Capacity", cost: "1" })],
    ["B storage.disk.unattached unknown"],
  ],
];
test.each(accounts)("an account without machines for as long as bills reach back: %s", (_, bills, expected) => {
  expect(hinted(bills, monthsBack(2))).toEqual(expected);
  // A month of bills does not tell an account without machines from one that was switched off last week.
  expect(hinted(bills, monthsBack(1))).toEqual([]);
});
