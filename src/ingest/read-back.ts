import { join } from "node:path";

import type { Client } from "pg";

import { copyQuery } from "../store/rollups.ts";
import type { Duck } from "./duck/duck-process.ts";
import { ATTRIBUTES, MEASURES } from "./sql/stage-tables.ts";

const CHARGE_KEYS: Readonly<Record<string, string>> = {
  charge_day: "DATE",
  charge_end: "DATE",
  attribute_set_id: "BIGINT",
  resource_ref: "BIGINT",
  tag_set_id: "BIGINT",
  source_rows: "BIGINT",
};

/**
 * Reads a stored batch back into DuckDB: `charge`, and the attribute and tag sets it uses, as a scan leaves them; under
 * names with a prefix beside those of a scan.
 */
export async function readBackBatch(
  duck: Duck,
  client: Client,
  batch: { id: string; billingMonth: string },
  directory: string,
  prefix = "",
): Promise<void> {
  const where = `batch_id = ${batch.id} and billing_month = '${batch.billingMonth}'`;
  const path = (name: string): string => join(directory, `back-${name}.csv`);
  const charge = [...Object.keys(CHARGE_KEYS), ...MEASURES];
  await copyQuery(client, `select ${charge.join(", ")} from charge where ${where}`, path("charge"));
  const attributes = ["id", ...ATTRIBUTES];
  await copyQuery(
    client,
    `select ${attributes.join(", ")} from attribute_set where id in (select attribute_set_id from charge where ${where})`,
    path("attributes"),
  );
  await copyQuery(
    client,
    `select id, normalised from tag_set where id in (select tag_set_id from charge where ${where})`,
    path("tags"),
  );
  const types = { ...CHARGE_KEYS, ...Object.fromEntries(MEASURES.map((name) => [name, "DECIMAL(38,18)"])) };
  await duck.run(
    readSql(`${prefix}charge`, path("charge"), types),
    readSql(`${prefix}attribute_set`, path("attributes"), {
      id: "BIGINT",
      ...Object.fromEntries(ATTRIBUTES.map((name) => [name, "VARCHAR"])),
    }),
    readSql(`${prefix}tag_set`, path("tags"), { id: "BIGINT", normalised: "VARCHAR" }),
  );
}

/** Reads the hours of a batch back as `stored_hour`, and the hashes of its rows into a file, one a line. */
export async function readBackRows(
  duck: Duck,
  client: Client,
  batch: { id: string; billingMonth: string },
  directory: string,
): Promise<{ hashes: string }> {
  const where = `batch_id = ${batch.id}`;
  const [hours, hashes] = [join(directory, "back-hours.csv"), join(directory, "back-rows.csv")];
  await copyQuery(
    client,
    `select charge_day, attribute_set_id, resource_ref, quantity from usage_hour where ${where} and billing_month = '${batch.billingMonth}'`,
    hours,
  );
  await copyQuery(client, `select unnest(row_ids) from ingest_row where ${where}`, hashes);
  const types = { charge_day: "DATE", attribute_set_id: "BIGINT", resource_ref: "BIGINT", quantity: "VARCHAR" };
  await duck.run(readSql("stored_hour", hours, types));
  return { hashes };
}

/** COPY writes null as an unquoted empty field; our own CSV, so line and buffer limits are generous. */
function readSql(table: string, path: string, types: Readonly<Record<string, string>>): string {
  const columns = Object.entries(types).map(([name, type]) => `'${name}': '${type}'`);
  return `create or replace table ${table} as select * from read_csv('${path.replaceAll("'", "''")}', header = false, delim = ',', quote = '"',
    escape = '"', nullstr = '', auto_detect = false, columns = {${columns.join(", ")}})`;
}
