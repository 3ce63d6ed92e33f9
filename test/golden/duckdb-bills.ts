import { DuckDBInstance } from "@duckdb/node-api";

import { atomsToDecimal, parseAtoms } from "../../src/domain/money.ts";

/**
 * The scenario bills as DuckDB reads them, with none of the product's own mapping: a second, independent reading
 * that the golden answers come from. Only full files, not the superseded early ones.
 */
const VIEW = `create table bills as
select *, cc = 'Tax' as tax,
  case when cc = 'Tax' then 'tax' when cc = 'Credit' then 'credits'
    when class = 'Correction' then case when coalesce(nullif(billed, 0), eff) < 0 then 'refunds' else 'corrections' end
    when cc = 'Adjustment' then 'adjustments' when cc = 'Purchase' then 'purchases' else 'usage' end as kind
from (select regexp_extract(filename, '([a-z]+)_2026', 1) as p, left(ChargePeriodStart, 10)::date as d, left(ChargePeriodStart, 7) as m, left(BillingPeriodStart, 7) as bm,
    ServiceName as svc, ServiceCategory as cat, coalesce(RegionId, RegionName) as region, SubAccountId as acct, SubAccountName as acctname, BillingAccountId as payer,
    ChargeCategory as cc, ChargeClass as class, PricingCategory as pricing, CommitmentDiscountId as cmt, InvoiceId as inv, InvoiceIssuerName as issuer, BillingCurrency as cur,
    coalesce(ResourceId, ResourceName) as res, ResourceName as resname, ConsumedUnit as unit, try_cast(ConsumedQuantity as decimal(38,18)) as qty,
    nullif(coalesce(json_extract_string(Tags, '$.team'), json_extract_string(Tags, '$.Team')), '') as team,
    json_extract_string(Tags, '$.env') as env, json_extract_string(Tags, '$.ephemeral') as ephemeral,
    BilledCost::decimal(38,18) as billed, EffectiveCost::decimal(38,18) as eff, ListCost::decimal(38,18) as list, ContractedCost::decimal(38,18) as contracted
  from read_csv('FOLDER*_2026-0?.csv.gz', all_varchar = true, filename = true, union_by_name = true, nullstr = ['NULL', '']))`;

export type GoldenRow = readonly (string | null)[];

/** Opens the bills of a folder; `ask` returns rows as text, the last `amounts` columns as plain decimals. */
export async function openBills(folder: string): Promise<{ ask: (sql: string) => Promise<GoldenRow[]> }> {
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run(VIEW.replace("FOLDER", folder.replaceAll("'", "''")));
  return {
    ask: async (sql) => {
      const reader = await connection.runAndReadAll(sql);
      const types = reader.columnTypes().map(String);
      return sorted(
        reader.getRowsJson().map((row) =>
          row.map((value, index) => {
            if (value === null) return null;
            return types[index]?.startsWith("DECIMAL") === true
              ? atomsToDecimal(parseAtoms(value as string))
              : (value as string);
          }),
        ),
      );
    },
  };
}

/** Rows in one order, whatever order they came in. */
export function sorted(rows: readonly GoldenRow[]): GoldenRow[] {
  const text = (row: GoldenRow): string => JSON.stringify(row);
  return [...rows].sort((a, b) => (text(a) < text(b) ? -1 : 1));
}
