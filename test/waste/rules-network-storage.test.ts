import { expect, test } from "vitest";

import { found, type ResourceBill } from "./bills.ts";

const idleIp = { usageType: "USW2-PublicIPv4:IdleAddress", cost: "0.12" };
const natHours = { usageType: "EU-NatGateway-Hours", cost: "1.08" };
const lbHours = { usageType: "USW2-LoadBalancerUsage", cost: "0.54" };
const endpoint = { usageType: "VpcEndpoint-Hours", cost: "0.24" };
/** gp2 of so many GiB: quantity a day = GiB ÷ 30.4 GB-months. */
const gp2 = (cost: string, quantity: string) => ({ usageType: "USW2-EBS:VolumeUsage.gp2", cost, quantity });

const cases: [name: string, bill: ResourceBill, expected: string[]][] = [
  ["address idle for 35 days", { lines: [idleIp] }, ["net.ip.unattached 3.6480"]],
  [
    "address idle for 7 days: averaged over the 7 it was there",
    { lines: [{ ...idleIp, days: 7 }] },
    ["net.ip.unattached 3.6480"],
  ],
  ["address idle for 6 days", { lines: [{ ...idleIp, days: 6 }] }, []],
  ["address back in use since yesterday", { lines: [{ ...idleIp, days: [1, 2, 3, 4, 5, 6, 7, 8, 9] }] }, []],
  ["address in use", { lines: [{ usageType: "USW2-PublicIPv4:InUseAddress", cost: "0.12" }] }, []],
  [
    "address of a plain FOCUS file, by description",
    { lines: [{ description: "$0.005 per Idle public IPv4 address per hour", cost: "0.12" }] },
    ["net.ip.unattached 3.6480"],
  ],
  [
    "Google address",
    { provider: "gcp", lines: [{ description: "Static Ip Charge", cost: "0.24" }] },
    ["net.ip.unattached 7.2960"],
  ],
  [
    "Google address in use",
    { provider: "gcp", lines: [{ description: "External IP Charge on a Standard VM", cost: "0.12" }] },
    [],
  ],
  [
    "Azure address: the bill cannot tell",
    { provider: "azure", lines: [{ meterName: "Standard IPv4 Static Public IP", cost: "0.12" }] },
    [],
  ],

  [
    "gp2 of 640 GiB",
    { lines: [gp2("2.105263157894736842", "21.052631578947368421")] },
    ["storage.disk.gp2_to_gp3 12.8000"],
  ],
  [
    "gp2 of 2,000 GiB pays for gp2's baseline on gp3",
    { lines: [gp2("6.578947368421052632", "65.789473684210526315")] },
    ["storage.disk.gp2_to_gp3 20.0000"],
  ],
  [
    "gp2 of 8,000 GiB: gp2 stops at 16,000 IOPS",
    { lines: [gp2("26.31578947368421", "263.1578947368421")] },
    ["storage.disk.gp2_to_gp3 90.0000"],
  ],
  ["gp2 without a size", { lines: [gp2("2", "0")] }, []],
  ["gp2 deleted three days ago", { lines: [{ ...gp2("2", "20"), days: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12] }] }, []],
  ["gp3", { lines: [{ usageType: "EBS:VolumeUsage.gp3", cost: "2", quantity: "20" }] }, []],
  [
    "OpenSearch gp2",
    { lines: [{ usageType: "ES:GP2-Storage", cost: "10", quantity: "74" }] },
    ["storage.disk.gp2_to_gp3 29.1840"],
  ],
  ["RDS gp2 costs what gp3 does", { lines: [{ usageType: "RDS:GP2-Storage", cost: "10", quantity: "74" }] }, []],

  [
    "magnetic and busy: requests cost more than gp3 would",
    {
      lines: [
        { usageType: "EBS:VolumeUsage", cost: "1", quantity: "20" },
        { usageType: "EBS:VolumeIOUsage", cost: "2", quantity: "40" },
      ],
    },
    ["storage.disk.magnetic_old 42.5600"],
  ],
  [
    "magnetic and quiet: no known saving",
    { lines: [{ usageType: "EBS:VolumeUsage", cost: "1", quantity: "20" }] },
    ["storage.disk.magnetic_old unknown"],
  ],

  [
    "fast restore on",
    { lines: [{ usageType: "EBS:FastSnapshotRestore", cost: "18" }] },
    ["storage.snapshot.fsr_enabled 547.2000"],
  ],
  ["fast restore on for three days", { lines: [{ usageType: "EBS:FastSnapshotRestore", cost: "18", days: 3 }] }, []],
  [
    "early deletes as a habit",
    { lines: [{ usageType: "USE2-EarlyDelete-SIA", cost: "1.4" }] },
    ["storage.snapshot.early_delete 42.5600"],
  ],
  [
    "one early delete",
    {
      lines: [
        { usageType: "USE2-EarlyDelete-SIA", cost: "14", days: [2] },
        { usageType: "TimedStorage-ByteHrs", cost: "1" },
      ],
    },
    [],
  ],

  ["NAT without bytes", { lines: [natHours] }, ["net.nat.idle 32.8320"]],
  [
    "NAT whose byte rows are all zero",
    { lines: [natHours, { usageType: "EU-NatGateway-Bytes", cost: "0", quantity: "0" }] },
    ["net.nat.idle 32.8320"],
  ],
  [
    "NAT with bytes ten days ago",
    { lines: [natHours, { usageType: "EU-NatGateway-Bytes", cost: "0.01", quantity: "0.2", days: [10] }] },
    [],
  ],
  [
    "NAT with bytes 20 days ago",
    { lines: [natHours, { usageType: "EU-NatGateway-Bytes", cost: "0.01", quantity: "0.2", days: [20] }] },
    ["net.nat.idle 32.8320"],
  ],
  ["NAT of 13 days", { lines: [{ ...natHours, days: 13 }] }, []],
  [
    "Google NAT without data",
    { provider: "gcp", lines: [{ description: "NAT Gateway: Uptime charge", cost: "1" }] },
    ["net.nat.idle 30.4000"],
  ],
  [
    "Google NAT with data",
    {
      provider: "gcp",
      lines: [
        { description: "NAT Gateway: Uptime charge", cost: "1" },
        { description: "NAT Gateway: Data processing charge", cost: "1" },
      ],
    },
    [],
  ],
  [
    "Azure NAT without data",
    { provider: "azure", lines: [{ meterCategory: "NAT Gateway", meterName: "Standard Gateway", cost: "1" }] },
    ["net.nat.idle 30.4000"],
  ],
  [
    "Azure NAT with data",
    {
      provider: "azure",
      lines: [
        { meterCategory: "NAT Gateway", meterName: "Standard Gateway", cost: "1" },
        { meterCategory: "NAT Gateway", meterName: "Standard Data Processed", cost: "0.1" },
      ],
    },
    [],
  ],

  ["balancer without capacity units", { lines: [lbHours] }, ["net.lb.idle 16.4160"]],
  [
    "balancer with next to none",
    { lines: [lbHours, { usageType: "USW2-LCUUsage", cost: "0.00001", quantity: "0.001" }] },
    ["net.lb.idle 16.4163"],
  ],
  [
    "balancer with some requests",
    { lines: [lbHours, { usageType: "USW2-LCUUsage", cost: "0.01", quantity: "0.5" }] },
    [],
  ],
  [
    "classic balancer with traffic",
    { lines: [lbHours, { usageType: "USW2-DataProcessing-Bytes", cost: "0.01", quantity: "1.5" }] },
    [],
  ],

  ["endpoint without bytes", { lines: [endpoint] }, ["net.vpce.idle 7.2960"]],
  ["endpoint with bytes", { lines: [endpoint, { usageType: "VpcEndpoint-Bytes", cost: "0.01", quantity: "1" }] }, []],
  ["endpoint of 29 days", { lines: [{ ...endpoint, days: 29 }] }, []],
];

test.each(cases)("%s", (_, bill, expected) => expect(found(bill)).toEqual(expected));
