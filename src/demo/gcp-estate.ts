import { COMPANY, DATA } from "./company.ts";
import type { Account, Estate, Meter, Owner, PlantedWaste, Region, Resource, Rhythm, Use } from "./estate.ts";

const US_CENTRAL1: Region = { id: "us-central1", name: "Iowa" };
const EUROPE_WEST1: Region = { id: "europe-west1", name: "Belgium" };
const DAYS = 30.4;

const project = (id: string): Account => ({ id, name: id });
const INSIGHTS = project("larkspur-insights-prod");
const INSIGHTS_DEV = project("larkspur-insights-dev");
const ML = project("larkspur-ml");
const MOBILE = project("larkspur-driver-app");

const SERVICES = {
  compute: ["Compute Engine", "Compute", "Virtual Machines"],
  bigquery: ["BigQuery", "Databases", "Data Warehouses"],
  storage: ["Cloud Storage", "Storage", "Object Storage"],
  sql: ["Cloud SQL", "Databases", "Relational Databases"],
  pubsub: ["Cloud Pub/Sub", "Integration", "Messaging"],
  dataflow: ["Cloud Dataflow", "Analytics", "Data Processing"],
  vertex: ["Vertex AI", "AI and Machine Learning", "AI Platforms"],
  run: ["Cloud Run", "Compute", "Serverless Compute"],
  logging: ["Cloud Logging", "Management and Governance", "Observability"],
  network: ["Networking", "Networking", "Network Infrastructure"],
  firestore: ["Cloud Firestore", "Databases", "NoSQL Databases"],
  support: ["Support", "Management and Governance", "Support"],
} as const;

function sku(service: keyof typeof SERVICES, description: string, unit: string, listPrice: string): Meter {
  const [title, category, subcategory] = SERVICES[service];
  return { service: title, category, subcategory, description, skuMeter: description, unit, listPrice, extra: {} };
}

const use = (meter: Meter, perDay: number, rhythm: Rhythm = "steady", growthPercent = 0): Use => ({
  meter,
  perDay,
  rhythm,
  growthPercent,
});

type Place = { readonly account: Account; readonly region: Region; readonly owner: Owner | null };
const ML_OWNER: Owner = { team: "data", product: "eta-models", environment: "prod" };
const MOBILE_OWNER: Owner = { team: "mobile", product: "driver-app", environment: "prod" };
const AT_INSIGHTS: Place = { account: INSIGHTS, region: US_CENTRAL1, owner: DATA };
const AT_DEV: Place = { account: INSIGHTS_DEV, region: US_CENTRAL1, owner: { ...DATA, environment: "dev" } };
const AT_ML: Place = { account: ML, region: US_CENTRAL1, owner: ML_OWNER };
const AT_MOBILE: Place = { account: MOBILE, region: EUROPE_WEST1, owner: MOBILE_OWNER };

function made(of: Place, kind: string, name: string, uses: readonly Use[], tags?: Resource["tags"]): Resource {
  const id = `//${kind.split("/")[0]}.googleapis.com/projects/${of.account.id}/${kind.split("/")[1]}/${name}`;
  return {
    id,
    name,
    type: kind.split("/")[1] ?? kind,
    account: of.account,
    region: of.region,
    owner: of.owner,
    uses,
    tags,
  };
}

const continent = (region: Region): string => (region === US_CENTRAL1 ? "Americas" : "EMEA");

/** Nodes of a Kubernetes cluster: judged with the cluster. */
function nodes(of: Place, stem: string, count: number, perDay = 24): Resource[] {
  const where = continent(of.region);
  const rhythm: Rhythm = perDay === 24 ? "steady" : "office";
  return Array.from({ length: count }, (_, index) => {
    const cores = sku("compute", `E2 Instance Core running in ${where}`, "hour", "0.02181159");
    const memory = sku("compute", `E2 Instance Ram running in ${where}`, "gibibyte hour", "0.00292353");
    const uses = [use(cores, perDay * 4, rhythm), use(memory, perDay * 16, rhythm)];
    return made(of, "compute/instances", `${stem}-${index + 1}`, uses, {
      "goog-gke-node": "",
      "goog-k8s-cluster-name": stem,
    });
  });
}

