import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { IngestAnswer } from "../../src/domain/contract.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../src/domain/settings.ts";
import type { Context } from "../../src/service/context.ts";
import { ingestBills, type IngestBills } from "../../src/service/ingest-bills.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

export const SCENARIO = fileURLToPath(new URL("../fixtures/scenario/", import.meta.url));

/** A database and a data directory of its own, and the verb on them. */
export type IngestFixture = {
  readonly db: TestDatabase;
  readonly ctx: Context;
  readonly folder: string;
  readonly ingest: (paths: string[], options?: Partial<IngestBills>) => Promise<IngestAnswer>;
  /** Writes a file into the fixture's folder and returns its path. */
  readonly write: (name: string, content: string | Buffer) => Promise<string>;
  readonly close: () => Promise<void>;
  /** Closes all but the database, for others to begin with it. */
  readonly leave: () => Promise<void>;
};

/** `template`: the name of a database to begin with (`leave`), else it is empty. */
export async function openIngest(settings: Partial<Settings> = {}, template?: string): Promise<IngestFixture> {
  const db = await createTestDatabase(template === undefined ? {} : { template });
  const folder = await mkdtemp(join(tmpdir(), "finops-ingest-"));
  const tidy = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const ctx = testContext(db, { dataDir: join(folder, "data"), settings: { ...DEFAULT_SETTINGS, ...settings } });
  return {
    db,
    ctx,
    folder,
    ingest: (paths, options = {}) =>
      ingestBills({ ctx, input: { paths, cwd: folder, parts: false, replace: false, dryRun: false, ...options } }),
    write: async (name, content) => {
      const path = join(folder, name);
      await writeFile(path, content);
      return path;
    },
    close: async () => {
      await db.close();
      await tidy();
    },
    leave: async () => {
      await db.leave();
      await tidy();
    },
  };
}

/** Status of each entry, in the order of the answer. */
export function statuses(answer: IngestAnswer): string[] {
  return answer.batches.map((batch) => batch.status);
}

export const FOCUS_HEADER =
  "BilledCost,EffectiveCost,ListCost,ContractedCost,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ServiceName,ServiceCategory,ProviderName,BillingAccountId,SubAccountId,ResourceId,Tags";

export type FocusRow = {
  cost?: string;
  effective?: string;
  day?: string;
  account?: string;
  subAccount?: string;
  month?: string;
  service?: string;
  resource?: string;
  tags?: string;
  provider?: string;
  currency?: string;
};

/** One FOCUS line with sensible defaults. */
export function focusLine(row: FocusRow): string {
  const cost = row.cost ?? "1.5";
  const month = row.month ?? "2026-03";
  const day = row.day ?? `${month}-01`;
  const quote = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const next = `${month.slice(0, 5)}${String(Number(month.slice(5)) + 1).padStart(2, "0")}`;
  return [
    cost,
    row.effective ?? cost,
    cost,
    cost,
    row.currency ?? "USD",
    `${month}-01T00:00:00Z`,
    `${next}-01T00:00:00Z`,
    `${day}T00:00:00Z`,
    `${day}T01:00:00Z`,
    "Usage",
    row.service ?? "Amazon EC2",
    "Compute",
    row.provider ?? "AWS",
    row.account ?? "111122223333",
    row.subAccount ?? "acct-1",
    row.resource ?? "i-1",
    row.tags ?? "",
  ]
    .map(quote)
    .join(",");
}

export function focusCsv(rows: readonly FocusRow[]): string {
  return `${FOCUS_HEADER}\n${rows.map(focusLine).join("\n")}\n`;
}

/** Batches whose rollups (any table, any cube) do not add up to their charges, cost by cost. */
export async function rollupGaps(db: TestDatabase): Promise<unknown[]> {
  const sums =
    "sum(source_rows) as n, sum(billed_cost) as b, sum(effective_cost) as e, sum(list_cost) as l, sum(contracted_cost) as c";
  return db.sql.unsafe(`
    with charges as (select batch_id, ${sums} from charge group by 1),
    parts as (
      select batch_id, 'cost_daily' as part, ${sums} from cost_daily group by 1
      union all select batch_id, 'cost_resource_month', ${sums} from cost_resource_month group by 1
      union all select batch_id, cube, ${sums} from cost_cube group by 1, 2)
    select part, parts.batch_id from charges join parts using (batch_id)
    where (charges.n, charges.b, charges.e, charges.l, charges.c) is distinct from (parts.n, parts.b, parts.e, parts.l, parts.c)
    union all select 'no rollup', batch_id from charges where batch_id not in (select batch_id from parts)`);
}

/** Billed totals readers see, by currency, without trailing zeros. */
export async function shownTotal(db: TestDatabase): Promise<Record<string, string>> {
  const rows = await db.sql<{ currency: string; billed: string }[]>`
    select a.billing_currency as currency, trim_scale(sum(c.billed_cost))::text as billed
    from active_batch v join charge c on c.batch_id = v.batch_id join attribute_set a on a.id = c.attribute_set_id
    where v.visible group by 1`;
  return Object.fromEntries(rows.map((row) => [row.currency, row.billed]));
}
