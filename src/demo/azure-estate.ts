import { COMPANY } from "./company.ts";
import type {
  Account,
  Commitment,
  Estate,
  Meter,
  Owner,
  PlantedWaste,
  Region,
  Resource,
  Rhythm,
  Use,
} from "./estate.ts";
import { guid } from "./random.ts";

const WEST_EUROPE: Region = { id: "westeurope", name: "West Europe" };
const NORTH_EUROPE: Region = { id: "northeurope", name: "North Europe" };
const DAYS = 30.4;

const subscription = (name: string): Account => ({ id: `/subscriptions/${guid(`subscription:${name}`)}`, name });
const ERP_PROD = subscription("Larkspur ERP Production");
const ERP_TEST = subscription("Larkspur ERP Test");
const WAREHOUSE = subscription("Warehouse Operations");

const SERVICES = {
  vm: ["Virtual Machines", "Compute", "Virtual Machines", "Virtual Machines"],
  disk: ["Azure Disk Storage", "Storage", "Block Storage", "Storage"],
  blob: ["Azure Blob Storage", "Storage", "Object Storage", "Storage"],
  sql: ["Azure SQL Database", "Databases", "Relational Databases", "SQL Database"],
  app: ["Azure App Service", "Web", "Application Platforms", "Azure App Service"],
  monitor: ["Azure Monitor", "Management and Governance", "Observability", "Log Analytics"],
  backup: ["Azure Backup", "Storage", "Backup Storage", "Backup"],
  nat: ["Azure NAT Gateway", "Networking", "Network Infrastructure", "NAT Gateway"],
  lb: ["Azure Load Balancer", "Networking", "Application Networking", "Load Balancer"],
  bandwidth: ["Bandwidth", "Networking", "Network Connectivity", "Bandwidth"],
  bus: ["Service Bus", "Integration", "Messaging", "Service Bus"],
  vault: ["Key Vault", "Security", "Secret Management", "Key Vault"],
  maps: ["Parcelwise Maps", "Developer Tools", "Other (Developer Tools)", "SaaS"],
} as const;

type MeterText = readonly [subcategory: string, name: string, unit: string, price: string];

function azureMeter(service: keyof typeof SERVICES, [sub, name, unit, listPrice]: MeterText): Meter {
  const [title, category, subcategory, meterCategory] = SERVICES[service];
  return {
    service: title,
    category,
    subcategory,
    description: `${sub} - ${name}`,
    skuMeter: name,
    unit,
    listPrice,
    extra: { x_SkuMeterCategory: meterCategory, x_SkuMeterSubcategory: sub, x_SkuMeterName: name },
  };
}

type Group = {
  readonly account: Account;
  readonly group: string;
  readonly region: Region;
  readonly owner: Owner | null;
};

function made(of: Group, type: string, name: string, uses: readonly Use[], tags?: Resource["tags"]): Resource {
  // Azure writes resource ids in lower case in its exports.
  const id = `${of.account.id}/resourcegroups/${of.group}/providers/${type}/${name}`.toLowerCase();
  return { id, name, type, account: of.account, region: of.region, owner: of.owner, uses, tags };
}

const use = (meter: Meter, perDay: number, rhythm: Rhythm = "steady", growthPercent = 0): Use => ({
  meter,
  perDay,
  rhythm,
  growthPercent,
});

const ERP: Group = {
  account: ERP_PROD,
  group: "erp-prod",
  region: WEST_EUROPE,
  owner: { team: "billing", product: "invoicing", environment: "prod" },
};
const ERP_REHEARSAL: Group = {
  account: ERP_TEST,
  group: "erp-test",
  region: WEST_EUROPE,
  owner: { team: "billing", product: "invoicing", environment: "staging" },
};
const HUB: Group = {
  account: WAREHOUSE,
  group: "hub-prod",
  region: WEST_EUROPE,
  owner: { team: "warehouse", product: "warehouse-hub", environment: "prod" },
};
const HUB_NORTH: Group = { ...HUB, group: "hub-north", region: NORTH_EUROPE };

const D4S_V5 = azureMeter("vm", ["Dsv5 Series", "D4s v5", "1 Hour", "0.1984"]);
const DISK_P10 = azureMeter("disk", ["Premium SSD Managed Disks", "P10 LRS Disk", "1/Month", "18.2"]);
export const RESERVATION = `/providers/Microsoft.Capacity/reservationOrders/${guid("reservation-order")}/reservations/${guid("reservation")}`;