/** The warehouse of the data team. In the last fortnight a report scans everything anew every hour. */
function warehouse(): Resource[] {
  const scanned = sku("bigquery", "Analysis (us)", "tebibyte", "6.25");
  const active = sku("bigquery", "Active Logical Storage (us)", "gibibyte month", "0.02");
  const longTerm = sku("bigquery", "Long Term Logical Storage (us)", "gibibyte month", "0.01");
  const streamed = sku("bigquery", "Streaming Insert (us)", "mebibyte", "0.00005");
  const analysis = (perDay: number, rhythm: Rhythm): Use => ({ meter: scanned, perDay, rhythm, growthPercent: 2 });
  return [
    made(AT_INSIGHTS, "bigquery/datasets", "parcel_facts", [
      { ...analysis(26, "office"), jump: { daysBeforeEnd: 6, factor: 3.6 } },
      use(active, 21_000 / DAYS, "steady", 2.5),
      use(longTerm, 46_000 / DAYS, "steady", 1),
      use(streamed, 310_000, "traffic", 2),
    ]),
    made(AT_INSIGHTS, "bigquery/datasets", "finance_marts", [analysis(6, "batch"), use(active, 3_200 / DAYS)]),
    made(AT_INSIGHTS, "bigquery/datasets", "fleet_telemetry", [
      analysis(9, "office"),
      use(active, 18_500 / DAYS, "steady", 4),
    ]),
    made(AT_DEV, "bigquery/datasets", "playground", [analysis(2.4, "office"), use(active, 900 / DAYS)]),
  ];
}

function pipelines(): Resource[] {
  const cpu = sku("dataflow", "vCPU Time Batch us-central1", "hour", "0.056");
  const memory = sku("dataflow", "RAM Time Batch us-central1", "gibibyte hour", "0.003557");
  const delivered = sku("pubsub", "Message Delivery Basic", "tebibyte", "40");
  const jobs = ["events-enrich", "invoices-load", "telemetry-compact", "partners-sync"];
  return [
    ...jobs.map((name, index) =>
      made(AT_INSIGHTS, "dataflow/jobs", name, [
        use(cpu, 96 - index * 18, "batch", 1),
        use(memory, 360 - index * 60, "batch", 1),
      ]),
    ),
    made(AT_INSIGHTS, "pubsub/topics", "parcel-events", [use(delivered, 0.62, "traffic", 2)]),
    made(AT_INSIGHTS, "pubsub/topics", "telemetry", [use(delivered, 0.94, "traffic", 3)]),
  ];
}

function buckets(): Resource[] {
  const stored = sku("storage", "Standard Storage US Regional", "gibibyte month", "0.02");
  const near = sku("storage", "Nearline Storage US Regional", "gibibyte month", "0.01");
  const reads = sku("storage", "Regional Standard Class B Operations", "count", "0.0000004");
  return [
    made(AT_INSIGHTS, "storage/buckets", "larkspur-raw-events", [
      use(stored, 38_000 / DAYS, "steady", 3),
      use(reads, 41_000_000, "batch"),
    ]),
    made(AT_INSIGHTS, "storage/buckets", "larkspur-archive", [use(near, 120_000 / DAYS, "steady", 1.5)]),
    made(AT_ML, "storage/buckets", "larkspur-models", [
      use(stored, 6_400 / DAYS, "steady", 2),
      use(reads, 7_000_000, "office"),
    ]),
    made(AT_MOBILE, "storage/buckets", "driver-photos", [
      use(sku("storage", "Standard Storage Belgium", "gibibyte month", "0.02"), 9_100 / DAYS, "steady", 5),
    ]),
  ];
}

function services(): Resource[] {
  const logs = sku("logging", "Log Storage cost", "gibibyte", "0.5");
  const training = sku("vertex", "Custom Training a2-highgpu-1g in us-central1", "hour", "4.425");
  const serving = sku("vertex", "Online Prediction n1-standard-4 in us-central1", "hour", "0.219");
  const cpu = sku("run", "CPU Allocation Time", "vCPU second", "0.000024");
  const requests = sku("run", "Requests", "count", "0.0000004");
  const egress = sku("network", "Network Internet Data Transfer Out from Belgium to EMEA", "gibibyte", "0.085");
  const gateway = sku("network", "Networking Cloud NAT Gateway: Uptime charge", "hour", "0.0014");
  const passed = sku("network", "Networking Cloud NAT Gateway: Data processing charge", "gibibyte", "0.045");
  const reads = sku("firestore", "Cloud Firestore Read Ops", "count", "0.0000006");
  const sql = sku("sql", "Cloud SQL for PostgreSQL: Zonal - vCPU + RAM", "hour", "0.2702");
  const api = ["trips-api", "photo-api", "push-api", "maps-proxy"];
  return [
    ...[INSIGHTS, ML, MOBILE].map((account) =>
      made({ account, region: US_CENTRAL1, owner: null }, "logging/buckets", `_Default-${account.id}`, [
        use(logs, account === MOBILE ? 26 : 58, "traffic", 1),
      ]),
    ),
    made(AT_ML, "aiplatform/customJobs", "eta-training", [use(training, 5.5, "batch", 3)]),
    made(AT_ML, "aiplatform/endpoints", "eta-serving", [use(serving, 72)]),
    ...api.map((name, index) =>
      made(AT_MOBILE, "run/services", name, [
        use(cpu, 920_000 - index * 170_000, "traffic", 3),
        use(requests, 14_000_000 - index * 2_900_000, "traffic", 3),
      ]),
    ),
    made(AT_MOBILE, "firestore/databases", "driver-state", [use(reads, 88_000_000, "traffic", 3)]),
    made(AT_MOBILE, "compute/networks", "driver-egress", [use(egress, 240, "traffic", 3)]),
    made(AT_INSIGHTS, "compute/routers", "insights-nat", [use(gateway, 24 * 12), use(passed, 180, "traffic")]),
    made(AT_MOBILE, "sqladmin/instances", "driver-db", [use(sql, 48)]),
  ];
}

