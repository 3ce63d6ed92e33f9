import { DuckDBInstance } from "@duckdb/node-api";

/** Resources of a day of hourly rows: 41,667 × 24 h = 1,000,008 rows. */
export const RESOURCES = 41_667;
export const FLAT_ROWS = 1_000_000;
const COSTS = ["BilledCost", "EffectiveCost", "ListCost", "ContractedCost"];
/** Three keys: `team` and `env` have few values, `cost-center` 2,000. */
const TAGS = `'{"team":"team-' || (r % 20) || '","env":"' || (case r % 4 when 0 then 'prod' when 1 then 'dev' when 2 then 'stage' else 'test' end) || '","cost-center":"cc-' || (r % 2000) || '"}'`;

export type BillShape = {
  /** `hourly`: 24 rows a resource and day, which collapse to one; `flat`: no two rows collapse. */
  readonly rows: "hourly" | "flat";
  readonly days?: number;
  /** Another number is another delivery of the same month: same rows, other amounts. */
  readonly seed?: number;
  /** SQL of the Tags column over `r`, instead of three keys. */
  readonly tags?: string;
};

/** Writes a FOCUS bill of 44 columns: costs as text in `.csv.gz`, as doubles in `.parquet`. */
export async function writeBills(file: string, shape: BillShape): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const csv = file.endsWith(".csv.gz");
  const source = rowSql(shape);
  const doubles = COSTS.map((column) => `"${column}"::double as "${column}"`).join(", ");
  await connection.run(
    `copy (${csv ? source : `select * replace (${doubles}) from (${source})`}) to '${file}' (${csv ? "format csv, header, compression gzip" : "format parquet"})`,
  );
  connection.closeSync();
  instance.closeSync();
}

function rowSql({ rows, days = 1, seed, tags = TAGS }: BillShape): string {
  const hourly = rows === "hourly";
  const start = hourly
    ? "timestamp '2026-03-01' + to_hours(d * 24 + h)"
    : "timestamp '2026-03-01' + to_days((r % 28)::integer)";
  const from = hourly
    ? `range(${days}) as dd(d), range(24) as hh(h), range(${RESOURCES}) as rr(r)`
    : `(select 0 as h, 0 as d), range(${FLAT_ROWS}) as rr(r)`;
  const mark = seed === undefined ? "" : `, ${seed}`;
  const cost = (base: string): string =>
    `(${base} + (hash(r, h, d${mark}) % 100000000) / 10000000000.0)::decimal(20,12)::varchar`;
  const time = (sql: string): string => `strftime(${sql}, '%Y-%m-%dT%H:%M:%SZ')`;
  const columns: Record<string, string> = {
    ProviderName: "'AWS'",
    PublisherName: "'Amazon Web Services, Inc.'",
    InvoiceIssuerName: "'Amazon Web Services, Inc.'",
    InvoiceId: "'INV-2026-03'",
    BillingAccountId: "'111122223333'",
    BillingAccountName: "'Example Corp'",
    BillingAccountType: "'BillingAccount'",
    SubAccountId: "(200000000000 + r % 50)::varchar",
    SubAccountName: "'account-' || (r % 50)",
    SubAccountType: "'Account'",
    BillingCurrency: "'USD'",
    PricingCurrency: "'USD'",
    BillingPeriodStart: "'2026-03-01T00:00:00Z'",
    BillingPeriodEnd: "'2026-04-01T00:00:00Z'",
    ChargePeriodStart: time(start),
    ChargePeriodEnd: time(`${start} + interval ${hourly ? "1 hour" : "1 day"}`),
    ChargeCategory: "'Usage'",
    ChargeClass: "null",
    ChargeDescription: "'Usage of SKU ' || (r % 300) || ' per hour in region'",
    ChargeFrequency: "'Usage-Based'",
    ServiceCategory:
      "case r % 5 when 0 then 'Compute' when 1 then 'Storage' when 2 then 'Databases' when 3 then 'Networking' else 'Analytics' end",
    ServiceSubcategory: "'Sub ' || (r % 5)",
    ServiceName: "'Amazon Service ' || (r % 60)",
    RegionId: "'us-east-' || (r % 3)",
    RegionName: "'US East ' || (r % 3)",
    AvailabilityZone: "'us-east-' || (r % 3) || 'a'",
    ResourceId: "'i-' || md5(r::varchar)",
    ResourceName: "'server-' || r",
    ResourceType: "'instance'",
    PricingCategory: "'Standard'",
    PricingUnit: "'Hours'",
    ConsumedUnit: "'Hours'",
    SkuId: "'SKU' || (r % 300)",
    SkuPriceId: "'SKU' || (r % 300) || '.1'",
    CommitmentDiscountId: "null::varchar",
    CommitmentDiscountStatus: "null::varchar",
    Tags: tags,
    BilledCost: cost("0.01"),
    EffectiveCost: cost("0.01"),
    ListCost: cost("0.02"),
    ContractedCost: cost("0.015"),
    ConsumedQuantity: "'1'",
    PricingQuantity: "'1'",
    ListUnitPrice: "'0.0500000000'",
  };
  return `select ${Object.entries(columns)
    .map(([name, sql]) => `${sql} as "${name}"`)
    .join(", ")} from ${from}`;
}
