import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { claimKey, NO_ACCOUNT } from "./claims.ts";
import { DuckError, textOf, type Duck } from "./duck/duck-process.ts";
import { readBeginning } from "./file/inspect-file.ts";
import { buildSelect } from "./formats/build-select.ts";
import { cleanText } from "./formats/sql-text.ts";
import { parquetRelation, sampleRelation } from "./sql/read-sql.ts";
import type { OpenedFile } from "./stage-file.ts";

/** How much of a CSV is looked at. */
const BEGINNING_BYTES = 1 << 20;

/**
 * The delivery keys (`claimKey`) a file is seen to hold: all of a Parquet file, of a CSV those at its beginning. None when
 * that cannot be told: reading the file will.
 */
export async function previewKeys(duck: Duck, opened: OpenedFile, spillDirectory: string): Promise<string[]> {
  const { file, format } = opened;
  const path = join(spillDirectory, "beginning.csv");
  try {
    if (file.container === "csv") await writeFile(path, await readBeginning(file, BEGINNING_BYTES));
    const relation = file.container === "csv" ? sampleRelation(path, file) : parquetRelation(file.path, null);
    const rows = await duck.run(`with raw as (select * from ${relation})
select distinct ${cleanText("provider")} as provider, dataset, ${cleanText("billing_account_id")} as account,
  date_trunc('month', billing_period_start)::date::varchar as billing_month
from (${buildSelect(format.mapping(file))}) where billing_period_start is not null`);
    return rows.map((row) =>
      claimKey({
        provider: textOf(row, "provider") ?? "unknown",
        dataset: textOf(row, "dataset") ?? "unknown",
        billingAccount: textOf(row, "account") ?? NO_ACCOUNT,
        billingMonth: textOf(row, "billing_month") ?? "",
      }),
    );
  } catch (error) {
    if (!(error instanceof DuckError)) throw error;
    return [];
  } finally {
    await rm(path, { force: true });
  }
}