/** Machines and their disks; those of the ERP's production are reserved. */
function machines(
  of: Group,
  stem: string,
  count: number,
  options: { reserved?: boolean; perDay?: number } = {},
): Resource[] {
  return Array.from({ length: count }, (_, index) => `${stem}-${index + 1}`).flatMap((name) => [
    made(of, "Microsoft.Compute/virtualMachines", name, [
      {
        meter: D4S_V5,
        perDay: options.perDay ?? 24,
        rhythm: options.perDay === undefined ? "steady" : "office",
        commitment: options.reserved === true ? RESERVATION : undefined,
      },
    ]),
    made(of, "Microsoft.Compute/disks", `${name}-os`, [use(DISK_P10, 1 / DAYS)]),
  ]);
}

const SCALE_SET_NODE = azureMeter("vm", ["Dasv5 Series", "D4as v5", "1 Hour", "0.1776"]);

/** Members of a scale set are judged with their set. */
function scaleSet(of: Group, count: number): Resource[] {
  return Array.from({ length: count }, (_, index) =>
    made(of, "Microsoft.Compute/virtualMachineScaleSets/aks-hub/virtualMachines", String(index), [
      use(SCALE_SET_NODE, 24),
    ]),
  );
}

const BLOB_HOT = azureMeter("blob", ["Tiered Block Blob", "Hot LRS Data Stored", "1 GB/Month", "0.0184"]);

function platformOf(of: Group, size: number): Resource[] {
  const name = of.group;
  const web: Rhythm = of.owner?.environment === "prod" ? "office" : "batch";
  const operations = azureMeter("blob", ["Tiered Block Blob", "Hot Read Operations", "10K", "0.0048"]);
  const ingested = azureMeter("monitor", ["Log Analytics", "Analytics Logs Data Ingestion", "1 GB", "2.542"]);
  const rules = azureMeter("lb", ["Standard", "Standard Included LB Rules and Outbound Rules", "1 Hour", "0.0231"]);
  const data = azureMeter("lb", ["Standard", "Standard Data Processed", "1 GB", "0.0046"]);
  const out = azureMeter("bandwidth", ["Rtn Preference: MGN", "Standard Data Transfer Out", "1 GB", "0.0802"]);
  const requests = azureMeter("vault", ["Standard", "Operations", "10K", "0.0277"]);
  return [
    made(of, "Microsoft.Storage/storageAccounts", `${name.replace("-", "")}store`, [
      use(BLOB_HOT, (4_200 * size) / DAYS, "steady", 2),
      use(operations, 900 * size, web),
    ]),
    made(of, "Microsoft.OperationalInsights/workspaces", `${name}-logs`, [use(ingested, 14 * size, "traffic", 2)]),
    made(of, "Microsoft.Network/loadBalancers", `${name}-lb`, [use(rules, 24), use(data, 260 * size, web)]),
    made(of, "Microsoft.Network/publicIPAddresses", `${name}-out`, [use(out, 95 * size, web, 1)]),
    made(of, "Microsoft.KeyVault/vaults", `${name}-kv`, [use(requests, 44 * size, web)]),
  ];
}

function databases(of: Group, cores: number, storageGb: number, count: number): Resource[] {
  const compute = azureMeter("sql", [
    "Single/Elastic Pool General Purpose - Compute Gen5",
    "vCore",
    "1 Hour",
    "0.1305",
  ]);
  const storage = azureMeter("sql", [
    "Single/Elastic Pool General Purpose - Storage",
    "General Purpose Data Stored",
    "1 GB/Month",
    "0.1059",
  ]);
  return Array.from({ length: count }, (_, index) =>
    made(of, "Microsoft.Sql/servers/larkspur/databases", `${of.group}-db-${index + 1}`, [
      use(compute, cores * 24),
      use(storage, storageGb / DAYS, "steady", 1.5),
    ]),
  );
}

function shared(): Resource[] {
  const plan = azureMeter("app", ["Azure App Service Premium v3 Plan - Linux", "P1 v3 App", "1 Hour", "0.1272"]);
  const messages = azureMeter("bus", ["Service Bus Premium", "Premium Messaging Unit", "1 Hour", "0.8577"]);
  const backup = azureMeter("backup", ["Azure VM", "Azure VM Protected Instances", "1/Month", "9.23"]);
  const stored = azureMeter("backup", ["Backup Storage", "LRS Data Stored", "1 GB/Month", "0.0207"]);
  const gateway = azureMeter("nat", ["NAT Gateway", "Standard Gateway", "1 Hour", "0.0416"]);
  const passed = azureMeter("nat", ["NAT Gateway", "Standard Data Processed", "1 GB", "0.0416"]);
  return [
    made(ERP, "Microsoft.Web/serverfarms", "erp-portal", [use(plan, 72)]),
    made(ERP_REHEARSAL, "Microsoft.Web/serverfarms", "erp-portal-test", [use(plan, 11, "office")]),
    made(HUB, "Microsoft.ServiceBus/namespaces", "hub-events", [use(messages, 24)]),
    made(ERP, "Microsoft.RecoveryServices/vaults", "erp-recovery", [
      use(backup, 6 / DAYS),
      use(stored, 3_400 / DAYS, "steady", 2),
    ]),
    made(HUB, "Microsoft.Network/natGateways", "hub-nat", [use(gateway, 24), use(passed, 120, "traffic")]),
  ];
}