/** What the bill alone proves to be waste, and an address in use that only resembles it. */
function waste(): { resource: Resource; rule: string; why: string }[] {
  const idle = sku("compute", "Static Ip Charge", "hour", "0.01");
  const cores = sku("compute", "N1 Predefined Instance Core running in Americas", "hour", "0.031611");
  const memory = sku("compute", "N1 Predefined Instance Ram running in Americas", "gibibyte hour", "0.004237");
  const gateway = sku("network", "Networking Cloud NAT Gateway: Uptime charge", "hour", "0.044");
  const doubled = sku("sql", "Cloud SQL for PostgreSQL: Regional - vCPU + RAM", "hour", "1.0808");
  const oldTags = { team: "data", product: "insights", env: "dev" };
  return [
    {
      rule: "net.ip.unattached",
      why: "reserved and billed as idle",
      resource: made(AT_ML, "compute/addresses", "notebook-ip", [use(idle, 24)]),
    },
    {
      rule: "net.ip.unattached",
      why: "reserved and billed as idle",
      resource: made({ ...AT_DEV, region: EUROPE_WEST1 }, "compute/addresses", "demo-frontend", [use(idle, 24)]),
    },
    {
      rule: "compute.vm.old_generation",
      why: "N1, whose successor does the same for less",
      resource: made(AT_INSIGHTS, "compute/instances", "airflow-legacy", [use(cores, 384), use(memory, 1_440)]),
    },
    {
      rule: "net.nat.idle",
      why: "uptime without a byte",
      resource: made(AT_DEV, "compute/routers", "playground-nat", [use(gateway, 24)]),
    },
    {
      rule: "db.multiaz_nonprod",
      why: "a standby for development",
      resource: made({ ...AT_DEV, owner: null }, "sqladmin/instances", "metadata-dev", [use(doubled, 24)], oldTags),
    },
  ];
}

/** The company on Google Cloud: four projects, BigQuery first, whose scans jump in the last week. */
export function gcpEstate(): Estate {
  const wasted = waste();
  const planted: PlantedWaste[] = wasted.map(({ rule, why, resource }) => ({ rule, resource: resource.id, why }));
  const inUse = sku("compute", "External IP Charge on a Standard VM", "hour", "0.004");
  return {
    provider: "gcp",
    providerName: "Google Cloud",
    publisher: "Google Cloud",
    issuer: "Google Cloud EMEA Limited",
    billingAccount: { id: "01A2B3-4C5D6E-7F8091", name: COMPANY },
    billingAccountType: "Billing Account",
    subAccountType: "Project",
    currency: "USD",
    contractThousandths: 1000n,
    taxThousandths: 0n,
    taxName: "",
    extraColumns: [],
    resources: [
      ...warehouse(),
      ...pipelines(),
      ...buckets(),
      ...services(),
      ...nodes(AT_INSIGHTS, "insights-gke", 6),
      ...nodes(AT_MOBILE, "driver-gke", 5),
      ...nodes(AT_DEV, "dev-gke", 2, 10),
      made(AT_MOBILE, "compute/addresses", "driver-edge", [use(inUse, 24)]),
      ...wasted.map((each) => each.resource),
    ],
    commitments: [],
    monthly: [
      { category: "Purchase", amount: "600", account: null, meter: sku("support", "Enhanced Support", "month", "600") },
      {
        category: "Credit",
        amount: "-400",
        account: ML,
        meter: sku("vertex", "Google for Startups credit", "month", "400"),
      },
    ],
    corrections: [
      {
        resourceId: warehouse()[1]?.id ?? "",
        meter: sku("bigquery", "Analysis (us)", "tebibyte", "6.25"),
        quantity: "5.92",
        dayOfPreviousMonth: 20,
        description: "Correction: BigQuery Analysis (us), under-metered",
      },
    ],
    planted,
    fleet: {
      meter: sku("compute", "E2 Instance Core running in Americas", "hour", "0.02181159"),
      account: INSIGHTS,
      region: US_CENTRAL1,
      type: "instances",
      idOf: (name) => `//compute.googleapis.com/projects/${INSIGHTS.id}/instances/gke-fleet-${name}`,
    },
  };
}