/** What the bill alone proves to be waste. */
function waste(): { resource: Resource; planted: PlantedWaste }[] {
  const old = azureMeter("vm", ["Dv2/DSv2 Series", "D3 v2/DS3 v2", "1 Hour", "0.272"]);
  const gateway = azureMeter("nat", ["NAT Gateway", "Standard Gateway", "1 Hour", "0.0416"]);
  const label = made(HUB_NORTH, "Microsoft.Compute/virtualMachines", "scale-reader-1", [use(old, 24)]);
  const idle = made({ ...ERP_REHEARSAL, group: "erp-migration" }, "Microsoft.Network/natGateways", "migration-nat", [
    use(gateway, 24),
  ]);
  return [
    {
      resource: label,
      planted: {
        rule: "compute.vm.old_generation",
        resource: label.id,
        why: "D3 v2, whose successor does the same for less",
      },
    },
    {
      resource: idle,
      planted: { rule: "net.nat.idle", resource: idle.id, why: "hours without a byte since the migration" },
    },
  ];
}

const reservation: Commitment = {
  id: RESERVATION,
  name: "VM_RI_D4s_v5_2026",
  type: "Reservation",
  category: "Usage",
  unit: "Hours",
  // Five machines reserved, four running: 0.1984 × 0.63 × 5.
  hourlyCost: "0.62496",
  rateThousandths: 630n,
  paid: "monthly",
  meter: azureMeter("vm", ["Dsv5 Series", "D4s v5 Reservation, 1 year, 5 instances", "1/Month", "0.62496"]),
  account: ERP_PROD,
  region: WEST_EUROPE,
};

/** The company on Azure: three subscriptions in euros, one reservation, a refund. */
export function azureEstate(): Estate {
  const wasted = waste();
  const store = platformOf(ERP, 1);
  return {
    provider: "azure",
    providerName: "Microsoft",
    publisher: "Microsoft",
    issuer: "Microsoft Ireland Operations Limited",
    billingAccount: { id: "/providers/Microsoft.Billing/billingAccounts/71884210", name: COMPANY },
    billingAccountType: "Billing Account",
    subAccountType: "Subscription",
    currency: "EUR",
    contractThousandths: 1000n,
    taxThousandths: 210n,
    taxName: "VAT",
    extraColumns: ["x_SkuMeterCategory", "x_SkuMeterSubcategory", "x_SkuMeterName", "x_ResourceType"],
    resources: [
      ...machines(ERP, "erp-app", 4, { reserved: true }),
      ...machines(ERP, "erp-batch", 3, { perDay: 14 }),
      ...machines(ERP_REHEARSAL, "erp-test", 3, { perDay: 10 }),
      ...machines(HUB, "hub-edge", 4),
      ...machines(HUB_NORTH, "hub-north", 2),
      ...scaleSet(HUB, 6),
      ...store,
      ...platformOf(ERP_REHEARSAL, 0.1),
      ...platformOf(HUB, 0.6),
      ...platformOf(HUB_NORTH, 0.2),
      ...databases(ERP, 8, 900, 2),
      ...databases(ERP_REHEARSAL, 2, 120, 1),
      ...databases(HUB, 4, 260, 2),
      ...shared(),
      ...wasted.map((each) => each.resource),
    ],
    commitments: [reservation],
    monthly: [
      {
        category: "Purchase",
        amount: "640",
        account: WAREHOUSE,
        publisher: "Parcelwise Maps B.V.",
        meter: azureMeter("maps", ["Parcelwise Maps Pro", "Pro plan, 40 seats", "1/Month", "640"]),
      },
    ],
    corrections: [
      {
        resourceId: store[0]?.id ?? "",
        meter: BLOB_HOT,
        quantity: "-9980.5",
        dayOfPreviousMonth: 12,
        description: "Refund: Tiered Block Blob - Hot LRS Data Stored, metered twice",
      },
    ],
    fleet: {
      meter: SCALE_SET_NODE,
      account: WAREHOUSE,
      region: WEST_EUROPE,
      type: "Microsoft.Compute/virtualMachineScaleSets/virtualMachines",
      idOf: (name) =>
        `${WAREHOUSE.id}/resourcegroups/hub-fleet/providers/microsoft.compute/virtualmachinescalesets/${name}`,
    },
    planted: [
      ...wasted.map((each) => each.planted),
      { rule: "commit.unused", resource: RESERVATION, why: "five machines reserved, four running" },
    ],
  };
}
